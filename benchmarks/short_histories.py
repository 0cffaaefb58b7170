"""Short histories: what a firm is told that begins early, and what came of it.

    python -m benchmarks.short_histories --files FOLDER [--days 2010-12-01:90 2011-06-12:180]

FOLDER holds the lines of Online Retail II. On each day the whole pipeline runs on the lines until then, with the
defaults and nothing but the horizon set (left: no order for so many days; at risk: ordered in the year before). What it
told is then held against the lines that came later.
"""

import argparse
import json
import logging
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from models.definition import Left
from pipelines.evaluate import evaluate
from pipelines.home import GATE, Home
from pipelines.ingest import ingest
from pipelines.score import score
from pipelines.settings import Settings
from pipelines.snapshots import snapshots
from pipelines.train import train

DAYS = ("2010-12-01:90", "2010-12-01:180", "2011-03-14:90", "2011-03-14:180", "2011-06-12:90")
RESAMPLES = 1000


def told(files: Path, as_of: date, horizon: int, folder: Path) -> tuple[pd.DataFrame, Home]:
    """The scores of one day, as they would have been given on it."""
    home = Home(folder / "home")
    cut = folder / "files"
    cut.mkdir()
    lines = files / "lines.parquet"
    duckdb.sql(f"COPY (FROM '{lines}' WHERE InvoiceDate < DATE '{as_of}') TO '{cut / 'lines.parquet'}'")
    settings = Settings(left=Left(by="silence", horizon_days=horizon))
    ingest(settings, home, source="online_retail_ii", files=cut, as_of=as_of, today=as_of)
    for stage in (snapshots, train):
        stage(settings, home)
    evaluate(settings, home, metrics=home.metrics)
    score(settings, home)
    return pd.read_parquet(home.scores(as_of) / "scores.parquet"), home


def came(files: Path, folder: Path, as_of: date, horizon: int) -> set[str]:
    """The accounts that ordered in the horizon."""
    home = Home(folder / "later")
    ingest(Settings(), home, source="online_retail_ii", files=files, as_of=None, today=date(2026, 1, 1))
    orders = pd.read_parquet(home.tables / "orders.parquet")
    day = orders["ordered_at"].dt.date
    ahead = (day >= as_of) & (day < as_of + timedelta(days=horizon)) & (orders["amount"] > 0)
    return set(orders.loc[ahead, "account_id"])


def line(scores: pd.DataFrame, left: np.ndarray, home: Home, as_of: date, horizon: int) -> str:
    """One row of the table: who ranked, how well, and what was told beside what left."""
    risk = scores["risk"].to_numpy(np.float64)
    chance = np.random.default_rng(1)
    parts = [f"{as_of}, {horizon} days", str(scores["model_version"].iloc[0])]
    figures = json.loads(home.metrics.read_text())
    parts.append(str(len(figures["data"].get("train", {}))))
    parts.append(f"{roc_auc_score(left, risk):.3f} / {average_precision_score(left, risk):.3f}")
    parts.append(f"{((risk - left) ** 2).mean():.3f}")
    for pace in (None, "early", "overdue", "new"):
        mask = np.ones(len(left), dtype=bool) if pace is None else (scores["pace"] == pace).to_numpy()
        if not mask.any():
            parts.append("")
            continue
        drawn = left[mask][chance.integers(mask.sum(), size=(RESAMPLES, mask.sum()))].mean(axis=1)
        low, high = np.quantile(drawn, [0.025, 0.975])
        parts.append(f"{risk[mask].mean():.3f} / {left[mask].mean():.3f} ({low:.3f} to {high:.3f})")
    refused = [check for check in json.loads((home.model / GATE).read_text())["checks"] if not check["passed"]]
    parts.append("; ".join(check["name"] for check in refused) or "passed")
    return "| " + " | ".join(parts) + " |"


def main() -> None:
    """Prints a table with a row a day and horizon."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--files", type=Path, required=True)
    options.add_argument("--days", nargs="+", default=DAYS)
    given = options.parse_args()
    logging.basicConfig(level=logging.WARNING)
    print("| day, horizon | ranked by | origins | ROC AUC / AP | Brier | ", end="")
    print("all: told / left | early | overdue | new | gate |")
    print("|" + "---|" * 10)
    for asked in given.days:
        day, horizon = asked.split(":")
        as_of = date.fromisoformat(day)
        with tempfile.TemporaryDirectory() as folder:
            scores, home = told(given.files, as_of, int(horizon), Path(folder))
            ordered = came(given.files, Path(folder), as_of, int(horizon))
            left = (~scores["account_id"].isin(ordered)).to_numpy(np.float64)
            print(line(scores, left, home, as_of, int(horizon)), flush=True)


if __name__ == "__main__":
    main()
