"""Measured: one contender, run in a process of its own so that its memory is its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time


@dataclass(frozen=True)
class Cost:
    """What a contender took, its imports apart.

    seconds: on the clock. cpu_seconds: of all cores together, which others on the machine disturb less. megabytes: the
    most memory at one time.
    """

    seconds: float
    cpu_seconds: float
    megabytes: float


def cost_of(command: list[str]) -> Cost:
    """Runs a contender that ends by `print_cost`. Raises CalledProcessError, its own words printed, where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        done.check_returncode()
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def print_cost(start: float) -> None:
    """Prints, as the last line of output, what this process took since `start` on perf_counter."""
    print(json.dumps({"seconds": perf_counter() - start, "cpu_seconds": process_time(), "megabytes": peak_megabytes()}))


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    for line in Path(f"/proc/{os.getpid()}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("this benchmark reads peak memory from /proc, which is not here")
