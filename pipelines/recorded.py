"""Recorded: what of an evaluation goes to MLflow, and under which names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.gate import Verdict
from models.origins import Mask, Origin
from models.provenance import commit_of, is_dirty, short_hash
from models.recording import Data, DayTested, Remembered
from models.target import targets
from pipelines.home import PROJECT, Home
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings


def recorded(
    settings: Settings,
    home: Home,
    manifest: Manifest,
    rows: pd.DataFrame,
    origins: Sequence[Origin],
    *,
    figures: Mapping[str, Any],
    verdict: Verdict,
    metrics: Path,
) -> Remembered:
    """An evaluation as its run has it: each origin by itself, what there is to know of the data and of the gate.

    rows: all snapshots. figures: as they are written to the file `metrics`.
    """
    by_as_of = figures["test"]["by_as_of"]
    digest = short_hash([home.features, home.left])

    def data(name: str, mask: Mask, known_before: pd.Timestamp | None = None) -> Data:
        voluntary, _ = targets(rows, known_before)
        left = int(np.nansum(voluntary[mask]))
        return Data(f"{manifest.source}, {name}", digest, home.features, int(mask.sum()), left)

    days = []
    for origin in origins:
        as_of = str(origin.as_of.date())
        training = data(f"known by {as_of}", origin.train, origin.as_of)
        days.append(DayTested(as_of, training, data(f"as_of {as_of}", origin.test), by_as_of[as_of]))
    # The nested runs have the days; a firm's names for its groups need not be names that MLflow allows.
    test = {name: part for name, part in figures["test"].items() if name not in ("by_as_of", "by_group")}
    voluntary, _ = targets(rows)
    return Remembered(
        parameters=settings.model_dump(mode="json"),
        metrics={**figures, "test": test},
        tags=_tags(manifest, verdict),
        artifacts={"plots": home.model / "plots", "card": home.model / "card.md", "metrics": metrics},
        training=data("all labelled", ~np.isnan(voluntary)),
        testing=data("tested as_ofs", np.any([origin.test for origin in origins], axis=0)),
        days=tuple(days),
    )


def _tags(manifest: Manifest, verdict: Verdict) -> dict[str, str]:
    """What the run and the version are found by: gate.failed.NAME says why a check was not passed."""
    tags = {"source": manifest.source, "data_version": manifest.data_version, "as_of": manifest.as_of.isoformat()}
    tags |= {f"table.{name}": table.sha256 for name, table in manifest.tables.items()}
    tags |= {"gate": verdict.in_words, "gate.promoted": _yes_or_no(verdict.promoted)}
    tags |= {f"gate.failed.{check.name}": check.says for check in verdict.checks if not check.passed}
    commit = commit_of(PROJECT)
    return tags | ({"git_commit": commit, "git_dirty": _yes_or_no(is_dirty(PROJECT))} if commit else {})


def _yes_or_no(fact: bool) -> str:
    return str(fact).lower()
