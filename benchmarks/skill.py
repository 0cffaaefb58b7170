"""Skill: what features are worth beside those without some of them, and beside the truth of a made-up firm.

    python -m benchmarks.skill [--seeds 23 31] [--accounts 30000] [--without NAME ...] [--folder FOLDER]

Half of a firm's accounts, on the as_ofs whose labels were complete on a day, are learned from; the other half are
told on that day and on later ones, by all contenders alike. The truth is how bad every cause was for an account in the
month of the as_of and the one before. README.md beside this file says what came of it.
"""

import argparse
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from benchmarks.form_figures import average_precision, roc_auc
from benchmarks.narrowed import narrowed
from features.catalogue import catalogue
from models.churn import Direction
from models.origins import complete_as_ofs, known_by
from models.recipe import Recipe
from models.target import targets
from pipelines.dataset import features_of, read_rows, recipe_of
from pipelines.home import PROJECT, Home
from pipelines.ingest import ingest
from pipelines.settings import Settings, Simulate, read_settings
from pipelines.simulate import simulate
from pipelines.simulated.causes import make_trouble
from pipelines.simulated.clock import Clock
from pipelines.simulated.firm import CAUSES, make_accounts
from pipelines.simulated.reps import make_reps
from pipelines.snapshots import snapshots

Floats = npt.NDArray[np.float64]

SEEDS = (23, 31, 47, 59, 73)
TESTED, APART = 4, 3  # as_ofs that are told, and how many steps lie between two: hardly anybody leaves on two of them
RESAMPLES = 200
# The features that came for the sake of seeing a bout of trouble sooner: what `before` lacks.
ADDED = (
    "rep_prospecting_share_60d",
    "share_of_invoices_wrong_90d",
    "share_of_invoices_wrong_180d",
    "oldest_billing_error",
    "days_to_correct_180d",
    "calls_from_them_30d",
    "unreturned_calls_180d",
    "share_of_recent_calls_unreturned_60d",
    "hours_until_returned_60d",
    "conversations_pace_30d",
    "conversations_pace_60d",
    "conversations_pace_180d",
    "share_delivered_late_60d",
    "share_delivered_late_90d",
    "share_delivered_late_180d",
    "orders_pace_30d",
    "orders_pace_60d",
    "days_since_heard",
    "rep_changes_540d",
    "competitors_seen_360d",
    "days_since_competitor_seen",
    "complaints_360d",
    "days_since_complaint",
    "days_to_resolve_180d",
)
TRUE = "true_"
BEFORE, NOW, TRUTH = "before", "now", "truth"
FIGURES = {"ROC AUC": (roc_auc, False), "AP": (average_precision, False)} | {
    "ROC AUC, early": (roc_auc, True),
    "AP, early": (average_precision, True),
}


def home_of(folder: Path, made: Simulate) -> Home:
    """Where in the folder a made-up firm is kept."""
    return Home(folder / f"{made.accounts}-{made.seed}")


def firm(folder: Path, made: Simulate) -> pd.DataFrame:
    """The snapshots of a made-up firm, and how bad every cause was (`true_…`, 0 to 1); kept in the folder, and found
    there again unless features have come since.
    """
    settings = Settings(source="simulated", simulate=made)
    home = home_of(folder, made)
    if not home.manifest.exists():
        simulate(settings, home)
        ingest(settings, home, source="simulated", files=home.simulated, as_of=None, today=made.ends_on)
    asked = set(catalogue().by_name)
    if not (home.left.exists() and asked <= set(pq.read_schema(home.features).names)):
        snapshots(settings, home)
    rows = read_rows(home)
    return pd.concat([rows, severities(rows, made)], axis=1)


def severities(rows: pd.DataFrame, made: Simulate) -> pd.DataFrame:
    """Of every row, how bad each cause was: the mean of the month of the as_of and the one before, 0 to 1."""
    clock = Clock.of(made.ends_on, made.months)
    accounts = make_accounts(made.accounts, clock, made.seed)
    trouble = make_trouble(accounts, make_reps(accounts, clock, made.seed), clock, made.seed)
    account = rows["account_id"].str.removeprefix("A").astype(int).to_numpy() - 1
    day = (rows["as_of"] - pd.Timestamp(clock.starts_on)).dt.days.to_numpy(np.float64)
    month = clock.month_of(day)
    before = np.maximum(month - 1, 0)
    return pd.DataFrame(
        {
            TRUE + cause: (trouble.of(cause)[account, month] + trouble.of(cause)[account, before]) / 2
            for cause in CAUSES
        },
        index=rows.index,
    )


def contenders(rows: pd.DataFrame, without: Sequence[str]) -> dict[str, dict[str, Direction]]:
    """The features of each contender, with their directions; `without` are those that the first one lacks."""
    now: dict[str, Direction] = {name: catalogue().by_name[name].risk for name in features_of(rows)}
    before = {name: direction for name, direction in now.items() if name not in without}
    truth: dict[str, Direction] = {TRUE + cause: "rises" for cause in CAUSES}
    return {BEFORE: before, NOW: now, TRUTH: before | truth}


