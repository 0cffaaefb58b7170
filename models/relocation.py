"""Relocation: a home can be moved or copied with its champion, though MLflow's store holds absolute addresses.

MLflow makes every relative address absolute before it writes it down, so a moved store points to where it was. The
address of the experiment is the record of where that is; when it is not where the artifacts are now, every address
that begins with it is rewritten, in one transaction.

    python -m models.relocation HOME

does so by itself, for what reads the store without `models.registry`, such as `mlflow ui`.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from features.mistake import Mistake

EXPERIMENT = "leaky-bucket"
# All columns of MLflow 3 that hold the address of an artifact.
_ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
# Where the rows lie that a run has learned from, in the home beside the artifacts: an address within JSON.
_SOURCES, _IN_JSON = ("datasets", "dataset_source"), '{"uri": "'


def follow_move(store: Path, artifacts: Path) -> bool:
    """Points a SQLite store at the artifacts that lie beside it; whether it pointed elsewhere.

    A store that lies in another folder than the artifacts is left alone, since several homes may share it, and so is
    one without artifacts beside it: copied alone, it is right to point to where they are. Raises Mistake where the
    store must be rewritten and is read-only.
    """
    store, artifacts = store.resolve(), artifacts.resolve()
    if store.parent != artifacts.parent or not store.is_file() or not artifacts.is_dir():
        return False
    here = artifacts.as_uri()
    with closing(sqlite3.connect(store)) as connection:
        there = _address(connection)
        if there is None or there == here:
            return False
        try:
            with connection:
                for column in _ADDRESSES:
                    _rewrite(connection, column, there, here)
                _rewrite(connection, _SOURCES, *(_IN_JSON + place.rpartition("/")[0] for place in (there, here)))
        except sqlite3.OperationalError as error:
            if "readonly" not in str(error):
                raise
            raise Mistake(
                f"{store}: it was moved here and still points to {there}; to be pointed here it must be writable, and "
                "it is read-only. Make it writable, or copy the folder."
            ) from None
    return True


def _rewrite(connection: sqlite3.Connection, place: tuple[str, str], there: str, here: str) -> None:
    """Every address in a (table, column) that is, or lies under, `there`."""
    table, column = place
    connection.execute(
        f"UPDATE {table} SET {column} = ? || substr({column}, ?)"  # noqa: S608 - names from above
        f" WHERE {column} = ? OR substr({column}, 1, ?) = ?",
        (here, len(there) + 1, there, len(there) + 1, f"{there}/"),
    )


def _address(connection: sqlite3.Connection) -> str | None:
    """Where the experiment's artifacts lay when the store was last used; None where none is kept in a local folder."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'experiments'").fetchone():
        return None
    found = connection.execute("SELECT artifact_location FROM experiments WHERE name = ?", (EXPERIMENT,)).fetchone()
    return found[0] if found and found[0].startswith("file:") else None


if __name__ == "__main__":
    home = Path(sys.argv[1])
    follow_move(home / "mlflow.db", home / "mlartifacts")
