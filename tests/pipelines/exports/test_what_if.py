"""What if: what the model would say had one thing been done."""

from datetime import timedelta

import pandas as pd
import pytest

from features.compute.altered import Altered
from features.compute.duckdb import DuckDB
from models.definition import PaceBy
from pipelines.at_risk import features_at
from pipelines.doubt import Records
from pipelines.exports.past_risk import COLUMNS, known_lately, past_risk, past_risk_lines
from pipelines.exports.scorer import scorer_of
from pipelines.exports.what_if import DEEDS, NEW_REP, rows_after, what_if, what_if_lines
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.score import ranked
from pipelines.scored import Scored


@pytest.fixture(scope="module")
def scored(scored_home: Home) -> Scored:
    return Scored.read(scored_home, Manifest.read(scored_home).as_of)


def asked(settings, home: Home, scored: Scored, account_id: str) -> pd.DataFrame:
    """What would help an account."""
    manifest = Manifest.read(home)
    now, _ = features_at(settings, home, manifest.as_of, only=[account_id])
    return what_if(home, manifest.as_of, now, scorer_of(home, manifest, scored))


def with_open_call(home: Home, scored: Scored) -> str:
    """The riskiest account with a call of the last month that nobody returned."""
    calls = pd.read_parquet(home.tables / "calls.parquet")
    as_of = pd.Timestamp(Manifest.read(home).as_of)
    lately = calls["called_at"].between(as_of - timedelta(days=30), as_of, inclusive="left")
    lately &= calls["channel"].fillna("call") == "call"
    waiting = calls.loc[lately & ~(calls["returned_at"] < as_of), "account_id"]
    return next(account for account in scored.scores["account_id"] if account in set(waiting))


def test_where_nothing_is_done_nothing_changes(scored_home, small_settings, scored) -> None:
    manifest, account = Manifest.read(scored_home), scored.scores["account_id"].iloc[0]
    tables = DuckDB(scored_home.tables)
    own = {
        table: tables.arrow(tables.table(table).filter(tables.table(table).account_id == account))
        for table in ("contacts", "calls", "invoices", "orders")
    }

    same, _ = features_at(
        small_settings, scored_home, manifest.as_of, only=[account], engine=Altered(scored_home.tables, account, own)
    )

    risk = scorer_of(scored_home, manifest, scored).risk(same)
    assert risk.tolist() == [scored.scores["risk"].iloc[0]]


def test_the_risk_it_starts_from_is_that_of_the_scores_and_the_greatest_help_comes_first(
    scored_home, small_settings, scored
) -> None:
    account = scored.scores["account_id"].iloc[3]
    found = asked(small_settings, scored_home, scored, account)

    assert set(found["risk_now"]) == {scored.scores["risk"].iloc[3]}
    assert found["risk"].is_monotonic_increasing
    assert (found["risk"] != found["risk_now"]).any(), "what is done is seen"


def test_every_deed_is_what_all_features_see_of_it(scored_home, small_settings, scored) -> None:
    manifest, account = Manifest.read(scored_home), scored.scores["account_id"].iloc[3]
    model, tables = scorer_of(scored_home, manifest, scored), DuckDB(scored_home.tables)
    found = asked(small_settings, scored_home, scored, account).set_index("deed")["risk"]

    for deed in DEEDS:
        if deed.words in found:
            rep = scored.scores.set_index("account_id").loc[account, "rep_id"]
            done = Altered(
                scored_home.tables, account, {deed.table: rows_after(tables, deed, account, manifest.as_of, rep)}
            )
            known, _ = features_at(small_settings, scored_home, manifest.as_of, only=[account], engine=done)
            assert model.risk(known)[0] == found[deed.words], deed.words


