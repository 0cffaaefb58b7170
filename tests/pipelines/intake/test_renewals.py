"""By how many months contracts renew themselves that have a first term of their own."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from pipelines.check import check
from pipelines.intake.renewals import renewals
from pipelines.settings import Settings
from tests.pipelines.conftest import TODAY, Firm

DAY = timedelta(days=1)


def after(first: date, months: int) -> date:
    """The last day of a term of so many months."""
    return (pd.Timestamp(first) + pd.DateOffset(months=months)).date() - DAY


def found(*terms: tuple[str | date, str | date, int]) -> tuple[dict[tuple[str, str], float], list[str]]:
    """By first and last day, the months by which it goes on where that is not by its length; and what was assumed.

    terms: first and last day, and how many contracts have them.
    """
    rows = pd.DataFrame(terms, columns=["starts_on", "ends_on", "contracts"])
    rows = rows.assign(starts_on=pd.to_datetime(rows["starts_on"]), ends_on=pd.to_datetime(rows["ends_on"]))
    known = renewals(rows.groupby(["starts_on", "ends_on"], as_index=False)["contracts"].sum())
    shown = known.terms.assign(**{name: known.terms[name].dt.strftime("%Y-%m-%d") for name in ("starts_on", "ends_on")})
    return {(first, last): months for first, last, months in shown.itertuples(index=False)}, list(known.notes)


def signed(count: int, step: int = 11, since: date = date(2022, 1, 3)) -> list[date]:
    return [since + number * step * DAY for number in range(count)]


def firsts(count: int) -> list[date]:
    """First days of months."""
    return [date(2022 + number // 12, 1 + number % 12, 1) for number in range(count)]


YEARLY = [(day, after(day, 12), 3) for day in signed(40)]
MONTHLY = [(day, after(day, 1), 3) for day in signed(40)]


@pytest.mark.parametrize("days", [signed(40), firsts(24)])
def test_terms_to_the_end_of_the_year_go_on_by_a_year(days: list[date]) -> None:
    to_the_end = [(day, date(day.year, 12, 31), 2) for day in days]
    longer = [(date(2023, 5, 12), date(2024, 12, 31), 1)]  # the rest of the year, and one more
    goes_on, (note,) = found(*to_the_end, *longer)
    whole_years = {day for day in days if (day.month, day.day) == (1, 1)}
    assert set(goes_on) == {(str(day), str(last)) for day, last, _ in [*to_the_end, *longer] if day not in whole_years}
    assert set(goes_on.values()) == {12}
    odd, of = 2 * (len(days) - len(whole_years)) + 1, 2 * len(days) + 1
    assert note == (
        f"contracts: {odd} of {of} that renew themselves have a first term that few others have: {odd} end on one day, "
        "as 2024-12-31 is, and are taken to go on by 12 months each time. If some go on for another time, give "
        "renewal_months"
    )


def test_any_day_of_the_year_may_be_the_end_and_plans_beside_it_stay() -> None:
    school = [(day, date(day.year + (day >= date(day.year, 8, 1)), 7, 31), 1) for day in signed(40)]
    goes_on, _ = found(*school, *MONTHLY)
    assert goes_on == {(str(day), str(last)): 12 for day, last, _ in school if (day.month, day.day) != (8, 1)}
    calendar = [(day, date(day.year, 12, 31), 1) for day in signed(40)]
    by_month = [(day, after(day, 1), 5) for day in firsts(24)]  # one of them ends with the year
    goes_on, _ = found(*calendar, *by_month)
    assert goes_on == {
        (str(day), str(last)): 12 for day, last, _ in calendar if (day.month, day.day) not in ((12, 1), (1, 1))
    }


@pytest.mark.parametrize(("period", "lasts"), [(6, 6), (3, 3), (1, 1)])
def test_so_do_terms_to_the_end_of_a_shorter_period(period: int, lasts: int) -> None:
    def end(day: date) -> date:
        month = (day.month - 1) // period * period
        return after(date(day.year, 1 + month, 1), period)

    goes_on, _ = found(*((day, end(day), 1) for day in signed(40)))
    assert set(goes_on.values()) == {lasts}
    assert len(goes_on) > 30


def test_a_year_and_the_rest_of_the_first_month_go_on_by_the_year() -> None:
    terms = [(day, after(after(day, 12).replace(day=1), 1), 1) for day in signed(40)]
    goes_on, (note,) = found(*terms)
    assert set(goes_on.values()) == {12}
    assert "12 months each time" in note


def test_terms_of_years_that_end_with_a_quarter_do_not_go_on_by_the_quarter() -> None:
    def end(day: date) -> date:
        return after(date(day.year + 2, 1 + (day.month - 1) // 3 * 3, 1), 3)

    goes_on, _ = found(*((day, end(day), 1) for day in signed(40)))
    assert min(goes_on.values()) == 24


def test_a_plan_of_so_many_months_goes_on_by_them_whenever_it_began() -> None:
    assert found(*YEARLY, *MONTHLY) == ({}, [])
    assert found(*((day, after(day, 6), 4) for day in firsts(24))) == ({}, [])
    # All begin in July: half a year ends with the year, and is the firm's term all the same.
    assert found(*((date(year, 7, 1), date(year, 12, 31), 20) for year in (2022, 2023, 2024))) == ({}, [])
    # Every length that is sold begins on New Year's day.
    assert found(*((date(2022, 1, 1), after(date(2022, 1, 1), months), 20) for months in (1, 2, 3, 4, 6))) == ({}, [])


def test_a_length_of_its_own_goes_on_as_most_do() -> None:
    free_month, odd = (date(2023, 3, 1), date(2024, 3, 31), 1), (date(2023, 3, 1), date(2023, 10, 17), 1)
    goes_on, (note,) = found(*YEARLY, free_month, odd)
    assert goes_on == {("2023-03-01", "2024-03-31"): 12, ("2023-03-01", "2023-10-17"): 12}
    assert note == (
        "contracts: 2 of 122 that renew themselves have a first term that few others have: 2 are taken to go on by 12 "
        "months, as most others do. If some go on for another time, give renewal_months"
    )
    day = date(2023, 3, 1)
    assert found((day, date(2024, 2, 29), 2), (day, date(2023, 9, 30), 1))[0] == {("2023-03-01", "2023-09-30"): 12}
    usual = (day, date(2024, 3, 31), 10)  # a plan of 13 months
    assert found(*YEARLY, usual) == ({}, [])


def test_a_month_is_one() -> None:
    _, (as_most,) = found(*MONTHLY, (date(2023, 3, 1), date(2023, 3, 17), 1))
    _, (to_the_end,) = found(*((day, after(day.replace(day=1), 1), 1) for day in signed(40)))
    assert "1 are taken to go on by 1 month, as" in as_most
    assert "to go on by 1 month each" in to_the_end


def test_a_part_of_what_most_have_may_be_a_plan_and_is_only_told_of() -> None:
    goes_on, (note,) = found(
        *YEARLY, (date(2023, 3, 1), date(2023, 3, 31), 2), (date(2023, 3, 1), date(2025, 2, 28), 1)
    )
    assert goes_on == {}
    assert "3 are taken to go on by the length of their first term. If some" in note


def test_without_anything_in_common_each_goes_on_by_its_length() -> None:
    lengths = np.random.default_rng(1).permutation(np.arange(20, 800, 19))
    terms = [(day, day + int(length) * DAY, 1) for day, length in zip(signed(40), lengths[:40], strict=True)]
    goes_on, (note,) = found(*terms)
    assert goes_on == {}
    assert note.startswith("contracts: 40 of 40 that renew themselves have a first term that few others have: 40 are")
    few = [(day, date(day.year, 12, 31), 1) for day in signed(4, 60)]
    assert found(*few)[0] == {}  # so few may end on one day by chance


HEAD = "account_id,starts_on,ends_on,renews,renewal_months"


def write(firm: Firm, *contracts: str) -> list[str]:
    (firm.folder / "orders.sql").unlink(missing_ok=True)
    firm.tables.pop("orders", None)
    firm.table("contracts", "\n".join([HEAD, *contracts]))
    firm.yaml("left: {by: contract}\n")
    return check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY).notes


def test_tables_say_what_was_found_and_what_the_source_says_stands(firm: Firm) -> None:
    rows = [f"A,{day},{date(day.year, 12, 31)},yes," for day in signed(40)]
    rows += ["B,2022-05-05,2022-12-31,yes,3", "B,2022-06-05,2022-12-31,no,"]
    notes = write(firm, *rows)
    assert sum("taken to go on by 12 months" in note for note in notes) == 1
    assert not any("renew themselves" in note for note in write(firm, *(f"{row.removesuffix('3')}9" for row in rows)))
    write(firm, *rows)
    firm.ingest()
    written = firm.kept("contracts")
    months = {account: [row["renewal_months"] for row in written if row["account_id"] == account] for account in "AB"}
    assert months["A"].count(12.0) == 39  # and one of a whole year
    assert months["B"] == [3.0, None]


@pytest.mark.parametrize("months", ["0", "-12", "1.5", "1201", "a year"])
def test_months_are_whole(firm: Firm, months: str) -> None:
    rows = [f"A,{day},,," for day in signed(40)]
    write(firm, *rows, f"A,2022-05-05,2022-12-31,yes,{months}")
    report = check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY)
    assert report.tables["contracts"].refused == 1


@pytest.mark.parametrize(
    ("months", "says_none"), [("0", True), ("-1", True), ("never", True), ("12 months", False), ("1.5", False)]
)
def test_what_may_say_that_there_are_none_is_named(firm: Firm, months: str, says_none: bool) -> None:
    ends = [f"B,2022-05-05,2022-12-31,no,{months}", f"B,2023-05-05,2023-12-31,no,{months}"]
    write(firm, *(f"A,{day},,," for day in signed(40)), *ends)
    (cause,) = (
        check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY).tables["contracts"].causes
    )
    none = f"If {months} says that there is none, write nullif(renewal_months, '{months}') AS renewal_months"
    assert cause.hint.startswith(none) == says_none
