"""Fingerprint: what is in a source's files and SQL, so that DVC knows when they have changed, wherever they lie."""

import json
import logging
from pathlib import Path

from pipelines.home import Home, written_whole
from pipelines.intake.files import find_files
from pipelines.intake.manifest import file_hash
from pipelines.intake.source import find_source

log = logging.getLogger(__name__)


def fingerprint(home: Home, *, source: str, files: Path | None) -> None:
    """Writes home.fingerprint: name and hash of every file of the source, but not where it lies.

    Raises Mistake where the source or one of its files is not there.
    """
    found = find_source(source)
    tables = find_files(found, found.files_folder(files, home))
    content = {
        "source": {path.name: file_hash(path) for path in [found.yaml, *found.selects.values()]},
        "files": {name: [[path.name, file_hash(path)] for path in table.paths] for name, table in tables.items()},
    }
    with written_whole(home.fingerprint) as path:
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    log.info("fingerprint: %d files of source %s", sum(len(table.paths) for table in tables.values()), found.name)
