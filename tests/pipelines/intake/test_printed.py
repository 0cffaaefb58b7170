"""Lists as programs print them are read as far as they hold rows, and what is left out is said."""

import pytest

from tests.pipelines.conftest import Firm

RULE = "-" * 40
SAP = f"""
Umsatz 01.07.2026            Seite 1

{RULE}
|Debitor|Beleg |Datum     |     Betrag|
{RULE}
|A      |90001 |2026-03-01|      10,50|
|B      |90002 |2026-03-02|   1.234,00|
{RULE}
Umsatz 01.07.2026            Seite 2
{RULE}
|Debitor|Beleg |Datum     |     Betrag|
{RULE}
|A      |90003 |2026-03-03|       7,00|
{RULE}
"""
PSQL = """
 Debitor | Beleg |   Datum    |  Betrag
---------+-------+------------+---------
 A       | 90001 | 2026-03-01 |   10,50
 B       | 90002 | 2026-03-02 | 1.234,00
 A       | 90003 | 2026-03-03 |    7,00
(3 rows)
"""
MYSQL = """
+---------+-------+------------+----------+
| Debitor | Beleg | Datum      | Betrag   |
+---------+-------+------------+----------+
| A       | 90001 | 2026-03-01 | 10,50    |
| B       | 90002 | 2026-03-02 | 1.234,00 |
| A       | 90003 | 2026-03-03 | 7,00     |
+---------+-------+------------+----------+
"""
SELECT = "SELECT Debitor AS account_id, Beleg AS order_id, Datum AS ordered_at, Betrag AS amount FROM orders"


@pytest.mark.parametrize("text", [SAP, PSQL, MYSQL])
def test_a_printed_list_is_read(firm: Firm, caplog: pytest.LogCaptureFixture, text: str) -> None:
    firm.table("orders", text, SELECT)
    firm.yaml("options: {decimal: ','}\n")
    firm.ingest(max_refused=0)
    amounts = {row["order_id"]: (row["account_id"], row["amount"]) for row in firm.kept("orders")}
    assert amounts == {"90001": ("A", 10.5), "90002": ("B", 1234), "90003": ("A", 7)}
    assert "orders.csv: rules of dashes and other lines without a | are left out" in caplog.messages


def test_a_column_of_dashes_makes_no_such_list(firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    rows = (
        'account_id|ordered_at|amount|order_id\nA|2026-03-01|1|7\nB|2026-03-02|2|"see\n---\nbelow"\nA|2026-03-03|3|---'
    )
    firm.table("orders", rows)
    firm.ingest(max_refused=0)
    assert [row["order_id"] for row in firm.kept("orders")] == ["7", None, "see\n---\nbelow"]
    assert "rules of dashes" not in caplog.text


def test_nor_does_a_rule_below_a_title(firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    firm.table("orders", f"Sales\n{RULE}\naccount_id;ordered_at;amount;order_id\nA;2026-03-01;1;a|b\nB;2026-03-02;2;7")
    firm.ingest(max_refused=0)
    assert [row["order_id"] for row in firm.kept("orders")] == ["a|b", "7"]
    assert "rules of dashes" not in caplog.text


def test_nor_does_a_row_without_anything(firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    firm.table("orders", 'account_id|ordered_at|amount|order_id\n|||\nA|2026-03-01|1|"a\nb"\nB|2026-03-02|2|7')
    firm.ingest(max_refused=0)
    assert [row["order_id"] for row in firm.kept("orders")] == ["a\nb", "7"]
    assert "rules of dashes" not in caplog.text
