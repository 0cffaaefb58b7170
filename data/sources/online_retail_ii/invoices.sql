-- One row an invoice with a customer. The records never say that a bill was wrong; what they hold are credit notes with
-- manual adjustments (article M or ADJUST...), by which the firm took back part of a bill. Each counts as an error in the
-- customer's latest invoice before it, found and put right at that moment, because no earlier one is recorded. Where an
-- invoice was adjusted several times the first counts. Neither due dates nor payments are recorded.
WITH issued AS (
    SELECT
        CAST("Customer ID" AS BIGINT) AS account_id,
        Invoice AS invoice_id,
        min(InvoiceDate) AS issued_at,
        sum(Quantity * CAST(Price AS DECIMAL(18, 4))) AS amount
    FROM lines
    WHERE "Customer ID" IS NOT NULL AND Invoice NOT SIMILAR TO '[A-Z].*'
    GROUP BY ALL
    HAVING amount > 0
),

adjustments AS (
    SELECT
        CAST("Customer ID" AS BIGINT) AS account_id,
        Invoice AS credit_note,
        min(InvoiceDate) AS adjusted_at,
        -sum(Quantity * CAST(Price AS DECIMAL(18, 4))) AS amount
    FROM lines
    WHERE "Customer ID" IS NOT NULL AND Invoice LIKE 'C%' AND (StockCode = 'M' OR StockCode LIKE 'ADJUST%')
    GROUP BY ALL
),

latest AS (
    SELECT account_id, issued_at, min(invoice_id) AS invoice_id
    FROM issued
    GROUP BY ALL
),

errors AS (
    SELECT
        latest.account_id,
        latest.invoice_id,
        min(adjusted_at) AS found_at,
        min_by(amount, (adjusted_at, credit_note)) AS amount
    FROM adjustments
    ASOF JOIN latest
        ON adjustments.account_id = latest.account_id
        AND adjustments.adjusted_at >= latest.issued_at
    GROUP BY ALL
)

SELECT
    issued.account_id,
    issued.invoice_id,
    issued.issued_at,
    issued.amount,
    errors.found_at AS error_found_at,
    errors.found_at AS corrected_at,
    errors.amount AS error_amount
FROM issued
LEFT JOIN errors USING (account_id, invoice_id)
