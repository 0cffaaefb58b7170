-- An order is a calendar day on which a customer bought something: an invoice that is no credit note (C...) or bad-debt
-- adjustment (A...), with lines that are worth something. Its amount is that day's total. Equal lines of one invoice are
-- kept: a till writes one for every scan.
--
-- What came back is told by credit notes, days or months after the order, and they do not say which order it was. Each
-- credited line of goods is put on the customer's latest order until then with the same article; one in twelve has none,
-- most of them bought before the records begin, and is left out. So that nothing is known too early it becomes a row of
-- its own: the order's number and day, no amount of its own, and the moment of the credit note, the nearest to that of
-- the goods' return that there is, as returned_at and recorded_at.
-- Goods have article numbers that begin with five digits; postage, discounts and the like are no returns.
WITH bought AS (
    SELECT
        CAST("Customer ID" AS BIGINT) AS account_id,
        CAST(InvoiceDate AS DATE) AS ordered_on,
        InvoiceDate AS invoiced_at,
        Invoice AS invoice,
        StockCode AS article,
        CAST(Quantity * CAST(Price AS DECIMAL(18, 4)) AS DECIMAL(18, 4)) AS amount
    FROM lines
    WHERE "Customer ID" IS NOT NULL AND Invoice NOT SIMILAR TO '[A-Z].*' AND Quantity > 0 AND Price > 0
),

orders AS (
    SELECT account_id, ordered_on, min(invoiced_at) AS ordered_at, min(invoice) AS order_id, sum(amount) AS amount
    FROM bought
    GROUP BY ALL
),

articles AS (
    SELECT account_id, article, ordered_on, min(invoiced_at) AS invoiced_at
    FROM bought
    GROUP BY ALL
),

credited AS (
    SELECT
        CAST("Customer ID" AS BIGINT) AS account_id,
        StockCode AS article,
        InvoiceDate AS credited_at,
        CAST(-Quantity * CAST(Price AS DECIMAL(18, 4)) AS DECIMAL(18, 4)) AS amount
    FROM lines
    WHERE "Customer ID" IS NOT NULL AND Invoice LIKE 'C%' AND Quantity < 0 AND StockCode SIMILAR TO '[0-9]{5}.*'
),

returned AS (
    SELECT credited.account_id, ordered_on, credited_at, sum(amount) AS amount
    FROM credited
    ASOF JOIN articles
        ON credited.account_id = articles.account_id
        AND credited.article = articles.article
        AND credited.credited_at >= articles.invoiced_at
    GROUP BY ALL
)

SELECT
    account_id,
    order_id,
    ordered_at,
    amount,
    NULL AS returned_at,
    NULL AS returned_amount,
    ordered_at AS recorded_at
FROM orders
UNION ALL
SELECT
    account_id,
    order_id,
    ordered_at,
    0 AS amount,
    credited_at AS returned_at,
    returned.amount AS returned_amount,
    credited_at AS recorded_at
FROM returned
JOIN orders USING (account_id, ordered_on)
-- What was credited without goods coming back (a bill put right by hand, postage, a discount) is a row of its own as well,
-- with a negative amount: no order, but less to keep. It does not say which order it was about.
UNION ALL BY NAME
SELECT
    CAST("Customer ID" AS BIGINT) AS account_id,
    Invoice AS order_id,
    min(InvoiceDate) AS ordered_at,
    sum(CAST(Quantity * CAST(Price AS DECIMAL(18, 4)) AS DECIMAL(18, 4))) AS amount,
    min(InvoiceDate) AS recorded_at
FROM lines
WHERE "Customer ID" IS NOT NULL AND Invoice LIKE 'C%' AND Quantity < 0 AND NOT StockCode SIMILAR TO '[0-9]{5}.*'
GROUP BY "Customer ID", Invoice
HAVING amount < 0
