"""Evaluate: measures the model on months that it has not seen, and lets it become champion or not."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.language.tongue import Told, speaking
from features.mistake import Mistake
from models import gate, groups
from models.backtest import Backtest, Mask, backtest, rerun
from models.baselines import rules
from models.card import Card, card_of_rules
from models.churn import Churn
from models.evaluation import (
    Evaluation,
    by_score,
    data_figures,
    figures_of_rules,
    foretold,
    ranking_table,
    rounded,
)
from models.explain import shap_contributions
from models.layout import SCORING
from models.leaks import Leaks, lines
from models.metrics import Floats
from models.missed import Missed, kinds_missed
from models.money import money_figures
from models.origins import Origin, complete_as_ofs, too_short
from models.packaged import Package
from models.plots import write_beeswarm, write_plots
from models.ready import ready_to_tell
from models.reasons import reasons
from models.recipe import Recipe
from models.recording import record
from models.registry import EVALUATED, Registry, Version
from models.rule import Rule, best_rule
from models.target import targets
from pipelines.dataset import check_outcomes, facts_of, features_of, forget, origins_of, read_rows, save_whole
from pipelines.grouped import known_of
from pipelines.home import BACKTEST, GATE, RULE, Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.reach import reach_now
from pipelines.recorded import recorded
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def evaluate(settings: Settings, home: Home, *, metrics: Path) -> None:
    """Writes the figures to `metrics`; plots, model card, the gate's verdict, the best rule and what was foretold on
    every origin to the home; and a run to MLflow. Raises Mistake where no outcome is known.
    """
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    rows = read_rows(home)
    check_outcomes(rows, settings.left)
    origins = origins_of(rows, settings)
    data = {"source": manifest.source, "data_version": manifest.data_version, **data_figures(rows, origins)}
    registry = Registry(home.tracking_uri, home.artifacts, manifest.source)
    for name in (EVALUATED, "plots"):
        forget(home.model / name)
    if not origins:
        _without_a_model(settings, home, rows, data, registry, metrics)
        return
    model = Churn.load(home.model / SCORING)
    _check_made_of(model, manifest, settings, home)
    models: list[tuple[Origin, Churn]] = []

    def keep(origin: Origin, model: Churn) -> None:
        log.info("evaluate: %s, from %s rows", origin.as_of.date(), f"{model.about['rows']:,}")
        models.append((origin, model))

    tested = backtest(rows, origins, Recipe.of(model), facts_of(manifest, settings), progress=keep)
    save_whole(tested.model, home.model / EVALUATED)
    evaluation = Evaluation.of(
        tested,
        ceilings=_ceilings(settings, home, manifest, tested.rows),
        capacity=settings.evaluate.capacity,
        resamples=settings.evaluate.resamples,
        seed=settings.evaluate.seed,
        known=known_of(home.tables, tested.rows),
    )
    foretold(evaluation).to_parquet(home.model / BACKTEST, index=False)
    figures = rounded(evaluation.figures(catalogue()) | {"data": data} | _money(evaluation, settings, manifest))
    figures["reasons"] |= rounded(_fidelity(settings, home, manifest, rows, models))
    with speaking(manifest.language):  # as what the model tells where it is served
        package = Package.of(home.model / SCORING, catalogue())
    champion = registry.champion()
    compared = _compared(registry, champion, package.files_sha256)
    champion_risk = _rerun(home, rows, origins, compared, tested)
    verdict = gate.judge(
        evaluation,
        settings.gate,
        champion=compared,
        champion_risk=champion_risk,
        features=catalogue().by_name,
        columns=manifest.columns,
        knows_until=model.about["knows_until"],
        pace_by=settings.left.pace_by(manifest.tables),
        suspected=lines(Leaks.from_json(home.leaks.read_text(encoding="utf-8")).suspected, settings.leak.accept),
    )
    _write_figures(home, metrics, figures)
    tested_rows = np.any([origin.test for origin in origins], axis=0)
    rule = _write_rule(settings, home, rows, tested_rows, figures)
    _draw(home, evaluation, figures)
    card = Card(
        model=registry.model,
        leaving=settings.left.in_words(),
        figures=figures,
        descriptions=evaluation.descriptions(),
        titles={code: reason.title for code, reason in catalogue().reasons.items()},
        capacity=settings.evaluate.capacity,
        features=len(model.features),
        rounds=model.trees.num_trees(),
        checks=verdict.lasting,
        early=settings.left.early_in_words(manifest.tables),
    )
    _write(home.model / "card.md", card.markdown())
    _log_figures(figures)
    version = record(
        registry,
        package,
        recorded(settings, home, manifest, rows, origins, figures=figures, verdict=verdict, metrics=metrics),
    )
    if verdict.promoted:
        registry.promote(version)
        champion = version
    is_other = champion is not None and champion.files_sha256 != version.files_sha256
    told = champion_risk if is_other else tested.risk
    missed = _missed(settings, rows, tested, told)
    by_rule = _missed_by_rule(settings, rows, rule, tested_rows)
    kinds = _kinds(evaluation, figures, told if champion or verdict.order_stands else None, settings.gate.calibration)
    _write(home.model / GATE, _gate_json(verdict, version, champion, missed, by_rule, kinds))
    for line in (missed if champion or verdict.order_stands else by_rule).lines():
        log.warning("evaluate: %s", line)
    outcome = "is champion" if verdict.promoted else "refused"
    log.info("gate: version %s (%s) %s: %s", version.number, version.name, outcome, verdict.in_words)


def _without_a_model(
    settings: Settings,
    home: Home,
    rows: pd.DataFrame,
    data: Mapping[str, Any],
    registry: Registry,
    metrics: Path,
) -> None:
    """Where no day can test a model: rules of thumb, measured on every row whose outcome is known."""
    voluntary, _ = targets(rows)
    known = ~np.isnan(voluntary)
    measured = rows[known].assign(left=voluntary[known])
    rivals = tuple(rules(rows, train=known, test=known))
    asked = settings.evaluate
    found = figures_of_rules(measured, rivals, capacity=asked.capacity, resamples=asked.resamples, seed=asked.seed)
    figures = rounded(found | {"data": data})
    _write_figures(home, metrics, figures)
    rule = _write_rule(settings, home, rows, known, figures)
    pd.DataFrame({"account_id": [], "as_of": []}).to_parquet(home.model / BACKTEST, index=False)
    verdict = gate.Verdict((gate.Check("tested", False, Told(((too_short(rows, settings.snapshots.count), {}),))),))
    _write(home.model / "card.md", card_of_rules(registry.model, settings.left.in_words(), figures, rivals, verdict))
    missed = _missed_by_rule(settings, rows, rule, known & rows["as_of"].isin(complete_as_ofs(rows)).to_numpy())
    _write(home.model / GATE, _gate_json(verdict, None, registry.champion(), Missed(), missed, []))
    for line in missed.lines():
        log.warning("evaluate: %s", line)
    log.warning("gate: no model: %s", verdict.in_words)


def _write_rule(
    settings: Settings, home: Home, rows: pd.DataFrame, mask: Mask, figures: Mapping[str, Any]
) -> Rule | None:
    """The best rule, which ranks where there is no champion; its risks are of the rows in the mask."""
    best = best_rule(figures["baselines"], rows.columns)
    if best is None:
        log.warning("evaluate: no rule of thumb can be taken: the tables give neither orders, contracts nor contacts")
        _write(home.model / RULE, "null\n")
        return None
    voluntary, involuntary = (np.where(mask, target, np.nan) for target in targets(rows))
    rule = Rule.fit(best, rows, voluntary, involuntary, features_of(rows), settings.left.digest)
    with written_whole(home.model / RULE) as path:
        rule.save(path)
    return rule


def _missed(settings: Settings, rows: pd.DataFrame, tested: Backtest, risk: Floats | None) -> Missed:
    """Where what was told did not come, by the recipe of what ranks from now on.

    risk: what that recipe gives the tested rows; None where nothing tells, and nothing is said. Of another recipe than
    the tested one there is no model that knew nothing of the newest day, so of that day nothing is said.
    """
    if risk is None:
        return Missed()
    ranker = tested.model if risk is tested.risk else None
    told = (tested.rows["as_of"], risk, tested.left)
    return Missed.of(rows, ranker, told, calibration=settings.gate.calibration)


def _kinds(
    evaluation: Evaluation, figures: Mapping[str, Any], risk: Floats | None, calibration: float
) -> list[dict[str, Any]]:
    """The kinds of accounts that were told falsely by what ranks from now on. figures: of the tested model. risk: see
    `_missed`; None as well where no model ranks.
    """
    if risk is None:
        return []
    is_tested = risk is evaluation.tested.risk
    by_group = figures["test"]["by_group"] if is_tested else rounded(evaluation.by_group(risk))
    return kinds_missed(by_group, calibration)


def _missed_by_rule(settings: Settings, rows: pd.DataFrame, rule: Rule | None, mask: Mask) -> Missed:
    """The same of the rule, whose risks are shares of all rows in the mask: how far single days stray from them."""
    if rule is None:
        return Missed()
    tested = rows[mask]
    told = (tested["as_of"], rule.risk(tested), targets(tested)[0])
    return Missed.of(rows, rule, told, calibration=settings.gate.calibration)


def _money(evaluation: Evaluation, settings: Settings, manifest: Manifest) -> dict[str, Any]:
    """{"money": {...}} with the currency, where enough is assumed and any account has a value; {} elsewhere."""
    found = settings.money.assumed and money_figures(evaluation, settings.money.assumed)
    return {"money": {"currency": manifest.currency, **found}} if found else {}


def _check_made_of(model: Churn, manifest: Manifest, settings: Settings, home: Home) -> None:
    if model.about["data_version"] != manifest.data_version:
        raise Mistake(
            f"{home.model / SCORING}: trained on data {model.about['data_version']}, but the snapshots are of data "
            f"{manifest.data_version}. Run: leaky train."
        )
    if model.about["definition"] != settings.left.digest:
        raise Mistake(
            f"{home.model / SCORING}: made for another definition of leaving. Run: leaky snapshots, then leaky train."
        )


def _rerun(
    home: Home, rows: pd.DataFrame, origins: Sequence[Origin], champion: Churn | None, tested: Backtest
) -> Floats | None:
    """What the champion's recipe gives the tested rows; None where there is none, or its features are no more."""
    recipe = gate.rerun_possible(champion, rows.columns) if champion else None
    if recipe is None:
        return None
    recipe = replace(recipe, reach=reach_now(home, recipe.reach))
    return tested.risk if recipe == Recipe.of(tested.model) else rerun(rows, origins, recipe)


