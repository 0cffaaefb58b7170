SELECT
    account_id,
    occurred_at,
    kind,
    about,
    recorded_at
FROM signals
