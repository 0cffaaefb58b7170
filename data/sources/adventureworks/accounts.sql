-- An account is a store; private customers of the web shop are none. BusinessType (BM, BS, OS) and Specialty come from
-- the survey of stores. Who won a store is not recorded (many were customers before the first order here), nor when it
-- became a customer (YearOpened is the store's own age).
SELECT
    Store.BusinessEntityID AS account_id,
    Store.Name AS name,
    regexp_extract(Demographics, '<BusinessType>(.*?)</BusinessType>', 1) AS segment,
    regexp_extract(Demographics, '<Specialty>(.*?)</Specialty>', 1) AS industry,
    'Territory ' || Territories.TerritoryID AS region
FROM Store
LEFT JOIN (
    SELECT StoreID, min(TerritoryID) AS TerritoryID -- every customer number of a store is in one territory
    FROM Customer
    GROUP BY ALL
) AS Territories ON Territories.StoreID = Store.BusinessEntityID
