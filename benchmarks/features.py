"""Features: what the whole catalogue costs beside its limit, and a part of it beside other ways to compute it.

Run as `python -m benchmarks.features`; README.md beside this file says how to read what it prints.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from benchmarks.contenders import as_ofs
from benchmarks.made_data import Size, made
from benchmarks.measured import Cost, cost_of
from benchmarks.subset import FOR_FEATURETOOLS, SUBSET, difference
from features.catalogue import catalogue

REQUIREMENTS = ("featuretools>=1.31,<2", "pandas<3", "pyarrow", "setuptools<81")  # it still asks for pkg_resources


class Bench:
    """Runs contenders over tables of one size and prints a line for each, beside the first of its part."""

    def __init__(self, tables: Path, outputs: Path, snapshots: int) -> None:
        self.tables, self.outputs, self.snapshots = tables, outputs, snapshots
        self.first: Cost | None = None

    def part(self, title: str) -> None:
        self.first = None
        print(f"\n{title}\n{'':34}{'seconds':>9}{'of CPU':>9}{'MB':>8}{'× ours':>9}")

    def line(self, says: str, contender: str, snapshots: int | None = None) -> Cost:
        command = [sys.executable, "-m", "benchmarks.contenders", contender, str(self.tables)]
        return self.printed(says, [*command, str(snapshots or self.snapshots), str(self.output(contender))])

    def printed(self, says: str, command: list[str]) -> Cost:
        cost = cost_of(command)
        self.first = self.first or cost
        times = cost.seconds / self.first.seconds
        print(f"{says:34}{cost.seconds:9.1f}{cost.cpu_seconds:9.1f}{cost.megabytes:8,.0f}{times:9.2f}", flush=True)
        return cost

    def output(self, contender: str) -> Path:
        return self.outputs / f"{contender}.parquet"

    def same(self, ours: str, theirs: str, names: tuple[str, ...]) -> None:
        """Ends the run where a contender computed other numbers."""
        found = difference(self.output(ours), self.output(theirs), names)
        if found:
            sys.exit(f"{theirs} does not compute the same: {found}")


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        outputs = Path(temporary) / "outputs"
        outputs.mkdir()
        size = Size(asked.events, asked.accounts)
        bench = Bench(made(folder, size), outputs, asked.snapshots)
        print(f"{size.events:,} events, {size.accounts:,} accounts, {asked.snapshots} snapshots")
        _whole(bench)
        if not asked.no_peers:
            _peers(bench)
        if asked.featuretools_events:
            accounts = max(asked.featuretools_events * asked.accounts // asked.events, 1)
            small = Size(asked.featuretools_events, accounts, is_recorded=False)
            _featuretools(Bench(made(folder, small), outputs, asked.snapshots), small, folder)


def _whole(bench: Bench) -> None:
    bench.part(f"The whole catalogue: {len(catalogue().features)} features")
    bench.line("ours", "ours")
    bench.line("limit: bare group-by, and a file", "limit")
    bench.part("The whole catalogue, nothing written")
    bench.line(f"ours, {bench.snapshots} snapshots", "ours_unwritten")
    bench.line(f"ours, {bench.snapshots // 2} snapshots", "ours_unwritten", bench.snapshots // 2)


def _peers(bench: Bench) -> None:
    bench.part(f"A part that others can compute: {len(SUBSET)} features")
    bench.line("ours", "ours_subset")
    bench.line("range joins in SQL", "range_joins")
    bench.same("ours_subset", "range_joins", SUBSET)
    bench.line("pandas, a loop over snapshots", "pandas_loop")
    bench.same("ours_subset", "pandas_loop", SUBSET)
    print("equal: every value of every contender")


def _featuretools(bench: Bench, size: Size, folder: Path) -> None:
    bench.part(
        f"What Featuretools can express: {len(FOR_FEATURETOOLS)} features, {size.events:,} events, "
        f"{size.accounts:,} accounts, no row late"
    )
    python = _with_featuretools(folder / "featuretools")
    if python is None:
        print("skipped: Featuretools could not be installed")
        return
    bench.line("ours", "ours_for_featuretools")
    script = str(Path(__file__).parent / "featuretools_peer.py")
    days = [str(as_of) for as_of in as_ofs(bench.snapshots)]
    bench.printed("Featuretools", [str(python), script, str(bench.tables), str(bench.output("featuretools")), *days])
    bench.same("ours_for_featuretools", "featuretools", FOR_FEATURETOOLS)
    print("equal: every value of both")


def _with_featuretools(folder: Path) -> Path | None:
    """An interpreter that has Featuretools, in an environment of its own; None where it cannot be had."""
    python = folder / "bin" / "python"
    if (folder / "installed").exists():
        return python
    venv.create(folder, with_pip=True, clear=True)
    installed = subprocess.run([python, "-m", "pip", "install", "-q", *REQUIREMENTS], check=False, capture_output=True)
    if installed.returncode:
        return None
    (folder / "installed").touch()
    return python


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.features", description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--snapshots", type=int, default=24)
    parser.add_argument("--featuretools-events", type=int, default=200_000, help="0: leave Featuretools out")
    parser.add_argument("--no-peers", action="store_true", help="only ours and the limit")
    parser.add_argument("--folder", type=Path, help="where the data is kept, and found again; by default not at all")
    return parser.parse_args()


if __name__ == "__main__":
    main()