def told(rows: pd.DataFrame, asked: Mapping[str, Mapping[str, Direction]], recipe: Recipe) -> pd.DataFrame:
    """account_id, as_of, is_early and left of the rows that are told, and the log-odds that each contender tells."""
    as_ofs = complete_as_ofs(rows)[::-1][: TESTED * APART : APART]
    split = as_ofs.min()
    ids = np.sort(rows["account_id"].unique())
    learned = np.random.default_rng(1).permutation(ids)[: len(ids) // 2]
    is_learned = rows["account_id"].isin(learned).to_numpy()
    train = is_learned & known_by(rows, split)
    test = ~is_learned & rows["as_of"].isin(as_ofs).to_numpy()
    asked_of = rows[test]
    found = asked_of[["account_id", "as_of"]].assign(
        is_early=(asked_of["pace"] == "early").to_numpy(bool), left=targets(rows)[0][test]
    )
    for name, directions in asked.items():
        found[name] = narrowed(recipe, directions).fit(rows, train, split).raw(asked_of)
    return found.reset_index(drop=True)


def figures(of_firm: pd.DataFrame, names: Iterable[str]) -> dict[tuple[str, str], Floats]:
    """By (contender, figure) the mean over as_ofs: as it is, then of resampled accounts, [1 + RESAMPLES]."""
    codes, accounts = pd.factorize(of_firm["account_id"])
    chance = np.random.default_rng(1)
    counts = chance.multinomial(len(accounts), np.full(len(accounts), 1 / len(accounts)), size=RESAMPLES)
    left, early = of_firm["left"].to_numpy(np.float64), of_firm["is_early"].to_numpy(bool)
    parts: dict[tuple[str, str], list[Floats]] = {}
    for as_of in of_firm["as_of"].unique():
        on_day = (of_firm["as_of"] == as_of).to_numpy()
        for figure, (measure, only_early) in FIGURES.items():
            mask = on_day & early if only_early else on_day
            weights = np.concatenate([np.ones((1, mask.sum())), counts[:, codes[mask]]])
            for name in names:
                found = measure(of_firm.loc[mask, name].to_numpy(np.float64), left[mask], weights)
                parts.setdefault((name, figure), []).append(found)
    return {key: np.mean(values, axis=0) for key, values in parts.items()}


def report(measured: Sequence[Mapping[tuple[str, str], Floats]]) -> pd.DataFrame:
    """A row a figure, the mean over firms: each contender, what `now` is better than `before`, and the share of the
    distance from `before` to `truth` that this is; with 95 % intervals from resampled accounts.
    """
    lines = {}
    for figure in FIGURES:
        before, now, truth = (np.mean([one[name, figure] for one in measured], axis=0) for name in (BEFORE, NOW, TRUTH))
        lines[figure] = {
            BEFORE: f"{before[0]:.4f}",
            NOW: f"{now[0]:.4f}",
            TRUTH: f"{truth[0]:.4f}",
            "better by": _with_interval(now - before, "+.4f"),
            "distance closed": _with_interval((now - before) / (truth - before), ".0%"),
        }
    return pd.DataFrame(lines).T


def _with_interval(values: Floats, form: str) -> str:
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return f"{values[0]:{form}} [{low:{form}}, {high:{form}}]"


def main() -> None:
    """Prints a table of each firm, and of all of them together."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.skill", description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    options.add_argument("--accounts", type=int, default=30_000)
    options.add_argument("--without", nargs="+", default=ADDED, help="features that `before` lacks")
    options.add_argument("--folder", type=Path, help="where the firms are kept, and found again; by default not at all")
    given = options.parse_args()
    if unknown := sorted(set(given.without) - set(catalogue().by_name)):
        options.error(f"--without: {', '.join(unknown)} is no feature")
    params = read_settings(PROJECT / "params.yaml").train
    measured = []
    with tempfile.TemporaryDirectory() as temporary:
        for seed in given.seeds:
            made, folder = Simulate(accounts=given.accounts, seed=seed), given.folder or Path(temporary)
            rows = firm(folder, made)
            asked = contenders(rows, given.without)
            recipe = recipe_of(rows, params, home_of(folder, made))
            measured.append(figures(told(rows, asked, recipe), asked))
            print(f"\nseed {seed}\n{report(measured[-1:]).to_string()}", flush=True)
    print(f"\nall {len(measured)} firms: {_counted(asked)}\n{report(measured).to_string()}")


def _counted(asked: Mapping[str, Mapping[str, Direction]]) -> str:
    return ", ".join(f"{name} {len(directions)}" for name, directions in asked.items()) + " features"


if __name__ == "__main__":
    main()
