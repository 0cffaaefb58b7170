SELECT
    account_id,
    contacted_at,
    channel,
    direction,
    rep_id,
    person,
    recorded_at
FROM contacts
