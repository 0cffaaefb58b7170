"""Score: every account at risk with its risk and the reasons, from the champion, for one day."""

import json
import logging
import time
from dataclasses import dataclass
from datetime import date

import lightgbm
import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.language.tongue import ENGLISH, later, speaking, tr
from features.mistake import Mistake
from features.value import Returns, returns_in, value_by
from models.churn import Churn
from models.doubt import NO_DOUBT, Doubt
from models.layout import SCORING
from models.provenance import files_hash
from models.registry import Registry
from models.rule import Rule
from pipelines.at_risk import features_at
from pipelines.doubt import Records, doubt_of
from pipelines.grouped import told_falsely
from pipelines.home import GATE, RULE, Home
from pipelines.intake.manifest import Manifest
from pipelines.notices import (
    LONGER,
    as_an_order,
    caution,
    caution_of_rule,
    missed,
    mostly_rare,
    nobody_at_risk,
    of_records,
    on_top,
    other_ids,
    rule_ranks,
    survivors,
)
from pipelines.reach import by_records_of
from pipelines.record import write_record
from pipelines.refusals import refused, refused_because
from pipelines.scored import Scored, day_of_scores
from pipelines.settings import Settings
from pipelines.told import told

log = logging.getLogger(__name__)


def score(settings: Settings, home: Home, as_of: date | None = None) -> None:
    """Writes scores/as_of=…/scores.parquet and not_scored.parquet, and when that was to runs/.

    as_of: the manifest's, or an earlier day. The same tables and the same champion give the same bytes. Raises Mistake
    for a later day, where nobody is at risk, where there is no champion, or where it was made for another definition of
    leaving or for features that are not there.
    """
    manifest = Manifest.read(home)
    with speaking(manifest.language):
        _score(manifest.settings(settings), home, manifest, day_of_scores(manifest, as_of))


