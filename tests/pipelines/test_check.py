"""What `leaky check` says about a source: all that a run would stumble over before it trains, and what it would assume."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features.mistake import Mistake
from features.tables import TABLES
from models.definition import Left
from pipelines.check import check
from pipelines.dataset import read_rows
from pipelines.settings import Leak, Settings, Snapshots
from pipelines.snapshots import snapshots
from pipelines.train import train
from tests.pipelines.conftest import TODAY

FIRST = date(2023, 1, 1)


def report(firm, settings: Settings | None = None, as_of: date | None = None) -> list[str]:
    found = check(settings or Settings(), source=str(firm.folder), files=None, as_of=as_of, today=TODAY, home=firm.home)
    return found.lines()


def block(lines: list[str], title: str) -> list[str]:
    """The lines below a title, to the next blank one."""
    if title not in lines:
        return []
    rest = lines[lines.index(title) + 1 :]
    return [line.strip() for line in rest[: rest.index("") if "" in rest else None]]


def stops(lines: list[str]) -> list[str]:
    return block(lines, "A run would stop:")


def run_stops(firm, settings: Settings | None = None) -> str | None:
    """The line with which a run stops before it has trained; None where it does not."""
    settings = settings or Settings()
    try:
        firm.ingest(settings=settings)
        snapshots(settings, firm.home)
        train(settings.overridden({"train": {"rounds": 3, "min_child_samples": 5}}, by="the test"), firm.home)
    except Mistake as mistake:
        return str(mistake)
    return None


def trade(
    firm, last: int = 1275, leave: Callable[[int], int] = lambda number: 150 + 18 * number, more: str = ""
) -> None:
    """60 accounts that order every 20 days until they leave, and 10 that never do; the newest on 2026-06-23."""
    lines = ["account_id,ordered_at,amount"]
    for number in range(70):
        until = min(last, leave(number) if number < 60 else last)
        lines += [f"{number},{FIRST + timedelta(days=day)},10" for day in range(number % 20, until + 1, 20)]
    firm.table("orders", "\n".join(lines) + more)
    firm.tables.pop("accounts", None)
    (firm.folder / "accounts.sql").unlink(missing_ok=True)
    firm.yaml()


def test_it_names_rows_dates_and_what_is_missing_and_writes_nothing(firm) -> None:
    before = sorted(firm.folder.parent.rglob("*"))
    lines = report(firm)
    assert lines[:7] == [
        "Source corner_shop: amounts in EUR, times in Europe/Berlin",
        "as_of 2026-03-03: the day after the newest order, 2026-03-02",
        "",
        "Table                rows in        kept   refused  from        to",
        "accounts                   2           2         0",
        "orders                     3           3         0  2026-01-15  2026-03-02",
        f"Missing: {', '.join(name for name in TABLES if name not in ('accounts', 'orders'))}",
    ]
    assert sorted(firm.folder.parent.rglob("*")) == before


def test_it_names_the_features_that_are_lost_and_for_want_of_what(firm) -> None:
    lines = report(firm)
    assert "    calls: without all, for want of calls" in lines
    assert "    delivery: without all, for want of contacts, orders.delivered_at, orders.promised_at" in lines
    assert not any(line.startswith("    orders: ") and "days_since_order" in line for line in lines)
    firm.table("calls", "account_id,called_at,returned_at\nA,2026-01-01,")
    (calls,) = [line for line in report(firm) if line.startswith("    calls: ")]
    assert calls == "    calls: without unanswered_requests_90d, for want of calls.channel"
    firm.table("calls", "account_id,called_at,returned_at,channel\nA,2026-01-01,,email")
    assert not any(line.startswith("    calls: ") for line in report(firm))


def test_it_names_causes_and_goes_on_after_a_mistake(firm) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,2026-01-01,1\nX,2026-01-01,1\nA,16-10-2024,1")
    firm.table("calls", "account_id,called_at\nA,2026-01-01", "SELECT account_id FROM calls")
    firm.table("tickets", "account_id,opened_at\nA,2026-01-01", "SELECT account_id, opened_at FROM ticket")
    lines = report(firm)
    ids = "The ids of accounts are such as 'A'; leave out rows of others in orders.sql (WHERE …)"
    assert f"    refused: 1 have an account_id that accounts does not know, first at row 2, such as 'X'. {ids}" in lines
    hint = "Write options: {date_format: '%d-%m-%Y'} in source.yaml, or strptime(ordered_at, '%d-%m-%Y') AS ordered_at in orders.sql"
    assert (
        f"    refused: 1 have an ordered_at that is not a time, first at row 3, such as '16-10-2024'. {hint}" in lines
    )
    calls, tickets, orders = stops(lines)
    assert calls == f"{firm.folder}/calls.sql: no column 'called_at'; it gives account_id."
    assert tickets == (
        f"{firm.folder}/tickets.sql: no table 'ticket'; source.yaml gives accounts, orders, calls, tickets. "
        "Did you mean 'tickets'?"
    )
    assert orders == (
        "orders: 2 of 3 rows are refused: 1 have an account_id that accounts does not know ('X'), first at row 2; "
        "1 have an ordered_at that is not a time ('16-10-2024'), first at row 3; "
        f"ingest.max_refused allows 0.01 of the rows. {ids}. {hint}"
    )


def test_it_reports_a_source_whose_orders_cannot_be_read(firm) -> None:
    firm.sql("orders", "SELECT * FROM nowhere")
    lines = report(firm)
    assert lines[1] == "no as_of"
    assert stops(lines) == [f"{firm.folder}/orders.sql: no table 'nowhere'; source.yaml gives accounts, orders."]


def test_it_names_a_failed_table_and_that_no_other_gives_a_row(firm) -> None:
    firm.sql("orders", "SELECT * FROM orders WHERE amount < 0")
    firm.table("tickets", "account_id,opened_at\nA,2026-01-01", "SELECT account_id, opened_at FROM ticket")
    tickets, orders = stops(report(firm))
    assert tickets.startswith(f"{firm.folder}/tickets.sql: no table 'ticket'; ")
    none = f"{firm.folder}: none of orders.sql, contracts.sql and losses.sql gives a row; one of them is required."
    assert orders == none


def test_a_source_that_can_be_learned_from_passes_with_figures(firm) -> None:
    trade(firm)
    lines = report(firm)
    assert lines[-1] == "Nothing stops a run before training."
    known, *tested, scored = block(lines, "Snapshots:")
    assert known.startswith("to learn from: ")
    assert [line.split()[0] for line in tested] == ["tested"] * 12
    assert scored.startswith("to score: ")
    assert block(lines, "Snapshots:")[-1].endswith("accounts at risk on 2026-06-24")
    assert not firm.home.folder.exists()
    assert run_stops(firm) is None


@pytest.mark.parametrize(
    ("orders", "settings", "line"),
    [
        (lambda firm: None, Settings(), "snapshots: of none of 3 rows is it known yet who left"),
        (trade, Settings(snapshots=Snapshots(count=3)), "snapshots: of none of "),
        (lambda firm: trade(firm, leave=lambda _: 2000), Settings(), "snapshots: of 2,310 rows whose outcome is known nobody left by choice"),
        (trade, Settings(as_of=date(2023, 1, 1)), "as_of 2023-01-01: no order, contract or loss is left from before that day"),
    ],
)  # fmt: skip
def test_what_stops_a_run_is_what_check_names(firm, orders: Callable, settings: Settings, line: str) -> None:
    orders(firm)
    (named,) = stops(report(firm, settings))
    assert named.startswith(line)
    assert named == run_stops(firm, settings)


@pytest.mark.parametrize(
    ("orders", "settings", "advice"),
    [
        (lambda firm: trade(firm, last=300), Settings(), "The records reach back no further: give older ones"),
        (trade, Settings(snapshots=Snapshots(count=9)), "Give a longer history (snapshots.count)"),
        (trade, Settings(left=Left(horizon_days=600)), "Give a longer history (snapshots.count)"),
    ],
)
def test_a_history_too_short_for_a_model_stops_nothing_and_is_named(
    firm, orders: Callable, settings: Settings, advice: str
) -> None:
    orders(firm)
    lines = report(firm, settings)
    assert stops(lines) == []
    (named,) = [line for line in block(lines, "Snapshots:") if line.startswith("no model, so a rule of thumb")]
    assert "a model needs 20 that left and 20 that stayed" in named
    assert advice in named
    assert run_stops(firm, settings) is None


def test_a_leak_stops_a_run_and_is_named_by_check(firm) -> None:
    trade(firm)
    last = [(number, FIRST + timedelta(days=min(1275, 150 + 18 * number) // 20 * 20)) for number in range(0, 60, 20)]
    last += [(n, FIRST + timedelta(days=n % 20 + (150 + 18 * n - n % 20) // 20 * 20)) for n in range(60) if n % 20]
    contracts = [f"{number},2022-12-01,{day}" for number, day in last]
    firm.table("contracts", "\n".join(["account_id,starts_on,cancelled_at", *contracts]))
    (named,) = stops(report(firm))
    assert named.startswith("leak: contracts.cancelled_at: it lies on the day of the last order for ")
    assert named == run_stops(firm)
    accepted = Settings(leak=Leak(accept=("contracts.cancelled_at",)))
    assert stops(report(firm, accepted)) == []
    assert run_stops(firm, accepted) is None


def test_what_is_suspected_is_said_and_stops_nothing(firm) -> None:
    trade(firm)
    seen = [f"{n},{FIRST + timedelta(days=100 + 18 * n)},competitor_seen" for n in range(60)]
    firm.table("signals", "\n".join(["account_id,occurred_at,kind", *seen]))
    lines = report(firm)
    assert stops(lines) == []
    assert {line.partition(":")[0] for line in block(lines, "Seems to know who left:")} == {
        "competitors_seen_90d",
        "competitors_seen_180d",
        "competitors_seen_360d",
        "days_since_competitor_seen",
    }


def test_leavers_that_nobody_could_have_kept_are_none_to_learn_from(firm) -> None:
    trade(firm)
    losses = [f"{number},{FIRST + timedelta(days=151 + 18 * number)},involuntary" for number in range(60)]
    firm.table("losses", "\n".join(["account_id,lost_on,kind", *losses]))
    firm.yaml()
    (named,) = stops(report(firm))
    assert named.startswith("snapshots: of 1,287 rows whose outcome is known nobody left by choice")
    assert named == run_stops(firm)


def test_nobody_to_score_is_named(firm) -> None:
    trade(firm)
    (named,) = stops(report(firm, as_of=date(2026, 11, 1)))
    assert named == (
        "no account is at risk on 2026-11-01. Already gone: silent for longer than its outlook (70 accounts). "
        "Choose another day with --as-of."
    )


def test_where_all_order_too_rarely_another_day_is_no_advice(firm) -> None:
    trade(firm)
    orders = [f"{number},{FIRST + timedelta(days=day)},10" for number in range(40) for day in range(number, 1275, 30)]
    rare = [f"{number},{FIRST + timedelta(days=day)},10" for number in range(40, 99) for day in (700, 1000, 1274)]
    gone = [line for line in orders if line.split(",")[1] < "2025-06-01"]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *gone, *rare]))
    firm.yaml()
    (named,) = stops(report(firm))
    assert named == (
        "no account is at risk on 2026-06-29. Orders too rarely to be judged within 180 days (59 accounts); Already "
        "gone: silent for longer than its outlook (40 accounts). Allow a longer outlook (left.max_days), or go by "
        "left.by: silence with a longer left.horizon_days."
    )


def test_it_says_which_day_is_scored_and_why(firm) -> None:
    assert report(firm, as_of=date(2026, 3, 1))[1] == "as_of 2026-03-01: --as-of"
    params = Settings(as_of=date(2026, 2, 1))
    assert report(firm, params)[1] == "as_of 2026-02-01: params.yaml"
    firm.yaml("as_of: 2026-01-31\n")
    assert report(firm, params)[1] == "as_of 2026-01-31: source.yaml"
    assert report(firm, params, as_of=date(2026, 3, 1))[1] == "as_of 2026-03-01: --as-of"


def test_it_reads_a_source_by_the_sources_own_settings(firm) -> None:
    trade(firm)
    assert not stops(report(firm))
    firm.yaml("snapshots: {count: 3}\n")
    assert stops(report(firm))
    firm.yaml("ingest: {max_refused: 0.5}\n")
    firm.table("calls", "account_id,called_at\n1,2026-01-01\nnobody,2026-01-01")
    assert [line.partition(" rows")[0] for line in stops(report(firm))] == ["calls: 1 of 2"]
    firm.yaml("ingest: {max_refused: 0.5}\n")
    assert not stops(report(firm))


def test_it_says_what_is_assumed(firm) -> None:
    trade(firm, more="\n61,2029-06-15,10")
    orders = firm.folder / "files" / "orders.csv"
    orders.write_text("Sales\n\n" + orders.read_text().replace(",10\n", ",1.234\n").replace("2029", "2028"))
    found = check(Settings(), source=str(firm.folder), files=None, as_of=None, today=date(2029, 1, 1), home=firm.home)
    slip = (
        "orders: 1 rows lie 723 days or more after all others, on 2028-06-15; taken for slips and refused, so as_of "
        "follows 2026-06-23. If they are right, give the day to score: --as-of, or as_of in source.yaml"
    )
    points = (
        "amount of orders.csv: every point has three digits after it, as in 1.234; taken for a decimal point. "
        "Write options: {decimal: '.'} in source.yaml if it is one, else {decimal: ','}"
    )
    assert block(found.lines(), "Assumed, or unlike what one would expect:") == [
        "orders.csv: a line above the names of its columns is left out: 'Sales'",
        points,
        slip,
    ]
    assert found.as_of is not None
    assert (found.as_of.day, found.stops) == (date(2026, 6, 24), [])
    assert [cause.says for cause in found.tables["orders"].causes] == ["an ordered_at long after all others"]


def test_it_counts_what_counts_for_nothing(firm) -> None:
    firm.table("accounts", "account_id,name\nA,Abel\nB,Baker\nC,Cook\nD,Dyer\nE,Ely")
    firm.table(
        "orders",
        """
        account_id,ordered_at,amount,returned_amount
        A,2026-01-01,5,
        A,2026-01-02,0,
        A,2026-01-03,-5,
        B,2026-01-04,7,1
        B,2026-01-05,0,2
        C,2026-01-06,0,
        """,
    )
    assert block(report(firm), "Counts for nothing:") == [
        "orders: 4 of 6 rows have no positive amount; 1 of them say what came back",
        "accounts: 3 of 5 have no order that counts",
    ]


def test_contracts_that_were_cancelled_before_their_first_day_are_said(firm) -> None:
    firm.table(
        "contracts",
        """
        account_id,starts_on,ends_on,cancelled_at
        A,2026-01-01,2026-12-31,2025-12-20
        A,2026-02-01,2026-12-31,2026-01-31 09:30:00
        B,2026-02-01,2026-12-31,2026-02-01 09:30:00
        B,2026-02-01,2026-12-31,
        """,
    )
    (said,) = block(report(firm), "Counts for nothing:")
    assert said.startswith("contracts: 2 of 4 rows have a cancelled_at before their starts_on, and never come into")


def test_where_everything_counts_nothing_is_said(firm) -> None:
    assert "Counts for nothing:" not in report(firm)
    assert "Assumed, or unlike what one would expect:" not in report(firm)


def test_an_account_with_a_history_is_one_account(firm) -> None:
    firm.table(
        "accounts",
        "account_id,segment,valid_from\nA,small,2024-01-01\nB,small,2024-01-01\nC,small,2024-01-01\nC,large,2026-01-01",
    )
    assert block(report(firm), "Counts for nothing:") == ["accounts: 1 of 3 have no order that counts"]


def test_a_folder_that_is_no_source_cannot_even_be_opened(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match=r"no source\.yaml in this folder"):
        check(Settings(), source=str(tmp_path), files=None, as_of=None, today=TODAY)


def test_it_says_where_what_came_back_cannot_be_dated(firm) -> None:
    undated = "    value: what came back is not taken off, for want of orders.returned_at"
    assert undated not in report(firm)
    firm.table("orders", "account_id,ordered_at,amount,returned_amount\nA,2026-01-01,5,5")
    assert undated in report(firm)
    firm.table("orders", "account_id,ordered_at,amount,returned_amount,returned_at\nA,2026-01-01,5,5,2026-01-02")
    assert undated not in report(firm)


def test_before_training_it_is_said_what_accepts_nothing(firm, caplog) -> None:
    trade(firm)
    settings = Settings().overridden({"gate": {"accept_lost": ["calls", "an_old_feature"]}}, by="the test")
    said = "gate.accept_lost: 'an_old_feature' is no table, no table.column and no feature, so it accepts nothing."
    assert said in block(report(firm, settings), "Assumed, or unlike what one would expect:")
    assert run_stops(firm, settings) is None
    assert said in caplog.messages


def test_days_from_before_losses_were_kept_are_left_out_and_named(firm, caplog) -> None:
    days = [FIRST + timedelta(days=30 * number) for number in range(42)]
    opened = "".join(f"{number},{FIRST}\n" for number in range(300))
    firm.table("accounts", "account_id,opened_on\n" + opened)
    lost = "".join(f"{number},{days[24] + timedelta(days=2 * number)}\n" for number in range(200))
    firm.table("losses", "account_id,lost_on\n" + lost)
    calls = "".join(f"{number},{day},call\n" for number in range(300) for day in days)
    firm.table("contacts", "account_id,contacted_at,channel\n" + calls)
    firm.tables.pop("orders")
    (firm.folder / "orders.sql").unlink()
    firm.yaml("left: {by: losses}\n")
    (line,) = [line for line in block(report(firm), "Snapshots:") if line.startswith("left out: ")]
    assert "neither learned from nor tested on" in line
    run_stops(firm)
    assert f"train: {line.removeprefix('left out: ')}" in caplog.messages
    rows = read_rows(firm.home)
    before = rows["as_of"] < pd.Timestamp(days[24])
    assert rows.loc[before, "left"].isna().all()
    assert rows.loc[~before, "left"].notna().any()
