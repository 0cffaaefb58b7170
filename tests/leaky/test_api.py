"""The Python API as analysts use it: what is in a firm, in frames that fit together."""

import json
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import RocCurveDisplay, roc_auc_score

import leaky
from models.evaluation import by_score
from pipelines.home import Home

SLOW = {"ibis", "lightgbm", "matplotlib", "mlflow", "numba", "numpy", "pandas", "pydantic", "shap", "sklearn"}


def imported_by(statement: str) -> set[str]:
    """The packages that Python has loaded after a statement."""
    asked = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split())


def test_importing_takes_no_time():
    assert SLOW & imported_by("import leaky, leaky.cli") == set()
    assert SLOW & imported_by("from leaky import Firm") >= {"pandas"}


def test_everything_that_features_are_declared_with_is_at_hand():
    from leaky import language

    assert {"_", "count", "share", "feature", "orders", "contacts"} <= set(language.__all__)
    for name in language.__all__:
        assert getattr(leaky, name) is getattr(language, name)
    with pytest.raises(ImportError, match="cannot import name 'ordres'"):
        from leaky import ordres  # noqa: F401


def test_a_folder_without_a_run_says_what_to_run(tmp_path):
    with pytest.raises(leaky.Mistake, match=r"manifest\.json: no such file.*Run: leaky ingest\.$"):
        leaky.open(tmp_path)


def test_settings_are_those_here_or_beside_the_home(scored_home, tmp_path, monkeypatch):
    shutil.copytree(scored_home.folder / "tables", tmp_path / "firm" / "data" / "tables")
    (tmp_path / "firm" / "params.yaml").write_text("snapshots: {step_days: 45}\n")
    monkeypatch.chdir(tmp_path)
    span = ("2026-03-01", "2026-07-01")

    beside = leaky.open("firm/data").features(*span).index.unique("as_of")
    (tmp_path / "params.yaml").write_text("snapshots: {step_days: 60}\n")
    here = leaky.open("firm/data").features(*span).index.unique("as_of")
    (tmp_path / "typo.yaml").write_text("snapshot: {step_days: 60}\n")

    assert beside.astype(str).tolist() == ["2026-04-02", "2026-05-17", "2026-07-01"]
    assert here.astype(str).tolist() == ["2026-03-03", "2026-05-02", "2026-07-01"]
    with pytest.raises(leaky.Mistake, match=r"typo\.yaml: unknown key 'snapshot'.*Did you mean 'snapshots'"):
        leaky.open("firm/data", params="typo.yaml")


def test_tables_are_read_when_asked_for(firm, scored_home):
    orders = firm.tables["orders"]

    pd.testing.assert_frame_equal(orders, pd.read_parquet(scored_home.tables / "orders.parquet"))
    assert list(firm.tables)[:2] == ["accounts", "orders"]
    assert f"orders           {len(orders):>12,} rows" in repr(firm.tables)
    assert "refused" not in firm.tables
    assert firm.tables.get("refused") is None
    with pytest.raises(
        leaky.Mistake, match=r"^no table 'ordres'; there are accounts, orders.*Did you mean 'orders'\?$"
    ):
        firm.tables["ordres"]
    with pytest.raises(KeyError):
        firm.tables["ordres"]


def test_a_frame_may_be_written_to(firm):
    orders, scores = firm.tables["orders"], firm.scores()
    orders["amount"], scores["risk"] = 0.0, 0.0

    assert firm.tables["orders"]["amount"].sum() > 0
    assert firm.scores()["risk"].sum() > 0


def test_scores_are_what_score_wrote(firm, scored_home):
    written = pd.read_parquet(scored_home.scores(firm.as_of) / "scores.parquet")

    assert firm.as_of == date(2026, 7, 1)
    assert firm.scores().index.tolist() == written["account_id"].tolist()
    assert firm.scores("2026-07-01")["reason_1"].equals(firm.scores()["reason_1"])
    assert {"as_of", "cause", "value", "days_since_order"} <= set(firm.not_scored())
    assert len(firm.scores()) + len(firm.not_scored()) == firm.tables["accounts"]["account_id"].nunique()


def test_features_of_a_day_are_those_of_training(firm):
    snapshots = firm.snapshots()
    as_of = snapshots.index.unique("as_of")[-4]

    found = firm.features(as_of)

    assert found.index.name == "account_id"
    pd.testing.assert_frame_equal(found, snapshots.xs(as_of, level="as_of")[list(found)].sort_index())
    assert len(found.columns) > 80
    assert "pace" not in found


