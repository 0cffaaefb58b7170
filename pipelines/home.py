"""Home: the folder that a run writes to, and the names of what stands in it."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

BACKTEST, GATE, RULE = "backtest.parquet", "gate.json", "rule.json"  # in the folder of the model
_BESIDE = Path(__file__).resolve().parent.parent
# params.yaml and data/sources stand at the root of a checkout; a wheel carries them in its package `leaky`.
PROJECT = _BESIDE / "leaky" if (_BESIDE / "leaky" / "params.yaml").exists() else _BESIDE
SOURCES = PROJECT / "data" / "sources"


@dataclass(frozen=True)
class Home:
    """The folder of one run; every path that stages share is named here."""

    folder: Path

    @property
    def simulated(self) -> Path:
        """The made-up firm's raw files and its truth."""
        return self.folder / "simulated"

    @property
    def fingerprint(self) -> Path:
        """What is in the source's files, as DVC is told."""
        return self.folder / "fingerprint.json"

    @property
    def tables(self) -> Path:
        return self.folder / "tables"

    @property
    def manifest(self) -> Path:
        """What ingest read: source, as_of, currency, rows kept and refused, a hash of every table."""
        return self.tables / "manifest.json"

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    @property
    def features(self) -> Path:
        return self.snapshots / "features.parquet"

    @property
    def left(self) -> Path:
        return self.snapshots / "left.parquet"

    @property
    def contradictions(self) -> Path:
        """How many leavings other records speak against."""
        return self.snapshots / "contradictions.json"

    @property
    def model(self) -> Path:
        return self.folder / "model"

    @property
    def leaks(self) -> Path:
        """What was found before training of columns that seem to know who left."""
        return self.model / "leaks.json"

    @property
    def metrics(self) -> Path:
        """How good the model is: in this folder, or beside it where it is the data of a checkout, whose figures Git and
        DVC keep there.
        """
        beside = self.folder.absolute().parent
        is_checkout = self.folder.absolute() == beside / "data" and (beside / "dvc.yaml").exists()
        return (beside if is_checkout else self.folder) / "metrics.json"

    def figures(self, source: str, path: Path | None = None) -> dict[str, Any] | None:
        """What was measured of a source, from a file (by default `metrics`); None where there is none, or another's."""
        path = path or self.metrics
        if not path.exists():
            return None
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found if found["data"]["source"] == source else None

    def scores(self, as_of: date) -> Path:
        return self.folder / "scores" / f"as_of={as_of.isoformat()}"

    @property
    def exported(self) -> Path:
        """Hashes of what was exported last: what DVC goes by, since people edit the exports themselves."""
        return self.folder / "exported.json"

    def exports(self, as_of: date) -> Path:
        return self.folder / "exports" / f"as_of={as_of.isoformat()}"

    def record(self, stage: str, as_of: date) -> Path:
        """What the latest run of a stage for a day did, and when; nothing that stages make depends on it."""
        return self.folder / "runs" / f"{stage}-as_of={as_of.isoformat()}.json"

    @property
    def tracking_uri(self) -> str:
        """Where MLflow keeps its runs: MLFLOW_TRACKING_URI, or SQLite in this folder."""
        return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{self.folder.resolve() / 'mlflow.db'}"

    @property
    def artifacts(self) -> Path:
        """Where the embedded MLflow store keeps its artifacts."""
        return self.folder.resolve() / "mlartifacts"


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, renamed to it on success, so that a reader never meets half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")  # two runs do not share one
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
