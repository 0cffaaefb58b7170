"""Days whose month is named in another language than English are read by the format that source.yaml gives."""

import pytest

from pipelines.intake.months import _numbers, written_with_number
from tests.pipelines.conftest import Firm


@pytest.mark.parametrize(
    ("day", "form", "expected"),
    [
        ("3. März 2024", "%d. %B %Y", "2024-03-03"),
        ("3. Maerz 2024", "%d. %B %Y", None),
        ("03-Mrz-24", "%d-%b-%y", "2024-03-03"),
        ("03-MAI-24", "%d-%b-%y", "2024-05-03"),
        ("3 août 2024", "%d %B %Y", "2024-08-03"),
        ("3 aout 2024", "%d %B %Y", "2024-08-03"),
        ("3 sept. 2024", "%d %b %Y", "2024-09-03"),
        ("3 de marzo de 2024", "%d de %B de %Y", "2024-03-03"),
        ("3 października 2024", "%d %B %Y", "2024-10-03"),
        ("3. Jänner 2024 14:05", "%d. %B %Y %H:%M", "2024-01-03 14:05"),
        ("3 March 2024", "%d %B %Y", "2024-03-03"),
        ("3 Marching 2024", "%d %B %Y", None),
        ("3. März 24", "%d. %B %Y", "0024-03-03"),
    ],
)
def test_a_month_is_read_by_its_name(firm: Firm, day: str, form: str, expected: str | None) -> None:
    # Beside a day that is none a column stays text, and is read when it is checked.
    for more in ("", "\nA,soon,2"):
        firm.table("orders", f"account_id,ordered_at,amount\nA,{day},1\nA,2026-03-01,3{more}")
        firm.yaml(f"options: {{date_format: '{form}'}}\n")
        firm.ingest()
        read = [str(row["ordered_at"])[: len(expected or "")] for row in firm.kept("orders") if row["amount"] == 1]
        is_kept = expected is not None and expected > "1990"
        assert read == [expected] * is_kept


def test_what_is_said_of_it_helps(firm: Firm, stops) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,3. März 2024,1\nA,4. Mai 2024,2\nA,5. Juni 2024,2")
    assert stops().endswith(" Write options: {date_format: '%d. %b %Y'} in source.yaml.")
    firm.yaml("options: {date_format: '%d. %b %Y'}\n")
    firm.ingest(max_refused=0)


def test_no_name_is_of_two_months() -> None:
    assert {_numbers()[name] for name in ("mar", "mrz", "maart", "marca")} == {"03"}
    assert [written_with_number(f"3-{name}-24") for name in ("jun", "juni", "juli", "Juin", "juil.")] == [
        f"3-0{month}-24" for month in (6, 6, 7, 6, 7)
    ]
    assert written_with_number("3 mardi 24") == "3 mardi 24"