def test_features_of_several_days_are_those_of_each(firm):
    alone = {day: firm.features(day) for day in ("2026-03-01", "2026-03-11", "2026-06-01")}
    uneven = firm.features([date(2026, 6, 1), pd.Timestamp("2026-03-11"), "2026-03-01"])
    even = firm.features("2026-02-25", "2026-03-11", step_days=10)

    assert uneven.index.names == ["account_id", "as_of"]
    assert uneven.index.unique("as_of").sort_values().astype(str).tolist() == list(alone)
    for day, expected in alone.items():
        pd.testing.assert_frame_equal(uneven.xs(pd.Timestamp(day), level="as_of"), expected)
    assert even.index.unique("as_of").sort_values().astype(str).tolist() == ["2026-03-01", "2026-03-11"]
    pd.testing.assert_frame_equal(even, uneven.drop(pd.Timestamp("2026-06-01"), level="as_of"))


def test_on_a_day_before_the_first_order_nobody_is_at_risk(firm):
    assert firm.features("1999-01-01").shape == (0, firm.features().shape[1])


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"as_of": "2026-07-02"}, "as_of 2026-07-02: the records end before 2026-07-01; give that day or an earlier"),
        ({"as_of": ["2026-06-01", "2026-08-01"]}, "as_of 2026-08-01: the records end before 2026-07-01"),
        ({"as_of": "2026-01-01", "until": "2026-07-02"}, "until 2026-07-02: the records end before 2026-07-01"),
        ({"as_of": "1st of May"}, "as_of 1st of May: not a day. Write it as YYYY-MM-DD."),
        ({"as_of": 20260101}, "as_of 20260101: not a day."),
        ({"as_of": pd.NaT}, "as_of NaT: not a day"),
        ({"as_of": pd.Timestamp("2026-01-01 10:00")}, "as_of 2026-01-01 10:00:00: not a day but a moment."),
        ({"as_of": pd.Timestamp("2026-01-01", tz="UTC")}, "not a day but a moment."),
        ({"as_of": "2026-06-01", "until": "2026-05-01"}, "from 2026-06-01 until 2026-05-01: the first day comes after"),
        ({"as_of": "2026-06-01", "until": "2026-07-01", "step_days": 0}, "step_days 0: days lie at least 1 apart"),
        ({"as_of": "2026-06-01", "step_days": 10}, "give the last one too: until="),
        ({"as_of": []}, "an empty list of days"),
    ],
)
def test_a_day_that_cannot_be_is_a_mistake(firm, asked, line):
    with pytest.raises(leaky.Mistake) as caught:
        firm.features(**asked)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_metrics_are_those_of_the_file_with_a_row_for_each_score(firm):
    metrics = firm.metrics()

    assert metrics.index.names == ["scored_by", "accounts"]
    assert metrics.index.unique("scored_by")[:2].tolist() == ["model", "own_cycle"]
    assert (metrics["roc_auc_low"] <= metrics["roc_auc_high"]).all()  # equal where everybody is told the same
    assert metrics.dtypes.eq(np.float64).all()


def test_figures_are_those_of_the_homes_own_source(own_home):
    firm = leaky.open(own_home.folder)
    assert not firm.metrics().empty

    figures = own_home.metrics.read_text()
    own_home.metrics.write_text(figures.replace('"source": "simulated"', '"source": "another"'))
    with pytest.raises(leaky.Mistake, match="no figures of simulated; run: leaky evaluate"):
        firm.metrics()


def test_metrics_of_a_firm_where_nobody_is_overdue_have_no_row_for_them(own_home):
    figures = json.loads(own_home.metrics.read_text())
    for found in by_score(figures).values():
        del found["overdue"]
    own_home.metrics.write_text(json.dumps(figures))

    assert leaky.open(own_home.folder).metrics().index.unique("accounts").tolist() == ["all", "early"]


def test_the_data_of_a_checkout_has_its_figures_beside_it_whatever_lies_in_it(own_home, tmp_path):
    expected = leaky.open(own_home.folder).metrics()
    own_home.metrics.rename(tmp_path / "metrics.json")
    with pytest.raises(leaky.Mistake, match="no figures of simulated"):
        leaky.open(own_home.folder).metrics()  # what lies beside a home of one's own is not its

    own_home.folder.rename(tmp_path / "data")
    (tmp_path / "dvc.yaml").touch()
    (tmp_path / "data" / "metrics.json").write_text("{}")  # of a time when a command wrote there
    pd.testing.assert_frame_equal(leaky.open(tmp_path / "data").metrics(), expected)


def test_what_was_foretold_gives_the_figures_of_metrics(firm):
    foretold = firm.backtest()

    by_day = [roc_auc_score(day["left"], day["risk"]) for _, day in foretold.groupby("as_of")]
    assert np.mean(by_day) == pytest.approx(firm.metrics().loc[("model", "all"), "roc_auc"], abs=1e-6)
    assert foretold.index.names == ["account_id", "as_of"]
    assert len(foretold) == firm.metrics().loc[("model", "all"), "n"]


