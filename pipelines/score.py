"""Score: every account at risk with its risk and the reasons, from the champion, for one day."""

import json
import logging
import time
from datetime import UTC, datetime
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import catalogue
from features.mistake import Mistake
from models import explain
from models.churn import Churn
from models.registry import SCORING, Registry
from pipelines.at_risk import features_at
from pipelines.home import Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

log = logging.getLogger(__name__)

_DIGITS = 6  # of a SHAP value: finer than anything that is drawn, coarser than the noise of adding floats up

_SCORES = pa.schema(
    [
        ("account_id", pa.string()),
        ("as_of", pa.date32()),
        ("outlook_days", pa.int32()),
        ("risk", pa.float64()),
        ("rank", pa.int64()),
        ("pace", pa.string()),
        ("value", pa.float64()),
        ("value_at_risk", pa.float64()),
        ("priority", pa.int64()),
        *((f"reason_{place}", pa.string()) for place in range(1, explain.MAX_REASONS + 1)),
        *((f"reason_{place}_code", pa.string()) for place in range(1, explain.MAX_REASONS + 1)),
        *((f"reason_{place}_shap", pa.float64()) for place in range(1, explain.MAX_REASONS + 1)),
        *((f"action_{place}", pa.string()) for place in range(1, explain.MAX_REASONS + 1)),
        ("rep_id", pa.string()),
        ("model_version", pa.string()),
        ("data_version", pa.string()),
    ]
)
_NOT_SCORED = pa.schema(
    [("account_id", pa.string()), ("as_of", pa.date32()), ("cause", pa.string()), ("days_since_order", pa.float64())]
)


def score(settings: Settings, home: Home) -> None:
    """Writes scores/as_of=…/scores.parquet and not_scored.parquet of the manifest's as_of, and run.json beside them.

    The same tables and the same champion give the same bytes. Raises Mistake where there is no champion, or where it
    was made for another definition of leaving or for features that are not there.
    """
    began = time.perf_counter()
    manifest = Manifest.read(home)
    as_of = manifest.as_of
    model, version = _champion(settings, home, manifest)
    loaded = time.perf_counter()
    known, not_scored = features_at(settings, home, as_of)
    if known.empty:
        raise Mistake(f"no account is at risk on {as_of}: {_causes(not_scored)}. Choose another day with --as-of.")
    known = known.sort_values("account_id", ignore_index=True)
    computed = time.perf_counter()
    scores = ranked(model, known, _value(known, settings.export.value_days))
    scores = scores.assign(as_of=as_of, model_version=version, data_version=manifest.data_version)
    folder = home.scores(as_of)
    _write(folder / "scores.parquet", scores, _SCORES)
    _write(
        folder / "not_scored.parquet",
        not_scored.assign(as_of=as_of).sort_values("account_id", kind="stable"),
        _NOT_SCORED,
    )
    done = time.perf_counter()
    run = {
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": {
            "champion": round(loaded - began, 3),
            "features": round(computed - loaded, 3),
            "scores": round(done - computed, 3),
        },
        "versions": {"model": version, "data": manifest.data_version, "lightgbm": lightgbm.__version__},
        "scored": len(scores),
        "not_scored": len(not_scored),
    }
    with written_whole(folder / "run.json") as path:
        path.write_text(json.dumps(run, indent=2) + "\n", encoding="utf-8")
    log.info(
        "score: %s accounts at risk on %s, %s not scored, by version %s; %.0f expected to leave",
        f"{len(scores):,}",
        as_of,
        f"{len(not_scored):,}",
        version,
        scores["risk"].sum(),
    )


def ranked(model: Churn, known: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    """Risk, rank, value at risk, priority and reasons of accounts on one as_of, sorted by rank.

    known: account_id, outlook_days, pace, rep_id and the features. Equal risks stand in the order of account_id.
    """
    found = explain.shap_contributions(model, known)
    said = explain.reasons(found, known, model.profiles, catalogue())
    for place in range(1, explain.MAX_REASONS + 1):
        said[f"reason_{place}_shap"] = said[f"reason_{place}_shap"].round(_DIGITS)
    scores = known[["account_id", "outlook_days", "pace", "rep_id"]].assign(risk=model.risk(known), value=value)
    scores["value_at_risk"] = (scores["risk"] * scores["value"]).round(2)
    scores["rank"] = _places(scores, "risk")
    scores["priority"] = _places(scores, "value_at_risk", "risk")
    return pd.concat([scores, said], axis=1).sort_values("rank", ignore_index=True)


def _places(scores: pd.DataFrame, *by: str) -> pd.Series:
    """1 for the highest, and so on; ties in the order of account_id."""
    order = scores.sort_values([*by, "account_id"], ascending=[False] * len(by) + [True]).index
    return pd.Series(np.arange(1, len(order) + 1), index=order)


def _value(known: pd.DataFrame, days: int) -> pd.Series:
    """What each account ordered for in the last days; 0 where it ordered nothing or no orders are known."""
    name = f"amount_{days}d"
    if name in known:
        return known[name].fillna(0.0)
    others = [column for column in map(str, known) if column.startswith("amount_") and column.endswith("d")]
    if not others:
        return pd.Series(0.0, index=known.index)
    raise Mistake(f"params.yaml: export.value_days: no feature '{name}'; there are {', '.join(others)}.")


def _champion(settings: Settings, home: Home, manifest: Manifest) -> tuple[Churn, str]:
    registry = Registry(home.tracking_uri, home.artifacts, manifest.source)
    version = registry.champion()
    if version is None:
        # A server's address may hold a password, so only that of a file is told.
        store = registry.uri if registry.uri.startswith("sqlite:") else "the store of MLFLOW_TRACKING_URI"
        refused = home.model / "gate.json"
        why = f"; {refused} says why the last one was refused" if refused.exists() else ""
        raise Mistake(f"no champion of {registry.model} in {store}{why}. Run leaky train, then leaky evaluate.")
    with registry.files(version) as folder:
        model = Churn.load(folder / SCORING)
    asked, made_for = manifest.left(settings.left).model_dump(), model.about["left"]
    if asked != made_for:
        differ = ", ".join(
            f"left.{name} {made_for.get(name)}, now {asked[name]}"
            for name in asked
            if asked[name] != made_for.get(name)
        )
        raise Mistake(
            f"the champion (version {version.number}) was made for another definition of leaving ({differ}). "
            "Run leaky snapshots, leaky train and leaky evaluate."
        )
    if model.about["knows_until"] > manifest.as_of.isoformat():
        log.warning(
            "score: the champion has learned from what happened up to %s, after the %s that it scores: too much",
            model.about["knows_until"],
            manifest.as_of,
        )
    return model, version.name


def _causes(not_scored: pd.DataFrame) -> str:
    counts = not_scored["cause"].value_counts()
    told = [f"{count:,} {str(cause)[:1].lower()}{str(cause)[1:]}" for cause, count in counts.items()]
    return "; ".join(told) or "there is no account at all"


def _write(path: Path, rows: pd.DataFrame, schema: pa.Schema) -> None:
    table = pa.Table.from_pandas(rows[schema.names], schema=schema, preserve_index=False).replace_schema_metadata()
    with written_whole(path) as unfinished:
        pq.write_table(table, unfinished, compression="zstd")
