"""Where there are no orders: how far the records reach, by contracts that may have been planned and by all else."""

from collections import Counter
from datetime import date, timedelta

import pytest

from pipelines.intake.newest import Starts, what_starts_tell
from tests.pipelines.conftest import Firm

FIRST = date(2023, 1, 1)
REACH = date(2026, 3, 14)  # a Saturday
DAYS = (REACH - FIRST).days


def ago(*days: int, a_day: int = 1) -> Counter[date]:
    """So many rows on each of some days before REACH (negative: after it)."""
    return Counter({REACH - timedelta(days=day): a_day for day in days})


def firsts(until: date, a_month: int = 10) -> Counter[date]:
    """Rows on the first of each month."""
    months = [date(year, month, 1) for year in range(2023, 2028) for month in range(1, 13)]
    return Counter({day: a_month for day in months if day <= until})


DAILY = ago(*range(DAYS), a_day=5)
WEEKDAYS = Counter({day: rows for day, rows in DAILY.items() if day.weekday() < 5}) + ago(0)
SELDOM = ago(*range(0, DAYS, 70))  # five a year
WEEKLY = ago(*range(0, DAYS, 7))
STEADY = ago(*range(DAYS))  # one contract a day
AHEAD = Counter({date(2026, 4, 1): 7, date(2026, 5, 1): 3, date(2026, 6, 1): 1})


@pytest.mark.parametrize(
    ("recorded", "starts", "expected"),
    [
        (DAILY, firsts(REACH), Starts.OLDER),
        (DAILY, Counter(), Starts.OLDER),
        (Counter(), firsts(REACH), Starts.ALONE),
        # All begin on the first of the next month, by habit.
        (DAILY, firsts(REACH) + ago(-18, a_day=6), Starts.PLANNED),
        (WEEKDAYS, firsts(REACH) + ago(-18, a_day=6), Starts.PLANNED),
        (WEEKLY, firsts(REACH) + ago(-18, a_day=6), Starts.PLANNED),
        (WEEKLY, firsts(REACH) + ago(-7), Starts.SELDOM),  # a week without a row is nothing unusual
        (WEEKLY, firsts(REACH) + ago(-8), Starts.PLANNED),
        (DAILY, firsts(REACH) + AHEAD, Starts.PLANNED),
        (DAILY, STEADY + AHEAD, Starts.PLANNED),
        (DAILY, firsts(REACH) + ago(-300), Starts.PLANNED),  # a slip of the pen
        (DAILY, firsts(REACH) + ago(-18, a_day=10), Starts.PLANNED),
        # All begin in January, and most have signed by the middle of March before.
        (DAILY, Counter({date(year, 1, 1): 100 for year in (2024, 2025, 2026)} | {date(2027, 1, 1): 60}), Starts.PLANNED),
        # A spring in which many begin every year, of which some have signed by March.
        (DAILY, ago(*range(1, 90, 5), *range(275, 365), *range(-100, 0, 3)), Starts.PLANNED),
        # A few tickets a year, or twenty in all.
        (SELDOM, firsts(date(2026, 5, 1)), Starts.SELDOM),
        (SELDOM, STEADY + ago(*range(-200, 0)), Starts.SELDOM),
        (ago(*range(19)), STEADY + ago(-30), Starts.SELDOM),
        (ago(*range(20)), STEADY + ago(-30), Starts.PLANNED),
        # Another table is of an old export, and contracts go on.
        (DAILY, firsts(REACH + timedelta(days=200)), Starts.GO_ON),
        (DAILY, STEADY + ago(*range(-300, 0)), Starts.GO_ON),
        (DAILY, STEADY + ago(*range(-90, 0, 2)), Starts.GO_ON),
        (DAILY, STEADY + ago(*range(-88, 0, 2), -90), Starts.GO_ON),  # 45 in 90 days, where 90 are usual
        (DAILY, STEADY + ago(*range(-86, 0, 2), -90), Starts.PLANNED),
        (DAILY, STEADY + ago(*range(-89, 0)), Starts.PLANNED),  # less than a quarter tells nothing
    ],
)  # fmt: skip
def test_what_first_days_tell(recorded: Counter[date], starts: Counter[date], expected: Starts) -> None:
    assert what_starts_tell(recorded, starts) is expected


TICKETS = [f"A,{date(2025, 11, 1) + timedelta(days=day)}" for day in range(150)]  # to 2026-03-30
SIGNED = [f"{account},2025-{month:02}-01,2026-12-31,," for month in range(1, 13) for account in "AB"]


