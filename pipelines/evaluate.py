"""Evaluate: measures the model on months that it has not seen, and lets it become champion or not."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import catalogue
from features.mistake import Mistake
from models import explain, gate
from models.baselines import Baseline, baselines
from models.card import Card
from models.churn import Churn
from models.metrics import Floats, Skill, Trial, skill
from models.plots import write_beeswarm, write_plots
from models.registry import EVALUATED, SCORING, Registry, Version, commit_of, hash_of
from models.split import Split
from pipelines.dataset import is_involuntary, read_rows, split_of
from pipelines.home import PROJECT, Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

log = logging.getLogger(__name__)

Mask = npt.NDArray[np.bool_]

CEILING_SAYS = "ceiling: what the hidden truth of the made-up firm would tell"
_DIGITS = 6  # of a figure in metrics.json


def evaluate(settings: Settings, home: Home, *, metrics: Path) -> None:
    """Writes the figures to `metrics`, plots, model card and the gate's verdict to the home, and a run to MLflow.

    Rows that left involuntarily are counted and otherwise left out: the model is not meant to foresee a fire.
    """
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    rows = read_rows(home)
    parts = split_of(rows, settings)
    model = Churn.load(home.model / EVALUATED)
    _check_unseen(model, parts, manifest, home)
    voluntary = ~is_involuntary(rows)
    test = parts.test & voluntary
    tested = rows[test]
    left = rows["left"].to_numpy(np.float64, na_value=np.nan)
    trial = Trial.of(
        tested.assign(left=left[test]),
        capacity=settings.evaluate.capacity,
        resamples=settings.evaluate.resamples,
        seed=settings.evaluate.seed,
    )
    early = (tested["pace"] == "early").to_numpy()
    risk = model.risk(tested)
    rivals = baselines(rows, left, train=parts.before_test & voluntary, test=test)
    moved = explain.contributions(model, tested)
    figures: dict[str, Any] = {
        "test": _skill(trial, early, risk) | {"mean_risk": float(risk.mean())},
        "baselines": {rival.name: _skill(trial, early, rival.score, is_risk=rival.is_risk) for rival in rivals},
    }
    truth = _ceiling(settings, home, manifest, tested)
    if truth is not None:
        figures["ceiling"] = _skill(trial, early, truth)
    figures["reasons"] = _reasons(model, moved, tested)
    figures["data"] = _data(rows, left, parts, voluntary, manifest)
    registry = Registry(home.tracking_uri, home.artifacts, manifest.source)
    champion = registry.champion()
    files = hash_of(home.model / EVALUATED) + hash_of(home.model / SCORING)
    verdict = _judge(registry, champion, files, model, trial, early, tested, risk, rivals)
    _draw(home, left[test], risk, rivals, truth, figures, model, tested, moved)
    card = Card(
        model=registry.model,
        leaving=manifest.left(settings.left).in_words(),
        figures=figures,
        says={rival.name: rival.says for rival in rivals} | {"ceiling": CEILING_SAYS},
        titles={code: reason.title for code, reason in catalogue().reasons.items()},
        capacity=settings.evaluate.capacity,
        features=len(model.features),
        rounds=model.trees.num_trees(),
        verdict=verdict.why,
    )
    _write(home.model / "card.md", card.markdown())
    rounded = _rounded(figures)
    _write(metrics, json.dumps(rounded, indent=2, allow_nan=False) + "\n")
    for name, found in _side_by_side(rounded).items():
        _write(home.model / "skill" / f"{name}.json", json.dumps(found, indent=2) + "\n")
    version = _record(registry, settings, home, manifest, model, rounded, files, metrics)
    if verdict.promoted:
        registry.promote(version)
    gated = {"version": version.number, "promoted": verdict.promoted, "why": verdict.why}
    _write(home.model / "gate.json", json.dumps(gated, indent=2) + "\n")
    _tell(figures, rivals, truth is not None)
    log.info("gate: version %s %s: %s", version.number, "is champion" if verdict.promoted else "refused", verdict.why)


def _check_unseen(model: Churn, parts: Split, manifest: Manifest, home: Home) -> None:
    about = model.about
    first_test = parts.test_as_ofs[0].date().isoformat()
    if about["data_version"] != manifest.data_version or about["knows_until"] > first_test:
        raise Mistake(
            f"{home.model / EVALUATED}: trained on data {about['data_version']} up to {about['knows_until']}, but the "
            f"snapshots are of data {manifest.data_version} and the test begins on {first_test}. Run: leaky train."
        )


def _skill(trial: Trial, early: Mask, score: Floats, *, is_risk: bool = True) -> dict[str, Any]:
    """The skill of a score over all rows, with that over early and overdue ones beside it."""
    parts: dict[str, Skill] = {
        name: skill(trial.only(mask), score[mask], is_risk=is_risk)
        for name, mask in (("early", early), ("overdue", ~early))
    }
    return {**skill(trial, score, is_risk=is_risk), **parts}


def _ceiling(settings: Settings, home: Home, manifest: Manifest, tested: pd.DataFrame) -> Floats | None:
    """What the hidden truth would have told of the tested rows; None where no truth is known."""
    if manifest.source != "simulated" or not (home.simulated / "truth.parquet").exists():
        return None
    from pipelines.simulated.ceiling import ceiling

    asked = tested[["account_id", "as_of", "outlook_days"]].reset_index(drop=True)
    return ceiling(
        home.simulated,
        asked,
        settings.simulate,
        manifest.left(settings.left),
        accounts=settings.evaluate.ceiling_accounts,
    )


def _reasons(model: Churn, moved: explain.Contributions, tested: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Each reason's share of what moves scores, and how often it comes first in the newest test snapshot."""
    known = catalogue()
    shares = moved.shares({name: known.by_name[name].reason for name in model.features})
    newest = (tested["as_of"] == tested["as_of"].max()).to_numpy()
    shown = explain.Contributions(moved.pushes[newest], moved.expected, moved.features)
    said = explain.reasons(shown, tested[newest].reset_index(drop=True), model.usual, known)
    first = said["reason_1_code"].value_counts()
    return {
        code: {"share": share} | ({"first_for": int(first.get(code, 0))} if known.reasons[code].action else {})
        for code, share in shares.items()
    }


