SELECT
    account_id,
    invoice_id,
    issued_at,
    amount,
    due_on,
    paid_at,
    error_found_at,
    corrected_at,
    error_amount,
    recorded_at
FROM invoices