def write(firm: Firm, *contracts: str) -> None:
    (firm.folder / "orders.sql").unlink(missing_ok=True)
    head = "account_id,starts_on,ends_on,cancelled_at,recorded_at"
    firm.table("contracts", "\n".join([head, *SIGNED, *contracts]))


def test_planned_first_days_do_not_move_the_day_and_it_is_said(firm: Firm, caplog) -> None:
    caplog.set_level("INFO")
    write(firm, "A,2026-05-01,2027-04-30,,", "B,2026-06-01,,,")
    firm.table("tickets", "\n".join(["account_id,opened_at", *TICKETS]))
    manifest = firm.ingest(max_refused=0)
    assert manifest.as_of == date(2026, 3, 31)
    assert manifest.tables["contracts"].kept == 26
    assert "as_of 2026-03-31: the day after the newest row of tickets, 2026-03-30" in caplog.messages
    assert (
        "contracts: 2 rows with a starts_on after 2026-03-30, up to 2026-06-01, where nothing else on record is of a later "
        "day: taken for planned, so as_of follows 2026-03-30. If the records reach further, give the day to score "
        "(--as-of, or as_of in source.yaml); if not, give recorded_at, the day on which each was signed or entered, and "
        "they count from then on"
    ) in caplog.messages
    caplog.clear()
    assert firm.ingest(as_of=date(2026, 6, 2)).as_of == date(2026, 6, 2)
    assert "taken for planned" not in caplog.text


def test_notice_and_answers_show_that_the_records_reach_further(firm: Firm) -> None:
    write(firm, "A,2026-01-01,2026-12-31,2026-04-20 10:00:00,", "B,2026-06-01,,,")
    firm.table("tickets", "\n".join(["account_id,opened_at", *TICKETS]))
    assert firm.ingest(max_refused=0).as_of == date(2026, 4, 21)
    firm.table("tickets", "\n".join(["account_id,opened_at,resolved_at", *(f"{row},2026-04-25" for row in TICKETS)]))
    assert firm.ingest(max_refused=0).as_of == date(2026, 4, 26)
    write(firm, "A,2026-01-01,2026-12-31,2026-06-20,", "B,2026-06-01,,,")  # the day on which it ends, perhaps
    assert firm.ingest(max_refused=0).as_of == date(2026, 4, 26)


def test_where_nothing_else_says_it_the_last_first_day_does_and_it_is_said(firm: Firm, caplog) -> None:
    caplog.set_level("INFO")
    write(firm, "A,2026-05-01,2027-04-30,,")
    assert firm.ingest(max_refused=0).as_of == date(2026, 5, 2)
    assert (
        "contracts: as_of follows the newest starts_on, 2026-05-01, as nothing else says how far the records reach; if some "
        "were planned ahead, that is too late, and everybody seems silent: give the day to score (--as-of, or as_of in "
        "source.yaml), or recorded_at, the day on which each was signed or entered"
    ) in caplog.messages


def test_where_all_else_is_seldom_the_last_first_day_says_it(firm: Firm, caplog) -> None:
    caplog.set_level("INFO")
    write(firm, "A,2026-05-01,2027-04-30,,")
    firm.table("tickets", "account_id,opened_at\nA,2025-06-01\nB,2025-12-01\nA,2026-04-10")
    assert firm.ingest(max_refused=0).as_of == date(2026, 5, 2)
    assert (
        "all else ends 21 days before, on 2026-04-10, and comes so seldom that this is nothing unusual" in caplog.text
    )
    caplog.clear()
    firm.table("tickets", "account_id,opened_at\nA,2025-06-01\nB,2025-12-01\nA,2026-04-24")
    assert firm.ingest(max_refused=0).as_of == date(2026, 5, 2)
    assert "comes so seldom" not in caplog.text  # a week is not worth a word


def test_where_all_else_has_ended_and_contracts_go_on_the_day_goes_with_them(firm: Firm, caplog) -> None:
    caplog.set_level("INFO")
    write(firm, *(f"{account},2026-{month:02}-01,2026-12-31,," for month in range(1, 7) for account in "AB"))
    firm.table("tickets", "\n".join(["account_id,opened_at", *TICKETS[:60]]))  # to 2025-12-30
    assert firm.ingest(max_refused=0).as_of == date(2026, 6, 2)
    assert "all else ends 153 days before, on 2025-12-30, and rows begin after that as before" in caplog.text


