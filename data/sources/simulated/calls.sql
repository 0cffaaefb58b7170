SELECT
    account_id,
    called_at,
    returned_at,
    rep_id
FROM calls
