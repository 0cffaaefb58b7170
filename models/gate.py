"""Gate: a challenger becomes champion only on the evidence of months that neither of the two has seen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.churn import Churn
from models.evaluation import Evaluation
from models.metrics import EvaluationSet, Floats, interval, metrics, resampled

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger becomes champion, and why.

    why: what the test snapshots say of it. comparison: what came out beside the champion that it was held against; ''
    where there was none.
    """

    promoted: bool
    why: str
    comparison: str = ""

    @property
    def in_words(self) -> str:
        return f"{self.why}; {self.comparison}" if self.comparison else self.why

    @property
    def lasting(self) -> str:
        """What is written into files: of a model that was promoted, not which one it replaced.

        Else a store with a past and a fresh one would give different files for the same data. (The log and the run in
        MLflow have the comparison.) What keeps a model from being promoted is the champion, so then it is named.
        """
        return self.why if self.promoted else self.in_words


def judge(evaluation: Evaluation, champion: Churn | None) -> Verdict:
    """Whether a model that was evaluated becomes champion: it must be better than the baselines, and no worse than the
    champion where the two can be compared. champion: None where there is none, or where it is this very model.
    """
    rows, early, risk = evaluation.evaluation_set, evaluation.is_early, evaluation.risk
    first = against_baselines(rows, early, risk, {known.name: known.score for known in evaluation.baselines})
    if not first.promoted or champion is None:
        return first
    if champion.about["left"] != evaluation.model.about["left"]:
        return Verdict(True, first.why, "the champion was made for another definition of leaving")
    if not set(champion.features) <= set(evaluation.rows.columns):
        return Verdict(True, first.why, "the champion needs features that are no more")
    unseen = (evaluation.rows["as_of"] >= pd.Timestamp(champion.about["knows_until"])).to_numpy(dtype=bool)
    both_unseen = rows.subset(unseen)
    if not both_unseen.can_be_ranked:
        return Verdict(True, first.why, "the champion has seen the test snapshots, so the two cannot be compared")
    second = against_champion(both_unseen, early[unseen], risk[unseen], champion.risk(evaluation.rows[unseen]))
    return Verdict(second.promoted, first.why, second.why)


def against_baselines(rows: EvaluationSet, early: Mask, risk: Floats, rivals: Mapping[str, Floats]) -> Verdict:
    """A challenger must rank the early accounts at least as well as the best of what people do without a model.

    Early ones, because every rule calls those that have long been silent; all of them where no early account left.
    """
    deciding = early if rows.subset(early).can_be_ranked else np.ones(len(early), dtype=bool)
    which = "early accounts" if deciding is early else "accounts"
    subset = rows.subset(deciding)
    if not subset.can_be_ranked:
        return Verdict(False, "nobody left in the test snapshots, or everybody did: nothing can be measured")
    own = _roc_auc(subset, risk[deciding])
    best, name = max(
        ((_roc_auc(subset, score[deciding]), name) for name, score in rivals.items()), default=(0.5, "chance")
    )
    words = f"over {which} its ROC AUC is {own:.3f}, that of the best baseline ({name}) {best:.3f}"
    return Verdict(own >= best, words)


def against_champion(rows: EvaluationSet, early: Mask, risk: Floats, champion: Floats) -> Verdict:
    """A challenger must not be worse than the champion beyond chance, on the same rows.

    Worse beyond chance: 95 % of the resamples of accounts put it behind, in ROC AUC over early accounts or in log loss
    over all. Where the two are equal the challenger wins, since it has learned from newer rows.
    """
    early_rows = rows.subset(early)
    differences = {"log_loss": resampled(rows, champion)["log_loss"] - resampled(rows, risk)["log_loss"]}
    if early_rows.can_be_ranked:
        name = "roc_auc"
        own, other = (resampled(early_rows, score[early], is_risk=False)[name] for score in (risk, champion))
        differences["early roc_auc"] = own - other
    changes = []
    for name, gain in differences.items():
        low, high = interval(gain)
        changes.append(f"{name} {'gains' if np.nanmean(gain) >= 0 else 'loses'} {abs(np.nanmean(gain)):.4f}")
        if high < 0:
            return Verdict(False, f"compared with the champion its {name} is worse by {-high:.4f} to {-low:.4f}")
    return Verdict(True, f"compared with the champion it is not worse beyond chance ({', '.join(changes)})")


def _roc_auc(rows: EvaluationSet, score: Floats) -> float:
    return metrics(rows, score, is_risk=False)["roc_auc"]
