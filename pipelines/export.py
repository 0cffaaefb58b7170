"""Export: turns the scores of a day into what people open: a workbook, a page and the list as CSV."""

import json
import logging
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from features.catalogue import catalogue
from features.mistake import Mistake
from pipelines.exports import wording
from pipelines.exports.page import on_page, write_page
from pipelines.exports.ranked import Firm, not_ranked, ranked
from pipelines.exports.table import write_table
from pipelines.exports.timeline import silence, timelines
from pipelines.exports.workbook import write_workbook
from pipelines.home import Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def export(settings: Settings, home: Home, *, metrics: Path) -> None:
    """Writes exports/as_of=…/accounts.xlsx, accounts.html and accounts.csv of the manifest's as_of. The same scores and
    tables give the same bytes. Raises Mistake where that day has no scores.
    """
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    as_of = manifest.as_of
    scores = home.scores(as_of)
    if not (scores / "scores.parquet").exists():
        raise Mistake(f"{scores}: no scores of {as_of}; run 'leaky score' first.")
    firm = Firm(
        source=manifest.source,
        as_of=as_of,
        currency=manifest.currency,
        value_days=settings.export.value_days,
        leaves=manifest.left(settings.left).in_words(),
        reasons={code: reason.title for code, reason in catalogue().reasons.items()},
        skill=wording.skill(_metrics(metrics), settings.evaluate.capacity),
    )
    accounts, reps = _table(home, "accounts"), _table(home, "reps")
    rows = ranked(pd.read_parquet(scores / "scores.parquet"), accounts, reps, _rhythm(home, as_of))
    not_scored = not_ranked(pd.read_parquet(scores / "not_scored.parquet"), accounts)
    past = timelines(home.tables, as_of, on_page(rows)["account_id"].tolist())
    folder = home.exports(as_of)
    with written_whole(folder / "accounts.csv") as path:
        write_table(path, rows)
    with written_whole(folder / "accounts.xlsx") as path:
        write_workbook(path, firm, rows, not_scored)
    with written_whole(folder / "accounts.html") as path:
        write_page(path, firm, rows, not_scored, past, _rep_names(reps))
    log.info("Wrote accounts.xlsx, accounts.html and accounts.csv (%s accounts) to %s", f"{len(rows):,}", folder)


def _table(home: Home, name: str) -> pd.DataFrame | None:
    path = home.tables / f"{name}.parquet"
    return pd.read_parquet(path) if path.exists() else None


def _rhythm(home: Home, as_of: date) -> pd.DataFrame | None:
    """When each account last ordered, and its usual cycle as the scores saw it, where the snapshots hold that day."""
    last = silence(home.tables, as_of)
    if last is None or not home.features.exists():
        return last
    wanted = ["account_id", "as_of", "usual_cycle"]
    known = pd.read_parquet(home.features, columns=wanted, filters=[("as_of", "==", as_of)])
    return last.merge(known[["account_id", "usual_cycle"]], on="account_id", how="left")


def _rep_names(reps: pd.DataFrame | None) -> dict[str, str]:
    if reps is None or "name" not in reps:
        return {}
    known = reps.dropna(subset=["name"])
    return dict(zip(known["rep_id"], known["name"], strict=True))


def _metrics(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
