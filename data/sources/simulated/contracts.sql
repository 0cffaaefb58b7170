SELECT
    account_id,
    contract_id,
    starts_on,
    ends_on,
    cancelled_at,
    renewed_at,
    annual_value
FROM contracts