def test_who_takes_over_an_account_later_was_planned_as_well(firm: Firm, caplog) -> None:
    caplog.set_level("INFO")
    write(firm)
    firm.table("reps", "rep_id\nR")
    firm.table("tickets", "\n".join(["account_id,opened_at", *TICKETS]))
    firm.table("rep_assignments", "account_id,rep_id,starts_at\nA,R,2025-01-01\nB,R,2026-06-01")
    assert firm.ingest(max_refused=0).as_of == date(2026, 3, 31)
    write(firm, "A,2026-05-01,2027-04-30,,", "B,2026-05-02,,,")
    assert firm.ingest(max_refused=0).as_of == date(2026, 3, 31)
    assert (
        "contracts: 2 rows with a starts_on after 2026-03-30, up to 2026-05-02; rep_assignments: 1 row with a starts_at "
        "after 2026-03-30, up to 2026-06-01, where nothing else on record is of a later day: taken for planned"
    ) in caplog.text
    write(firm)
    firm.table("tickets", "account_id,opened_at\nA,2025-06-01\nB,2025-12-01\nA,2026-04-10")
    assert firm.ingest(max_refused=0).as_of == date(2026, 6, 2)


HEAD = "account_id,starts_on,ends_on,renews,cancelled_at"
MONDAYS = [date(2025, 1, 6) + timedelta(days=7 * week) for week in range(60)]  # to 2026-02-23


def of_contracts(firm: Firm, *contracts: str, takes_effect: bool = False) -> date:
    """as_of of a firm with a contract a week, of which notice was given of every tenth one, in its first term."""
    (firm.folder / "orders.sql").unlink(missing_ok=True)
    rows = []
    for number, first in enumerate(MONDAYS):
        last = first + timedelta(days=364)
        notice = last if takes_effect else first + timedelta(days=20)
        rows.append(f"A,{first},{last},no,{notice if number % 10 == 0 and notice <= MONDAYS[-1] else ''}")
    firm.table("contracts", "\n".join([HEAD, *rows, *contracts]))
    return firm.ingest(max_refused=0).as_of


LATE = ["B,2025-09-01,2026-03-15,no,2026-03-01", "B,2025-10-01,2026-04-30,no,2026-03-04"]


def test_notice_of_an_end_that_is_on_record_is_no_later_than_as_of(firm: Firm, caplog) -> None:
    """The end was written down with the notice: without it there would be an end that nobody gave notice of."""
    caplog.set_level("INFO")
    assert of_contracts(firm) == date(2026, 2, 24)
    assert of_contracts(firm, *LATE) == date(2026, 3, 5)
    assert "as_of 2026-03-05: the day after the newest cancelled_at of contracts, 2026-03-04" in caplog.messages


def test_notice_of_what_renews_itself_counts_in_any_term(firm: Firm) -> None:
    assert of_contracts(firm, "B,2025-01-01,2025-03-31,yes,2026-03-01") == date(2026, 3, 2)
    assert of_contracts(firm, "B,2025-01-01,2025-02-28,yes,2026-02-28") == date(2026, 2, 24)  # a term's last day
    assert of_contracts(firm, "B,2025-01-01,2025-02-28,yes,2026-03-01") == date(2026, 2, 24)  # the day after one


def test_the_day_on_which_notice_takes_effect_may_be_still_to_come(firm: Firm) -> None:
    assert of_contracts(firm, *LATE, takes_effect=True) == date(2026, 2, 24)
    assert of_contracts(firm, "B,2025-09-01,2026-03-01,no,2026-03-01") == date(2026, 2, 24)


def test_a_slip_of_the_pen_in_a_notice_moves_nothing(firm: Firm) -> None:
    assert of_contracts(firm, "B,2025-09-01,2026-12-31,no,2026-03-20") == date(
        2026, 2, 24
    )  # after 25 days, and 7 usual
    assert of_contracts(firm, *LATE, "B,2025-09-01,2026-12-31,no,2026-06-20") == date(2026, 3, 5)


def test_no_notice_is_of_a_day_after_today(firm: Firm) -> None:
    weekly = [f"B,2025-09-01,2027-12-31,no,{MONDAYS[-1] + timedelta(days=7 * week)}" for week in range(1, 30)]
    assert of_contracts(firm, *weekly) == date(2026, 6, 30)  # the last Monday before 2026-07-01
