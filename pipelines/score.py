"""Score: every account at risk with its risk and the reasons, from the champion, for one day."""

import logging
import time
from datetime import date

import lightgbm
import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.mistake import Mistake
from features.value import Returns, returns_in
from models import explain
from models.churn import Churn
from models.registry import SCORING, Registry
from pipelines.at_risk import features_at
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.record import write_record
from pipelines.scored import PLACES, Scored, day_of_scores
from pipelines.settings import Settings

log = logging.getLogger(__name__)

_DIGITS = 6  # of a SHAP value: finer than anything that is drawn, coarser than the noise of adding floats up


def score(settings: Settings, home: Home, as_of: date | None = None) -> None:
    """Writes scores/as_of=…/scores.parquet and not_scored.parquet, and when that was to runs/.

    as_of: the manifest's, or an earlier day. The same tables and the same champion give the same bytes. Raises Mistake
    for a later day, where nobody is at risk, where there is no champion, or where it was made for another definition of
    leaving or for features that are not there.
    """
    began = time.perf_counter()
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    as_of = day_of_scores(manifest, as_of)
    model, version = champion_of(settings, home, manifest, as_of)
    loaded = time.perf_counter()
    known, not_scored = features_at(settings, home, as_of)
    if known.empty:
        raise Mistake(f"no account is at risk on {as_of}: {_causes(not_scored)}. Choose another day with --as-of.")
    returns = returns_in({name: set(table.columns) for name, table in manifest.tables.items()})
    if returns is Returns.undated:
        log.warning(
            "score: orders has no returned_at, so what came back cannot be dated and is not taken off the value"
        )
    computed = time.perf_counter()
    scores = ranked(model, known.sort_values("account_id", ignore_index=True))
    scored = Scored(
        scores.assign(as_of=as_of, model_version=version, data_version=manifest.data_version),
        not_scored.sort_values("account_id", kind="stable"),
        settings.export.value_days,
        returns,
    )
    scored.write(home, as_of)
    done = time.perf_counter()
    write_record(
        home.record("score", as_of),
        seconds={
            "champion": round(loaded - began, 3),
            "features": round(computed - loaded, 3),
            "scores": round(done - computed, 3),
        },
        versions={"model": version, "data": manifest.data_version, "lightgbm": lightgbm.__version__},
        scored=len(scored.scores),
        not_scored=len(scored.not_scored),
    )
    log.info(
        "score: %s accounts at risk on %s, %s not scored, by version %s; %.0f expected to leave",
        f"{len(scored.scores):,}",
        as_of,
        f"{len(scored.not_scored):,}",
        version,
        scores["risk"].sum(),
    )


_KEPT = ["account_id", "outlook_days", "pace", "last_order_on", "days_since_order", "usual_cycle", "value", "rep_id"]


def ranked(model: Churn, known: pd.DataFrame) -> pd.DataFrame:
    """Risk, rank, value at risk, priority and reasons of accounts on one as_of, sorted by rank.

    known: see `features_at`. Equal risks stand in the order of account_id.
    """
    found = explain.shap_contributions(model, known)
    said = explain.reasons(found, known, model.profiles, catalogue())
    for place in PLACES:
        said[f"reason_{place}_shap"] = said[f"reason_{place}_shap"].round(_DIGITS)
    scores = known[_KEPT].assign(risk=model.risk(known))
    scores["value_at_risk"] = (scores["risk"] * scores["value"]).round(2)
    scores["rank"] = _places(scores, "risk")
    scores["priority"] = _places(scores, "value_at_risk", "risk")
    return pd.concat([scores, said], axis=1).sort_values("rank", ignore_index=True)


def _places(scores: pd.DataFrame, *by: str) -> pd.Series:
    """1 for the highest, and so on; ties in the order of account_id."""
    order = scores.sort_values([*by, "account_id"], ascending=[False] * len(by) + [True]).index
    return pd.Series(np.arange(1, len(order) + 1), index=order)


def champion_of(settings: Settings, home: Home, manifest: Manifest, as_of: date | None = None) -> tuple[Churn, str]:
    """The model that scores, and its version. Raises Mistake where there is none that may."""
    settings, as_of = manifest.settings(settings), as_of or manifest.as_of
    registry = Registry(home.tracking_uri, home.artifacts, manifest.source)
    version = registry.champion()
    if version is None:
        # A server's address may hold a password, so only that of a file is shown.
        store = registry.uri if registry.uri.startswith("sqlite:") else "the store of MLFLOW_TRACKING_URI"
        refused = home.model / "gate.json"
        why = f"; {refused} says why the last one was refused" if refused.exists() else ""
        raise Mistake(f"no champion of {registry.model} in {store}{why}. Run leaky train, then leaky evaluate.")
    with registry.files(version) as folder:
        model = Churn.load(folder / SCORING)
    asked, made_for = settings.left.model_dump(), model.about["left"]
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
    if model.about["knows_until"] > as_of.isoformat():
        log.warning(
            "score: the champion has learned from what happened up to %s, after the %s that it scores: too much",
            model.about["knows_until"],
            as_of,
        )
    return model, version.name


def _causes(not_scored: pd.DataFrame) -> str:
    counts = not_scored["cause"].value_counts()
    texts = [f"{count:,} {str(cause)[:1].lower()}{str(cause)[1:]}" for cause, count in counts.items()]
    return "; ".join(texts) or "there is no account at all"