def _ceilings(settings: Settings, home: Home, manifest: Manifest, tested: pd.DataFrame) -> Mapping[str, Floats]:
    """What the hidden truth would have said of the tested rows, by name; nothing where no truth is known."""
    if not _has_truth(home, manifest):
        return {}
    from pipelines.simulated.ceiling import ceilings

    return ceilings(
        home.simulated,
        tested[["account_id", "as_of", "outlook_days"]].reset_index(drop=True),
        settings.simulate,
        settings.left,
        accounts=settings.evaluate.ceiling_accounts,
    )


def _fidelity(
    settings: Settings, home: Home, manifest: Manifest, rows: pd.DataFrame, models: Sequence[tuple[Origin, Churn]]
) -> dict[str, Any]:
    """{"fidelity": {...}} where a truth is known, each day by the model of its origin, which knows nothing of its rows;
    {} elsewhere.
    """
    if not _has_truth(home, manifest):
        return {}
    from pipelines.simulated.fidelity import NEWEST, fidelity

    told = []
    for origin, model in models[-NEWEST:]:
        ready, day = ready_to_tell(model, rows, origin.train, origin.as_of), rows[origin.test]
        told.append(reasons(shap_contributions(ready, day), day, ready.profiles, catalogue()))
    found = pd.concat(told)
    return {"fidelity": fidelity(home.simulated, rows.loc[found.index], found, settings.simulate)}


