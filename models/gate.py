"""Gate: a challenger becomes champion only on evidence from days that it had not seen."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from features.language.declare import Feature
from features.language.measure import Columns
from models.baselines import Baseline, Role
from models.bootstrap import weighted_sums
from models.churn import Churn
from models.evaluation import Evaluation
from models.gate_params import GateParams
from models.lost import Lost
from models.metrics import EvaluationSet, Floats, interval
from models.paired import PARTS, Comparison
from models.recipe import Recipe

DOUBT = 0.5  # share of resamples in which a model may be below what it need not beat; see benchmarks/README.md
CLOSE = 0.005  # told and left may always differ by so much: one of two hundred accounts
ANOTHER_SEED = 0.02  # of the log loss: another choice of rows and features moves it by about half of that
CALIBRATED = "calibrated: "  # begins the names of the checks of its probabilities
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
    def order_stands(self) -> bool:
        """Whether nothing was refused but its probabilities: it ranks beyond chance above every rule all the same."""
        refused = [check.name for check in self.checks if not check.passed]
        return bool(refused) and all(name.startswith(CALIBRATED) for name in refused)

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
    features: Mapping[str, Feature],
    columns: Columns,
    knows_until: str,
    suspected: Collection[str] = (),
) -> Verdict:
    """Holds a challenger against rules, learners, what came, and the champion.

    champion: None where there is none, or where it is this very model. champion_risk: what its recipe gives the same
    rows; None where it cannot be made of them. features: all that are declared today, by name: one that is no longer is
    not missed. columns: what the tables give. knows_until: the day up to which the model that would score has learned,
    as text. suspected: leaks, in words.
    """
    checks = [_enough(evaluation, gate)]
    comparison = Comparison(evaluation)
    if checks[0].passed:
        checks += [
            *_against_rules(comparison, gate),
            *_against_learners(comparison, gate),
            *_calibrated(evaluation, gate),
            *_against_base_rate(comparison),
        ]
    checks += [Check("leaks", False, f"a leak is suspected: {words}") for words in suspected]
    if champion is not None:
        checks += [*_lost(evaluation, champion, gate, features, columns)]
        checks += [*_knows_less(evaluation, champion, gate, knows_until)]
        if checks[0].passed:
            checks.append(_against_champion(comparison, gate, champion, champion_risk))
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


def _against_rules(comparison: Comparison, gate: GateParams) -> Iterator[Check]:
    """Beyond chance above every rule over all accounts, since what a rule can do needs no model; and over early ones,
    where few leave, below none. Every one of these must hold, so many looks make it no likelier that a bad one passes.
    """
    for rival in _rivals(comparison, "rule", "noise"):
        gain = comparison.gain(rival.score)
        low, _ = gain.interval()
        yield Check(
            f"above {rival.name}",
            low > 0,
            f"over all accounts its ROC AUC is {gain.own:.3f}, that of {rival.name} {gain.other:.3f}"
            + ("" if low > 0 else f", and chance may explain the difference ({low:+.3f} or more)"),
        )
        if rival.role == "rule" and comparison.can_be_ranked("early"):
            yield _not_below(f"early: not below {rival.name}", "early", rival, comparison, gate)


def _against_learners(comparison: Comparison, gate: GateParams) -> Iterator[Check]:
    for rival in _rivals(comparison, "learner"):
        check = _not_below(f"not below {rival.name}", "all", rival, comparison, gate)
        gain = comparison.gain(rival.score)
        gains_little = check.passed and min(gain.own - gain.other, gain.interval()[1]) < GAINS
        yield replace(check, says=check.says + ", so it gains little") if gains_little else check


def _not_below(name: str, part: str, rival: Baseline, comparison: Comparison, gate: GateParams) -> Check:
    gain = comparison.gain(rival.score, part=part)
    below = gain.below(gate.margin)
    says = f"over {part} accounts its ROC AUC is {gain.own:.3f}, that of {rival.name} {gain.other:.3f}"
    if below > DOUBT:
        says += f"; in {below:.0%} of resamples it is below by more than gate.margin allows ({gate.margin:g})"
    return Check(name, below <= DOUBT, says)


def _calibrated(evaluation: Evaluation, gate: GateParams) -> Iterator[Check]:
    for which, mask in zip(PARTS, (np.ones(len(evaluation.is_early), dtype=bool), evaluation.is_early), strict=True):
        told, gone, low, high = told_and_left(
            evaluation.evaluation_set.subset(mask), evaluation.tested.risk[mask], looks=len(PARTS)
        )
        limit = max(CLOSE, gate.calibration * gone)
        passed = low <= limit and high >= -limit
        yield Check(
            f"{CALIBRATED}{which}",
            passed,
            f"of {which} accounts {told:.1%} were foretold to leave and {gone:.1%} left"
            + ("" if passed else f"; gate.calibration allows {limit:.1%} and what chance does"),
        )


def _against_base_rate(comparison: Comparison) -> Iterator[Check]:
    for rival in _rivals(comparison, "constant"):
        gain = comparison.gain(rival.score, figure="brier")
        says = f"its Brier score is {gain.own:.4f}, that of foretelling everybody the same {gain.other:.4f}"
        yield Check("brier", gain.below(0) <= DOUBT, says)


def _lost(
    evaluation: Evaluation, champion: Churn, gate: GateParams, features: Mapping[str, Feature], columns: Columns
) -> Iterator[Check]:
    lost = Lost.of(champion.features, evaluation.tested.model.features, features, columns, gate.accept_lost)
    if lost.features:
        yield Check("no feature lost", False, lost.in_words)


def _knows_less(evaluation: Evaluation, champion: Churn, gate: GateParams, knows_until: str) -> Iterator[Check]:
    """Who knows less far must not take over unasked, as after a run for a day long past. A champion of another
    definition of leaving can score no more, and makes way all the same.
    """
    so_far = champion.about["knows_until"]
    is_rival = champion.about["definition"] == evaluation.tested.model.about["definition"]
    if is_rival and knows_until < so_far and not gate.accept_older:
        yield Check(
            "knows as much as the champion",
            False,
            f"it has learned from what happened up to {knows_until}, the champion up to {so_far}; run without --as-of "
            "or for a later day, or if that is meant, set gate.accept_older: true",
        )


def _against_champion(comparison: Comparison, gate: GateParams, champion: Churn, risk: Floats | None) -> Check:
    """A challenger must not be shown to be worse than what the champion's recipe gives on the same origins, in ROC AUC
    over early accounts or in log loss over all, by more than another seed might. Where the two are equal it wins, since
    it has learned from newer rows.
    """
    name = "against the champion"
    if champion.about["definition"] != comparison.evaluation.tested.model.about["definition"]:
        return Check(name, True, "the champion was made for another definition of leaving", lasting=False)
    if risk is None:
        return Check(name, True, "the champion needs features that are no more", lasting=False)
    gains = {"log loss": comparison.gain(risk, figure="log_loss")}
    allowed = {"log loss": ANOTHER_SEED * gains["log loss"].other, "early ROC AUC": gate.margin}
    if comparison.can_be_ranked("early"):
        gains["early ROC AUC"] = comparison.gain(risk, part="early")
    worse = [which for which, gain in gains.items() if gain.interval(len(gains))[1] < -allowed[which]]
    changes = [
        f"{which} {'gains' if gain.mean >= 0 else 'loses'} {abs(gain.mean):.4f}" for which, gain in gains.items()
    ]
    if worse:
        return Check(name, False, f"its {' and '.join(worse)} is worse than the champion's ({', '.join(changes)})")
    return Check(name, True, f"beside the champion {', '.join(changes)}", lasting=False)


def told_and_left(rows: EvaluationSet, risk: Floats, looks: int = 1) -> tuple[float, float, float, float]:
    """The mean risk, the share that left, and the 95 % interval of their difference, accounts resampled; of several
    looks, all at once.
    """
    if not len(risk):
        return 0.0, 0.0, 0.0, 0.0
    accounts = len(rows.weights)
    total = weighted_sums(np.bincount(rows.account, minlength=accounts).astype(np.float64), rows.weights)
    miss = weighted_sums(np.bincount(rows.account, risk - rows.left, accounts), rows.weights)
    low, high = interval(miss / np.maximum(total, 1), looks)
    return float(risk.mean()), float(rows.left.mean()), low, high


def _rivals(comparison: Comparison, *roles: Role) -> list[Baseline]:
    return [known for known in comparison.evaluation.tested.baselines if known.role in roles]


def rerun_possible(champion: Churn, columns: Collection[str]) -> Recipe | None:
    """The champion's recipe, where the snapshots have its features."""
    recipe = Recipe.of(champion)
    return recipe if set(recipe.directions) <= set(columns) else None
