"""Gate: a challenger becomes champion only on evidence from days that it had not seen."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from features.language.declare import Feature
from features.language.measure import Columns
from features.language.tongue import Told, later, told
from models.baselines import Baseline, Role
from models.bootstrap import weighted_sums
from models.check_names import (
    ABOVE,
    BESIDE_CHAMPION,
    BRIER,
    CALIBRATED,
    EARLY_NOT_BELOW,
    ENOUGH,
    LEAKS,
    NOT_BELOW,
    NOTHING_LOST,
    UP_TO_DATE,
)
from models.churn import Churn
from models.definition import PaceBy
from models.evaluation import Evaluation
from models.gate_params import GateParams
from models.lost import Lost
from models.metrics import EvaluationSet, Floats, interval
from models.paired import PARTS, Comparison
from models.recipe import Recipe

DOUBT = 0.5  # share of resamples in which a model may be below what it need not beat; see benchmarks/README.md
CLOSE = 0.005  # told and left may always differ by so much: one of two hundred accounts
ANOTHER_SEED = 0.02  # of the log loss: another choice of rows and features moves it by about half of that
_RANKS = {
    "all": later("over all accounts its ROC AUC is {own:.3f}, that of {rival} {other:.3f}"),
    "early": later("over early accounts its ROC AUC is {own:.3f}, that of {rival} {other:.3f}"),
}
_CAME = {
    "all": later("of all accounts {told:.1%} were foretold to leave and {left:.1%} left"),
    "early": later("of early accounts {told:.1%} were foretold to leave and {left:.1%} left"),
}
_GAINS, _LOSES = later("; {figure} gains {size:.4f}"), later("; {figure} loses {size:.4f}")
GAINS = 0.01  # ROC AUC beyond the best learner's; below, the card says that it gains little


@dataclass(frozen=True)
class Check:
    """One thing that must hold, and what was seen. lasting: whether files may say it of a model that passed it."""

    name: str
    passed: bool
    told: Told
    lasting: bool = True

    @property
    def says(self) -> str:
        """What was seen, in words."""
        return str(self.told)


@dataclass(frozen=True)
class Verdict:
    """Every check that could be made. A model is promoted if it passed all."""

    checks: tuple[Check, ...]

    @property
    def promoted(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def order_stands(self) -> bool:
        """Whether nothing was refused but its probabilities, or for another that learns and ranks above it: it ranks
        beyond chance above every rule all the same, and a rule is all that could rank in its place.
        """
        refused = [check.name for check in self.checks if not check.passed]
        return bool(refused) and all(name.startswith((CALIBRATED, BRIER, NOT_BELOW)) for name in refused)

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
    pace_by: PaceBy = PaceBy.orders,
) -> Verdict:
    """Holds a challenger against rules, learners, what came, and the champion.

    champion: None where there is none, or where it is this very model. champion_risk: what its recipe gives the same
    rows; None where it cannot be made of them. features: all that are declared today, by name: one that is no longer is
    not missed. columns: what the tables give. knows_until: the day up to which the model that would score has learned,
    as text. suspected: leaks, in words. pace_by: what shows which accounts are early; where contracts do, they
    are bound by one, and that few of them left keeps no model from being promoted.
    """
    enough, early_are_enough = _enough(evaluation, gate, pace_by)
    checks = [enough]
    comparison = Comparison(evaluation)
    if checks[0].passed:
        checks += [
            *_against_rules(comparison, gate, early=early_are_enough),
            *_against_learners(comparison, gate),
            *_calibrated(evaluation, gate),
            *_against_base_rate(comparison),
        ]
    words = (found.removesuffix(".") for found in suspected)
    checks += [Check(LEAKS, False, told("a leak is suspected: {words}", words=one)) for one in words]
    if champion is not None:
        checks += [*_lost(evaluation, champion, gate, features, columns)]
        checks += [*_knows_less(evaluation, champion, gate, knows_until)]
        if checks[0].passed:
            checks.append(_against_champion(comparison, gate, champion, champion_risk))
    return Verdict(tuple(checks))


def _enough(evaluation: Evaluation, gate: GateParams, pace_by: PaceBy) -> tuple[Check, bool]:
    """The check, and whether enough early ones left to compare what ranks them."""
    tested = evaluation.tested
    gone = tested.left == 1
    all_gone = tested.rows.loc[gone, "account_id"].nunique()
    early_gone = tested.rows.loc[gone & evaluation.is_early, "account_id"].nunique()
    early_are_enough = early_gone >= gate.min_early_leavers
    seen = told("{all:,} accounts left on the tested as_ofs, {early:,} of them early", all=all_gone, early=early_gone)
    if pace_by is PaceBy.contracts:
        passed = all_gone >= gate.min_leavers
        asked = told("; at least {all} are asked for (gate.min_leavers)", all=gate.min_leavers)
        if passed and not early_are_enough:
            seen = seen + told(", as contracts bind these")
    else:
        passed = all_gone >= gate.min_leavers and early_are_enough
        asked = told(
            "; at least {all} and {early} are asked for (gate.min_leavers, gate.min_early_leavers)",
            all=gate.min_leavers,
            early=gate.min_early_leavers,
        )
    return Check(ENOUGH, passed, seen if passed else seen + asked), early_are_enough


def _against_rules(comparison: Comparison, gate: GateParams, *, early: bool) -> Iterator[Check]:
    """Beyond chance above every rule over all accounts, since what a rule can do needs no model; and over early ones,
    where few leave, below none. Every one of these must hold, so many looks make it no likelier that a bad one passes.
    early: whether enough early ones left to be looked at.
    """
    for rival in _rivals(comparison, "rule", "noise"):
        gain = comparison.gain(rival.score)
        low, _ = gain.interval()
        seen = told(_RANKS["all"], own=gain.own, rival=rival.name, other=gain.other)
        chance = told(", and chance may explain the difference ({low:+.3f} or more)", low=low)
        yield Check(f"{ABOVE}{rival.name}", low > 0, seen if low > 0 else seen + chance)
        if rival.role == "rule" and early and comparison.can_be_ranked("early"):
            yield _not_below(f"{EARLY_NOT_BELOW}{rival.name}", "early", rival, comparison, gate)


def _against_learners(comparison: Comparison, gate: GateParams) -> Iterator[Check]:
    for rival in _rivals(comparison, "learner"):
        check = _not_below(f"{NOT_BELOW}{rival.name}", "all", rival, comparison, gate)
        gain = comparison.gain(rival.score)
        gains_little = check.passed and min(gain.own - gain.other, gain.interval()[1]) < GAINS
        yield replace(check, told=check.told + told(", so it gains little")) if gains_little else check


def _not_below(name: str, part: str, rival: Baseline, comparison: Comparison, gate: GateParams) -> Check:
    gain = comparison.gain(rival.score, part=part)
    below = gain.below(gate.margin)
    seen = told(_RANKS[part], own=gain.own, rival=rival.name, other=gain.other)
    if below > DOUBT:
        seen += told(
            "; in {below:.0%} of resamples it is below by more than gate.margin allows ({margin:g})",
            below=below,
            margin=gate.margin,
        )
    return Check(name, below <= DOUBT, seen)


def _calibrated(evaluation: Evaluation, gate: GateParams) -> Iterator[Check]:
    for which, mask in zip(PARTS, (np.ones(len(evaluation.is_early), dtype=bool), evaluation.is_early), strict=True):
        foretold, gone, low, high = told_and_left(
            evaluation.evaluation_set.subset(mask), evaluation.tested.risk[mask], looks=len(PARTS)
        )
        limit = max(CLOSE, gate.calibration * gone)
        passed = low <= limit and high >= -limit
        seen = told(_CAME[which], told=foretold, left=gone)
        allowed = told("; gate.calibration allows {limit:.1%} and what chance does", limit=limit)
        yield Check(f"{CALIBRATED}{which}", passed, seen if passed else seen + allowed)


def _against_base_rate(comparison: Comparison) -> Iterator[Check]:
    for rival in _rivals(comparison, "constant"):
        gain = comparison.gain(rival.score, figure="brier")
        seen = told(
            "its Brier score is {own:.4f}, that of foretelling everybody the same {other:.4f}",
            own=gain.own,
            other=gain.other,
        )
        yield Check(BRIER, gain.below(0) <= DOUBT, seen)


def _lost(
    evaluation: Evaluation, champion: Churn, gate: GateParams, features: Mapping[str, Feature], columns: Columns
) -> Iterator[Check]:
    lost = Lost.of(champion.features, evaluation.tested.model.features, features, columns, gate.accept_lost)
    if lost.features:
        yield Check(NOTHING_LOST, False, lost.told)


def _knows_less(evaluation: Evaluation, champion: Churn, gate: GateParams, knows_until: str) -> Iterator[Check]:
    """Who knows less far must not take over unasked, as after a run for a day long past. A champion of another
    definition of leaving can score no more, and makes way all the same.
    """
    so_far = champion.about["knows_until"]
    is_rival = champion.about["definition"] == evaluation.tested.model.about["definition"]
    if is_rival and knows_until < so_far and not gate.accept_older:
        yield Check(
            UP_TO_DATE,
            False,
            told(
                "it has learned from what happened up to {own}, the champion up to {champion}; run without --as-of or "
                "for a later day, or if that is meant, set gate.accept_older: true",
                own=knows_until,
                champion=so_far,
            ),
        )


def _against_champion(comparison: Comparison, gate: GateParams, champion: Churn, risk: Floats | None) -> Check:
    """A challenger must not be shown to be worse than what the champion's recipe gives on the same origins, in ROC AUC
    over early accounts or in log loss over all, by more than another seed might. Where the two are equal it wins, since
    it has learned from newer rows.
    """
    name = BESIDE_CHAMPION
    if champion.about["definition"] != comparison.evaluation.tested.model.about["definition"]:
        return Check(name, True, told("the champion was made for another definition of leaving"), lasting=False)
    if risk is None:
        return Check(name, True, told("the champion needs features that are no more"), lasting=False)
    gains = {"log loss": comparison.gain(risk, figure="log_loss")}
    allowed = {"log loss": ANOTHER_SEED * gains["log loss"].other, "early ROC AUC": gate.margin}
    if comparison.can_be_ranked("early"):
        gains["early ROC AUC"] = comparison.gain(risk, part="early")
    worse = [which for which, gain in gains.items() if gain.interval(len(gains))[1] < -allowed[which]]
    seen = (
        told("its {figures} is worse than the champion's", figures=", ".join(worse))
        if worse
        else told("beside the champion")
    )
    for which, gain in gains.items():
        seen += told(_GAINS if gain.mean >= 0 else _LOSES, figure=which, size=abs(gain.mean))
    return Check(name, not worse, seen, lasting=bool(worse))


def told_and_left(rows: EvaluationSet, risk: Floats, looks: int = 1) -> tuple[float, float, float, float]:
    """The mean risk, the share that left, and the 95 % interval of their difference, accounts resampled; of several
    looks, all at once.
    """
    if not len(risk):
        return 0.0, 0.0, 0.0, 0.0
    accounts, draws = rows.weights.shape
    total = weighted_sums(np.bincount(rows.account, minlength=accounts).astype(np.float64), rows.weights, (0, draws))
    miss = weighted_sums(np.bincount(rows.account, risk - rows.left, accounts), rows.weights, (0, draws))
    low, high = interval(miss / np.maximum(total, 1), looks)
    return float(risk.mean()), float(rows.left.mean()), low, high


def _rivals(comparison: Comparison, *roles: Role) -> list[Baseline]:
    return [known for known in comparison.evaluation.tested.baselines if known.role in roles]


def rerun_possible(champion: Churn, columns: Collection[str]) -> Recipe | None:
    """The champion's recipe, where the snapshots have its features."""
    recipe = Recipe.of(champion)
    return recipe if set(recipe.directions) <= set(columns) else None