def _data(rows: pd.DataFrame, left: Floats, parts: Split, voluntary: Mask, manifest: Manifest) -> dict[str, Any]:
    data: dict[str, Any] = {
        "source": manifest.source,
        "data_version": manifest.data_version,
        "rows": len(rows),
        "snapshots": int(rows["as_of"].nunique()),
        "accounts": int(rows["account_id"].nunique()),
    }
    for name, mask, as_ofs in (
        ("train", parts.train, parts.train_as_ofs),
        ("validation", parts.validation, parts.validation_as_ofs),
        ("test", parts.test, parts.test_as_ofs),
    ):
        data[name] = {
            "as_ofs": f"{as_ofs[0].date()} to {as_ofs[-1].date()}",
            "snapshots": len(as_ofs),
            "rows": int((mask & voluntary).sum()),
            "base_rate": float(left[mask & voluntary].mean()),
            "involuntary": int((mask & ~voluntary).sum()),
        }
    return data


def _judge(
    registry: Registry,
    champion: Version | None,
    files: str,
    model: Churn,
    trial: Trial,
    early: Mask,
    tested: pd.DataFrame,
    risk: Floats,
    rivals: list[Baseline],
) -> gate.Verdict:
    """The gate: better than the baselines, and no worse than the champion where the two can be compared."""
    first = gate.against_baselines(trial, early, risk, {rival.name: rival.score for rival in rivals})
    if not first.promoted or champion is None:
        return first
    if champion.files == files:
        return gate.Verdict(True, f"{first.why}; it is the champion already")
    with registry.files(champion) as folder:
        other = Churn.load(folder / EVALUATED)
    if other.about["left"] != model.about["left"]:
        return gate.Verdict(True, f"{first.why}; the champion was made for another definition of leaving")
    if not set(other.features) <= set(tested.columns):
        return gate.Verdict(True, f"{first.why}; the champion needs features that are no more")
    unseen = (tested["as_of"] >= pd.Timestamp(other.about["knows_until"])).to_numpy()
    if not trial.only(unseen).can_be_ranked:
        return gate.Verdict(
            True, f"{first.why}; the champion has seen the test snapshots, so the two cannot be compared"
        )
    second = gate.against_champion(trial.only(unseen), early[unseen], risk[unseen], other.risk(tested[unseen]))
    return gate.Verdict(second.promoted, f"{first.why}; {second.why}")


