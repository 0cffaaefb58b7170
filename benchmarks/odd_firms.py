"""Odd firms: made-up ones unlike the simulated one, what each is told by `leaky run`, and what came of it.

    python -m benchmarks.odd_firms ["few leavers" shock …] [--keep FOLDER]

Accounts order at random in a rhythm of their own and leave for good, far more often while they are not content, which
calls and tickets show. Each firm turns one thing of that to an extreme; half a year of its future is held back.
"""

import argparse
import logging
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import date
from logging.handlers import BufferingHandler
from pathlib import Path

import numpy as np
import pandas as pd

import leaky
from benchmarks.held_back import HEAD, beside, known_on, line, write_source
from features.mistake import Mistake
from pipelines.home import Home
from pipelines.scored import Scored

AS_OF = date(2026, 1, 1)
AHEAD = 400
MONTH, YEAR = 30, 365
TURNS = (0.05, 0.85)  # to be discontent the next month: of who is content, and who is not
SMALL = 1.5  # how much more often the small leave


@dataclass(frozen=True)
class Odd:
    """What a firm is like. Days count from as_of backwards.

    days: of its records. gap: usual days between orders. leaves: chance to leave in a month, content and not. growth:
    share of the accounts that came in the last year, None: they came evenly. swing: of orders over the year. shock: by
    how much leaving rises in the last `shocked` days and after. no_contacts: days whose contacts are lost. twice: share
    of rows that stand there twice. one_rep: whether one rep has all. began_before: days before its records of which
    customers are there already.
    """

    accounts: int = 700
    days: int = 900
    gap: float = 25
    leaves: tuple[float, float] = (0.005, 0.08)
    growth: float | None = None
    swing: float = 0
    shock: float = 1
    shocked: int = 90
    no_contacts: int = 0
    twice: float = 0
    one_rep: bool = False
    began_before: int = 600


USUAL = Odd()
FIRMS = {
    "usual": USUAL,
    "few leavers": replace(USUAL, accounts=150, leaves=(0.0002, 0.004)),
    "most leave": replace(USUAL, leaves=(0.02, 0.2)),
    "tripled": replace(USUAL, growth=0.67),
    "season": replace(USUAL, swing=0.8, gap=30),
    "eight months": replace(USUAL, days=240),
    "daily": replace(USUAL, accounts=300, gap=1.5),
    "yearly": replace(USUAL, days=2000, gap=330),
    "one rep": replace(USUAL, one_rep=True),
    "shock": replace(USUAL, shock=2),
    "old shock": replace(USUAL, shock=2, shocked=240),
    "outage": replace(USUAL, no_contacts=21),
    "twice": replace(USUAL, twice=0.3),
}


def tables_of(odd: Odd, seed: int = 1) -> dict[str, pd.DataFrame]:
    """The firm's tables, with what came after as_of."""
    chance = np.random.default_rng(seed)
    months = (odd.days + odd.began_before + AHEAD) // MONTH
    first = -odd.days - odd.began_before
    rows: dict[str, list[tuple[object, ...]]] = {"accounts": [], "orders": [], "contacts": [], "tickets": []}
    for number in range(odd.accounts):
        account, segment = f"A{number:04d}", str(chance.choice(["small", "large"]))
        if odd.growth is not None and chance.random() < odd.growth:
            start = -int(chance.integers(1, YEAR))
        else:
            start = int(chance.integers(first, AHEAD if odd.growth is None else -YEAR))
        rate = chance.gamma(4, 1 / (4 * odd.gap))
        size = chance.lognormal(5 if segment == "small" else 7, 0.6)
        day, discontent = start, False
        while day < AHEAD:
            leaving = (
                odd.leaves[discontent] * (SMALL if segment == "small" else 1) * (odd.shock if day > -odd.shocked else 1)
            )
            last = day + int(chance.integers(0, MONTH)) if chance.random() < leaving else None
            until = min(day + MONTH, AHEAD if last is None else last)
            busy = 1 + odd.swing * np.cos(2 * np.pi * (day + 30) / YEAR)
            days = np.unique(day + chance.integers(0, MONTH, chance.poisson(rate * MONTH * busy)))
            days = np.append(days, start) if day == start else days
            rows["orders"] += [(account, on, round(size * chance.lognormal(0, 0.4), 2)) for on in days if on < until]
            for event, often in (("contacts", (0.8, 0.3)), ("tickets", (0.1, 0.7))):
                drawn = day + chance.integers(0, MONTH, chance.poisson(often[discontent]))
                rows[event] += [(account, on) for on in drawn if on < until]
            if last is not None:
                break
            day, discontent = day + MONTH, bool(chance.random() < TURNS[discontent])
        rows["accounts"].append((account, segment, start))
    assert months > 0
    made = {
        "accounts": pd.DataFrame(rows["accounts"], columns=["account_id", "segment", "opened_on"]),
        "orders": pd.DataFrame(rows["orders"], columns=["account_id", "ordered_at", "amount"]),
        "contacts": pd.DataFrame(rows["contacts"], columns=["account_id", "contacted_at"]).assign(channel="call"),
        "tickets": pd.DataFrame(rows["tickets"], columns=["account_id", "opened_at"]),
    }
    made["contacts"] = made["contacts"][~made["contacts"]["contacted_at"].between(-odd.no_contacts, -1)]
    if odd.one_rep:
        made["reps"] = pd.DataFrame({"rep_id": ["R"], "name": ["Only One"], "hired_on": [first]})
        made["rep_assignments"] = made["accounts"][["account_id", "opened_on"]].rename(
            columns={"opened_on": "starts_at"}
        )
        made["rep_assignments"] = made["rep_assignments"].assign(rep_id="R")
        made["contacts"] = made["contacts"].assign(rep_id="R")
    found = {}
    for name, table in made.items():
        times = table.columns[table.columns.str.endswith(("_at", "_on"))]
        if name in ("orders", "contacts", "tickets"):
            table = table[table[times[0]] >= -odd.days]
            again = table.sample(frac=odd.twice, random_state=seed)
            table = pd.concat([table, again]).sort_values(times[0], kind="stable")
        dated = {column: pd.Timestamp(AS_OF) + pd.to_timedelta(table[column], unit="D") for column in times}
        found[name] = table.assign(**dated)
    return found


