"""Gate: whom it lets through, of models whose worth is known, for each way of reading its intervals.

    python -m benchmarks.gate measure --accounts 500 --seeds 1 2 3 --to measured.csv
    python -m benchmarks.gate noise --to measured.csv
    python -m benchmarks.gate read measured.csv
    python -m benchmarks.gate cases

`measure` makes up firms, and of each the honest model and handicapped ones: it writes by how much each is better than
each rival, and in what share of resamples it is below. `read` says what share would pass by each reading, beside what
each is worth: the mean difference over all firms of that size. `noise` deals the outcomes of a firm out at random,
again and again; its rivals learn from them as well. `cases` shows what the gate tells models with a known fault.
"""

import argparse
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.narrowed import narrowed
from features.catalogue import catalogue
from features.tables import TABLES
from models.backtest import Backtest, backtest, rerun
from models.evaluation import Evaluation
from models.explain import Contributions
from models.gate import judge
from models.gate_params import GateParams
from models.leaks import Leaks
from models.metrics import EvaluationSet, Floats
from models.origins import Origin
from models.paired import PARTS, Comparison
from models.recipe import Recipe
from pipelines.dataset import origins_of, read_rows, recipe_of
from pipelines.home import Home
from pipelines.ingest import ingest
from pipelines.leaks import find_leaks
from pipelines.settings import Backtest as BacktestSettings
from pipelines.settings import Leak, Settings, Simulate, Snapshots
from pipelines.simulate import simulate
from pipelines.snapshots import snapshots

ABOUT = {"left": {}, "definition": "of a benchmark"}
ONE = "conversations_90d"  # the only feature of a model that has no other
TOO_EARLY = "complaints_180d"  # the feature that knows the outcome
NOISE = 2.0  # standard deviations of a feature that are added to it
LEARNERS = ("logistic_rfm", "mbg_nbd")
RESAMPLES = 200
NOISE_ROUNDS, NOISE_FEATURES = 20, 8  # trees, and every which feature, of models of noise, of which there are many
MONTHS, AS_OFS = 36, 24
MARGIN = GateParams().margin
READINGS = {  # a model is refused if in more than this share of resamples it is below a rival by more than the margin
    "surely not below": 0.025,  # the 95 % interval ends above minus the margin
    "rather not below": 0.2,
    "not below": 0.5,
    "not rather below": 0.8,
    "not surely below": 0.975,  # the 95 % interval does not lie wholly below minus the margin
}


def made(accounts: int, seed: int, home: Home, origins: int) -> Settings:
    """Simulates a firm and its snapshots into a home."""
    settings = Settings(
        simulate=Simulate(accounts=accounts, months=MONTHS, seed=seed),
        snapshots=Snapshots(count=AS_OFS),
        backtest=BacktestSettings(origins=origins),
    )
    simulate(settings, home)
    as_of = settings.simulate.ends_on
    ingest(settings, home, source="simulated", files=home.simulated, as_of=None, today=as_of)
    snapshots(settings, home)
    return settings


def evaluated(tested: Backtest, seed: int) -> Evaluation:
    """What the gate looks at, without reasons and groups, at which it does not."""
    rows = tested.rows.assign(left=tested.left)
    return Evaluation(
        tested,
        EvaluationSet.of(rows, capacity=100, resamples=RESAMPLES, seed=seed),
        ceilings={},
        contributions=Contributions(np.zeros((0, 0)), 0.0, ()),
        groups=pd.DataFrame(index=rows.index),
    )


def models_of(
    rows: pd.DataFrame, origins: Sequence[Origin], recipe: Recipe, tested: Backtest, seed: int
) -> Iterator[tuple[str, Floats]]:
    """Models by name, each as the risks that it gives on the origins."""
    honest = tested.risk
    early = tested.rows[tested.rows["pace"] == "early"]
    early_by_day = [day.index.to_numpy() for _, day in early.groupby("as_of")]
    random = np.random.default_rng(seed)
    yield "honest", honest
    names = list(recipe.directions)
    spread = rows[names].std().fillna(0.0).to_numpy() * NOISE
    noisy = rows.copy()
    noisy[names] += random.normal(0, 1, (len(rows), len(names))) * spread
    yield "noisy", rerun(noisy, origins, recipe)
    yield "one feature", rerun(rows, origins, narrowed(recipe, {ONE: recipe.directions[ONE]}))
    risk = honest.copy()
    for day in early_by_day:
        risk[day] = random.permutation(risk[day])
    yield "blind to early", risk
    yield "shuffled", rerun(rows.assign(left=shuffled(rows, random)), origins, recipe)