def _draw(
    home: Home,
    left: Floats,
    risk: Floats,
    rivals: list[Baseline],
    truth: Floats | None,
    figures: Mapping[str, Any],
    model: Churn,
    tested: pd.DataFrame,
    moved: explain.Contributions,
) -> None:
    scores = {"this model": risk} | {_NAMES.get(rival.name, rival.name): rival.score for rival in rivals}
    if truth is not None:
        scores["ceiling: hidden truth"] = truth
    titles = {catalogue().reasons[code].title: facts["share"] for code, facts in figures["reasons"].items()}
    plots = home.model / "plots"
    write_plots(plots, left, scores, risk, titles)
    write_beeswarm(plots / "features.png", model, tested, moved)


_NAMES = {
    "own_cycle": "silence in own cycles",
    "days_since_order": "days since order",
    "sixty_days": "60-day rule",
    "logistic_rfm": "logistic regression",
}


def _record(
    registry: Registry,
    settings: Settings,
    home: Home,
    manifest: Manifest,
    model: Churn,
    figures: Mapping[str, Any],
    files: str,
    metrics: Path,
) -> Version:
    parameters = _flat(settings.model_dump(mode="json")) | _flat({"left": manifest.left(settings.left).model_dump()})
    numbers = {name: value for name, value in _flat(figures).items() if isinstance(value, int | float)}
    trained = {f"train.{name}": model.about[name] for name in ("rounds", "refit_rounds", "validation_log_loss")}
    tags = {"source": manifest.source, "data_version": manifest.data_version, "as_of": manifest.as_of.isoformat()}
    tags |= {f"table.{name}": table.sha256 for name, table in manifest.tables.items()}
    commit = commit_of(PROJECT)
    return registry.record(
        {SCORING: home.model / SCORING, EVALUATED: home.model / EVALUATED},
        sha256=files,
        parameters=parameters,
        metrics=numbers | trained,
        tags=tags | ({"git_commit": commit} if commit else {}),
        artifacts={"plots": home.model / "plots", "card": home.model / "card.md", "metrics": metrics},
    )


def _side_by_side(figures: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The ranking figures of the model, each baseline and the ceiling, for a table with a row each."""
    told = {"model": figures["test"], **figures["baselines"]}
    if "ceiling" in figures:
        told["ceiling"] = figures["ceiling"]
    return {
        name: {
            f"{part}{figure}": found[figure]
            for part, found in (("", whole), ("early_", whole["early"]))
            for figure in ("roc_auc", "average_precision", "recall_at_capacity")
            if figure in found
        }
        for name, whole in told.items()
    }


def _tell(figures: Mapping[str, Any], rivals: list[Baseline], has_ceiling: bool) -> None:
    told = {"model": figures["test"]} | {rival.name: figures["baselines"][rival.name] for rival in rivals}
    if has_ceiling:
        told["ceiling"] = figures["ceiling"]
    log.info("evaluate: on the test snapshots, ROC AUC (average precision):")
    for name, found in told.items():
        words = [
            f"{which} {part['roc_auc']:.3f} ({part['average_precision']:.3f})"
            for which, part in (("all", found), ("early", found["early"]))
            if "roc_auc" in part
        ]
        log.info("  %-17s %s", name, ", ".join(words) or "cannot be ranked")


def _flat(tree: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """{"a": {"b": 1}} as {"a.b": 1}."""
    found: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = value
    return found


def _rounded(figures: Any) -> Any:
    if isinstance(figures, Mapping):
        return {name: _rounded(value) for name, value in figures.items()}
    return round(figures, _DIGITS) if isinstance(figures, float) else figures


def _write(path: Path, text: str) -> None:
    with written_whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
