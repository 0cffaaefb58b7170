SELECT
    account_id,
    name,
    segment,
    industry,
    region,
    opened_on,
    sold_by_rep_id,
    valid_from,
    recorded_at
FROM accounts
