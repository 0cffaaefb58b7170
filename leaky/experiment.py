"""Experiment: whether a new feature would help, before anything is changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import catalogue
from features.compute.engine import engine_of
from features.compute.frame import frame_of
from features.kernels.grid import Grid
from features.language.declare import Declared, Feature
from features.mistake import Mistake
from models.backtest import rerun
from models.churn import Churn
from models.metrics import EvaluationSet, interval, metrics, resampled
from models.origins import Origin, too_short
from models.reach import Reach
from models.ready import ready_to_tell
from models.recipe import Recipe
from models.target import targets
from pipelines.dataset import origins_of, read_rows, recipe_of
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.reach import reach_of
from pipelines.settings import Settings

if TYPE_CHECKING:
    from models.classifier import ChurnClassifier

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SEEDS = 3  # models on either side: from one seed to the next ROC AUC moves by as much as many a feature is worth
COMPARED = {"roc_auc": "ROC AUC", "average_precision": "average precision"}
KEYS = ["account_id", "as_of"]


@dataclass(frozen=True)
class Baseline:
    """The model without new features, as `leaky evaluate` tests it, and what it is tested on.

    risks: what it gives the tested rows, from each seed.
    """

    settings: Settings
    home: Home
    rows: pd.DataFrame
    left: Floats
    origins: tuple[Origin, ...]
    evaluated: EvaluationSet
    risks: tuple[Floats, ...]

    @classmethod
    def of(cls, settings: Settings, home: Home) -> "Baseline":
        """Raises Mistake where there are no snapshots, or too few."""
        rows = read_rows(home)
        left, _ = targets(rows)
        origins = origins_of(rows, settings)
        if not origins:
            raise Mistake(too_short(rows, settings.snapshots.count))
        test = _tested(origins)
        evaluated = EvaluationSet.of(
            rows.iloc[test].assign(left=left[test]),
            capacity=settings.evaluate.capacity,
            resamples=settings.evaluate.resamples,
            seed=settings.evaluate.seed,
        )
        risks, _ = _risks(settings, home, rows, origins, ())
        return cls(settings, home, rows, left, origins, evaluated, risks)

    @property
    def tested(self) -> npt.NDArray[np.intp]:
        """The rows that are tested, origin after origin."""
        return _tested(self.origins)

    def risks_with(self, rows: pd.DataFrame, features: tuple[Feature, ...]) -> tuple[tuple[Floats, ...], Churn]:
        """What the model gives them with new features, which `rows` hold as well, by seed; and the newest one."""
        return _risks(self.settings, self.home, rows, self.origins, features)

    def populations(self) -> Iterator[tuple[str, Mask, EvaluationSet]]:
        """All test rows and the early ones, as far as some of them left and some stayed."""
        early = (self.rows["pace"].to_numpy() == "early")[self.tested]
        for name, mask in (("all", np.ones(len(early), dtype=bool)), ("early", early)):
            evaluated = self.evaluated.subset(mask)
            if evaluated.can_be_ranked:
                yield name, mask, evaluated


@dataclass(frozen=True)
class Experiment:
    """What new features would be worth; printed, a table.

    features: their values, a column each, on every snapshot of which the outcome is known.
    alone: how each ranks the test snapshots by itself: ROC AUC with its 95 % interval, and the share of missing values,
    by feature and accounts (all, or the early ones, silent for no longer than one usual cycle). More of it counts as a
    higher risk, or less of it where the feature's direction says so.
    gain: what the model gains by them on the test snapshots, by accounts and metric: without, with, the gain, each a
    mean over seeds, and the 95 % interval of the gain, from one bootstrap of accounts for all models; all four hold
    at once, so that of twenty features that are noise one is called better.
    model: the model with the features as of the newest tested day, from the first seed.
    """

    features: pd.DataFrame
    alone: pd.DataFrame
    gain: pd.DataFrame
    model: "ChurnClassifier"
    tested: str

    def __str__(self) -> str:
        width = max(len(name) for name in [*self.features.columns, *COMPARED.values()]) + 2
        head = f"{'':<{width}}{'accounts':<10}"
        lines = [f"{head}{'ROC AUC':>8}  {'95 % interval':<18}{'missing':>8}"]
        for (name, accounts), row in _by_pairs(self.alone):
            span = f"{row['low']:.3f} to {row['high']:.3f}"
            lines.append(f"{name:<{width}}{accounts:<10}{row['roc_auc']:>8.3f}  {span:<18}{row['missing']:>8.0%}")
        lines += ["", f"{head}{'without':>8}{'with':>8}{'gain':>8}  95 % interval"]
        for (accounts, metric), row in _by_pairs(self.gain):
            figures = f"{row['without']:>8.3f}{row['with']:>8.3f}{row['gain']:>+8.3f}"
            span = f"{row['low']:+.3f} to {row['high']:+.3f}"
            lines.append(f"{COMPARED[metric]:<{width}}{accounts:<10}{figures}  {span:<18}{verdict(row)}".rstrip())
        return "\n".join([*lines, "", self.tested])

    __repr__ = __str__


def verdict(gain: Mapping[str, float]) -> str:
    """What the interval of a gain shows.

    >>> verdict({"low": -0.01, "high": 0.02})
    'no gain shown'
    """
    return "better" if gain["low"] > 0 else "worse" if gain["high"] < 0 else "no gain shown"


def try_features(baseline: Baseline, declared: Mapping[str, Declared]) -> Experiment:
    """Raises Mistake for what is no declaration, has a name that is taken, or needs what the tables do not have."""
    from models.classifier import ChurnClassifier

    features = _features(declared, taken=baseline.rows.columns)
    values = _values(baseline, features)
    rows = pd.concat([baseline.rows, values.reset_index(drop=True)], axis=1)
    tested = rows.iloc[baseline.tested]
    risks, newest = baseline.risks_with(rows, features)
    as_ofs = [origin.as_of.date() for origin in baseline.origins]
    return Experiment(
        features=values[baseline.rows["left"].notna().to_numpy()],
        alone=_alone(baseline, features, tested),
        gain=_gain(baseline, risks),
        model=ChurnClassifier(newest, Manifest.read(baseline.home).language),
        tested=f"On {len(tested):,} test rows, {as_ofs[0]} to {as_ofs[-1]}, of which "
        f"{baseline.evaluated.left.mean():.1%} left; each time the model had learned from what was known on the day.",
    )


def _tested(origins: tuple[Origin, ...]) -> npt.NDArray[np.intp]:
    return np.concatenate([np.flatnonzero(origin.test) for origin in origins])


def _risks(
    settings: Settings, home: Home, rows: pd.DataFrame, origins: tuple[Origin, ...], new: tuple[Feature, ...]
) -> tuple[tuple[Floats, ...], Churn]:
    """As `leaky evaluate` tests the model, from its seed and the next ones; from its seed, where nothing is new, to the
    same bits. And the model of the newest origin, from its seed.
    """
    known = recipe_of(rows, settings.train, home)
    directions = dict(known.directions) | {feature.name: feature.risk for feature in new}
    reach = Reach({**known.reach.windows, **reach_of(home, new).windows})
    recipes = [
        Recipe(directions, settings.train.model_copy(update={"seed": settings.train.seed + more}), reach)
        for more in range(SEEDS)
    ]
    newest = origins[-1]
    return (
        tuple(rerun(rows, origins, recipe) for recipe in recipes),
        ready_to_tell(recipes[0].fit(rows, newest.train, newest.as_of), rows, newest.train, newest.as_of),
    )


def _features(declared: Mapping[str, Declared], taken: Iterable[str]) -> tuple[Feature, ...]:
    if not declared:
        raise Mistake("try_feature: no feature; name one: try_feature(large_orders=count(orders, days=360)).")
    for name, declaration in declared.items():
        if not isinstance(declaration, Declared):
            raise Mistake(
                f"{name}: of type {type(declaration).__name__}, not a declared feature; write count(orders, days=360), "
                'or feature(measure, "days") for a measure as it stands.'
            )
    features = tuple(feature for name, declaration in declared.items() for feature in declaration.features(name, "new"))
    names = [feature.name for feature in features]
    for name in names:
        if name in {*catalogue().by_name, *taken} or names.count(name) > 1:
            raise Mistake(f"{name}: the snapshots have a column of this name already; call the new one something else.")
    return features


def _values(baseline: Baseline, features: tuple[Feature, ...]) -> pd.DataFrame:
    """The features on every snapshot, in the order of the rows."""
    engine = engine_of(baseline.settings.engine, baseline.home.tables)
    for feature in features:
        lacking = sorted(
            f"{table}.{column}" for table, column in feature.needs if column not in engine.columns.get(table, ())
        )
        if lacking:
            raise Mistake(f"{feature.name}: needs {', '.join(lacking)}, which the source does not give.")
    snapshots = baseline.settings.snapshots
    grid = Grid(Manifest.read(baseline.home).as_of, snapshots.step_days, snapshots.count)
    keys = pd.MultiIndex.from_frame(baseline.rows[KEYS])
    strange = keys.unique("as_of").difference(pd.DatetimeIndex(grid.as_ofs))
    if len(strange):
        raise Mistake(
            f"{baseline.home.features}: has a snapshot of {strange[0].date()}, but the newest is to be of "
            f"{grid.newest}, with others every {grid.step_days} days back. Run: leaky snapshots."
        )
    measures = {feature.name: feature.measure for feature in features}
    found = frame_of(engine, measures, grid, grace_days=baseline.settings.left.grace_days)
    found["as_of"] = pd.to_datetime(found["as_of"])
    return found.set_index(KEYS)[[feature.name for feature in features]].reindex(keys)


def _alone(baseline: Baseline, features: tuple[Feature, ...], tested: pd.DataFrame) -> pd.DataFrame:
    found = {}
    for feature in features:
        values = tested[feature.name] * (-1 if feature.risk == "falls" else 1)
        typical = values.median()
        # A ranking needs a place for every account; in the middle, a missing value counts for nothing.
        score = values.fillna(0.0 if pd.isna(typical) else typical).to_numpy(np.float64)
        for accounts, mask, evaluated in baseline.populations():
            ranks = metrics(evaluated, score[mask], is_risk=False)
            found[feature.name, accounts] = {
                "roc_auc": ranks["roc_auc"],
                "low": ranks["roc_auc_low"],
                "high": ranks["roc_auc_high"],
                "missing": float(values[mask].isna().mean()),
            }
    return _table(found, ["feature", "accounts"])


def _gain(baseline: Baseline, risks: tuple[Floats, ...]) -> pd.DataFrame:
    found = {}
    for accounts, mask, evaluated in baseline.populations():
        without, drawn_without = _ranks(evaluated, [risk[mask] for risk in baseline.risks])
        with_new, drawn_with = _ranks(evaluated, [risk[mask] for risk in risks])
        for metric in COMPARED:
            low, high = interval(drawn_with[metric] - drawn_without[metric], looks=2 * len(COMPARED))
            found[accounts, metric] = {
                "without": without[metric],
                "with": with_new[metric],
                "gain": with_new[metric] - without[metric],
                "low": low,
                "high": high,
            }
    return _table(found, ["accounts", "metric"])


def _ranks(evaluated: EvaluationSet, risks: Sequence[Floats]) -> tuple[dict[str, float], dict[str, Floats]]:
    """The metrics that are compared, of the rows as they are and in each resample; means over the seeds."""
    points = [metrics(evaluated, risk, is_risk=False) for risk in risks]
    drawn = [resampled(evaluated, risk, COMPARED) for risk in risks]
    return (
        {metric: float(np.mean([point[metric] for point in points])) for metric in COMPARED},
        {metric: np.mean([of_seed[metric] for of_seed in drawn], axis=0) for metric in COMPARED},
    )


def _by_pairs(table: pd.DataFrame) -> Iterable[tuple[tuple[str, str], dict[str, float]]]:
    """The rows of a table that is indexed by two names."""
    return cast("dict[tuple[str, str], dict[str, float]]", table.to_dict("index")).items()


def _table(found: Mapping[tuple[str, str], Mapping[str, float]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(found.values()), index=pd.MultiIndex.from_tuples(found, names=names))
