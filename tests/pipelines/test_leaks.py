"""What was written into a firm's records once an account had gone is found before anything is learned from it."""

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from features.mistake import Mistake
from models.leaks import Finding, Leaks
from pipelines.dataset import read_rows
from pipelines.home import Home
from pipelines.leaks import find_leaks, gone_accounts, stop_at_leaks
from pipelines.settings import Leak, Settings
from pipelines.snapshots import snapshots

DAY = pd.Timedelta(days=1)
Plant = Callable[[pd.DataFrame, pd.DataFrame, np.random.Generator], pd.DataFrame]


@pytest.fixture
def planted(own_home: Home, small_settings: Settings) -> Callable[..., Leaks]:
    """Rewrites a table of the small firm and looks for leaks: plant(rows, gone accounts, chance) gives the new rows."""

    def run(table: str, plant: Plant, settings: Leak = Leak()) -> Leaks:  # noqa: B008 - a frozen value
        path = own_home.tables / f"{table}.parquet"
        gone = gone_accounts(own_home, read_rows(own_home))
        rows = pd.read_parquet(path)
        plant(rows, gone, np.random.default_rng(3)).sort_values("account_id", kind="stable").to_parquet(path)
        snapshots(small_settings, own_home)
        return find_leaks(settings, own_home, read_rows(own_home))

    return run


def names(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.code, finding.name) for finding in findings]


