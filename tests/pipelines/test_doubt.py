"""What the tables are worth is judged of the day that is scored, by the rows that were known on it."""

from datetime import date, timedelta

import pandas as pd
import pytest

from models.doubt import NO_DOUBT
from pipelines.doubt import Records, doubt_of
from pipelines.home import Home
from pipelines.intake.manifest import Found, Manifest, Thinned
from pipelines.score import score
from pipelines.scored import Scored


def rewritten(home: Home, name: str, happened: str, dropped: tuple[date, date], part: float = 1.0) -> Manifest:
    """The manifest of a home of which a table has lost its rows, or one in so many, from a day to before another, as an
    ingest would have written it.
    """
    path = home.tables / f"{name}.parquet"
    rows = pd.read_parquet(path)
    is_in = rows[happened].between(*map(pd.Timestamp, dropped), inclusive="left")
    is_lost = is_in & (rows.groupby(is_in).cumcount() % 10 < 10 * part)
    rows[~is_lost].to_parquet(path)
    manifest = Manifest.read(home)
    there = Records(home, manifest.model_copy(update={"as_of": manifest.as_of + timedelta(days=1)}))
    found = there.found(manifest.as_of)
    manifest = manifest.model_copy(update={"ended": dict(found.ended), "thinned": dict(found.thinned)})
    manifest.write(home.manifest)
    return manifest


def notice(settings, home: Home, as_of: date) -> str:
    score(settings, home, as_of)
    return Scored.read(home, as_of).notice


def test_a_table_that_ends_after_the_day_is_in_no_doubt_on_it(own_home: Home, small_settings) -> None:
    as_of = Manifest.read(own_home).as_of
    last = as_of - timedelta(days=40)
    manifest = rewritten(own_home, "contacts", "contacted_at", (last, as_of))
    records = Records(own_home, manifest)

    assert "days_since_contact" in records.doubt(as_of).worse
    assert "The records (contacts) end" in notice(small_settings, own_home, as_of)
    for day in (last, last - timedelta(days=60)):
        assert records.doubt(day) == NO_DOUBT
        assert "The records" not in notice(small_settings, own_home, day)


def test_a_table_that_went_on_after_a_gap_is_in_doubt_within_it(own_home: Home, small_settings) -> None:
    as_of = Manifest.read(own_home).as_of
    begins, goes_on = as_of - timedelta(days=120), as_of - timedelta(days=80)
    manifest = rewritten(own_home, "contacts", "contacted_at", (begins, goes_on))
    records = Records(own_home, manifest)

    assert records.doubt(as_of) == NO_DOUBT
    assert "The records" not in notice(small_settings, own_home, as_of)
    assert "days_since_contact" in records.doubt(goes_on).worse
    said = notice(small_settings, own_home, goes_on)
    assert f"The records (contacts) end on {begins - timedelta(days=1)}" in said
    assert Scored.read(own_home, goes_on).scores["reason_1"].str.contains("as far as").any()


def test_rows_that_came_in_later_were_not_known_on_the_day(own_home: Home) -> None:
    manifest = Manifest.read(own_home)
    last, back = manifest.as_of - timedelta(days=120), manifest.as_of - timedelta(days=60)
    path = own_home.tables / "calls.parquet"
    calls = pd.read_parquet(path)
    late = calls["called_at"].between(pd.Timestamp(last), pd.Timestamp(back), inclusive="left")
    calls.loc[late, "recorded_at"] = pd.Timestamp(back)
    calls.to_parquet(path)
    records = Records(own_home, manifest)

    assert set(records.found(back).ended) == {"calls"}
    assert records.found(back + timedelta(days=1)) == Found()


def test_so_is_one_of_which_half_is_lost(own_home: Home, small_settings) -> None:
    as_of = Manifest.read(own_home).as_of
    manifest = rewritten(own_home, "contacts", "contacted_at", (as_of - timedelta(days=40), as_of), part=0.6)
    assert list(manifest.thinned) == ["contacts"]

    assert "days_since_contact" in Records(own_home, manifest).doubt(as_of).worse
    assert Records(own_home, manifest).doubt(as_of - timedelta(days=40)) == NO_DOUBT
    short = manifest.thinned["contacts"]
    hold = f"The records (contacts) hold {short.rows:,} rows of the {short.days} days before {as_of}"
    assert hold in notice(small_settings, own_home, as_of)
    told = Scored.read(own_home, as_of).scores
    doubted = [told[f"reason_{place}"].str.contains("as far as", na=False) for place in (1, 2)]
    assert doubted[1].sum() > doubted[0].sum() > 0
    assert not (doubted[0] & ~doubted[1] & (told["reason_2_shap"] >= 0.1)).any(), "none stands before one of weight"


@pytest.mark.parametrize(
    "found",
    [Found(ended={"calls": date(2026, 5, 1)}), Found(thinned={"calls": Thinned(days=28, rows=40, usual=90)})],
)
def test_features_of_a_table_that_has_ended_or_thinned_out_are_in_doubt(scored_home: Home, found: Found) -> None:
    doubt = doubt_of(found, Manifest.read(scored_home).columns)

    assert {"unreturned_calls_90d", "oldest_open_call", "days_since_heard"} <= doubt.worse & doubt.better
    assert not {"days_since_contact", "days_since_order"} & (doubt.worse | doubt.better)
    assert doubt_of(Found(), Manifest.read(scored_home).columns) == NO_DOUBT


def test_rows_that_are_there_are_no_less_for_those_that_are_missing(scored_home: Home) -> None:
    doubt = doubt_of(
        Found(ended=dict.fromkeys(["signals", "contacts"], date(2026, 5, 1))), Manifest.read(scored_home).columns
    )

    assert "complaints_180d" not in doubt.worse
    assert "complaints_180d" in doubt.better
    assert "conversations_30d" in doubt.worse
    assert "conversations_30d" not in doubt.better
    assert "days_since_contact" in doubt.worse & doubt.better
