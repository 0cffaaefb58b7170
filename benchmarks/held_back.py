"""Held back: what a firm is told on a day by the records of before it, beside what came after."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from features.tables import TABLES
from models.definition import Left
from pipelines.evaluate import evaluate
from pipelines.home import GATE, Home
from pipelines.ingest import ingest
from pipelines.score import score
from pipelines.settings import Settings
from pipelines.snapshots import snapshots
from pipelines.train import train

RESAMPLES = 1000
PACES = (None, "early", "overdue", "new")
HEAD = "| firm | ranked by | origins | ROC AUC / AP | Brier | all: told / left | early | overdue | new | gate refuses |"


def known_on(as_of: date, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables as they stood on a day: rows that had been recorded and, unless that was planned, had happened before
    it, and second times that had come by then.
    """
    day, found = pd.Timestamp(as_of), {}
    for name, rows in tables.items():
        table = TABLES[name]
        key = table.happened or next((column for column in ("opened_on", "valid_from") if column in rows), None)
        if key:
            known = rows["recorded_at"].fillna(rows[key]) if "recorded_at" in rows else rows[key]
            is_known = known.isna() | (known < day)
            if not table[key].planned:
                is_known &= ~(rows[key] >= day)
            rows = rows[is_known]
        second = [
            column.name
            for column in table.columns
            if column.name in rows
            and column.kind in ("date", "time")
            and column.name not in (key, "recorded_at")
            and not column.planned
        ]
        found[name] = rows.assign(**{column: rows[column].where(rows[column] < day) for column in second})
    return found


def write_source(tables: Mapping[str, pd.DataFrame], folder: Path, more: str = "") -> Path:
    """A source of these tables, in the form of the contract; the folder. more: lines of source.yaml."""
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        rows.to_csv(folder / f"{name}.csv", index=False)
        (folder / f"{name}.sql").write_text(f"SELECT {', '.join(rows.columns)} FROM {name}_rows\n", encoding="utf-8")
    files = "".join(f"  {name}_rows: {name}.csv\n" for name in tables)
    head = "description: A made-up firm.\ncurrency: EUR\ntime_zone: Europe/Berlin\nfolder: .\n"
    (folder / "source.yaml").write_text(f"{head}files:\n{files}{more}", encoding="utf-8")
    return folder


def told(source: str, files: Path, as_of: date, home: Home, left: Left | None = None) -> pd.DataFrame:
    """The scores of a day, by a whole run with the defaults; left: another definition of leaving."""
    settings = Settings(left=left) if left else Settings()
    ingest(settings, home, source=source, files=files, as_of=as_of, today=as_of)
    for stage in (snapshots, train):
        stage(settings, home)
    evaluate(settings, home, metrics=home.metrics)
    score(settings, home)
    return pd.read_parquet(home.scores(as_of) / "scores.parquet")


def line(name: str, scores: pd.DataFrame, left: np.ndarray, home: Home) -> str:
    """One row of the table: who ranked, how well, and what was told beside what left."""
    risk = scores["risk"].to_numpy(np.float64)
    figures = json.loads(home.metrics.read_text())
    parts = [name, str(scores["model_version"].iloc[0]), str(len(figures["data"].get("train", {})))]
    parts.append(f"{roc_auc_score(left, risk):.3f} / {average_precision_score(left, risk):.3f}")
    parts.append(f"{((risk - left) ** 2).mean():.3f}")
    for pace in PACES:
        mask = np.ones(len(left), dtype=bool) if pace is None else (scores["pace"] == pace).to_numpy()
        parts.append(beside(risk[mask], left[mask]))
    refused = [check for check in json.loads((home.model / GATE).read_text())["checks"] if not check["passed"]]
    parts.append("; ".join(check["name"] for check in refused) or "passed")
    return "| " + " | ".join(parts) + " |"


def beside(risk: np.ndarray, left: np.ndarray) -> str:
    """The share told beside the share that left, and of how many; the latter's 95 % interval by resampled accounts."""
    if not len(left):
        return ""
    drawn = np.random.default_rng(1).choice(left, (RESAMPLES, len(left))).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return f"{risk.mean():.3f} / {left.mean():.3f} ({low:.3f} to {high:.3f}; {len(left):,})"