def test_returning_the_calls_is_what_the_features_see_of_it(own_home: Home, small_settings, scored) -> None:
    account = with_open_call(own_home, scored)
    path, as_of = own_home.tables / "calls.parquet", Manifest.read(own_home).as_of
    calls = pd.read_parquet(path)
    foretold = asked(small_settings, own_home, scored, account).set_index("deed")
    still_open = (calls["account_id"] == account) & ~(calls["returned_at"] < pd.Timestamp(as_of))
    still_open &= calls["channel"].fillna("call") == "call"
    calls.loc[still_open, "returned_at"] = pd.Timestamp(as_of) - timedelta(minutes=1)
    calls.to_parquet(path)

    known, _ = features_at(small_settings, own_home, as_of, only=[account])

    risk = scorer_of(own_home, Manifest.read(own_home), scored).risk(known)
    assert foretold.loc["every open call returned today", "risk"] == risk[0]
    assert "every open call returned today" not in asked(small_settings, own_home, scored, account)["deed"].tolist()


def test_what_a_firm_keeps_no_record_of_is_no_deed(own_home: Home, small_settings, scored) -> None:
    account = with_open_call(own_home, scored)
    calls = pd.read_parquet(own_home.tables / "calls.parquet")
    calls.drop(columns="returned_at").to_parquet(own_home.tables / "calls.parquet")
    (own_home.tables / "signals.parquet").unlink()
    manifest = Manifest.read(own_home)
    now = features_at(small_settings, own_home, manifest.as_of, only=[account])[0]
    model = scorer_of(own_home, manifest, scored)
    now = now.reindex(columns=[*now.columns, *set(model.features) - set(now.columns)])

    class Blind:
        """Ranks by nothing that is gone."""

        def risk(self, rows: pd.DataFrame) -> pd.Series:
            return rows["days_since_contact"].to_numpy() / 1000

    found = what_if(own_home, manifest.as_of, now, Blind())

    words = {deed.words for deed in DEEDS if deed.table in ("calls", "signals")}
    assert found["deed"].tolist()
    assert not words & set(found["deed"])


def test_what_does_not_help_is_said_to_be_no_less_and_nothing_is_said_of_nothing(scored_home, scored) -> None:
    deeds, risks = ["one conversation today", "a visit", "a letter"], [0.33, 0.45, 0.4099]
    found = pd.DataFrame({"deed": deeds, "risk_now": 0.41, "risk": risks})
    model = scorer_of(scored_home, Manifest.read(scored_home), scored)

    assert list(what_if_lines(found, model))[1:] == [
        "  one conversation today  41% → 33%",
        "  a visit                 no less",
        "  a letter                hardly less",
    ]
    assert list(what_if_lines(found.head(0), model)) == []


def test_past_risks_are_those_of_each_day_and_end_with_todays(scored_home, small_settings, scored) -> None:
    manifest = Manifest.read(scored_home)
    model = scorer_of(scored_home, manifest, scored)
    account = scored.scores.set_index("account_id").index[5]

    past = past_risk(model, *known_lately(small_settings, scored_home, manifest.as_of, account))

    assert past["as_of"].is_monotonic_increasing
    assert past["as_of"].iloc[-1] == pd.Timestamp(manifest.as_of)
    assert past["risk"].iloc[-1] == scored.scores["risk"].iloc[5]
    assert past["reason"].iloc[-1] == scored.scores["reason_1"].iloc[5]
    earlier = past["as_of"].iloc[-4].date()
    known, _ = features_at(small_settings, scored_home, earlier)
    assert past["risk"].iloc[-4] == model.risk(known[known["account_id"] == account])[0]


def test_the_reason_of_a_past_day_is_the_one_that_its_scores_gave(scored_home, small_settings, scored) -> None:
    manifest = Manifest.read(scored_home)
    model = scorer_of(scored_home, manifest, scored)
    account = scored.scores["account_id"].iloc[5]

    past = past_risk(model, *known_lately(small_settings, scored_home, manifest.as_of, account)).set_index("as_of")

    earlier = past.index[past["risk"].notna()][-5:-1]
    assert len(earlier) == 4
    for as_of in earlier:
        known, _ = features_at(small_settings, scored_home, as_of.date())
        on_the_day = ranked(model, known, as_of.date()).set_index("account_id").loc[account]
        for ours, theirs in (("risk", "risk"), ("sign", "sign"), ("reason", "reason_1")):
            told, expected = past.loc[as_of, ours], on_the_day[theirs]
            assert told == expected or (pd.isna(told) and pd.isna(expected)), (as_of, ours)


