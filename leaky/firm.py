"""Firm: what is known of one firm, as DataFrames."""

import logging
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from features.language.declare import Declared
from features.mistake import Mistake
from leaky.dates import Day, day_of, days_back, evenly_spaced
from leaky.tables import Tables
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.scored import Scored
from pipelines.settings import Settings

if TYPE_CHECKING:
    from leaky.account import Account
    from leaky.experiment import Baseline, Experiment
    from models.classifier import ChurnClassifier

log = logging.getLogger(__name__)


class Firm:
    """A firm's tables, features, model and scores, read from the folder that a run has written to.

    Frames are indexed by account_id, and by as_of where they hold several; every call reads or computes them afresh, so
    that they may be written to. Nothing is written to the folder; MLflow's store in it is mended once if it was moved.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Raises Mistake where nothing has been ingested into the folder yet."""
        self._home = Home(folder)
        self._manifest = Manifest.read(self._home)
        self._settings = self._manifest.settings(settings)

    def __repr__(self) -> str:
        return f"<Firm {self.source}, as of {self.as_of}, in {self.folder}>"

    @property
    def folder(self) -> Path:
        return self._home.folder

    @property
    def source(self) -> str:
        """The name of the source that the records came from."""
        return self._manifest.source

    @property
    def as_of(self) -> date:
        """The day that was scored: what was recorded before it is known."""
        return self._manifest.as_of

    @property
    def currency(self) -> str:
        return self._manifest.currency

    @property
    def tables(self) -> Tables:
        """The checked tables by name, each read when it is asked for.

        >>> firm.tables["reps"].columns.tolist()
        ['rep_id', 'name', 'hired_on', 'left_on', 'manager', 'team', 'role', 'valid_from', 'recorded_at']
        >>> firm.tables["order"]
        Traceback (most recent call last):
        leaky.tables.NoSuchTable: no table 'order'; there are accounts, orders, ... Did you mean 'orders'?
        """
        return Tables(self._home.tables, {name: facts.kept for name, facts in self._manifest.tables.items()})

    def scores(self, as_of: Day | None = None) -> pd.DataFrame:
        """Every account at risk with its risk, value and reasons, highest risk first. Raises Mistake where the day has
        not been scored.

        >>> firm.scores()["risk"].is_monotonic_decreasing
        True
        >>> firm.scores("2020-01-01")
        Traceback (most recent call last):
        features.mistake.Mistake: data/scores/as_of=2020-01-01/scores.parquet: no such file. Run: leaky score ...
        """
        return _by_account(self._scored(as_of).scores)

    def not_scored(self, as_of: Day | None = None) -> pd.DataFrame:
        """Every other account, and the cause why it has no score."""
        return _by_account(self._scored(as_of).not_scored)

    def metrics(self) -> pd.DataFrame:
        """How good the scores proved on snapshots that the model had not seen, with 95 % intervals (…_low, …_high).

        A row for the model, each baseline and, on the simulated firm, each ceiling; over all accounts at risk, the
        early ones (silent for no longer than one usual cycle) and the overdue ones, as far as there are any.

        >>> firm.metrics().loc["model", ["n", "roc_auc", "roc_auc_low"]].index.tolist()
        ['all', 'early', 'overdue']
        """
        from models.evaluation import by_score

        figures = self._figures()
        rows = {
            (name, accounts): {key: value for key, value in part.items() if not isinstance(value, dict)}
            for name, found in by_score(figures).items()
            for accounts, part in (("all", found), ("early", found.get("early")), ("overdue", found.get("overdue")))
            if part  # at some firms nobody is overdue
        }
        frame = pd.DataFrame.from_dict(rows, orient="index")
        return frame.set_index(pd.MultiIndex.from_tuples(frame.index, names=["scored_by", "accounts"]))

    def features(
        self,
        as_of: Day | Iterable[Day] | None = None,
        until: Day | None = None,
        *,
        step_days: int | None = None,
    ) -> pd.DataFrame:
        """The features of every account at risk on a day (by default the newest), as they were known then: a column a
        feature, computed as for scoring. Raises Mistake for a day after the one that the records end before.

        With `until`, on every `step_days` (by default those of the snapshots) back from it to as_of; or on each of a
        list of days.

        >>> firm.features("2026-07-01").loc[:, ["days_since_order", "orders_90d"]].shape == (len(firm.scores()), 2)
        True
        >>> firm.features("2026-05-01", "2026-07-01", step_days=30).index.unique("as_of").astype(str).tolist()
        ['2026-05-02', '2026-06-01', '2026-07-01']
        """
        if until is not None:
            first = self._day(self.as_of if as_of is None else as_of)
            step = self._settings.snapshots.step_days if step_days is None else step_days
            return self._features_on(days_back(first, self._day(until, "until"), step))
        if step_days is not None:
            raise Mistake("features: step_days says how far apart days lie; give the last one too: until=...")
        if as_of is None or isinstance(as_of, str | date) or not isinstance(as_of, Iterable):
            day = self._day(self.as_of if as_of is None else as_of)
            frame = self._features_on([day]).droplevel("as_of")
            frame.attrs["as_of"] = day.isoformat()  # so that a model knows how far the records reach back
            return frame
        days = sorted({self._day(day) for day in as_of})
        if not days:
            raise Mistake("features: an empty list of days; give at least one.")
        return self._features_on(days)

    def snapshots(self) -> pd.DataFrame:
        """Every snapshot that models learn from and are measured on: features, and what then became of the account.

        left: 1 it left, by choice or not, 0 it stayed, NaN its outlook has not passed yet. kind: of a leaving, where it
        is recorded; `predict_proba` is of leaving by choice.
        outlook_days, pace, rep_id: as on the day. part: what `evaluated_model` used the row for: train or test, or none
        (what lies between, and what came later).

        >>> firm.snapshots().groupby("part")["left"].count().index.tolist()
        ['test', 'train']
        """
        from models.origins import known_by
        from pipelines.dataset import origins_of, read_rows

        rows = read_rows(self._home)
        # In 64 bits as everywhere else, and together in memory, so that analysts may add columns.
        rows = rows.astype(dict.fromkeys(rows.columns[rows.dtypes == "float32"], "float64")).copy()
        rows["left"] = rows["left"].to_numpy(np.float64, na_value=np.nan)
        rows["part"] = pd.Series(None, index=rows.index, dtype="str")
        for newest in origins_of(rows, self._settings)[-1:]:
            rows.loc[known_by(rows, newest.as_of), "part"] = "train"
            rows.loc[newest.test, "part"] = "test"
        return rows.set_index(["account_id", "as_of"])

    @property
    def model(self) -> "ChurnClassifier | None":
        """The champion, which scores: it has learned from every snapshot of which the outcome is known, so measure
        `evaluated_model` instead. None where there is none; `model_status` says why.

        >>> risk = firm.model.predict_proba(firm.features())[:, 1]
        >>> bool((risk == firm.scores()["risk"].sort_index()).all())
        True
        """
        model, status = self._champion
        if model is None:
            log.warning("no model: %s", status)
        return model

    @property
    def model_status(self) -> str:
        """Which version the model is, or why there is none.

        >>> firm.model_status
        'version ... of leaky-bucket-simulated'
        """
        return self._champion[1]

    def backtest(self) -> pd.DataFrame:
        """What was foretold of each account on each day that was tested, by the model of that day and its rivals, what
        came, and which groups the account was in; one row an account and day. Raises Mistake where nothing was
        tested.

        >>> firm.backtest()[["pace", "left", "risk", "own_cycle"]].dtypes.index.tolist()
        ['pace', 'left', 'risk', 'own_cycle']
        """
        from pipelines.home import BACKTEST

        path = self._home.model / BACKTEST
        if not path.exists():
            raise Mistake(f"{path}: no such file. Run: leaky evaluate.")
        found = pd.read_parquet(path)
        if found.empty:
            raise Mistake("no day could test a model yet; the card says why, and what the rules of thumb are worth.")
        return found.set_index(["account_id", "as_of"])

    def by_group(self) -> pd.DataFrame:
        """What was foretold of each group of accounts on the days that were tested and what came, by pace, value,
        tenure, history, segment, region and rep, as far as these are known. Raises Mistake where nothing was tested.

        n, accounts: rows and accounts. mean_risk, base_rate: the shares foretold and that left; low, high: the 95 %
        interval of their difference; p_value: corrected for so many looks (Holm). differs: beyond chance; missing where
        a group has too few leavers to tell. In `backtest()` every row has its groups.

        >>> firm.by_group().loc["pace", ["n", "mean_risk", "base_rate", "differs"]].index.tolist()
        ['early', 'overdue', 'new']
        """
        from leaky.backtest import tested_figures
        from models.groups import unnested

        return unnested(tested_figures(self._home, self._manifest, self._settings)["test"]["by_group"])

    @property
    def evaluated_model(self) -> "ChurnClassifier":
        """The model of the newest day that was tested, which knows nothing of what came after: what may be measured on
        `snapshots()` whose part is test. Raises Mistake where none has been tested.
        """
        from models.churn import Churn
        from models.classifier import ChurnClassifier
        from models.registry import EVALUATED

        return ChurnClassifier(Churn.load(self._home.model / EVALUATED), self._manifest.language)

    def explain(self, account: str) -> "Account":
        """One account, by id or name: risk now and on earlier dates, reasons, what would change it, and what happened
        lately. Printed, it reads as `leaky explain`.

        >>> account = firm.explain(firm.scores().index[0])
        >>> account.reasons.columns.tolist()
        ['code', 'reason', 'action', 'shap']
        >>> account.what_if.columns.tolist()
        ['risk_now', 'risk']
        """
        from leaky.account import account_of

        return account_of(self._settings, self._home, account)

    def try_feature(self, **features: Declared) -> "Experiment":
        """What new features would be worth: how each ranks alone, and what the model gains with them out of time.

        Trains as `leaky evaluate` does, with and without them, and compares the two on the tested days. Nothing is
        written; to keep a feature, declare it in the module of its reason.

        >>> from leaky import _, count, orders
        >>> tried = firm.try_feature(large_orders=count(orders.where(_.amount > 500), days=(90, 360), risk="falls"))
        >>> tried.features.columns.tolist()
        ['large_orders_90d', 'large_orders_360d']
        >>> tried.gain.loc[("all", "roc_auc"), ["without", "with", "gain", "low", "high"]].notna().all()
        np.True_
        """
        from leaky.experiment import try_features

        return try_features(self._baseline, features)

    @cached_property
    def _baseline(self) -> "Baseline":
        """What new features are held against: trained once, however many are tried."""
        from leaky.experiment import Baseline

        return Baseline.of(self._settings, self._home)

    @cached_property
    def _champion(self) -> "tuple[ChurnClassifier | None, str]":
        from models.classifier import ChurnClassifier
        from models.registry import Registry
        from pipelines.score import champion_of

        try:
            model, version = champion_of(self._settings, self._home, self._manifest, self.as_of)
        except Mistake as mistake:
            return None, str(mistake)
        registry = Registry(self._home.tracking_uri, self._home.artifacts, self.source)
        return ChurnClassifier(model, self._manifest.language), f"version {version} of {registry.model}"

    def _day(self, value: Any, name: str = "as_of") -> date:
        day = day_of(value, name)
        if day > self.as_of:
            raise Mistake(f"{name} {day}: the records end before {self.as_of}; give that day or an earlier one.")
        return day

    def _features_on(self, days: list[date]) -> pd.DataFrame:
        """Features on several days, ascending; in one pass where they lie evenly."""
        from pipelines.at_risk import features_at
        from pipelines.dataset import features_of

        spacing = evenly_spaced(days)
        if spacing:
            passes = [features_at(self._settings, self._home, days[-1], step_days=spacing[0], count=spacing[1])]
        else:
            passes = [features_at(self._settings, self._home, day) for day in days]
        rows = pd.concat([at_risk for at_risk, _ in passes], ignore_index=True)
        rows["as_of"] = pd.to_datetime(rows["as_of"])
        return rows.set_index(["account_id", "as_of"])[features_of(rows)].sort_index()

    def _scored(self, as_of: Day | None) -> Scored:
        return Scored.read(self._home, self.as_of if as_of is None else self._day(as_of))

    def _figures(self) -> dict[str, Any]:
        figures = self._home.figures(self.source)
        if figures is None:
            raise Mistake(f"{self._home.metrics}: no figures of {self.source}; run: leaky evaluate.")
        return figures


def _by_account(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(as_of=pd.to_datetime(rows["as_of"])).set_index("account_id")
