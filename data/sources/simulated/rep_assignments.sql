SELECT
    account_id,
    rep_id,
    starts_at,
    ends_at
FROM rep_assignments
