"""Check: everything that a run does before it trains, in a folder that is thrown away, and what would stop it."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.mistake import Mistake
from models.leaks import Leaks, lines
from models.lost import names_of_nothing
from models.origins import too_short
from models.target import targets
from pipelines.at_risk import features_at
from pipelines.dataset import check_outcomes, left_out, origins_of, read_rows
from pipelines.home import Home
from pipelines.ingest import write_tables
from pipelines.intake.as_of import given_as_of
from pipelines.intake.manifest import Manifest
from pipelines.intake.reading import open_source
from pipelines.intake.report import Report
from pipelines.intake.source import find_source
from pipelines.intake.tables import check_source, too_many_refused, what_to_write
from pipelines.intake.tallies import tallies
from pipelines.intake.uncounted import uncounted
from pipelines.leaks import find_leaks
from pipelines.notices import nobody_at_risk
from pipelines.settings import Settings
from pipelines.snapshots import snapshots


def check(
    settings: Settings,
    *,
    source: str,
    files: Path | None,
    as_of: date | None,
    today: date,
    home: Home = Home(Path("data")),  # noqa: B008 - a frozen value
) -> Report:
    """Reads a whole source and reports; writes nothing that stays. Raises Mistake where it cannot even be opened.

    It goes on after a mistake, to name all of them. home: only says where files are that source.yaml seeks in the run's
    folder. as_of: what the command line asks for.
    """
    found = find_source(source)
    settings = found.settings(settings)
    stops: list[str] = []
    with TemporaryDirectory(prefix="leaky-check-") as scratch:
        trial = Home(Path(scratch))
        with open_source(found, found.files_folder(files, home)) as opened:
            checked = check_source(
                opened,
                asked=given_as_of(as_of, found, settings),
                today=today,
                on_mistake=lambda mistake: stops.append(str(mistake)),
            )
            done = checked.checks.done
            for table in done.values():
                line = too_many_refused(table, settings.ingest.max_refused)
                stops += [f"{line}.{what_to_write(table)}".removesuffix(".")] if line else []
            if isinstance(checked.as_of, Mistake) and str(checked.as_of) not in stops:
                stops.append(str(checked.as_of))
            idle = uncounted(checked.checks)
            amounts = tallies(checked.checks, found.about.currency)
            if not stops:
                write_tables(found, checked, trial, max_refused=settings.ingest.max_refused)
        known: list[str] = []
        leaks = Leaks()
        if not stops:
            try:
                rows, known = _snapshots(settings, trial)
                leaks = find_leaks(settings.leak, trial, rows)
                stops += [f"leak: {line}" for line in lines(leaks.stops, settings.leak.accept)]
            except Mistake as mistake:
                stops.append(str(mistake))
        as_of_settled = None if isinstance(checked.as_of, Mistake) else checked.as_of
        suspected = lines(leaks.suspected, settings.leak.accept)
        notes = [*checked.notes, *names_of_nothing(settings.gate.accept_lost, catalogue().by_name)]
        return Report(found, as_of_settled, done, amounts, notes, idle, known, stops, suspected)


def _snapshots(settings: Settings, home: Home) -> tuple[pd.DataFrame, list[str]]:
    """The rows, and what a model would learn from and be measured on, in words. Raises Mistake where it has too little
    for that.
    """
    snapshots(settings, home)
    rows = read_rows(home)
    check_outcomes(rows, settings.left)
    origins = origins_of(rows, settings)
    as_of = Manifest.read(home).as_of
    at_risk = int((rows["as_of"] == pd.Timestamp(as_of)).sum())
    if not at_risk:
        _, not_scored = features_at(settings, home, as_of)
        raise Mistake(nobody_at_risk(settings.left, not_scored, as_of))
    left, involuntary = targets(rows)
    known = ~np.isnan(left)
    otherwise, unseen = np.nansum(involuntary), left_out(home)
    return rows, [
        f"to learn from: {known.sum():,} rows; {left[known].sum():,.0f} left by choice, {otherwise:,.0f} otherwise",
        *([f"left out: {unseen}"] if unseen else []),
        *(
            f"tested on {origin.as_of.date()}: {origin.test.sum():,} rows, {left[origin.test].mean():.1%} left, "
            f"by what was learned from {origin.train.sum():,} rows"
            for origin in origins
        ),
        *([] if origins else [f"no model, so a rule of thumb will rank: {too_short(rows, settings.snapshots.count)}"]),
        f"to score: {at_risk:,} accounts at risk on {as_of}",
    ]