def test_groups_of_the_backtest_are_those_of_its_rows(firm):
    found, foretold = firm.by_group(), firm.backtest()

    assert set(found.index.unique("grouping")) >= {"pace", "value", "tenure", "history", "segment", "region", "rep"}
    for grouping in ("pace", "value", "history", "region"):
        for group, rows in foretold.groupby(grouping):
            row = found.loc[(grouping, group)]
            assert (row["n"], row["accounts"]) == (len(rows), rows.index.unique("account_id").size)
            assert row["mean_risk"] == pytest.approx(rows["risk"].mean(), abs=1e-5)
            assert row["base_rate"] == pytest.approx(rows["left"].mean(), abs=1e-5)
    assert found["differs"].isna().equals(found["p_value"].isna())


def test_a_backtest_of_other_data_or_of_an_older_version_is_not_shown(own_home):
    figures = json.loads(own_home.metrics.read_text())
    figures["data"]["data_version"] = "0123456789ab"
    own_home.metrics.write_text(json.dumps(figures))
    with pytest.raises(leaky.Mistake, match="figures of data 0123456789ab, but the tables are of data"):
        leaky.open(own_home.folder).by_group()

    figures["data"]["data_version"] = json.loads(own_home.manifest.read_text())["data_version"]
    del figures["test"]["by_group"]
    own_home.metrics.write_text(json.dumps(figures))
    with pytest.raises(leaky.Mistake, match=r"not figures of this version\. Run: leaky evaluate"):
        leaky.open(own_home.folder).by_group()

    figures["test"] = {"n": 0.0}
    own_home.metrics.write_text(json.dumps(figures))
    with pytest.raises(leaky.Mistake, match="no day could test a model yet"):
        leaky.open(own_home.folder).by_group()

    own_home.metrics.unlink()
    with pytest.raises(leaky.Mistake, match="no figures of simulated; run: leaky evaluate"):
        leaky.open(own_home.folder).by_group()


def test_the_evaluated_model_is_that_of_the_newest_day_that_was_tested(firm):
    snapshots = firm.snapshots()
    tested = snapshots[snapshots["part"] == "test"]
    foretold = firm.backtest()

    np.testing.assert_allclose(
        firm.evaluated_model.predict_proba(tested)[:, 1], foretold.loc[tested.index, "risk"], atol=1e-6
    )
    assert tested.index.unique("as_of").tolist() == [foretold.index.get_level_values("as_of").max()]


def test_snapshots_say_what_became_of_each_account(firm):
    snapshots = firm.snapshots()

    assert snapshots.index.names == ["account_id", "as_of"]
    assert snapshots["left"].isin([0.0, 1.0]).sum() + snapshots["left"].isna().sum() == len(snapshots)
    assert snapshots["left"].isna().any()
    assert snapshots.loc[snapshots["kind"] == "involuntary", "part"].notna().any(), "no outcome leaves a row out"
    assert snapshots.loc[snapshots["left"].isna(), "part"].isna().all()
    last = {part: days.index.get_level_values("as_of").max() for part, days in snapshots.groupby("part")}
    assert last["train"] < last["test"]


def test_snapshots_too_few_to_test_a_model_belong_to_no_part(own_home):
    for path in (own_home.features, own_home.left):
        rows = pd.read_parquet(path)
        rows[pd.to_datetime(rows["as_of"]) > "2025-12-01"].to_parquet(path)

    assert leaky.open(own_home.folder).snapshots()["part"].isna().all()


def test_scikit_learn_and_shap_take_the_model(firm):
    snapshots = firm.snapshots()
    tested = snapshots[snapshots["part"] == "test"]
    model = firm.evaluated_model

    curve = RocCurveDisplay.from_estimator(model, tested[model.feature_names_in_], tested["left"])
    bins = CalibrationDisplay.from_estimator(model, tested[model.feature_names_in_], tested["left"], n_bins=5)
    explanation = model.shap(tested)

    risk = model.predict_proba(tested)
    assert curve.roc_auc == pytest.approx(roc_auc_score(tested["left"], risk[:, 1]))
    assert len(bins.prob_pred) > 2
    assert (risk.sum(axis=1) == 1).all()
    assert model.classes_.tolist() == [0, 1]
    with pytest.raises(leaky.Mistake, match="learned already"):
        model.fit(tested, tested["left"])
    assert (model.predict(tested) == (risk[:, 1] > 0.5)).all()
    assert explanation.shape == (len(tested), len(model.feature_names_in_))
    assert explanation.feature_names == model.feature_names_in_.tolist()
    log_odds = explanation.base_values + np.sum(explanation.values, axis=1)
    np.testing.assert_allclose(log_odds, logit(risk[:, 1]), atol=1e-4)


