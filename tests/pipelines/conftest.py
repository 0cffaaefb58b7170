"""A small firm's source, written where a test can break it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.home import Home
from pipelines.ingest import ingest
from pipelines.intake.manifest import Manifest
from pipelines.settings import Ingest, Settings

TODAY = date(2026, 7, 1)
YAML = "currency: EUR\ntime_zone: Europe/Berlin\nfolder: files\n"


@dataclass
class Firm:
    """A source folder with its files, and a home to ingest into."""

    folder: Path
    home: Home
    tables: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        """A file among the firm's files; its lines as they stand, without the indent."""
        path = self.folder / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n", encoding="utf-8")
        return path

    def table(self, name: str, text: str, sql: str | None = None) -> None:
        """A CSV file, and the SELECT that makes a table of the contract of it."""
        self.write(f"{name}.csv", text)
        self.tables[name] = f"{name}.csv"
        self.sql(name, sql or f"FROM {name}")
        self.yaml()

    def sql(self, name: str, text: str) -> None:
        (self.folder / f"{name}.sql").write_text(text, encoding="utf-8")

    def yaml(self, more: str = "") -> None:
        files = "".join(f"  {name}: {file}\n" for name, file in self.tables.items())
        (self.folder / "source.yaml").write_text(f"{YAML}files:\n{files}{more}", encoding="utf-8")

    def ingest(self, as_of: date | None = None, max_refused: float = 1.0, settings: Settings | None = None) -> Manifest:
        settings = settings or Settings(ingest=Ingest(max_refused=max_refused))
        ingest(settings, self.home, source=str(self.folder), files=None, as_of=as_of, today=TODAY)
        return Manifest.read(self.home)

    def kept(self, name: str) -> list[dict[str, object]]:
        return pq.read_table(self.home.tables / f"{name}.parquet").to_pylist()

    def refused(self, name: str) -> list[tuple[int, str]]:
        """Row number and cause of every refused row."""
        path = self.home.tables / "refused" / f"{name}.parquet"
        return [(row["row"], row["cause"]) for row in pq.read_table(path).to_pylist()] if path.exists() else []


@pytest.fixture
def firm(tmp_path: Path) -> Firm:
    """A firm with two accounts and three orders."""
    made = Firm(tmp_path / "corner_shop", Home(tmp_path / "home"))
    made.folder.mkdir()
    made.table(
        "accounts",
        """
        account_id,name
        A,Abel
        B,Baker
        """,
    )
    made.table(
        "orders",
        """
        account_id,ordered_at,amount
        B,2026-03-02 10:00:00,20
        A,2026-03-01 09:30:00,10.50
        A,2026-01-15 00:00:00,7
        """,
    )
    return made


@pytest.fixture
def stops(firm: Firm) -> Callable[[], str]:
    """Runs ingest, which must stop, and gives its line with the folders' names shortened."""

    def run(as_of: date | None = None, max_refused: float = 0.01) -> str:
        from features.mistake import Mistake

        with pytest.raises(Mistake) as caught:
            firm.ingest(as_of, max_refused)
        assert "\n" not in str(caught.value)
        return str(caught.value).replace(str(firm.folder), "SOURCE").replace(str(firm.home.folder), "HOME")

    return run