def _score(settings: Settings, home: Home, manifest: Manifest, as_of: date) -> None:
    began = time.perf_counter()
    ranker = ranker_of(settings, home, manifest, as_of)
    version = ranker.version
    loaded = time.perf_counter()
    known, not_scored = features_at(settings, home, as_of)
    if known.empty:
        raise Mistake(nobody_at_risk(settings.left, not_scored, as_of))
    returns = returns_in(manifest.columns)
    if returns is Returns.undated:
        log.warning(
            "score: orders has no returned_at, so what came back cannot be dated and is not taken off the value"
        )
    computed = time.perf_counter()
    known = known.sort_values("account_id", ignore_index=True)
    found = Records(home, manifest).found(as_of)
    scores = ranked(ranker.model, known, as_of, doubt_of(found, manifest.columns))
    rare = mostly_rare(settings.left, not_scored, len(scores))
    if rare:
        log.warning("score: most accounts order too rarely to be judged. %s", LONGER)
    notices = [
        ranker.notice,
        *([] if isinstance(ranker.model, Rule) else told_falsely(home, known, scores.set_index("account_id")["risk"])),
        # Both are of all the records, by which it was learned, whichever day is scored.
        survivors(manifest.gone_since),
        other_ids(manifest.renamed, as_of),
        *of_records(found, as_of),
        rare,
    ]
    scored = Scored(
        scores.assign(as_of=as_of, model_version=version, data_version=manifest.data_version),
        not_scored.sort_values("account_id", kind="stable"),
        settings.export.value_days,
        returns,
        on_top(notices),
        settings.left.digest,
        value_by(manifest.columns),
        settings.left.pace_by(manifest.columns),
        ranker.model.digest if isinstance(ranker.model, Rule) else "",
        manifest.language,
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
_OF_CONTRACTS = ["days_to_contract_end", "days_to_renewal", "has_notice"]  # missing where the tables do not tell


@dataclass(frozen=True)
class Ranker:
    """What gives risks: the champion, or a rule where there is none.

    version: 12 hexadecimal digits, after "refused:" where it ranks without being champion; or "rule:NAME". notice: what
    must stand on top of every list; '' where nothing must.
    """

    model: Churn | Rule
    version: str
    notice: str = ""


def ranked(model: Churn | Rule, known: pd.DataFrame, as_of: date, doubt: Doubt = NO_DOUBT) -> pd.DataFrame:
    """Risks, rank, value at risk, priority, sign and reasons of accounts on `as_of`, sorted by rank.

    known: see `features_at`. Equal risks stand in the order of account_id. A rule's reasons have no SHAP values.
    """
    contracts = known.reindex(columns=_OF_CONTRACTS).astype({"has_notice": "boolean"})
    scores = known[_KEPT].join(contracts).assign(risk=model.risk(known), risk_involuntary=model.risk_involuntary(known))
    said = told(model, known, as_of, doubt)
    scores["value_at_risk"] = (scores["risk"] * scores["value"]).round(2)
    # Equal risks of a rule, of which there are many, stand in the order of what it goes by.
    scores["_order"] = model.score(known) if isinstance(model, Rule) else scores["risk"]
    scores["rank"] = _places(scores, "risk", "_order")
    scores["priority"] = _places(scores, "value_at_risk", "risk", "_order")
    return pd.concat([scores.drop(columns="_order"), said], axis=1).sort_values("rank", ignore_index=True)


def _places(scores: pd.DataFrame, *by: str) -> pd.Series:
    """1 for the highest, and so on; ties in the order of account_id."""
    order = scores.sort_values([*by, "account_id"], ascending=[False] * len(by) + [True]).index
    return pd.Series(np.arange(1, len(order) + 1), index=order)


def ranker_of(settings: Settings, home: Home, manifest: Manifest, as_of: date | None = None) -> Ranker:
    """The champion; where there is none that may score, a model whose order stands all the same
    (`models.gate.Verdict`), or else the best rule. Raises Mistake where there is none of them.

    Nor can a champion score whose table is gone. Where that is new it is a Mistake, for the table may come back; where
    a model without it has been refused since, the rule ranks.
    """
    settings = manifest.settings(settings)
    try:
        model, version = champion_of(settings, home, manifest, as_of)
        if refused(home) and _lost_features(model, manifest):
            why = refused_because(home)
            raise Mistake(f"the champion (version {version}) needs features that the tables no longer give. {why}")
    except Mistake as mistake:  # which names files and stages: that is for the log
        standing = _refused_but_above_rules(home)
        if standing is not None and standing[0].about["definition"] == settings.left.digest:
            log.warning(
                "score: no champion, so accounts are ranked by a model that is above every rule, and was refused: %s",
                mistake,
            )
            notice = on_top([tr(_ORDER_ONLY), refused(home), missed(home)])
            return Ranker(by_records_of(home, standing[0]), f"refused:{standing[1]}", notice)
        rule = Rule.load(home.model / RULE)
        if rule is None or rule.definition != settings.left.digest:
            raise Mistake(f"{mistake}{_other_rule(home, str(mistake))}") from None
        no_champion = as_an_order(tr("No tested model is at hand."))
        no_model = rule_ranks(rule, settings.left.pace_by(manifest.columns))
        said = [no_model, refused(home) or no_champion, caution_of_rule(rule), missed(home, by_rule=True)]
        with speaking(ENGLISH):
            log.warning("score: no champion, so accounts are ranked by %s: %s", rule.in_words, mistake)
        return Ranker(rule, f"rule:{rule.name}", on_top(said))
    return Ranker(model, version, on_top([caution(model.about), missed(home)]))


# A rule in its place ranks far worse, and its shares miss by as much; see benchmarks/README.md.
_ORDER_ONLY = later("The model that ranks these accounts does so better than every simple rule.")
_AGAIN = "Run leaky snapshots, leaky train and leaky evaluate."


def _other_rule(home: Home, mistake: str) -> str:
    """Why a rule on file does not rank, and what to run where the mistake does not say it; '' where none is there."""
    path = home.model / RULE
    if not path.exists() or json.loads(path.read_text(encoding="utf-8")) is None:
        return ""
    why = " The rule on file was made by an older version, or for another definition of leaving."
    return why if _AGAIN in mistake else f"{why} {_AGAIN}"


def _lost_features(champion: Churn, manifest: Manifest) -> set[str]:
    """What it needs and the tables no longer give."""
    return set(champion.features) - {feature.name for feature in catalogue().given(manifest.columns)}


def _refused_but_above_rules(home: Home) -> tuple[Churn, str] | None:
    """The model that was tested last and its version, if its order stands though the gate refused it."""
    if not (home.model / GATE).exists():
        return None
    verdict = json.loads((home.model / GATE).read_text(encoding="utf-8"))
    tested = verdict.get("order_files_sha256")
    if tested is None or files_hash({SCORING: home.model / SCORING}) != tested:
        return None
    return Churn.load(home.model / SCORING), tested[:12]


def champion_of(settings: Settings, home: Home, manifest: Manifest, as_of: date | None = None) -> tuple[Churn, str]:
    """The model that scores, and its version. Raises Mistake where there is none that may."""
    settings, as_of = manifest.settings(settings), as_of or manifest.as_of
    registry = Registry(home.tracking_uri, home.artifacts, manifest.source)
    version = registry.champion()
    if version is None:
        # A server's address may hold a password, so only that of a file is shown.
        store = registry.uri if registry.uri.startswith("sqlite:") else "the store of MLFLOW_TRACKING_URI"
        why = refused_because(home) or "Run leaky train, then leaky evaluate."
        raise Mistake(f"no champion of {registry.model} in {store}. {why}")
    with registry.files(version) as folder:
        model = by_records_of(home, Churn.load(folder / SCORING))
    asked, made_for = settings.left.model_dump(), model.about["left"]
    if settings.left.digest != model.about["definition"]:
        differ = (
            "by another number of the definition"
            if asked == made_for
            else ", ".join(
                f"left.{name} {made_for.get(name)}, now {asked[name]}"
                for name in asked
                if asked[name] != made_for.get(name)
            )
        )
        raise Mistake(
            f"the champion (version {version.number}) was made for another definition of leaving ({differ}). {_AGAIN}"
        )
    if model.about["knows_until"] > as_of.isoformat():
        log.warning(
            "score: the champion has learned from what happened up to %s, after the %s that it scores, so these risks "
            "know more than anybody could then",
            model.about["knows_until"],
            as_of,
        )
    return model, version.name
