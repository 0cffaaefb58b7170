SELECT
    account_id,
    called_at,
    returned_at,
    channel,
    rep_id
FROM calls