def former_customers(accounts: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    return accounts.assign(
        segment=accounts["segment"].where(~accounts["account_id"].isin(gone.index), "former customer")
    )


def of_day(rows: pd.DataFrame, column: str, day: pd.Series | pd.Timestamp) -> pd.DataFrame:
    """The rows of leavers and others, with a time set in the last row of each leaver."""
    last = ~rows["account_id"].duplicated(keep="last") & rows["last_day"].notna()
    return rows.assign(**{column: rows[column].mask(last, day)}).drop(columns=["last_day", "lost_on"])


def cancelled(when: Callable[[pd.DataFrame, np.random.Generator], pd.Series]) -> Plant:
    """Every leaver gave notice then, and nobody else ever did."""

    def plant(contracts: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        more = pd.DataFrame({"account_id": gone.index.difference(contracts["account_id"])})
        more["starts_on"] = contracts["starts_on"].min()
        all_ = pd.concat([contracts, more], ignore_index=True).sort_values(["account_id", "starts_on"])
        all_["cancelled_at"] = pd.Series(pd.NaT, all_.index, dtype=contracts["cancelled_at"].dtype)
        rows = all_.join(gone, on="account_id")
        return of_day(rows, "cancelled_at", when(rows, chance))

    return plant


def test_an_honest_firm_gives_no_alarm(scored_home: Home) -> None:
    assert find_leaks(Leak(), scored_home, read_rows(scored_home)) == Leaks()
    assert json.loads(scored_home.leaks.read_text()) == {"findings": []}


def test_a_segment_of_former_customers_stops(planted) -> None:
    leaks = planted("accounts", former_customers)
    assert ("a", "accounts.segment") in names(leaks.stops)
    assert "accounts of which it says 'former customer' while they still ordered" in leaks.stops[0].line


def test_a_segment_that_is_changed_once_the_account_has_gone_is_honest(planted) -> None:
    def afterwards(accounts: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        last = accounts[accounts["account_id"].isin(gone.index)].drop_duplicates("account_id", keep="last")
        at = last["account_id"].map(gone["last_day"]) + pd.to_timedelta(chance.integers(95, 150, len(last)), unit="D")
        return pd.concat([accounts, last.assign(segment="former customer", valid_from=at, recorded_at=at)])

    assert planted("accounts", afterwards) == Leaks()


def test_a_change_dated_back_to_the_last_order_stops(planted) -> None:
    def dated_back(accounts: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        last = accounts[accounts["account_id"].isin(gone.index)].drop_duplicates("account_id", keep="last")
        at = last["account_id"].map(gone["last_day"])
        return pd.concat([accounts, last.assign(segment="dormant", valid_from=at, recorded_at=at)])

    assert ("b", "accounts.valid_from") in names(planted("accounts", dated_back).stops)


def test_rows_of_leavers_that_were_written_anew_after_the_loss_stop(planted) -> None:
    def anew(invoices: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        at = invoices["account_id"].map(gone["last_day"]) + 120 * DAY
        return invoices.assign(recorded_at=invoices["recorded_at"].where(at.isna(), at))

    (finding,) = planted("invoices", anew).stops
    assert (finding.code, finding.name) == ("a", "invoices.recorded_at")


def test_contacts_that_were_deleted_with_the_account_stop_and_may_be_accepted(planted) -> None:
    def deleted(contacts: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        return contacts[~contacts["account_id"].isin(gone.index)]

    (finding,) = planted("contacts", deleted).stops
    assert (finding.code, finding.name) == ("a", "contacts.account_id")
    assert planted("contacts", deleted, Leak(accept=("contacts.account_id",))) == Leaks()


def test_leavers_handed_to_the_house_account_in_their_old_rows_stop(planted) -> None:
    def handed(assignments: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        return assignments.assign(
            rep_id=assignments["rep_id"].mask(assignments["account_id"].isin(gone.index), "HOUSE")
        )

    (finding,) = planted("rep_assignments", handed).stops
    assert (finding.code, finding.name) == ("a", "rep_assignments.rep_id")
    assert "'HOUSE'" in finding.line


def test_notice_on_the_day_of_the_last_order_stops_and_may_be_accepted(planted) -> None:
    on_the_day = cancelled(lambda rows, _: rows["last_day"])
    (finding,) = planted("contracts", on_the_day).stops
    assert (finding.code, finding.name) == ("b", "contracts.cancelled_at")
    assert finding.line.startswith("contracts.cancelled_at: it lies on the day of the last order for ")
    assert planted("contracts", on_the_day, Leak(accept=("contracts.cancelled_at",))) == Leaks()


def test_assignments_closed_on_one_day_for_leavers_alone_stop(planted) -> None:
    def closed(assignments: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        of = assignments.sort_values(["account_id", "starts_at"]).join(gone, on="account_id")
        return of_day(of, "ends_at", gone["last_day"].max())

    (finding,) = planted("rep_assignments", closed).stops
    assert (finding.code, finding.name) == ("b", "rep_assignments.ends_at")
    assert finding.seen.endswith("filled in on one day")


def test_a_time_that_is_the_day_of_a_loss_written_down_weeks_later_stops(planted) -> None:
    def closed(assignments: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        of = assignments.sort_values(["account_id", "starts_at"]).join(gone, on="account_id")
        return of_day(of, "ends_at", of["lost_on"].astype(of["ends_at"].dtype))

    (finding,) = planted("rep_assignments", closed).stops
    assert (finding.code, finding.name) == ("b", "rep_assignments.ends_at")
    assert "it is the day of the loss" in finding.seen


def seen_before_leaving(home: Home, nearest: int, farthest: int) -> Plant:
    """A competitor was seen so many days before the last order of nearly all who left, and nowhere else."""
    rows = read_rows(home)
    left = rows[rows["left"] == 1]
    last_order = left["as_of"] - pd.to_timedelta(left["days_since_order"].astype(float), unit="D")

    def plant(signals: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        before = pd.to_timedelta(chance.integers(nearest, farthest + 1, len(left)), unit="D")
        at = (last_order - before).astype(signals["occurred_at"].dtype)
        seen = pd.DataFrame({"account_id": left["account_id"], "occurred_at": at, "kind": "competitor_seen"})
        seen = seen.assign(recorded_at=at)[chance.random(len(left)) < 0.98]
        return pd.concat([signals[signals["kind"] != "competitor_seen"], seen], ignore_index=True)

    return plant


def test_what_only_leavers_have_is_suspected_and_may_be_accepted(own_home: Home, planted) -> None:
    leaks = planted("signals", seen_before_leaving(own_home, 31, 60))
    seen = ("competitors_seen_180d", "competitors_seen_360d")
    assert (leaks.stops, names(leaks.suspected)) == ((), [("c", name) for name in seen])
    assert "it reads signals.kind, signals.occurred_at" in leaks.suspected[0].line
    rows = read_rows(own_home)
    for accepted in (("signals.kind",), seen):
        assert find_leaks(Leak(accept=accepted), own_home, rows) == Leaks()
    assert find_leaks(Leak(auc=0.999), own_home, rows) == Leaks()  # it was known long before the loss


def test_what_comes_only_in_the_last_days_before_the_loss_is_suspected(own_home: Home, planted) -> None:
    plant = seen_before_leaving(own_home, 0, 29)
    leaks = planted("signals", plant, Leak(auc=1))
    assert leaks.stops == ()
    assert ("d", "competitors_seen_90d") in names(leaks.suspected)
    assert "without what was recorded in the last 30 days before the last order" in leaks.suspected[0].line


def test_honest_notice_gives_no_alarm(planted) -> None:
    def some_weeks_before(rows: pd.DataFrame, chance: np.random.Generator) -> pd.Series:
        notice = rows["last_day"] - pd.to_timedelta(chance.integers(-20, 90, len(rows)), unit="D")
        return notice.where(chance.random(len(rows)) < 0.6)

    assert planted("contracts", cancelled(some_weeks_before)) == Leaks()


def all_give_notice(home: Home, nearest: int, farthest: int) -> Plant:
    """Every account has a contract that renews itself, and every leaver gives notice so many days before its last order."""

    def plant(contracts: pd.DataFrame, gone: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
        more = pd.DataFrame({"account_id": sorted(set(read_rows(home)["account_id"]))})
        began = contracts["starts_on"].min()
        more = more.assign(starts_on=began, ends_on=began + 364 * DAY.to_pytimedelta(), renews="yes")
        before = pd.to_timedelta(chance.integers(nearest, farthest + 1, len(more)), "D")
        notice = more["account_id"].map(gone["last_day"]) - before
        return more.assign(cancelled_at=notice.astype(contracts["cancelled_at"].dtype))

    return plant


def test_honest_notice_of_all_who_leave_gives_no_alarm(own_home: Home, planted) -> None:
    assert planted("contracts", all_give_notice(own_home, 0, 60)) == Leaks()


def test_notice_that_is_accepted_counts_for_what_goes_by_it_without_needing_it(own_home: Home, planted) -> None:
    leaks = planted("contracts", all_give_notice(own_home, 1, 28))
    assert {"has_notice", "days_to_renewal"} <= {finding.name for finding in leaks.suspected}
    assert all("contracts.cancelled_at" in finding.seen for finding in leaks.suspected)
    assert find_leaks(Leak(accept=("contracts.cancelled_at",)), own_home, read_rows(own_home)) == Leaks()


def test_training_stops_with_the_columns_name_and_leaves_its_findings(own_home: Home, planted) -> None:
    planted("contracts", cancelled(lambda rows, _: rows["last_day"]))
    with pytest.raises(Mistake, match=r"^leak: contracts\.cancelled_at: .*leak\.accept: \[contracts\.cancelled_at\]"):
        stop_at_leaks(Leak(), own_home, read_rows(own_home))
    (finding,) = Leaks.from_json(own_home.leaks.read_text()).stops
    assert finding.name == "contracts.cancelled_at"


def test_a_name_that_is_no_column_cannot_be_accepted(scored_home: Home) -> None:
    with pytest.raises(Mistake, match=r"leak\.accept: 'contracts\.canceled_at' is no .*'contracts\.cancelled_at'"):
        find_leaks(Leak(accept=("contracts.canceled_at",)), scored_home, read_rows(scored_home))