def told(name: str, folder: Path) -> list[str]:
    """What the firm is told, beside what came; by pace, value and segment."""
    whole = tables_of(FIRMS[name])
    source, home = write_source(known_on(AS_OF, whole), folder / "firm"), Home(folder / "home")
    log = BufferingHandler(sys.maxsize)
    logging.getLogger().addHandler(log)
    try:
        leaky.run(source, home=home.folder, as_of=AS_OF)
    except Mistake as stopped:
        return [f"| {name} | stopped: {stopped} |"]
    finally:
        logging.getLogger().removeHandler(log)
        (folder / "log.txt").write_text("".join(f"{record.getMessage()}\n" for record in log.buffer))
    scored = Scored.read(home, AS_OF)
    scores = scored.scores
    ahead = whole["orders"][whole["orders"]["ordered_at"] >= pd.Timestamp(AS_OF)]
    days = (ahead.groupby("account_id")["ordered_at"].min() - pd.Timestamp(AS_OF)).dt.days
    left = (days.reindex(scores["account_id"]).fillna(np.inf).to_numpy() >= scores["outlook_days"]).astype(np.float64)
    found = [line(name, scores, left, home)]
    segment = whole["accounts"].set_index("account_id")["segment"].reindex(scores["account_id"]).to_numpy()
    third = pd.qcut(scores["value"].rank(method="first"), 3, labels=["lowest", "middle", "highest"]).to_numpy()
    for kind, groups in (("segment", segment), ("value", third)):
        parts = [
            f"{group} {beside(scores['risk'][groups == group].to_numpy(), left[groups == group])}"
            for group in pd.unique(groups)
        ]
        found.append(f"  {kind}: {'; '.join(parts)}")
    warned = [record.getMessage() for record in log.buffer if _warns(record)]
    return [*found, *(f"  {said}" for said in warned), f"  on top of every list: {scored.notice or 'nothing'}"]


def _warns(record: logging.LogRecord) -> bool:
    """Whether it is a warning of ours, the gate's verdict, or the count of who is not scored."""
    says = record.getMessage()
    is_ours = record.name.startswith(("pipelines.", "models."))
    return is_ours and (record.levelno >= logging.WARNING or says.startswith("gate:") or "not scored" in says)


def main() -> None:
    """Prints a row a firm, and what groups were told."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.odd_firms", description=__doc__.splitlines()[0])
    options.add_argument("firms", nargs="*", default=list(FIRMS))
    options.add_argument("--keep", type=Path, help="a folder to keep sources and homes in")
    given = options.parse_args()
    if unknown := [name for name in given.firms if name not in FIRMS]:
        options.error(f"no such firm: {', '.join(unknown)}; there are {', '.join(FIRMS)}")
    logging.getLogger().setLevel(logging.INFO)
    print(HEAD + "\n|" + "---|" * 10)
    for name in given.firms:
        with tempfile.TemporaryDirectory() as scratch:
            folder = (given.keep or Path(scratch)) / name.replace(" ", "_")
            folder.mkdir(parents=True)
            print("\n".join(told(name, folder)), flush=True)


if __name__ == "__main__":
    main()
