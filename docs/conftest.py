"""The examples of these pages run as tests: in their order, each page in a folder of its own.

- A block under a line that names a file (`my_firm/orders.sql`:) becomes that file.
- In a block of `console`, what follows `$ ` is run by the shell. Where the page shows what is printed, it is compared,
  and "..." stands for anything. A command may fail only where the page shows its line of complaint.
- A block of `python` is run, and where it shows a session (`>>>`), what it prints is compared.

Other blocks are only read by people, and so are the pages that are written from code.
"""

import atexit
import doctest
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

HERE = Path(__file__).parent
MATCHES = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_FILE = re.compile(r"^`(?P<path>[\w./-]+)`:\n\n```\w+\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def file_blocks(document: Document) -> Iterator[Region]:
    for found in _FILE.finditer(document.text):
        yield Region(found.start(), found.end(), (found["path"], found["text"]), write_file)


def write_file(example: Example) -> None:
    path, text = example.parsed
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


def python_blocks(document: Document) -> Iterator[Region]:
    """Those that are no files."""
    files = [(found.start(), found.end()) for found in _FILE.finditer(document.text)]
    for region in PythonCodeBlockParser(doctest_optionflags=MATCHES)(document):
        if not any(start <= region.start < end for start, end in files):
            yield region


def run_commands(example: Example) -> str | None:
    """What is wrong with a block of `console`, or None."""
    for command in re.split(r"^\$ ", example.parsed, flags=re.MULTILINE)[1:]:
        line, _, shown = command.partition("\n")
        code, printed = shell(line)
        if code and "leaky: " not in shown and "A run would stop:" not in shown:  # a page shows what it expects
            return f"$ {line}\nexit code {code}:\n{printed}"
        if shown.strip() and not doctest.OutputChecker().check_output(shown, printed, MATCHES):
            return f"$ {line}\nprinted\n{printed}\nbut the page shows\n{shown}"
    return None


def shell(line: str) -> tuple[int, str]:
    """Exit code, and all that a command prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    done = subprocess.run(
        line, shell=True, env=env | {"PATH": path}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout


@cache
def finished_shop() -> Path:
    """The folder in which the tutorial's firm stands after its run; made once, and not to be written to."""
    folder, here = Path(tempfile.mkdtemp(prefix="leaky-shop-")), Path.cwd()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.chdir(folder)
    try:
        for found in _FILE.finditer((HERE / "tutorial.md").read_text(encoding="utf-8")):
            Path(found["path"]).parent.mkdir(parents=True, exist_ok=True)
            Path(found["path"]).write_text(found["text"], encoding="utf-8")
        for line in ("python make_files.py", "leaky run --source my_firm --home my_results"):
            code, printed = shell(line)
            if code:
                raise RuntimeError(f"$ {line}\n{printed}")
    finally:
        os.chdir(here)
    return folder


def copy_shop() -> None:
    """Puts the tutorial's firm, after its run, into the page's folder: for pages that begin where it ends."""
    shutil.copytree(finished_shop(), Path.cwd(), dirs_exist_ok=True)


def enter(namespace: dict[str, Any]) -> None:
    namespace["copy_shop"], namespace["_from"] = copy_shop, Path.cwd()
    namespace["_folder"] = tempfile.mkdtemp(prefix="leaky-page-")
    os.chdir(namespace["_folder"])


def leave(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_from"])
    shutil.rmtree(namespace["_folder"])


collect_ignore = ["conftest.py"]  # itself no module with examples, and not the only one of its name

pytest_collect_file = Sybil(
    parsers=[file_blocks, python_blocks, CodeBlockParser("console", run_commands)],
    patterns=["*.md"],
    excludes=["reference/*.md"],
    setup=enter,
    teardown=leave,
).pytest()
