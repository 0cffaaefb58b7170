SELECT
    account_id,
    order_id,
    ordered_at,
    amount,
    promised_at,
    delivered_at,
    returned_at,
    returned_amount,
    product_line,
    recorded_at
FROM orders
