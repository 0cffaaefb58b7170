-- Orders that a rep took; Customer.StoreID says which store a customer number belongs to. SubTotal is the worth of the
-- goods, without tax and freight. A delivery is recorded when it leaves the house (ShipDate), the nearest to its arrival
-- that there is; DueDate is the day promised. All have been shipped, and none is recorded as sent back.
SELECT
    Customer.StoreID AS account_id,
    SalesOrderHeader.SalesOrderNumber AS order_id,
    SalesOrderHeader.OrderDate AS ordered_at,
    SalesOrderHeader.SubTotal AS amount,
    SalesOrderHeader.DueDate AS promised_at,
    SalesOrderHeader.ShipDate AS delivered_at
FROM SalesOrderHeader
JOIN Customer USING (CustomerID)
WHERE SalesOrderHeader.SalesPersonID IS NOT NULL
