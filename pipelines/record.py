"""Record: what a run did and when; kept apart from what it made, which depends on no clock."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.home import written_whole


def write_record(path: Path, **facts: Any) -> None:
    """Writes the facts and the moment as JSON."""
    record = {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), **facts}
    with written_whole(path) as unfinished:
        unfinished.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def read_record(path: Path) -> dict[str, Any]:
    """The facts of the latest such run; empty where there was none."""
    if not path.exists():
        return {}
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record
