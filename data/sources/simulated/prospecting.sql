SELECT
    rep_id,
    occurred_at
FROM prospecting
