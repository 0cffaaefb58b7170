"""Benchmarks are run by hand. That each still begins, and that those which had broken unseen still run, is seen here."""

import importlib
import logging
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from benchmarks import gate
from benchmarks.held_back import known_on
from benchmarks.subscribers import subscribers
from features.catalogue import catalogue
from models.reach import Reach
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "benchmarks"
OWN_ENVIRONMENT = "featuretools_peer"  # runs where Featuretools is installed
NAMES = sorted({path.stem for path in FOLDER.glob("[!_]*.py")} - {OWN_ENVIRONMENT})
COMMANDS = [name for name in NAMES if "__main__" in (FOLDER / f"{name}.py").read_text(encoding="utf-8")]

Command = Callable[..., str]


@pytest.fixture
def command(monkeypatch, capsys) -> Command:
    """Runs a benchmark in this process, as `python -m benchmarks.NAME WORDS` would, and gives what it prints."""
    monkeypatch.setattr(logging, "disable", lambda level: None)  # else it would hold for all tests that follow

    def run(name: str, *words: object) -> str:
        monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
        importlib.import_module(f"benchmarks.{name}").main()
        return capsys.readouterr().out

    return run


def help_of(command: Command, capsys, *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        command(*words, "--help")
    assert not ended.value.code
    return capsys.readouterr().out


@pytest.mark.parametrize("name", [name for name in NAMES if name not in COMMANDS])
def test_what_benchmarks_share_can_be_imported(name):
    importlib.import_module(f"benchmarks.{name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_benchmark_says_how_it_is_called(name, command, capsys):
    assert help_of(command, capsys, name).startswith(f"usage: python -m benchmarks.{name} ")


def test_every_command_line_that_is_written_down_names_a_benchmark_and_its_options(command, capsys):
    docstrings = [importlib.import_module(f"benchmarks.{name}").__doc__ for name in COMMANDS]
    written = "\n".join([(FOLDER / "README.md").read_text(encoding="utf-8"), *docstrings])
    lines = re.findall(r"python -m benchmarks\.(\w+)((?: [^`\n]*)?)", written)
    assert {name for name, _ in lines} == set(COMMANDS) - {"contenders"}, "which `features` starts"
    for name, words in lines:
        asked = re.findall(r"(?<=[ \[])--[a-z-]+", words)
        if asked:
            subcommand = words.split()[:1] if name == "gate" and not words.startswith(" --") else []
            told = help_of(command, capsys, name, *subcommand)
            assert [option for option in asked if option not in told] == [], f"{name}{words}"


def test_the_types_of_benchmarks_are_checked():
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))

    assert "benchmarks" in settings["tool"]["mypy"]["packages"]


@pytest.fixture(scope="module")
def tiny():
    """What `gate.firm_of` gives of a tiny firm, with few trees, and as if all its records began on the tested day."""
    rows, origins, recipe, leaks = gate.firm_of(200, 21, 1)
    begins = str(origins[0].as_of.date())
    reach = Reach({name: replace(window, begins=begins) for name, window in recipe.reach.windows.items()})
    few = recipe.params.model_copy(update={"rounds": 5})
    return rows, origins, replace(recipe, params=few, reach=reach), leaks


def test_the_gate_can_be_asked_about_models_whose_worth_is_known(tiny, command, monkeypatch, tmp_path):
    monkeypatch.setattr(gate, "firm_of", lambda *_: tiny)
    to = tmp_path / "measured.csv"

    told = command("gate", "measure", "--accounts", 200, "--to", to)
    assert re.fullmatch(r"200 accounts, seed 1: 1 origins, [1-9]\d* left\n", told)
    command("gate", "noise", "--accounts", 200, "--seeds", 1, 2, "--to", to)
    told = command("gate", "read", to).splitlines()[2:]
    models = ("honest", "noisy", "one feature", "blind to early", "shuffled", "noise")
    assert [line.split(" | ")[1] for line in told] == list(models)
    assert [line.split(" | ")[2] for line in told] == ["1"] * 5 + ["2"], "firms, of noise how often they were dealt out"
    told = command("gate", "cases", "--accounts", 200).splitlines()[2:]
    assert len(told) == 8
    assert "; a leak is suspected: complaints_180d: among early accounts it alone ranks" in told[2]
    assert all(re.search(r" \| refused \| \d+ accounts left on the tested as_ofs", line) for line in told), told


def test_the_models_of_the_gate_see_windows_in_full_as_those_of_the_program_do(tiny):
    recipe = tiny[2]

    assert "orders_360d" in recipe.reach.windows


def skill(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.skill", "--seeds", "23", "--accounts", "400", *words]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_what_features_are_worth_can_be_measured() -> None:
    done = skill()

    assert done.returncode == 0, done.stderr
    before, now, truth = map(int, re.findall(r"(?:before|now|truth) (\d+)", done.stdout))
    assert before < now
    assert before < truth
    assert re.search(r"\nROC AUC +0\.\d+ +0\.\d+ +0\.\d+ ", done.stdout)


def test_a_benchmark_without_a_feature_that_there_is_not_is_refused() -> None:
    done = skill("--without", "orders_pace_30d", "no_such_feature")

    assert done.returncode == 2
    assert "--without: no_such_feature is no feature" in done.stderr


def test_the_whole_catalogue_can_be_measured_and_peers_compute_the_same() -> None:
    size = ["--events", "5000", "--accounts", "50", "--snapshots", "3", "--featuretools-events", "0"]
    command = [sys.executable, "-m", "benchmarks.features", *size]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert f"The whole catalogue: {len(catalogue().features)} features" in done.stdout
    assert "equal: every value of every contender" in done.stdout


def test_a_day_of_subscribers_knows_what_was_signed_by_then_and_nothing_that_came_later() -> None:
    as_of = pd.Timestamp("2026-01-01")
    firm = subscribers(1, 9, as_of.date(), customers=200)
    known = known_on(as_of.date(), firm.tables)
    contracts = known["contracts"]
    to_begin = contracts["starts_on"] >= as_of
    assert to_begin.any()
    assert (contracts.loc[to_begin, "recorded_at"] < as_of).all()
    assert (contracts["recorded_at"].fillna(contracts["starts_on"]) < as_of).all()
    assert contracts["starts_on"].notna().all()
    assert not (contracts["cancelled_at"] >= as_of).any()
    assert (known["tickets"]["opened_at"] < as_of).all()
    rows = firm.tables["contracts"]
    ahead = rows[rows["recorded_at"].notna()]
    assert (ahead["starts_on"] - ahead["recorded_at"]).dt.days.between(1, 90).all()
    assert ahead["ends_on"].notna().all()