def _has_truth(home: Home, manifest: Manifest) -> bool:
    return manifest.source == "simulated" and (home.simulated / "truth.parquet").exists()


def _compared(registry: Registry, champion: Version | None, sha256: str) -> Churn | None:
    """The champion; None where there is none, one of an older version, or one that is made of the same files."""
    if champion is None or champion.files_sha256 == sha256:
        return None
    with registry.files(champion) as folder:
        try:
            return Churn.load(folder / SCORING)
        except Mistake as older:
            log.warning("evaluate: the champion cannot be compared: %s", older)
            return None


def _write_figures(home: Home, metrics: Path, figures: Mapping[str, Any]) -> None:
    _write(metrics, json.dumps(figures, indent=2, allow_nan=False) + "\n")
    table = ranking_table(figures)
    for stale in set((home.model / "skill").glob("*.json")) - {home.model / "skill" / f"{name}.json" for name in table}:
        stale.unlink()
    for name, found in table.items():
        _write(home.model / "skill" / f"{name}.json", json.dumps(found, indent=2) + "\n")


def _draw(home: Home, evaluation: Evaluation, figures: Mapping[str, Any]) -> None:
    by_code = {code: facts for code, facts in figures["reasons"].items() if "share" in facts}
    shares = {catalogue().reasons[code].title: facts["share"] for code, facts in by_code.items()}
    plots = home.model / "plots"
    tested = evaluation.tested
    write_plots(plots, tested.left, evaluation.labelled_scores(), tested.risk, shares)
    write_beeswarm(plots / "features.png", tested.model, tested.explained, evaluation.contributions)


