"""Times that were filled in afterwards are told from habits of the firm and from what it knew on the day."""

import pandas as pd

from features.tables import TABLES
from models.leaks_in_tables import fates_of, leaks_in

DAY = pd.Timedelta(days=1)
START = pd.Timestamp("2024-01-01")
NEWEST = START + 1000 * DAY
GONE, STAYED = [f"G{number:02d}" for number in range(30)], [f"S{number:02d}" for number in range(60)]


def last_orders() -> pd.DataFrame:
    """Leavers ordered last on a day of their own, and the others lately."""
    return pd.DataFrame(
        {
            "account_id": GONE + STAYED,
            "last_day": [START + 300 * DAY + 7 * n * DAY for n in range(30)] + [NEWEST - n * DAY for n in range(60)],
            "last_day_before": [START + 300 * DAY + 7 * n * DAY for n in range(30)]
            + [NEWEST - 100 * DAY - n * DAY for n in range(60)],
        }
    )


def outcomes() -> pd.DataFrame:
    left = pd.array([1.0] * len(GONE) + [None] * len(STAYED), dtype="Float64")
    return pd.DataFrame({"account_id": GONE + STAYED, "as_of": NEWEST, "left": left, "pace": "early"})


def fates(losses: pd.DataFrame | None = None) -> pd.DataFrame:
    return fates_of(outcomes(), last_orders(), losses, NEWEST)


def losses(written_after: int | None) -> pd.DataFrame:
    """A loss 40 days after every leaver's last order, written down so many days later."""
    lost_on = last_orders()["last_day"].head(len(GONE)) + 40 * DAY
    recorded = pd.NaT if written_after is None else lost_on + written_after * DAY
    return pd.DataFrame({"account_id": GONE, "lost_on": lost_on, "recorded_at": recorded})


def assignments(of_leavers: pd.Series, of_others: pd.Series | None = None) -> pd.DataFrame:
    ends = pd.concat([of_leavers, of_others if of_others is not None else pd.Series([pd.NaT] * len(STAYED))])
    return pd.DataFrame({"account_id": GONE + STAYED, "rep_id": "R", "starts_at": START, "ends_at": ends.to_numpy()})


def found(rows: pd.DataFrame, among: pd.DataFrame | None = None, table: str = "rep_assignments") -> list[str]:
    among = fates() if among is None else among
    return [f"{finding.code} {finding.name}" for finding in leaks_in(TABLES[table], rows, among)]


def test_who_ordered_again_after_a_loss_has_not_gone_and_who_is_overdue_has_no_fate() -> None:
    rows, orders = outcomes(), last_orders()
    rows.loc[rows["account_id"] == "S00", "pace"] = "overdue"
    mistaken = pd.DataFrame({"account_id": ["S01"], "lost_on": [NEWEST - 50 * DAY], "recorded_at": [NEWEST]})
    made = fates_of(rows, orders, mistaken, NEWEST)
    assert "S00" not in made.index
    assert list(made.index[made["is_gone"]]) == GONE
    assert made.loc["S01", "last_day"] == NEWEST - 101 * DAY


def test_times_at_a_fixed_distance_from_the_last_order_stop() -> None:
    last = last_orders()["last_day"].head(len(GONE))
    for days in (0, 1, -30):
        assert found(assignments(last + days * DAY)) == ["b rep_assignments.ends_at"]
    spread = pd.to_timedelta([3 * n % 80 for n in range(30)], unit="D")
    assert found(assignments(last - spread)) == []


def test_what_ends_by_itself_so_long_after_the_last_order_is_honest() -> None:
    assert found(assignments(last_orders()["last_day"].head(len(GONE)) + 60 * DAY)) == []


def test_a_habit_that_the_others_show_as_well_is_none() -> None:
    orders = last_orders()
    last, others = orders["last_day"].head(len(GONE)), orders["last_day_before"].tail(len(STAYED))
    assert found(assignments(last, others)) == []
    assert found(assignments(last, others - pd.to_timedelta([n % 60 for n in range(60)], unit="D"))) != []


