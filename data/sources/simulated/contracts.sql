SELECT
    account_id,
    contract_id,
    starts_on,
    ends_on,
    renews,
    cancelled_at,
    renewed_at,
    annual_value,
    product_line,
    recorded_at
FROM contracts
