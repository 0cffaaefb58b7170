"""Measured: one contender, run in a process of its own so that its memory is its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True)
class Cost:
    """What a contender took: seconds (its imports apart), and the most memory at one time in MB."""

    seconds: float
    megabytes: float


def cost_of(command: list[str]) -> Cost:
    """Runs a contender that ends by `report`. Raises CalledProcessError with its own words where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent.parent)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        done.check_returncode()
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def reported() -> Iterator[None]:
    """Prints, as the last line of output, what the block inside took."""
    start = perf_counter()
    yield
    print(json.dumps({"seconds": perf_counter() - start, "megabytes": peak_megabytes()}))


def peak_megabytes() -> float:
    """The most memory that this process has held so far."""
    for line in Path(f"/proc/{os.getpid()}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("this benchmark reads peak memory from /proc, which is not here")
