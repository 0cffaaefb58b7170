SELECT
    account_id,
    occurred_at,
    kind,
    recorded_at
FROM signals
