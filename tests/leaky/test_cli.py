"""The command line as its users meet it: what it prints, where it writes, and the one line that a mistake gets."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pandas as pd
import pytest
import typer
import yaml

from leaky.cli import app

LEAKY = Path(sys.executable).with_name("leaky")
REPOSITORY = Path(__file__).resolve().parents[2]
COMMANDS = [
    "run",
    "simulate",
    "fingerprint",
    "ingest",
    "check",
    "snapshots",
    "train",
    "evaluate",
    "score",
    "export",
    "explain",
    "features",
    "backtest",
]
SMALL = {
    "simulate": {"accounts": 500, "months": 30},
    "snapshots": {"count": 20},
    "train": {"learning_rate": 0.1, "num_leaves": 7, "rounds": 40},
    "evaluate": {"resamples": 20, "ceiling_accounts": 300},
    "gate": {"min_leavers": 20, "min_early_leavers": 5},
}


def leaky(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    without = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    return subprocess.run([LEAKY, *map(str, words)], cwd=cwd, env=without, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def params(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("params") / "params.yaml"
    path.write_text(yaml.safe_dump(SMALL))
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, params: Path) -> Path:
    """What `leaky run` leaves behind."""
    folder = tmp_path_factory.mktemp("run")
    done = leaky("run", "--home", folder / "home", "--params", params, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.iterdir()] == ["home"], "nothing is written outside the home"
    return folder / "home"


def test_run_writes_everything_that_is_promised(home: Path) -> None:
    as_of = "as_of=2026-07-01"
    for promised in (
        "tables/orders.parquet",
        "snapshots/features.parquet",
        "snapshots/left.parquet",
        "model/card.md",
        "metrics.json",
        f"scores/{as_of}/scores.parquet",
        f"scores/{as_of}/not_scored.parquet",
        f"runs/score-{as_of}.json",
        f"runs/export-{as_of}.json",
        f"exports/{as_of}/accounts.xlsx",
        f"exports/{as_of}/accounts.html",
        f"exports/{as_of}/accounts.csv",
    ):
        assert (home / promised).stat().st_size > 0, promised
    assert not list(home.rglob("*.unfinished"))


def test_explain_tells_of_an_account_by_id_or_name(home: Path) -> None:
    foremost = pd.read_parquet(home / "scores" / "as_of=2026-07-01" / "scores.parquet").iloc[0]
    accounts = pd.read_parquet(home / "tables" / "accounts.parquet")
    accounts = accounts.drop_duplicates("account_id", keep="last").set_index("account_id")
    told = leaky("explain", foremost.account_id, "--home", home)
    assert told.returncode == 0, told.stderr
    assert "rank 1 of" in told.stdout
    assert foremost.reason_1 in told.stdout
    assert "Latest events before 1 July 2026" in told.stdout
    by_name = leaky("explain", accounts.loc[foremost.account_id, "name"].upper(), "--home", home)
    assert by_name.stdout == told.stdout


def test_explain_says_why_an_account_has_no_score(home: Path) -> None:
    other = pd.read_parquet(home / "scores" / "as_of=2026-07-01" / "not_scored.parquet").iloc[0]
    told = leaky("explain", other.account_id, "--home", home)
    assert told.returncode == 0
    assert f"not scored on 1 July 2026. {other.cause}." in told.stdout


def test_backtest_tells_by_day_by_group_and_over_all_what_was_told_and_what_left(home: Path) -> None:
    told = leaky("backtest", "--home", home)
    assert told.returncode == 0, told.stderr
    foretold = pd.read_parquet(home / "model" / "backtest.parquet")
    early = foretold[foretold["pace"] == "early"]
    shares = f"{early['risk'].mean():.1%} +{early['left'].mean():.1%}"
    assert re.search(rf"pace +early +{early['account_id'].nunique()} +{shares}", told.stdout)
    for as_of, rows in foretold.groupby("as_of"):
        day = f"{as_of.date()} .* {len(rows)} +{rows['risk'].mean():.1%} +{rows['left'].mean():.1%}"
        assert re.search(day, told.stdout), day
    assert "groups with leavers enough to tell" in told.stdout
    assert f"Over all: {len(foretold):,} rows" in told.stdout
    assert "From day to day: ROC AUC" in told.stdout


def test_backtest_holds_the_figures_to_the_settings_that_it_is_given(home: Path, params: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("left: {horizon_days: 60}\n")

    assert leaky("backtest", "--home", home, "--params", params).returncode == 0
    assert "another definition of leaving" in leaky("backtest", "--home", home, "--params", other).stderr


def test_check_reports_and_writes_nothing(home: Path) -> None:
    before = sorted(home.rglob("*"))
    done = leaky("check", "--source", "simulated", "--files", home / "simulated", "--home", home)
    assert done.returncode == 0, done.stderr
    assert "orders" in done.stdout
    assert sorted(home.rglob("*")) == before


def test_check_ends_with_2_where_a_run_would_stop(home: Path) -> None:
    done = leaky("check", "--files", home / "simulated", "--home", home, "--as-of", "2000-01-01")
    assert "A run would stop:" in done.stdout
    assert done.returncode == 2
    assert done.stderr == ""


AS_A_COMMAND = """
import os
from threadpoolctl import threadpool_info
import leaky.cli

