"""Backtest: what was told and what came on the days that were tested, for the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from features.mistake import Mistake
from models.churn import Churn
from models.evaluation import SPREAD
from models.groups import by_pairs, in_words, unnested, verdict
from models.registry import EVALUATED
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings


def tested_figures(home: Home, manifest: Manifest, settings: Settings) -> dict[str, Any]:
    """The figures of the home's own data. Raises Mistake where they are of other data or of another definition of
    leaving, or no day tested a model.
    """
    found = home.figures(manifest.source)
    if found is None:
        raise Mistake(f"{home.metrics}: no figures of {manifest.source}; run: leaky evaluate.")
    measured = found["data"]["data_version"]
    if measured != manifest.data_version:
        raise Mistake(
            f"{home.metrics}: figures of data {measured}, but the tables are of data {manifest.data_version}. "
            "Run: leaky snapshots, leaky train, then leaky evaluate."
        )
    if not found["test"]["n"]:
        raise Mistake("no day could test a model yet; the card says why, and what the rules of thumb are worth.")
    if "by_group" not in found["test"]:
        raise Mistake(f"{home.metrics}: not figures of this version. Run: leaky evaluate.")
    asked = manifest.settings(settings).left
    if Churn.load(home.model / EVALUATED).about["definition"] != asked.digest:
        raise Mistake(
            f"{home.metrics}: figures of another definition of leaving than {asked.in_words()}. "
            "Run: leaky snapshots, leaky train, then leaky evaluate; or give the settings of that run with --params."
        )
    return found


def lines(home: Home, settings: Settings) -> Iterator[str]:
    """What `leaky backtest` prints: by day, by group, and over all."""
    figures = tested_figures(home, Manifest.read(home), settings)
    test = figures["test"]
    yield "By day: trained on what was known then, told, and held against what came"
    yield (
        f"  {'as_of':<10}  {'trained on':>10}  {'accounts':>8}  {'told':>6}  {'left':>6}  {'ROC AUC':<22}  "
        f"{'avg. precision':>14}  {'early told':>10}  {'left':>6}"
    )
    for day, facts in test["by_as_of"].items():
        yield (
            f"  {day:<10}  {figures['data']['train'][day]:>10,}  {facts['n']:>8,.0f}  {_share(facts, 'mean_risk'):>6}  "
            f"{_share(facts, 'base_rate'):>6}  {_ranked(facts):<22}  {_number(facts, 'average_precision'):>14}  "
            f"{_share(facts, 'early_mean_risk'):>10}  {_share(facts, 'early_base_rate'):>6}"
        )
    yield ""
    table = unnested(test["by_group"])
    if len(table):
        width = max(len(group) for _, group in table.index)
        yield "By group: told and left on all these days together"
        yield f"  {'':<8}  {'':<{width}}  {'accounts':>8}  {'told':>6}  {'left':>6}"
    for (grouping, group), row in by_pairs(table):
        shares = f"{_share(row, 'mean_risk'):>6}  {_share(row, 'base_rate'):>6}"
        yield f"  {grouping:<8}  {group:<{width}}  {row['accounts']:>8,}  {shares}  {verdict(row)}".rstrip()
    words = in_words(table)
    yield f"{words[0].upper()}{words[1:]}."
    yield ""
    yield (
        f"Over all: {test['n']:,.0f} rows, told {_share(test, 'mean_risk')}, left {_share(test, 'base_rate')}; "
        f"ROC AUC {_ranked(test)}, average precision {_number(test, 'average_precision')}"
    )
    for name, title in SPREAD.items():
        if spread := test.get(f"{name}_spread"):
            span = f"{spread['min']:.3f} to {spread['max']:.3f}"
            yield f"From day to day: {title} {span}, standard deviation {spread['std']:.3f}"


def _share(facts: Mapping[str, Any], name: str) -> str:
    return f"{facts[name]:.1%}" if name in facts else "–"


def _number(facts: Mapping[str, Any], name: str) -> str:
    return f"{facts[name]:.3f}" if name in facts else "–"


def _ranked(facts: Mapping[str, Any]) -> str:
    if "roc_auc" not in facts:
        return "–"
    return f"{facts['roc_auc']:.3f} ({facts['roc_auc_low']:.3f} to {facts['roc_auc_high']:.3f})"
