"""Gate: a challenger becomes champion only on evidence from days that it had not seen."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.baselines import Baseline
from models.bootstrap import weighted_sums
from models.churn import Churn
from models.evaluation import Evaluation
from models.gate_params import GateParams
from models.metrics import EvaluationSet, Floats, interval, points, resampled
from models.recipe import Recipe

Mask = npt.NDArray[np.bool_]

RULES = (
    "own_cycle",
    "days_since_order",
    "sixty_days",
    "contract_end",
    "shuffled",
)  # to be beaten beyond chance
LEARNERS = ("logistic_rfm", "mbg_nbd")  # to be no worse than
CLOSE = 0.005  # told and left may always differ by so much: one of two hundred accounts
ANOTHER_SEED = 0.02  # of the log loss: another choice of rows and features moves it by about half of that
GAINS = 0.01  # ROC AUC beyond the best learner's; below, the card says that it gains little


@dataclass(frozen=True)
class Check:
    """One thing that must hold, and what was seen. lasting: whether files may say it of a model that passed it."""

    name: str
    passed: bool
    says: str
    lasting: bool = True


@dataclass(frozen=True)
class Verdict:
    """Every check that could be made. A model is promoted if it passed all."""

    checks: tuple[Check, ...]

    @property
    def promoted(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def in_words(self) -> str:
        """Why it was refused, or how much it passed."""
        refused = "; ".join(check.says for check in self.checks if not check.passed)
        return refused or f"it passed all {len(self.checks)} checks"

    @property
    def lasting(self) -> tuple[Check, ...]:
        """What is written into files: of a model that was promoted, not which one it replaced.

        Else a store with a past and a fresh one would give different files for the same data. (The log and the run in
        MLflow have the comparison.) What keeps a model from being promoted is the champion, so then it is named.
        """
        return tuple(check for check in self.checks if check.lasting or not check.passed)


def judge(
    evaluation: Evaluation,
    gate: GateParams,
    *,
    champion: Churn | None,
    champion_risk: Floats | None,
    features: Collection[str],
    suspected: Collection[str] = (),
) -> Verdict:
    """Holds a challenger against rules, learners, what came, and the champion.

    champion: None where there is none, or where it is this very model. champion_risk: what its recipe gives the same
    rows; None where it cannot be made of them. features: names of all that are declared today: one that is no longer
    is not missed. suspected: leaks, in words.
    """
    checks = [_enough(evaluation, gate)]
    if checks[0].passed:
        checks += [
            *_against_rules(evaluation, gate),
            *_against_learners(evaluation, gate),
            *_calibrated(evaluation, gate),
            *_against_base_rate(evaluation),
        ]
    checks += [Check("leaks", False, f"a leak is suspected: {words}") for words in suspected]
    if champion is not None:
        checks += [*_lost(evaluation, champion, gate, features)]
        if checks[0].passed:
            checks.append(_against_champion(evaluation, gate, champion, champion_risk))
    return Verdict(tuple(checks))


def _enough(evaluation: Evaluation, gate: GateParams) -> Check:
    tested = evaluation.tested
    gone = tested.left == 1
    all_gone = tested.rows.loc[gone, "account_id"].nunique()
    early_gone = tested.rows.loc[gone & evaluation.is_early, "account_id"].nunique()
    passed = all_gone >= gate.min_leavers and early_gone >= gate.min_early_leavers
    says = f"{all_gone:,} accounts left on the tested as_ofs, {early_gone:,} of them early"
    asked = f"; at least {gate.min_leavers} and {gate.min_early_leavers} are asked for (gate.min_leavers, "
    return Check("enough leavers", passed, says + ("" if passed else f"{asked}gate.min_early_leavers)"))


def _against_rules(evaluation: Evaluation, gate: GateParams) -> Iterator[Check]:
    everybody, early = _parts(evaluation)
    for rival in _named(evaluation, RULES):
        own, other, low, _ = _compared(evaluation, everybody, rival.score)
        yield Check(
            f"above {rival.name}",
            low > 0,
            f"over all accounts its ROC AUC is {own:.3f}, that of {rival.name} {other:.3f}"
            + ("" if low > 0 else f", and chance may explain the difference ({low:+.3f} or more)"),
        )
        if rival.name != "shuffled" and evaluation.evaluation_set.subset(early).can_be_ranked:
            own, other, _, _ = _compared(evaluation, early, rival.score)
            passed = own >= other - gate.margin
            yield Check(
                f"early: not below {rival.name}",
                passed,
                f"over early accounts its ROC AUC is {own:.3f}, that of {rival.name} {other:.3f}"
                + ("" if passed else f"; gate.margin allows {gate.margin:g}"),
            )


def _against_learners(evaluation: Evaluation, gate: GateParams) -> Iterator[Check]:
    everybody, _ = _parts(evaluation)
    for rival in _named(evaluation, LEARNERS):
        own, other, _, high = _compared(evaluation, everybody, rival.score)
        passed = own >= other - gate.margin
        says = f"over all accounts its ROC AUC is {own:.3f}, that of {rival.name} {other:.3f}"
        says += "" if passed else f"; gate.margin allows {gate.margin:g}"
        says += ", so it gains little" if passed and min(own - other, high) < GAINS else ""
        yield Check(f"not below {rival.name}", passed, says)


def _calibrated(evaluation: Evaluation, gate: GateParams) -> Iterator[Check]:
    for which, mask in zip(("all", "early"), _parts(evaluation), strict=True):
        told, gone, low, high = told_and_left(evaluation.evaluation_set.subset(mask), evaluation.tested.risk[mask])
        limit = max(CLOSE, gate.calibration * gone)
        passed = low <= limit and high >= -limit
        yield Check(
            f"calibrated: {which}",
            passed,
            f"of {which} accounts {told:.1%} were foretold to leave and {gone:.1%} left"
            + ("" if passed else f"; gate.calibration allows {limit:.1%} and what chance does"),
        )


def _against_base_rate(evaluation: Evaluation) -> Iterator[Check]:
    for rival in _named(evaluation, ("base_rate",)):
        everybody, _ = _parts(evaluation)
        own, other = (
            points(evaluation.evaluation_set, score[everybody])["brier"]
            for score in (evaluation.tested.risk, rival.score)
        )
        yield Check(
            "brier", own <= other, f"its Brier score is {own:.4f}, that of foretelling everybody the same {other:.4f}"
        )


def _lost(evaluation: Evaluation, champion: Churn, gate: GateParams, features: Collection[str]) -> Iterator[Check]:
    has = set(evaluation.tested.model.features) | set(gate.accept_lost)
    lost = [name for name in champion.features if name in features and name not in has]
    if lost:
        yield Check(
            "no feature lost",
            False,
            f"{len(lost)} features of the champion are gone with their table or column: {', '.join(lost[:3])}"
            f"{' ...' if len(lost) > 3 else ''} (gate.accept_lost, if that is meant)",
        )


def _against_champion(evaluation: Evaluation, gate: GateParams, champion: Churn, risk: Floats | None) -> Check:
    """A challenger must not be shown to be worse than what the champion's recipe gives on the same origins, in ROC AUC
    over early accounts or in log loss over all, by more than another seed might. Where the two are equal it wins, since
    it has learned from newer rows.
    """
    name = "against the champion"
    if champion.about["definition"] != evaluation.tested.model.about["definition"]:
        return Check(name, True, "the champion was made for another definition of leaving", lasting=False)
    if risk is None:
        return Check(name, True, "the champion needs features that are no more", lasting=False)
    _, early = _parts(evaluation)
    rows, own = evaluation.evaluation_set, evaluation.tested.risk
    theirs = resampled(rows, risk)["log_loss"]
    gains = {"log loss": theirs - resampled(rows, own)["log_loss"]}
    allowed = {"log loss": ANOTHER_SEED * float(np.nanmean(theirs)), "early ROC AUC": gate.margin}
    early_rows = rows.subset(early)
    if early_rows.can_be_ranked:
        ranked, ranked_before = (resampled(early_rows, score[early], is_risk=False)["roc_auc"] for score in (own, risk))
        gains["early ROC AUC"] = ranked - ranked_before
    worse = [which for which, gain in gains.items() if interval(gain)[1] < -allowed[which]]
    means = {which: float(np.nanmean(gain)) for which, gain in gains.items()}
    changes = [f"{which} {'gains' if mean >= 0 else 'loses'} {abs(mean):.4f}" for which, mean in means.items()]
    if worse:
        return Check(name, False, f"its {' and '.join(worse)} is worse than the champion's ({', '.join(changes)})")
    return Check(name, True, f"beside the champion {', '.join(changes)}", lasting=False)


def told_and_left(rows: EvaluationSet, risk: Floats) -> tuple[float, float, float, float]:
    """The mean risk, the share that left, and the 95 % interval of their difference, accounts resampled."""
    if not len(risk):
        return 0.0, 0.0, 0.0, 0.0
    accounts = len(rows.weights)
    total = weighted_sums(np.bincount(rows.account, minlength=accounts).astype(np.float64), rows.weights)
    miss = weighted_sums(np.bincount(rows.account, risk - rows.left, accounts), rows.weights)
    low, high = interval(miss / np.maximum(total, 1))
    return float(risk.mean()), float(rows.left.mean()), low, high


def _compared(evaluation: Evaluation, mask: Mask, other: Floats) -> tuple[float, float, float, float]:
    """ROC AUC of the model and of another score, and the 95 % interval of the paired difference."""
    rows = evaluation.evaluation_set.subset(mask)
    scores = (evaluation.tested.risk[mask], other[mask])
    own, theirs = (points(rows, score, is_risk=False)["roc_auc"] for score in scores)
    ours, others = (resampled(rows, score, is_risk=False)["roc_auc"] for score in scores)
    low, high = interval(ours - others)
    return own, theirs, low, high


def _parts(evaluation: Evaluation) -> tuple[Mask, Mask]:
    return np.ones(len(evaluation.tested.left), dtype=bool), evaluation.is_early


def _named(evaluation: Evaluation, names: Collection[str]) -> list[Baseline]:
    return [known for known in evaluation.tested.baselines if known.name in names]


def rerun_possible(champion: Churn, columns: Collection[str]) -> Recipe | None:
    """The champion's recipe, where the snapshots have its features."""
    recipe = Recipe.of(champion)
    return recipe if set(recipe.directions) <= set(columns) else None