leaky.cli.app = lambda: print(os.environ["OMP_WAIT_POLICY"], [it for it in threadpool_info() if it["user_api"] == "openmp"])
leaky.cli.main()
"""


def test_threads_are_told_to_sleep_while_they_wait_before_any_library_that_has_some_is_loaded() -> None:
    said = subprocess.run([sys.executable, "-c", AS_A_COMMAND], capture_output=True, text=True, check=True)

    assert said.stdout == "PASSIVE []\n"


def test_help_opens_with_what_it_is_for_and_names_every_command() -> None:
    told = leaky("--help").stdout
    assert "which business customers will leave" in " ".join(told.split())
    for command in COMMANDS:
        assert command in told
        assert "Usage" in leaky(command, "--help").stdout


def without_help(app: typer.Typer) -> list[str]:
    """Commands, options and arguments that nothing is said about."""
    top = typer.main.get_command(app)
    named = [(f"leaky {name}", command) for name, command in top.commands.items()]
    return [name for name, command in [("leaky", top), *named] if not command.help] + [
        f"{name} {part.name}" for name, command in named for part in command.params if not part.help
    ]


def test_every_command_and_option_has_help() -> None:
    assert without_help(app) == []


def test_a_command_without_help_would_be_found() -> None:
    other = typer.Typer(help="An app in which something is left out.")

    @other.command()
    def silent(speed: int = 1, depth: Annotated[int, typer.Option(help="How deep.")] = 1) -> None:
        pass

    @other.command()
    def helpful(account: str) -> None:
        """Says what it does."""

    assert without_help(other) == ["leaky silent", "leaky silent speed", "leaky helpful account"]


def test_the_commands_are_those_promised() -> None:
    assert [command.name for command in app.registered_commands] == COMMANDS


def test_features_lists_the_catalogue() -> None:
    told = leaky("features").stdout
    assert "days_since_contact" in told
    assert "They do not hear from us" in told


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("run --source nowhere", "leaky: no source 'nowhere'; there are adventureworks, online_retail_ii, simulated."),
        ("run --as-of yesterday", "leaky: --as-of yesterday: not a day. Write it as YYYY-MM-DD."),
        ("run --params missing.yaml", "leaky: missing.yaml: no such file."),
        (
            "run --params typo.yaml",
            "unknown key 'left.horizont'; there are by, horizon_days, k, max_days, active_days, grace_days.",
        ),
        ("run --params value.yaml", "left.k: input should be greater than 0, not -1."),
        ("ingest --source online_retail_ii --files nothing_here", "nothing_here"),
        ("snapshots --home empty", "nothing is ingested here yet. Run: leaky ingest."),
        ("score --home empty", "nothing is ingested here yet. Run: leaky ingest."),
        ("export --home empty", "nothing is ingested here yet. Run: leaky ingest."),
        ("score --as-of june", "leaky: --as-of june: not a day. Write it as YYYY-MM-DD."),
        ("export --as-of june", "leaky: --as-of june: not a day. Write it as YYYY-MM-DD."),
        ("backtest --params typo.yaml", "unknown key 'left.horizont'; there are by,"),
        ("backtest --home empty", "nothing is ingested here yet. Run: leaky ingest."),
        ("explain A1 --home empty", "nothing is ingested here yet. Run: leaky ingest."),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_2(words: str, line: str, tmp_path: Path) -> None:
    (tmp_path / "typo.yaml").write_text("left: {horizont: 90}\n")
    (tmp_path / "value.yaml").write_text("left: {k: -1}\n")
    done = leaky(*words.split(), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert line in done.stderr
