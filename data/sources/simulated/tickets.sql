SELECT
    account_id,
    opened_at,
    resolved_at,
    reopened_at,
    severity,
    category
FROM tickets
