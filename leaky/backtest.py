"""Backtest: what was told and what came on the days that were tested, for the terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from features.language.tongue import number, speaking, tr
from features.mistake import Mistake
from models.churn import Churn
from models.evaluation import SPREAD
from models.groups import by_pairs, group_in_words, in_words, unnested, verdict
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


def lines(home: Home, settings: Settings) -> list[str]:
    """What `leaky backtest` prints: by day, by group, and over all; in the source's language."""
    manifest = Manifest.read(home)
    figures = tested_figures(home, manifest, settings)
    with speaking(manifest.language):
        return [*_by_day(figures), "", *_by_group(figures), "", *_over_all(figures)]


def _by_day(figures: Mapping[str, Any]) -> Iterator[str]:
    yield tr("By day: trained on what was known then, told, and held against what came")
    yield (
        f"  {'as_of':<10}  {tr('trained on'):>10}  {tr('accounts'):>8}  {tr('told'):>6}  {tr('left'):>6}  "
        f"{'ROC AUC':<22}  {tr('avg. precision'):>14}  {tr('early told'):>12}  {tr('left'):>6}"
    )
    for day, facts in figures["test"]["by_as_of"].items():
        yield (
            f"  {day:<10}  {number(figures['data']['train'][day], ','):>10}  {number(facts['n'], ',.0f'):>8}  "
            f"{_share(facts, 'mean_risk'):>6}  "
            f"{_share(facts, 'base_rate'):>6}  {_ranked(facts):<22}  {_number(facts, 'average_precision'):>14}  "
            f"{_share(facts, 'early_mean_risk'):>12}  {_share(facts, 'early_base_rate'):>6}"
        )


def _by_group(figures: Mapping[str, Any]) -> Iterator[str]:
    table = unnested(figures["test"]["by_group"])
    if len(table):
        first = max(8, *(len(tr(grouping)) for grouping, _ in table.index))
        width = max(len(group_in_words(group)) for _, group in table.index)
        yield tr("By group: told and left on all these days together")
        yield f"  {'':<{first}}  {'':<{width}}  {tr('accounts'):>8}  {tr('told'):>6}  {tr('left'):>6}"
        for (grouping, group), row in by_pairs(table):
            words = f"{tr(grouping):<{first}}  {group_in_words(group):<{width}}"
            shares = f"{_share(row, 'mean_risk'):>6}  {_share(row, 'base_rate'):>6}"
            yield f"  {words}  {number(row['accounts'], ','):>8}  {shares}  {verdict(row)}".rstrip()
    words = in_words(table)
    yield f"{words[0].upper()}{words[1:]}."


def _over_all(figures: Mapping[str, Any]) -> Iterator[str]:
    test = figures["test"]
    yield tr(
        "Over all: {rows:,.0f} rows, told {told}, left {left}; ROC AUC {ranked}, average precision {precision}",
        rows=test["n"],
        told=_share(test, "mean_risk"),
        left=_share(test, "base_rate"),
        ranked=_ranked(test),
        precision=_number(test, "average_precision"),
    )
    for name, title in SPREAD.items():
        if spread := test.get(f"{name}_spread"):
            yield tr(
                "From day to day: {figure} {min:.3f} to {max:.3f}, standard deviation {std:.3f}",
                figure=tr(title),
                min=spread["min"],
                max=spread["max"],
                std=spread["std"],
            )


def _share(facts: Mapping[str, Any], name: str) -> str:
    return number(facts[name], ".1%") if name in facts else "–"


def _number(facts: Mapping[str, Any], name: str) -> str:
    return number(facts[name], ".3f") if name in facts else "–"


def _ranked(facts: Mapping[str, Any]) -> str:
    if "roc_auc" not in facts:
        return "–"
    names = {"own": "roc_auc", "low": "roc_auc_low", "high": "roc_auc_high"}
    return tr("{own:.3f} ({low:.3f} to {high:.3f})", **{name: facts[figure] for name, figure in names.items()})
