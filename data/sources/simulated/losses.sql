SELECT
    account_id,
    lost_on,
    cause,
    kind,
    recorded_at
FROM losses
