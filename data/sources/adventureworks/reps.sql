-- The reps, and the managers who sell as well. The only names in these files are log-ins; a manager is the one above in
-- the tree of the organisation (/6/1/ is above /6/1/2/). SalesPerson.TerritoryID is today's; nobody is recorded as left.
WITH staff AS (
    SELECT
        BusinessEntityID,
        HireDate,
        split_part(LoginID, '\', 2) AS login,
        OrganizationNode AS node,
        regexp_replace(OrganizationNode, '[0-9]+/$', '') AS node_above
    FROM Employee
)

SELECT
    SalesPerson.BusinessEntityID AS rep_id,
    staff.login AS name,
    staff.HireDate AS hired_on,
    managers.login AS manager,
    'Territory ' || SalesPerson.TerritoryID AS team
FROM SalesPerson
JOIN staff USING (BusinessEntityID)
LEFT JOIN staff AS managers ON managers.node = staff.node_above