def test_the_champion_gives_the_scores_and_their_reasons(firm):
    scores, known = firm.scores(), firm.features()
    assert known.attrs == {"as_of": str(firm.as_of)}  # by which a model knows how far the records reach back

    risk = pd.Series(firm.model.predict_proba(known)[:, 1], index=known.index)
    reasons = firm.model.reasons(known, firm.as_of)

    assert risk.loc[scores.index].tolist() == scores["risk"].tolist()
    assert reasons.loc[scores.index, "reason_1"].fillna("").tolist() == scores["reason_1"].fillna("").tolist()


def test_without_a_champion_there_is_no_model_and_a_cause(own_home, caplog):
    (own_home.folder / "mlflow.db").unlink()
    firm = leaky.open(own_home.folder)

    assert firm.model is None
    assert "no champion of leaky-bucket-simulated" in firm.model_status
    assert firm.model_status.endswith("Run leaky train, then leaky evaluate.")
    assert firm.model_status in caplog.text
    assert not (own_home.folder / "mlflow.db").exists(), "MLflow makes its store when asked for anything"


def test_explain_prints_what_the_command_prints(firm, scored_home):
    scores = firm.scores()
    account = firm.explain(scores.index[0])

    printed = subprocess.run(
        [Path(sys.executable).with_name("leaky"), "explain", scores.index[0], "--home", scored_home.folder],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert str(account) == printed.rstrip("\n")
    assert account.risk == scores["risk"].iloc[0]
    assert account.reasons["reason"].tolist() == scores.iloc[0][[f"reason_{n}" for n in (1, 2, 3, 4)]].dropna().tolist()
    assert (
        account.reasons["shap"].tolist() == scores.iloc[0][[f"reason_{n}_shap" for n in (1, 2, 3, 4)]].dropna().tolist()
    )
    assert set(account.timeline) == {"happened_on", "lane", "event"}
    assert account.timeline["happened_on"].is_monotonic_decreasing
    assert account.timeline["happened_on"].max() < pd.Timestamp(firm.as_of)
    for line in account.timeline["event"].head(3):
        assert line in printed
    beneath = printed.partition(f"→ {account.reasons['action'][0]}\n")[2].splitlines()
    first = account.behind[account.behind["code"] == account.reasons["code"][0]]
    assert len(first) > 1
    for shown, event in zip(beneath, first.head(2).itertuples(), strict=False):
        assert shown.strip() == f"{event.happened_on.date()}  {event.event}"
    assert set(account.behind["code"]) <= set(account.reasons["code"])


def test_explain_takes_a_name_and_says_why_there_is_no_score(firm):
    other = firm.not_scored().index[0]
    name = firm.tables["accounts"].set_index("account_id").loc[other, "name"]

    account = firm.explain(name.upper())

    assert account.account_id == other
    assert account.risk is None
    assert account.reasons.empty
    assert "not scored on 1 July 2026" in str(account)
    with pytest.raises(leaky.Mistake, match="'A4711': no such account among 500"):
        firm.explain("A4711")


def test_an_account_on_a_notebooks_page_is_text_and_no_markup(own_home: Home):
    accounts = pd.read_parquet(own_home.tables / "accounts.parquet")
    accounts["name"] = "<script>alert(1)</script>"
    accounts.to_parquet(own_home.tables / "accounts.parquet")

    page = leaky.open(own_home.folder).explain(accounts.loc[0, "account_id"])._repr_html_()

    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_looking_writes_nothing(scored_home):
    def files() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in scored_home.folder.rglob("*") if path.is_file()}

    before = files()
    firm = leaky.open(scored_home.folder)
    firm.scores(), firm.not_scored(), firm.metrics(), firm.features("2026-05-01"), firm.snapshots(), firm.model
    firm.explain(firm.scores().index[0])
    list(firm.tables.values())

    assert files() == before


def test_run_makes_everything_and_opens_it(tmp_path):
    (tmp_path / "params.yaml").write_text(
        "simulate: {accounts: 300, months: 30}\nsnapshots: {count: 20}\nevaluate: {resamples: 20, ceiling_accounts: 300}\n"
        "train: {learning_rate: 0.1, num_leaves: 7, rounds: 40}\n"
    )

    firm = leaky.run("simulated", home=tmp_path / "data", as_of="2026-06-01")

    assert repr(firm) == f"<Firm simulated, as of 2026-06-01, in {tmp_path / 'data'}>"
    assert firm.scores()["risk"].between(0, 1).all()
    assert "ceiling" in firm.metrics().index
    assert len(list((tmp_path / "data" / "exports" / "as_of=2026-06-01").iterdir())) == 3
    with pytest.raises(leaky.Mistake, match="no source 'nowhere'"):
        leaky.run("nowhere", home=tmp_path / "data")
    with pytest.raises(leaky.Mistake, match="as_of tomorrow: not a day"):
        leaky.run("simulated", home=tmp_path / "data", as_of="tomorrow")
