"""Export: turns the scores of a day into what people open: a workbook, a page and the list as CSV."""

import json
import logging
from datetime import date
from pathlib import Path

from features.catalogue import catalogue
from features.language.tongue import speaking, tr
from pipelines.exports import wording
from pipelines.exports.edited import write_unless_edited
from pipelines.exports.pace import pace_words
from pipelines.exports.page import on_page, write_page
from pipelines.exports.ranked import ExportContext, not_ranked, ranked, rep_names
from pipelines.exports.table import write_table
from pipelines.exports.timeline import timelines
from pipelines.exports.workbook import write_workbook
from pipelines.exports.worth import worth_of_calls
from pipelines.home import GATE, Home, written_whole
from pipelines.intake.manifest import Manifest, file_hash
from pipelines.known import latest_rows
from pipelines.record import read_record, write_record
from pipelines.scored import day_of_scores, scored_for
from pipelines.settings import Settings

log = logging.getLogger(__name__)

WORKBOOK = "accounts.xlsx"


def export(settings: Settings, home: Home, *, metrics: Path, as_of: date | None = None) -> None:
    """Writes exports/as_of=…/accounts.xlsx, accounts.html and accounts.csv of the manifest's as_of or an earlier day.

    The same scores and tables give the same bytes, of which home.exported keeps the hashes. A workbook that people have
    filled in is left as it is, and the new one stands beside it. Raises Mistake where that day has no scores.
    """
    manifest = Manifest.read(home)
    with speaking(manifest.language):
        _export(manifest.settings(settings), home, manifest, metrics, day_of_scores(manifest, as_of))


def _export(settings: Settings, home: Home, manifest: Manifest, metrics: Path, as_of: date) -> None:
    scored = scored_for(settings.left, home, manifest, as_of)
    # Of a model that was refused, or of another rule, the figures say nothing about this list.
    measured = home.figures(manifest.source, metrics) if _is_of_the_champion(home) and not scored.rule else None
    pace = pace_words(scored.pace_by)
    context = ExportContext(
        source=manifest.source,
        as_of=as_of,
        currency=manifest.currency,
        value_days=scored.value_days,
        returns=scored.returns,
        value_by=scored.value_by,
        pace_by=scored.pace_by,
        leaves=settings.left.in_words(),
        reasons={code: tr(reason.title) for code, reason in catalogue().reasons.items()},
        skill=wording.skill(measured, settings.evaluate.capacity, pace.among if pace else None),
        notice=scored.notice,
        worth=worth_of_calls(scored.scores, settings.money.assumed, manifest.currency, settings.evaluate.capacity),
    )
    accounts, reps = (latest_rows(home.tables, name, as_of) for name in ("accounts", "reps"))
    rows = ranked(scored.scores, accounts, reps)
    not_scored = not_ranked(scored.not_scored, accounts)
    past = timelines(home.tables, as_of, on_page(rows)["account_id"].tolist())
    folder, record = home.exports(as_of), home.record("export", as_of)
    with written_whole(folder / "accounts.csv") as path:
        write_table(path, rows)
    with written_whole(folder / "accounts.html") as path:
        write_page(path, context, rows, not_scored, past, rep_names(reps))
    workbook = write_unless_edited(
        folder / WORKBOOK,
        read_record(record).get("workbook", {}),
        lambda path: write_workbook(path, context, rows, not_scored),
    )
    write_record(record, workbook=workbook, accounts=len(rows))
    ((name, content),) = workbook.items()
    listing = {"as_of": as_of.isoformat(), WORKBOOK: content}
    listing |= {other: file_hash(folder / other) for other in ("accounts.csv", "accounts.html")}
    with written_whole(home.exported) as path:
        path.write_text(json.dumps(listing, indent=2) + "\n", encoding="utf-8")
    if name != WORKBOOK:
        log.warning("%s was changed since it was written, so it stays; the new workbook is %s", folder / WORKBOOK, name)
    log.info("Wrote %s, accounts.html and accounts.csv (%s accounts) to %s", name, f"{len(rows):,}", folder)


def _is_of_the_champion(home: Home) -> bool:
    """Whether what was measured last is what scores; so it is taken to be where nobody has judged it."""
    path = home.model / GATE
    if not path.exists():
        return True
    verdict = json.loads(path.read_text(encoding="utf-8"))
    return bool(verdict["challenger_files_sha256"] == verdict["champion_files_sha256"])
