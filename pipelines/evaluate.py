"""Evaluate: measures the model on months that it has not seen, and lets it become champion or not."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from features.catalogue import catalogue
from features.mistake import Mistake
from models import gate
from models.card import Card
from models.churn import Churn
from models.evaluation import Evaluation, by_score, data_figures, evaluation_of, ranking_table, rounded
from models.metrics import Floats
from models.plots import write_beeswarm, write_plots
from models.registry import EVALUATED, SCORING, Registry, Version, commit_of, files_hash
from models.split import Split
from pipelines.dataset import is_involuntary, read_rows, split_of
from pipelines.home import PROJECT, Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

log = logging.getLogger(__name__)


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
    evaluation = evaluation_of(
        model,
        rows,
        parts,
        voluntary,
        ceiling=_ceiling(settings, home, manifest, rows[parts.test & voluntary]),
        capacity=settings.evaluate.capacity,
        resamples=settings.evaluate.resamples,
        seed=settings.evaluate.seed,
    )
    data = {"source": manifest.source, "data_version": manifest.data_version, **data_figures(rows, parts, voluntary)}
    figures = rounded(evaluation.figures(catalogue()) | {"data": data})
    registry = Registry(home.tracking_uri, home.artifacts, manifest.source)
    files = {name: home.model / name for name in (EVALUATED, SCORING)}
    sha256 = files_hash(files)
    champion = registry.champion()
    verdict = gate.judge(evaluation, _compared(registry, champion, sha256))
    _write_figures(home, metrics, figures)
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
        verdict=verdict.lasting,
    )
    _write(home.model / "card.md", card.markdown())
    _log_figures(figures)
    trained = {name: model.about[name] for name in ("rounds", "refit_rounds", "validation_log_loss")}
    version = registry.record(
        files,
        sha256=sha256,
        parameters=settings.model_dump(mode="json"),
        metrics={**figures, "train": trained},
        tags=_tags(manifest, verdict),
        artifacts={"plots": home.model / "plots", "card": home.model / "card.md", "metrics": metrics},
    )
    if verdict.promoted:
        registry.promote(version)
        champion = version
    _write(home.model / "gate.json", _gate_json(verdict, version, champion))
    outcome = "is champion" if verdict.promoted else "refused"
    log.info("gate: version %s (%s) %s: %s", version.number, version.name, outcome, verdict.in_words)


def _check_unseen(model: Churn, parts: Split, manifest: Manifest, home: Home) -> None:
    about = model.about
    first_test = parts.test_as_ofs[0].date().isoformat()
    if about["data_version"] != manifest.data_version or about["knows_until"] > first_test:
        raise Mistake(
            f"{home.model / EVALUATED}: trained on data {about['data_version']} up to {about['knows_until']}, but the "
            f"snapshots are of data {manifest.data_version} and the test begins on {first_test}. Run: leaky train."
        )


def _ceiling(settings: Settings, home: Home, manifest: Manifest, tested: pd.DataFrame) -> Floats | None:
    """What the hidden truth would have said of the tested rows; None where no truth is known."""
    if manifest.source != "simulated" or not (home.simulated / "truth.parquet").exists():
        return None
    from pipelines.simulated.ceiling import ceiling

    return ceiling(
        home.simulated,
        tested[["account_id", "as_of", "outlook_days"]].reset_index(drop=True),
        settings.simulate,
        settings.left,
        accounts=settings.evaluate.ceiling_accounts,
    )


def _compared(registry: Registry, champion: Version | None, sha256: str) -> Churn | None:
    """The champion as it was evaluated; None where there is none, or where it is made of the same files."""
    if champion is None or champion.files_sha256 == sha256:
        return None
    with registry.files(champion) as folder:
        return Churn.load(folder / EVALUATED)


def _write_figures(home: Home, metrics: Path, figures: Mapping[str, Any]) -> None:
    _write(metrics, json.dumps(figures, indent=2, allow_nan=False) + "\n")
    table = ranking_table(figures)
    for stale in set((home.model / "skill").glob("*.json")) - {home.model / "skill" / f"{name}.json" for name in table}:
        stale.unlink()
    for name, found in table.items():
        _write(home.model / "skill" / f"{name}.json", json.dumps(found, indent=2) + "\n")


def _draw(home: Home, evaluation: Evaluation, figures: Mapping[str, Any]) -> None:
    shares = {catalogue().reasons[code].title: facts["share"] for code, facts in figures["reasons"].items()}
    plots = home.model / "plots"
    write_plots(plots, evaluation.evaluation_set.left, evaluation.labelled_scores(), evaluation.risk, shares)
    write_beeswarm(plots / "features.png", evaluation.model, evaluation.rows, evaluation.contributions)


def _gate_json(verdict: gate.Verdict, challenger: Version, champion: Version | None) -> str:
    """The verdict and who scores from now on, by the hashes of their files: numbers differ from registry to registry.

    champion_files_sha256 is what `score` depends on under DVC.
    """
    content = {
        "promoted": verdict.promoted,
        "why": verdict.lasting,
        "challenger_files_sha256": challenger.files_sha256,
        "champion_files_sha256": champion.files_sha256 if champion else None,
    }
    return json.dumps(content, indent=2) + "\n"


def _tags(manifest: Manifest, verdict: gate.Verdict) -> dict[str, str]:
    """What the run in MLflow is found by."""
    tags = {"source": manifest.source, "data_version": manifest.data_version, "as_of": manifest.as_of.isoformat()}
    tags |= {f"table.{name}": table.sha256 for name, table in manifest.tables.items()}
    commit = commit_of(PROJECT)
    return tags | {"gate": verdict.in_words} | ({"git_commit": commit} if commit else {})


def _log_figures(figures: Mapping[str, Any]) -> None:
    log.info("evaluate: on the test snapshots, ROC AUC (average precision):")
    for name, found in by_score(figures).items():
        words = [
            f"{which} {part['roc_auc']:.3f} ({part['average_precision']:.3f})"
            for which, part in (("all", found), ("early", found["early"]))
            if "roc_auc" in part
        ]
        log.info("  %-17s %s", name, ", ".join(words) or "cannot be ranked")


def _write(path: Path, text: str) -> None:
    with written_whole(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
