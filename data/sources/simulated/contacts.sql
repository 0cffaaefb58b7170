SELECT
    account_id,
    contacted_at,
    channel,
    direction,
    rep_id,
    recorded_at
FROM contacts
