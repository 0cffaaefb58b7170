"""Measured: one contender, run in a process of its own so that its memory is its own."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, process_time


@dataclass(frozen=True)
class Cost:
    """What a contender took once everything was loaded.

    seconds: on the clock. cpu_seconds: of all cores together, which others on the machine disturb less. megabytes: the
    most memory at one time.
    """

    seconds: float
    cpu_seconds: float
    megabytes: float


def cost_of(command: list[str]) -> Cost:
    """Runs a contender that ends by `Start.print_cost`. Raises CalledProcessError where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        done.check_returncode()
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


class Start:
    """The moment from which a contender is measured, once all that it needs is loaded."""

    def __init__(self) -> None:
        self._clock, self._cpu = perf_counter(), process_time()

    def print_cost(self) -> None:
        """Prints, as the last line of output, what this process and those that it began took since the start."""
        helped = _children()
        cost = Cost(
            perf_counter() - self._clock,
            process_time() - self._cpu + sum(map(_cpu_seconds_of, helped)),
            peak_megabytes() + sum(map(_peak_megabytes_of, helped)),
        )
        print(json.dumps(asdict(cost)))


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    return _peak_megabytes_of("self")


def _peak_megabytes_of(process: str) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("this benchmark reads peak memory from /proc, which is not here")


def _children() -> list[str]:
    """Those that are still there: joblib's stay for some minutes."""
    own = str(os.getpid())
    found = [path.parent.name for path in Path("/proc").glob("[0-9]*/stat")]
    return [process for process in found if _stat_of(process)[1] == own]


def _cpu_seconds_of(process: str) -> float:
    user, system = _stat_of(process)[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _stat_of(process: str) -> list[str]:
    """What the kernel tells of a process, from its state on: its parent is next. Empty words of one that is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return [""] * 50
