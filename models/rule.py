"""Rule: ranks accounts where no model has passed the gate, by what people go by, with the risks that it came to."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import Catalogue
from features.language.tongue import later, tr
from features.mistake import Mistake
from models.churn import FeatureProfile, profiles_of
from models.competing import Involuntary
from models.definition import PACES
from models.explain import Contributions
from models.numbers import NumbersInFrame
from models.usual import of_last_year

Floats = npt.NDArray[np.float64]

BINS = 10  # of equal count, in which the share that left is taken
PRIOR_ROWS = 20.0  # rows' worth of what is usual in the share of a bin, or of a pace
FEATURES = {  # what each rule goes by, whether more of it is worse, and how a person says it
    "own_cycle": (
        "cycles_since_order",
        1,
        later("how long they have been silent, beside how often an order is expected"),
    ),
    "days_since_order": ("days_since_order", 1, later("the days since their last order")),
    "sixty_days": ("days_since_contact", 1, later("the days since anybody spoke with them")),
    "contract_end": ("days_to_contract_end", -1, later("the days until their contract ends")),
    "newest_first": (
        "days_since_first_contract",
        -1,
        later("how long they have been customers, those who came last first"),
    ),
}
# Nobody spoke with a customer of two days for two days: it has broken no rule yet.
_SINCE_THEY_CAME = {"sixty_days": ("days_as_customer", "days_since_first_contract")}
# Of whom that is not known either: whom nobody ever spoke with breaks the rule as much as one can, and a contract
# without an end in sight comes last; else nothing is known.
_WHERE_MISSING = {"sixty_days": np.nanmax, "contract_end": np.nanmin}
_DIGITS = 6
_FAR = 3.0  # times the width of the middle half beyond it, and no value counts for more


def goes_by(name: str, rows: pd.DataFrame) -> Floats:
    """What a rule goes by, by row, the higher the worse; NaN where it is not known."""
    feature, way, _ = FEATURES[name]
    values = rows[feature].to_numpy(np.float64, na_value=np.nan)
    for since in _SINCE_THEY_CAME.get(name, ()):
        if since in rows:
            values = np.where(np.isnan(values), rows[since].to_numpy(np.float64, na_value=np.nan), values)
    return way * values


@dataclass(frozen=True)
class Curve:
    """The share that left, by score.

    scores, risks: ascending; a score between two of them has a risk between theirs.
    """

    scores: tuple[float, ...]
    risks: tuple[float, ...]

    @classmethod
    def fit(cls, scores: Floats, left: Floats, usual: "Curve | None" = None) -> "Curve":
        """The share that left in bins of the score, made never to fall with it (isotonic regression). left: 1 or 0 by
        row. usual: of which it has the form, at its own height, where there are too few rows to tell; None: flat.
        """
        from sklearn.isotonic import IsotonicRegression

        parts = [part for part in np.array_split(np.argsort(scores, kind="stable"), BINS) if len(part)]
        middles = np.array([np.median(scores[part]) for part in parts])
        prior = np.full(len(parts), left.mean())
        if usual and (height := usual.at(scores).mean()) > 0:
            own = (left.sum() + PRIOR_ROWS * height) / (len(left) + PRIOR_ROWS)
            prior = np.minimum(usual.at(middles) * own / height, 1)
        rows, gone = (np.array([of(left[part]) for part in parts]) for of in (len, np.sum))
        shares = (gone + PRIOR_ROWS * prior) / (rows + PRIOR_ROWS)
        risks = IsotonicRegression().fit_transform(middles, shares, sample_weight=rows)
        return cls(tuple(np.round(middles, _DIGITS).tolist()), tuple(np.round(risks, _DIGITS).tolist()))

    def at(self, scores: Floats) -> Floats:
        return np.interp(scores, self.scores, self.risks)


@dataclass(frozen=True)
class Rule:
    """A ranking by the risk that goes with one feature among the accounts of the same pace.

    curve: the risks over all accounts, which those of a pace without a curve have. by_pace: those of each pace.
    typical: what counts where the feature is missing. profiles: of every feature, among the rows of the last year
    (`models.usual`), for the reasons. definition: the digest of the definition of leaving that the risks are of.
    first_as_of, last_as_of: of the rows that it was fitted on; '' where that is not known.
    """

    name: str
    curve: Curve
    by_pace: Mapping[str, Curve]
    typical: float
    involuntary: Involuntary
    profiles: Mapping[str, FeatureProfile]
    definition: str
    first_as_of: str = ""
    last_as_of: str = ""

    @classmethod
    def fit(
        cls,
        name: str,
        rows: pd.DataFrame,
        voluntary: Floats,
        involuntary: Floats,
        features: Sequence[str],
        definition: str,
    ) -> "Rule":
        """The risks of a rule: the share that left of each pace by its score. So long a silence says another thing of
        whoever orders by the week than of a new customer, and one curve for all tells both falsely
        (benchmarks/README.md). voluntary, involuntary: 1 or 0 by row; rows for which they are NaN are left out.
        """
        known = ~np.isnan(voluntary)
        voluntary, involuntary, as_of = voluntary[known], involuntary[known], rows.loc[known, "as_of"]
        pace = rows.loc[known, "pace"].to_numpy()
        values = goes_by(name, rows[known])
        typical = 0.0 if np.isnan(values).all() else float(_WHERE_MISSING.get(name, np.nanmedian)(values))
        values = np.where(np.isnan(values), typical, values)
        curve = Curve.fit(values, voluntary)
        by_pace = {
            of: Curve.fit(values[pace == of], voluntary[pace == of], curve) for of in PACES if (pace == of).any()
        }
        return cls(
            name,
            curve,
            by_pace,
            typical,
            Involuntary.fit(rows.loc[known, "pace"], voluntary, involuntary),
            profiles_of(NumbersInFrame(rows, of_last_year(rows["as_of"])), features),
            definition,
            str(as_of.min().date()),
            str(as_of.max().date()),
        )

    @property
    def in_words(self) -> str:
        return tr(FEATURES[self.name][2])

    @property
    def digest(self) -> str:
        """12 hexadecimal digits of all its numbers."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:12]

    def score(self, rows: pd.DataFrame) -> Floats:
        """What ranks the accounts, by row. Raises Mistake where the feature is not there."""
        feature = FEATURES[self.name][0]
        if feature not in rows:
            raise Mistake(f"the rule goes by {feature}, which the tables no longer give. Run: leaky evaluate.")
        values = goes_by(self.name, rows)
        return np.where(np.isnan(values), self.typical, values)

    def risk(self, rows: pd.DataFrame) -> Floats:
        """The share of those of their pace with such a score that left by choice, by row."""
        scores = self.score(rows)
        found = self.curve.at(scores)
        if "pace" in rows:
            for pace, curve in self.by_pace.items():
                found = np.where(rows["pace"] == pace, curve.at(scores), found)
        return found

    def risk_involuntary(self, rows: pd.DataFrame) -> Floats:
        """The probability of leaving because they closed, moved or were bought, by row."""
        return self.involuntary.risk(rows, self.risk(rows))

    def distances(self, rows: pd.DataFrame, catalogue: Catalogue) -> Contributions:
        """How far each feature is from what is normal, on the side that is bad, in the place of SHAP values.

        Measured in widths of the middle half beyond it; shared out among the features of a reason, so that a reason
        with many of them does not come first for that.
        """
        features = [name for name in self.profiles if name in rows and name in catalogue.by_name]
        found = np.zeros((len(rows), len(features)))
        reasons = [catalogue.by_name[name].reason for name in features]
        for column, name in enumerate(features):
            profile, feature = self.profiles[name], catalogue.by_name[name]
            if profile.lower_quartile is None or profile.upper_quartile is None or feature.risk is None:
                continue
            width = (profile.upper_quartile - profile.lower_quartile) or max(abs(profile.upper_quartile), 1.0)
            values = rows[name].to_numpy(np.float64, na_value=np.nan)
            beyond = values - profile.upper_quartile if feature.risk == "rises" else profile.lower_quartile - values
            found[:, column] = np.clip(np.nan_to_num(beyond / width), 0, _FAR) / reasons.count(feature.reason)
        return Contributions(found, 0.0, tuple(features))

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Rule | None":
        """The rule that `save` wrote; None where there is no file, none could be taken (null), or it is of a version
        that knew no paces.
        """
        if not path.exists():
            return None
        facts = json.loads(path.read_text(encoding="utf-8"))
        if facts is None or "curve" not in facts:  # as older versions wrote them
            return None
        return cls(
            facts["name"],
            _curve(facts["curve"]),
            {pace: _curve(curve) for pace, curve in facts["by_pace"].items()},
            facts["typical"],
            Involuntary(**facts["involuntary"]),
            {name: FeatureProfile(**profile) for name, profile in facts["profiles"].items()},
            facts["definition"],
            facts["first_as_of"],
            facts["last_as_of"],
        )


def _curve(facts: Mapping[str, Sequence[float]]) -> Curve:
    return Curve(tuple(facts["scores"]), tuple(facts["risks"]))


def best_rule(measured: Mapping[str, Mapping[str, float]], features: Collection[str]) -> str | None:
    """The name of the rule with the highest ROC AUC over all accounts, of those whose feature is among `features`; None
    where there is none.

    measured: metrics of baselines, by name.
    """
    names = [name for name in measured if name in FEATURES and FEATURES[name][0] in features]
    return max(names, key=lambda name: measured.get(name, {}).get("roc_auc", 0.0), default=None)
