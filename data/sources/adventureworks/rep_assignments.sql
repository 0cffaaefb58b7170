-- No table says which rep had which store, and when; the orders show it. A store is with the rep of its latest order
-- until another rep takes one, or until the rep gives up the store's territory (SalesTerritoryHistory), whichever comes
-- first. So a change is known when its first order is, neither sooner nor later.
-- Where two reps took orders of a store on one day (four times) the later order number decides.
WITH days AS (
    SELECT
        Customer.StoreID AS store,
        SalesOrderHeader.OrderDate AS ordered_at,
        arg_max(SalesOrderHeader.SalesPersonID, SalesOrderHeader.SalesOrderID) AS rep,
        arg_max(SalesOrderHeader.TerritoryID, SalesOrderHeader.SalesOrderID) AS territory
    FROM SalesOrderHeader
    JOIN Customer USING (CustomerID)
    WHERE SalesOrderHeader.SalesPersonID IS NOT NULL
    GROUP BY ALL
),

changes AS (
    SELECT *, rep IS DISTINCT FROM lag(rep) OVER (PARTITION BY store ORDER BY ordered_at) AS is_change
    FROM days
),

numbered AS (
    SELECT *, count(*) FILTER (is_change) OVER (PARTITION BY store ORDER BY ordered_at) AS number
    FROM changes
),

spells AS (
    SELECT store, number, rep, min(ordered_at) AS starts_at, max(ordered_at) AS last_order_at, max(territory) AS territory
    FROM numbered
    GROUP BY ALL
),

followed AS (
    SELECT *, lead(starts_at) OVER (PARTITION BY store ORDER BY number) AS next_starts_at
    FROM spells
)

SELECT
    followed.store AS account_id,
    followed.rep AS rep_id,
    followed.starts_at,
    least(followed.next_starts_at, min(history.EndDate)) AS ends_at
FROM followed
LEFT JOIN SalesTerritoryHistory AS history
    ON history.BusinessEntityID = followed.rep
    AND history.TerritoryID = followed.territory
    AND history.EndDate >= followed.last_order_at
GROUP BY followed.store, followed.rep, followed.starts_at, followed.next_starts_at