def shuffled(rows: pd.DataFrame, random: np.random.Generator) -> pd.Series:
    """Outcomes dealt out anew among the rows whose outcome is known."""
    left = rows["left"].copy()
    known = left.notna().to_numpy()
    left[known] = random.permutation(left[known].to_numpy())
    return left


def gains(tested: Backtest, seed: int) -> Iterator[dict[str, object]]:
    """By how much a model is better than each rival, and in what share of resamples below, where it can be ranked."""
    comparison = Comparison(evaluated(tested, seed))
    parts = [part for part in PARTS if comparison.can_be_ranked(part)]
    for rival in tested.baselines:
        asked = [(part, "roc_auc") for part in parts] if rival.role in ("rule", "learner") else []
        asked += [("all", "brier")] if rival.role == "constant" else []
        for part, figure in asked:
            gain = comparison.gain(rival.score, part=part, figure=figure)
            better = gain.own - gain.other if figure == "roc_auc" else gain.other - gain.own
            below = gain.below(MARGIN if figure == "roc_auc" else 0)
            yield {"rival": rival.name, "part": part, "figure": figure, "gain": better, "below": below}


def records(tested: Backtest, seed: int, gate: GateParams, **facts: object) -> list[dict[str, object]]:
    """What the gate asks of a model, a row a rival and part, with what else it is refused for."""
    verdict = judge(
        evaluated(tested, seed), gate, champion=None, champion_risk=None, features={}, columns={}, knows_until=""
    )
    refused = "; ".join(check.name for check in verdict.checks if not check.passed)
    return [{**facts, "seed": seed, "refused": refused, **gain} for gain in gains(tested, seed)]


def write(found: list[dict[str, object]], to: Path) -> None:
    pd.DataFrame(found).to_csv(to, mode="a", header=not to.exists(), index=False)


