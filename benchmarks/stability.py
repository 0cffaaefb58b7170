"""Stability: how many of an account's reasons stay if the model is made again, and from one night to the next.

    python -m benchmarks.stability [--home data] [--nights 14]

Refits of the champion's recipe: by other seeds of the trees, and with a month less to learn from. Nights: the accounts
of consecutive days by one and the same model, all of them and those of whom nothing new was recorded: no row of their
own, none of their rep, none of the rep's team. Time alone: the days behind the newest row, on which nothing happens any
more. README.md beside this file says what came of it.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.tables import TABLES
from models.churn import Churn
from models.explain import shap_contributions
from models.origins import known_by
from models.ready import ready_to_tell
from models.reasons import MAX_REASONS, reasons
from pipelines.at_risk import features_at
from pipelines.dataset import read_rows, recipe_of
from pipelines.home import PROJECT, Home
from pipelines.intake.manifest import Manifest
from pipelines.score import ranker_of
from pipelines.settings import Settings, read_settings

SEEDS = (2, 3, 4, 5)
APART = (1, 2, 7, 14)
FIRST = 3  # reasons of an account that are compared between models
MONTH = pd.Timedelta(days=30)
_CODES = [f"reason_{place}_code" for place in range(1, MAX_REASONS + 1)]


def told(model: Churn, rows: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """The risk of each account and the codes of its reasons, by account."""
    said = reasons(shap_contributions(model, rows), rows, model.profiles, catalogue(), as_of)
    frame: pd.DataFrame = said[_CODES].assign(risk=model.risk(rows)).set_index(pd.Index(rows["account_id"]))
    return frame


def sets(codes: pd.DataFrame) -> pd.Series:
    """By account, the codes that stand in the columns, in no order."""
    return pd.Series(
        [frozenset(code for code in row if isinstance(code, str)) for row in codes.to_numpy()], codes.index
    )


def overlap(some: pd.Series, others: pd.Series) -> float:
    """The mean share of codes that two sets have in common, of those that either has; of accounts with any."""
    shares = [len(own & other) / len(own | other) for own, other in zip(some, others, strict=True) if own | other]
    return float(np.mean(shares)) if shares else float("nan")


def refits(rows: pd.DataFrame, settings: Settings, home: Home) -> pd.DataFrame:
    """A row a model beside the first: how far reasons are the same, of all at risk and of the riskiest tenth."""
    recipe = recipe_of(rows, settings.train, home)
    newest = rows["as_of"].max()
    asked = rows[rows["as_of"] == newest]

    def model(seed: int, until: pd.Timestamp) -> pd.DataFrame:
        train = known_by(rows, until)
        made = replace(recipe, params=recipe.params.model_copy(update={"seed": seed})).fit(rows, train, until)
        return told(ready_to_tell(made, rows, train, until), asked, newest.date())

    first = model(settings.train.seed, newest)
    riskiest = (first["risk"].rank(ascending=False) <= len(first) / 10).to_numpy()
    others = {f"seed {seed}": model(seed, newest) for seed in SEEDS}
    others["a month less"] = model(settings.train.seed, newest - MONTH)
    found = {}
    for name, again in others.items():
        one, other = (sets(frame[_CODES[:FIRST]]) for frame in (first, again))
        same = first[_CODES[0]].fillna("") == again[_CODES[0]].fillna("")
        found[name] = {
            "first the same, all": same.mean(),
            "riskiest": same[riskiest].mean(),
            "overlap of three, all": overlap(one, other),
            "of the riskiest": overlap(one[riskiest], other[riskiest]),
        }
    return pd.DataFrame(found).T.round(3)


def nights(settings: Settings, home: Home, count: int) -> pd.DataFrame:
    """A row a night: accounts, and of how many the set of reasons is that of the day before; of all, and where nothing
    new was recorded.
    """
    manifest = Manifest.read(home)
    model = _champion(settings, home, manifest)
    known, _ = features_at(settings, home, manifest.as_of, step_days=1, count=count + 1)
    days = {as_of: told(model, of_day, as_of) for as_of, of_day in by_day(known)}
    rep_of = known.drop_duplicates("account_id", keep="last").set_index("account_id")["rep_id"]
    found = {}
    for day in sorted(days)[1:]:
        before = days[day - timedelta(days=1)]
        both = before.index.intersection(days[day].index)
        same = sets(before.loc[both, _CODES]) == sets(days[day].loc[both, _CODES])
        is_quiet = ~news_of(home, day).reindex(both, fill_value=False) & ~_busy_reps(home, day, rep_of).reindex(both)
        found[f"{day:%a %Y-%m-%d}"] = {
            "accounts": len(both),
            "same": same.mean(),
            "nothing new": int(is_quiet.sum()),
            "same of them": same[is_quiet].mean(),
        }
    return pd.DataFrame(found).T.round(3)


def time_alone(settings: Settings, home: Home, days: int) -> pd.DataFrame:
    """A row for so many days apart: how many accounts have another set of reasons; means over pairs of days that lie
    behind the newest row.
    """
    manifest = Manifest.read(home)
    model = _champion(settings, home, manifest)
    last = manifest.as_of + timedelta(days=days)
    known, _ = features_at(settings, home, last, step_days=1, count=days + 1)
    on_days = [sets(told(model, of_day, as_of)[_CODES]) for as_of, of_day in by_day(known)]
    found = {}
    for apart in (apart for apart in APART if apart <= days):
        changed = []
        for before, after in zip(on_days, on_days[apart:], strict=False):
            both = before.index.intersection(after.index)
            changed.append((before[both] != after[both]).mean())
        found[f"{apart} days apart"] = {"pairs of days": len(changed), "another set": np.mean(changed)}
    return pd.DataFrame(found).T.round(3)


def by_day(known: pd.DataFrame) -> Iterator[tuple[date, pd.DataFrame]]:
    """The rows of each as_of, oldest first."""
    for as_of in sorted(known["as_of"].unique()):
        yield pd.Timestamp(as_of).date(), known[known["as_of"] == as_of].reset_index(drop=True)


def _champion(settings: Settings, home: Home, manifest: Manifest) -> Churn:
    model = ranker_of(settings, home, manifest).model
    if not isinstance(model, Churn):
        raise SystemExit("no champion: nothing to hold against itself")
    return model


def news_of(home: Home, day: date, key: str = "account_id") -> pd.Series:
    """Whom or what a row tells of that came to be known on the day before `day`: True, by key."""
    start, end = pd.Timestamp(day) - pd.Timedelta(days=1), pd.Timestamp(day)
    found: set[str] = set()
    for table in TABLES.values():
        path = home.tables / f"{table.name}.parquet"
        rows = pd.read_parquet(path) if path.exists() else pd.DataFrame()
        if key not in rows:
            continue
        for column in rows.columns[[name.endswith(("_at", "_on", "_from")) for name in rows.columns]]:
            times = pd.to_datetime(rows[column])
            found |= set(rows.loc[(times >= start) & (times < end), key].dropna())
    return pd.Series(True, index=sorted(found))


def _busy_reps(home: Home, day: date, rep_of: pd.Series) -> pd.Series:
    """By account, whether anything new is known of its rep or of the rep's team."""
    reps = pd.read_parquet(home.tables / "reps.parquet").drop_duplicates("rep_id", keep="last").set_index("rep_id")
    busy = set(news_of(home, day, "rep_id").index)
    teams = set(reps["team"].reindex(sorted(busy)).dropna())
    return rep_of.map(lambda rep: rep in busy or reps["team"].get(rep) in teams).astype(bool)


def main() -> None:
    """Prints the tables."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.stability", description=__doc__.splitlines()[0])
    options.add_argument("--home", type=Path, default=PROJECT / "data")
    options.add_argument("--nights", type=int, default=14)
    given = options.parse_args()
    settings, home = read_settings(PROJECT / "params.yaml"), Home(given.home)
    print(refits(read_rows(home), settings, home).to_string(), flush=True)
    print(nights(settings, home, given.nights).to_string(), flush=True)
    print(time_alone(settings, home, given.nights).to_string())


if __name__ == "__main__":
    main()
