"""Scorer: the model or the rule that made a day's scores, found again."""

from models.churn import Churn
from models.layout import SCORING
from models.provenance import files_hash
from models.registry import Registry
from models.rule import Rule
from pipelines.home import RULE, Home
from pipelines.intake.manifest import Manifest
from pipelines.reach import by_records_of
from pipelines.scored import Scored


def scorer_of(home: Home, manifest: Manifest, scored: Scored) -> Churn | Rule | None:
    """What made these scores: the home's own model or rule if it is the same, else the champion; None where neither
    is, as another one has been trained since, or where the tables are no longer those that were scored.
    """
    if manifest.data_version not in set(scored.scores["data_version"]):
        return None
    if scored.rule:
        rule = Rule.load(home.model / RULE)
        return rule if rule is not None and rule.digest == scored.rule else None
    version = str(scored.scores["model_version"].iloc[0]).removeprefix("refused:")
    model = _own(home, version) or _champion(home, manifest, version)
    return by_records_of(home, model) if model else None


def _own(home: Home, version: str) -> Churn | None:
    own = home.model / SCORING
    return Churn.load(own) if own.exists() and files_hash({SCORING: own})[:12] == version else None


def _champion(home: Home, manifest: Manifest, version: str) -> Churn | None:
    registry = Registry(home.tracking_uri, home.artifacts, manifest.source)
    champion = registry.champion()
    if champion is None or champion.name != version:
        return None
    with registry.files(champion) as folder:
        return Churn.load(folder / SCORING)