def firm_of(accounts: int, seed: int, origins: int) -> tuple[pd.DataFrame, tuple[Origin, ...], Recipe, Leaks]:
    """Snapshots, origins and recipe of a made-up firm, and a look for leaks in it once a feature knows the outcome."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        settings = made(accounts, seed, home, origins)
        rows = read_rows(home)
        recipe = recipe_of(rows, settings.train, home)
        written = pq.read_table(home.features)
        place = written.schema.get_field_index(TOO_EARLY)
        known = pa.array(rows["left"].to_numpy(np.float64, na_value=0.0))
        pq.write_table(written.set_column(place, TOO_EARLY, known), home.features)
        leaks = find_leaks(Leak(), home, rows)
    return rows, origins_of(rows, settings), recipe, leaks


def measure(accounts: int, seeds: Sequence[int], origins: int, to: Path) -> None:
    """Adds the gains of every model of some firms to a file."""
    for seed in seeds:
        rows, days, recipe, _ = firm_of(accounts, seed, origins)
        tested = backtest(rows, days, recipe, ABOUT)
        facts = {"accounts": accounts, "leavers": int(tested.left.sum())}
        for name, risk in models_of(rows, days, recipe, tested, seed):
            write(records(replace(tested, risk=risk), seed, GateParams(), model=name, **facts), to)
        print(f"{accounts} accounts, seed {seed}: {len(days)} origins, {facts['leavers']} left", flush=True)


def noise(accounts: int, seeds: Sequence[int], origins: int, to: Path) -> None:
    """Adds models and rivals that have learned from outcomes dealt out at random, and are tested on such."""
    rows, days, recipe, _ = firm_of(accounts, 1, origins)
    some = dict(list(recipe.directions.items())[::NOISE_FEATURES])
    quick = replace(narrowed(recipe, some), params=recipe.params.model_copy(update={"rounds": NOISE_ROUNDS}))
    lenient = GateParams(min_leavers=1, min_early_leavers=1)  # so that few leavers do not decide it
    for seed in seeds:
        dealt = rows.assign(left=shuffled(rows, np.random.default_rng(seed)))
        tested = backtest(dealt, days, quick, ABOUT)
        write(records(tested, seed, lenient, model="noise", accounts=accounts, leavers=int(tested.left.sum())), to)


def read(files: Sequence[Path]) -> None:
    """Prints by size and model: firms, leavers, by how much its ROC AUC is above that of days since order (the mean
    over firms), and the share that pass what goes by each of `READINGS`, and all the rest of the gate as well.
    """
    found = pd.concat([pd.read_csv(file, keep_default_na=False) for file in files])
    learns = found["rival"].isin(LEARNERS)
    found["asked"] = np.where(found["part"] == "early", ~learns, learns | (found["figure"] == "brier"))
    others = ("enough", "above", "calibrated")
    found["elsewhere"] = [any(name in text for name in others) for text in found["refused"]]
    print("| accounts | model | firms | left | gain: all | early |", " | ".join(READINGS), "|")
    print("|---" * (6 + len(READINGS)) + "|")
    for _, models in found.groupby(["accounts", "model"], sort=False):
        first = models.iloc[0]
        beside = models[models["rival"] == "days_since_order"].groupby("part")["gain"].mean().reindex(PARTS)
        worst = models[models["asked"]].groupby("seed")["below"].max()
        elsewhere = models.groupby("seed")["elsewhere"].first()
        passed = [
            f"{(worst <= share).mean():.0%} ({((worst <= share) & ~elsewhere).mean():.0%})"
            for share in READINGS.values()
        ]
        print(
            f"| {first['accounts']} | {first['model']} | {len(worst)} | {models['leavers'].mean():.0f} | "
            f"{beside['all']:+.3f} | {beside['early']:+.3f} | {' | '.join(passed)} |"
        )


def cases(accounts: int, seed: int, origins: int) -> None:
    """Prints what the gate tells models with a fault that is known."""
    rows, days, recipe, leaks = firm_of(accounts, seed, origins)
    tested = backtest(rows, days, recipe, ABOUT)
    risks = dict(models_of(rows, days, recipe, tested, seed))
    spoken = {name: way for name, way in recipe.directions.items() if catalogue().by_name[name].reason != "contact"}
    without = backtest(rows, days, narrowed(recipe, spoken), ABOUT)
    columns = {name: set(table.column_names) for name, table in TABLES.items() if name != "contacts"}

    def told(
        case: str, of: Backtest, champion: Floats | None = None, suspected: Sequence[str] = (), **asked: int
    ) -> None:
        verdict = judge(
            evaluated(of, seed),
            GateParams(**asked),
            champion=None if champion is None else tested.model,
            champion_risk=champion,
            features=catalogue().by_name,
            columns=columns,
            knows_until=tested.model.about["knows_until"],
            suspected=suspected,
        )
        print(f"| {case} | {'passes' if verdict.promoted else 'refused'} | {verdict.in_words} |")

    print("| model | | what it was told |\n|---|---|---|")
    told("honest", tested)
    told("learned from shuffled outcomes", replace(tested, risk=risks["shuffled"]))
    told("a feature knows the outcome", tested, suspected=[finding.line for finding in leaks.suspected])
    told("few leavers", tested, min_leavers=int(tested.left.sum()) + 1)
    told("without the table of contacts", without, tested.risk)
    told("worse than the champion", replace(tested, risk=risks["noisy"]), tested.risk)
    told("better than the champion", tested, risks["noisy"])
    told("half of its probabilities", replace(tested, risk=tested.risk / 2))


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=__doc__.splitlines()[0])
    commands = options.add_subparsers(required=True, dest="command")
    for name, seeds in (("measure", [1]), ("noise", list(range(200))), ("cases", [21])):
        command = commands.add_parser(name)
        command.add_argument("--accounts", type=int, default=200 if name == "noise" else 1000)
        command.add_argument("--origins", type=int, default=4)
        command.add_argument("--seeds", type=int, nargs="+", default=seeds)
        command.add_argument("--to", type=Path, default=Path("measured.csv"))
    commands.add_parser("read").add_argument("files", type=Path, nargs="+")
    asked = options.parse_args()
    logging.disable(logging.WARNING)
    match asked.command:
        case "measure":
            measure(asked.accounts, asked.seeds, asked.origins, asked.to)
        case "noise":
            noise(asked.accounts, asked.seeds, asked.origins, asked.to)
        case "cases":
            cases(asked.accounts, asked.seeds[0], asked.origins)
        case "read":
            read(asked.files)


if __name__ == "__main__":
    main()