def _gate_json(
    verdict: gate.Verdict,
    challenger: Version | None,
    champion: Version | None,
    missed: Missed,
    by_rule: Missed,
    kinds: Sequence[Mapping[str, Any]],
) -> str:
    """The verdict and who scores from now on, by the hashes of their files: numbers differ from registry to registry.

    champion_files_sha256 is what `score` depends on under DVC; order_files_sha256 where there is none, and the order of
    the challenger stands. missed_lately, missed_by_day: where what was told did not come, on the newest day whose
    outcome is known and on the tested days (`models.missed`), by the recipe of what ranks from now on; under rule the
    same of the rule's risks. missed_by_group: of kinds of accounts (`models.missed.kinds_missed`), by the same recipe.
    """
    ranks = challenger if verdict.order_stands and champion is None else None
    content = {
        "promoted": verdict.promoted,
        "checks": [
            {"name": check.name, "passed": check.passed, "says": check.says, "told": check.told.as_json()}
            for check in verdict.lasting
        ],
        "challenger_files_sha256": challenger.files_sha256 if challenger else None,
        "champion_files_sha256": champion.files_sha256 if champion else None,
        "order_files_sha256": ranks.files_sha256 if ranks else None,
        **missed.as_json(),
        "missed_by_group": list(kinds),
        "rule": by_rule.as_json(),
        "without_champion": None if champion else verdict.in_words,
    }
    return json.dumps(content, indent=2) + "\n"


def _log_figures(figures: Mapping[str, Any]) -> None:
    log.info("evaluate: on the days that were tested, ROC AUC (average precision):")
    for name, found in by_score(figures).items():
        words = [
            f"{which} {part['roc_auc']:.3f} ({part['average_precision']:.3f})"
            for which, part in (("all", found), ("early", found.get("early", {})))
            if "roc_auc" in part
        ]
        log.info("  %-17s %s", name, ", ".join(words) or "cannot be ranked")
    log.info("evaluate: %s", groups.in_words(groups.unnested(figures["test"]["by_group"])))


def _write(path: Path, text: str) -> None:
    with written_whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