def test_a_reason_of_today_is_in_doubt_as_it_is_on_the_list(scored_home, small_settings, scored) -> None:
    manifest = Manifest.read(scored_home)
    model, as_of = scorer_of(scored_home, manifest, scored), manifest.as_of
    ended = manifest.model_copy(update={"ended": dict.fromkeys(manifest.tables, as_of - timedelta(days=60))})
    account = scored.scores["account_id"][scored.scores["reason_1_code"].notna()].iloc[0]
    known, others = known_lately(small_settings, scored_home, as_of, account)

    records = Records(scored_home, ended)
    now, before = past_risk(model, known, others, records=records), past_risk(model, known, others)

    on_the_list = ranked(model, known[known["as_of"] == known["as_of"].max()], as_of, records.doubt(as_of))
    assert now["reason"].iloc[-1] == on_the_list["reason_1"].iloc[0]
    assert "(as far as the records go)" in now["reason"].iloc[-1]
    pd.testing.assert_frame_equal(now.iloc[:-1], before.iloc[:-1])


def test_of_scores_whose_tables_have_changed_nothing_is_said(scored_home, scored) -> None:
    manifest = Manifest.read(scored_home)
    other = Scored(**{**vars(scored), "scores": scored.scores.assign(data_version="another")})

    assert scorer_of(scored_home, manifest, scored) is not None
    assert scorer_of(scored_home, manifest, other) is None


def test_an_account_without_a_rep_can_be_named_one_and_no_other(own_home: Home) -> None:
    path, as_of = own_home.tables / "rep_assignments.parquet", Manifest.read(own_home).as_of
    (deed,) = (deed for deed in DEEDS if deed.table == "rep_assignments")
    tables, account = DuckDB(own_home.tables), pd.read_parquet(path)["account_id"].iloc[0]

    named = rows_after(tables, deed, account, as_of, None).to_pandas().iloc[-1]

    assert (named["account_id"], named["rep_id"]) == (account, NEW_REP)
    assert named["starts_at"] == pd.Timestamp(as_of) - timedelta(minutes=1)
    assert pd.isna(named["ends_at"])
    assert rows_after(tables, deed, account, as_of, "R1") is None


def test_a_rep_named_today_ends_that_there_is_none(own_home: Home, small_settings, scored) -> None:
    path, manifest = own_home.tables / "rep_assignments.parquet", Manifest.read(own_home)
    account = scored.scores["account_id"].iloc[0]
    held = pd.read_parquet(path)
    held[held["account_id"] != account].to_parquet(path)
    now, _ = features_at(small_settings, own_home, manifest.as_of, only=[account])

    class Named:
        """Ranks by whether there is a rep."""

        def risk(self, rows: pd.DataFrame) -> pd.Series:
            return rows["has_no_rep"].to_numpy() / 2

    found = what_if(own_home, manifest.as_of, now, Named()).set_index("deed")

    assert found.loc["a rep named today"].tolist() == [0.5, 0.0]


def test_why_an_account_had_no_score_is_said_once_for_all_days_of_it(scored_home, scored) -> None:
    days = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"])
    history = pd.DataFrame({"as_of": days, "risk": [None, None, 0.5, None], "cause": ["gone", "gone", None, "gone"]})
    history = history.reindex(columns=COLUMNS).astype(object).assign(as_of=days, pace=[None, None, "new", None])
    model = scorer_of(scored_home, Manifest.read(scored_home), scored)

    _, *lines = past_risk_lines(history, model, PaceBy.orders)

    assert [line.split()[:2] for line in lines] == [["2024-01-01", "–"], ["2024-03-01", "50%"], ["2024-04-01", "–"]]
    assert "gone; the same up to 2024-02-01" in lines[0]
    assert lines[2].endswith("gone")