def test_the_day_of_the_loss_is_honest_where_the_loss_was_known_that_day() -> None:
    lost_on = losses(None)["lost_on"]
    assert found(assignments(lost_on), fates(losses(0))) == []
    assert found(assignments(lost_on), fates(losses(20))) == ["b rep_assignments.ends_at"]
    assert found(assignments(lost_on), fates(losses(None))) == ["b rep_assignments.ends_at"]  # nobody says when
    assert found(assignments(lost_on)) == []  # no losses are on record


def test_one_day_for_leavers_alone_stops_and_for_everybody_does_not() -> None:
    day = pd.Series([START + 900 * DAY])
    assert found(assignments(day.repeat(len(GONE)))) == ["b rep_assignments.ends_at"]
    assert found(assignments(day.repeat(len(GONE)), day.repeat(len(STAYED)))) == []


def test_what_is_recorded_later_than_it_names_is_known_from_then_on_only() -> None:
    last = last_orders()["last_day"].head(len(GONE))
    rows = assignments(last)
    assert found(rows.assign(recorded_at=rows["ends_at"].fillna(START) + 30 * DAY)) == []
    assert found(rows.assign(recorded_at=START)) == ["b rep_assignments.ends_at"]


def test_rows_that_were_written_anew_for_leavers_stop_and_late_ones_of_everybody_do_not() -> None:
    rows = assignments(pd.Series([pd.NaT] * len(GONE)))
    is_gone = rows["account_id"].isin(GONE)
    late = START + 800 * DAY
    assert found(rows.assign(recorded_at=START)) == []
    assert found(rows.assign(recorded_at=rows["starts_at"].mask(is_gone, late))) == ["a rep_assignments.recorded_at"]
    assert found(rows.assign(recorded_at=late)) == []


def test_a_word_for_having_gone_stops_where_it_claims_to_be_old() -> None:
    rows = pd.DataFrame({"account_id": GONE + STAYED, "valid_from": START})
    rows["segment"] = rows["account_id"].map(
        lambda name: "gone" if name in GONE else ["small", "large"][int(name[1:]) % 2]
    )
    assert found(rows, table="accounts") == ["a accounts.segment"]
    assert found(rows.assign(segment=rows["segment"].replace("gone", None)), table="accounts") == ["a accounts.segment"]
    assert found(rows.assign(recorded_at=NEWEST), table="accounts") == []  # it counts from then on only
    assert found(rows.drop(columns="valid_from"), table="accounts") == []  # what is so today is no feature


def test_a_region_that_was_given_up_at_once_is_no_word_for_having_gone() -> None:
    rows = pd.DataFrame({"account_id": GONE + STAYED, "valid_from": START, "region": ["abroad"] * 30 + ["here"] * 60})
    among = fates()
    assert found(rows, among, table="accounts") == ["a accounts.region"]
    among.loc[GONE, "last_day"] = [START + (700 + 3 * n) * DAY for n in range(30)]
    assert found(rows, among, table="accounts") == []


def test_a_few_accounts_prove_nothing() -> None:
    last = last_orders()["last_day"].head(len(GONE))
    made = fates()
    assert found(assignments(last), made.loc[GONE[:10] + STAYED]) == ["b rep_assignments.ends_at"]
    assert found(assignments(last), made.loc[GONE[:9] + STAYED]) == []
    assert found(assignments(last), made.loc[GONE + STAYED[:9]]) == []


def test_a_delivery_that_always_takes_a_week_is_no_leak_where_leavers_ordered_in_one_rhythm() -> None:
    last = last_orders()["last_day"].head(len(GONE))
    rhythm = [90] * len(GONE) + [60 + n for n in range(len(STAYED))]  # the others order in rhythms of their own
    before = last_orders()["last_day_before"] - pd.to_timedelta(rhythm, unit="D")
    orders = pd.DataFrame({"account_id": GONE + STAYED, "ordered_at": before, "amount": 1.0})
    orders["delivered_at"] = orders["ordered_at"] + 7 * DAY
    assert found(orders, table="orders") == []
    orders.loc[orders["account_id"].isin(GONE), "delivered_at"] = last + DAY
    assert found(orders, table="orders") == ["b orders.delivered_at"]
