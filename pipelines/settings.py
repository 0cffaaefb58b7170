"""Settings: everything that can be set, as one typed object that refuses what it does not know."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.mistake import Mistake, closest
from models.definition import Left
from models.gate_params import GateParams
from models.money_params import MoneyParams
from models.tree_params import TreeParams

Model = TypeVar("Model", bound=BaseModel)

# What Pydantic adds to the place of a fault where a value may be of several types; no key that anybody wrote.
_TYPES = ("str", "int", "float", "bool", "date", "dict[str,str]")


class Section(BaseModel):
    """A part of the settings; unknown keys are a mistake, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Simulate(Section):
    """The made-up firm of the source `simulated`."""

    accounts: int = Field(3000, ge=10, description="Accounts that it starts with and wins.")
    months: int = Field(48, ge=6, le=240, description="How long its records reach back.")
    ends_on: date = Field(date(2026, 7, 1), description="The day on which its records end.")
    seed: int = Field(7, description="Another number makes up another firm.")


class Ingest(Section):
    """How much of a source may be wrong."""

    max_refused: float = Field(0.01, ge=0, le=1, description="Share of a table's rows; more refused ones stop the run.")


class Snapshots(Section):
    """The days on which accounts are looked at."""

    step_days: int = Field(30, ge=1, le=365, description="Days from one as_of to the next.")
    count: int = Field(36, ge=1, description="How many as_ofs, counted back from the newest.")


class Backtest(Section):
    """The days on which the model is tested, each on what was known by then."""

    origins: int | None = Field(
        None,
        ge=1,
        description="How many as_ofs, up to a horizon apart; null: 12, or down to 4 where there are many rows.",
    )


class Leak(Section):
    """What may not be learned from, since nobody can have known it."""

    auc: float = Field(
        0.95, gt=0.5, le=1, description="A feature that surely ranks early accounts better alone is suspected."
    )
    accept: tuple[str, ...] = Field(
        (), description="Columns (table.column) or features that were known by then, whatever it looks like."
    )


class Evaluate(Section):
    """How the model is measured."""

    capacity: int = Field(100, ge=1, description="Accounts that the reps can call on a day.")
    resamples: int = Field(200, ge=1, description="Bootstrap resamples of accounts for the 95 % intervals.")
    ceiling_accounts: int = Field(
        50_000, ge=1, description="Source simulated only: accounts whose hidden truth shows how good a model could get."
    )
    seed: int = Field(1, description="Of the resamples.")


class Export(Section):
    """What the lists show."""

    value_days: int = Field(360, ge=1, description="The revenue at risk is that of so many days.")


class Which(Section):
    """What a source cannot say about itself: which one is read, and how the made-up one is made."""

    source: str = Field("simulated", description="A folder under data/sources, or a path.")
    simulate: Simulate = Field(Simulate(), description="The made-up firm of the source simulated.")


class Overridable(Section):
    """What may stand in params.yaml and, key by key, in a source.yaml, which then counts."""

    as_of: date | None = Field(
        None, description="The day to score, YYYY-MM-DD; null: the day after the newest order. --as-of goes before it."
    )
    engine: Literal["duckdb", "spark"] = Field(
        "duckdb", description="What computes features; spark: pip install 'leaky-bucket[spark]' and Java 17."
    )
    ingest: Ingest = Field(Ingest(), description="How much of a source may be wrong.")
    snapshots: Snapshots = Field(Snapshots(), description="The days on which accounts are looked at.")
    left: Left = Field(Left(), description="When an account counts as gone.")
    backtest: Backtest = Field(
        Backtest(), description="The days on which the model is tested, each on what was known by then."
    )
    leak: Leak = Field(Leak(), description="What may not be learned from, since nobody can have known it.")
    train: TreeParams = Field(TreeParams(), description="How trees are grown.")
    evaluate: Evaluate = Field(Evaluate(), description="How the model is measured.")
    gate: GateParams = Field(GateParams(), description="What a model must show to become champion.")
    export: Export = Field(Export(), description="What the lists show.")
    money: MoneyParams = Field(MoneyParams(), description="What a call costs and brings: assumed, not measured.")


class Settings(Overridable, Which):
    """Everything in params.yaml."""

    def overridden(self, override: Mapping[str, Any], by: str) -> "Settings":
        """These settings with those of `override` on top, key by key. Raises Mistake, naming `by`, where both together
        make no sense.
        """
        return validated(Settings, merged(self.model_dump(exclude_unset=True), override), by)


def read_settings(path: Path) -> Settings:
    """The settings in a YAML file, which need not name all: what is not there has its default.

    Raises Mistake naming the first key or value that does not fit.
    """
    return read_yaml(path, Settings)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """A YAML file as `model`. Raises Mistake (file, key, what exists) where it does not fit."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise Mistake(f"{path}: no such file.") from None
    except OSError as error:
        raise Mistake(f"{path}: cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise Mistake(f"{path}: not a text in UTF-8.") from None
    except yaml.YAMLError as error:
        raise Mistake(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    return validated(model, {} if content is None else content, str(path))


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both trees as one; where a key is in both, that of `above` counts.

    >>> merged({"left": {"by": "cycle", "k": 2}}, {"left": {"k": 3}})
    {'left': {'by': 'cycle', 'k': 3}}
    """
    both = dict(below)
    for key, value in above.items():
        under = both.get(key)
        both[key] = merged(under, value) if isinstance(under, Mapping) and isinstance(value, Mapping) else value
    return both


def validated(model: type[Model], content: object, where: str) -> Model:
    """`content` as `model`. Raises Mistake, naming `where` it stands, for the first thing that does not fit."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise Mistake(f"{where}: {_first_fault(error, model)}") from None


def _first_fault(error: ValidationError, model: type[BaseModel]) -> str:
    fault = error.errors()[0]
    where = [str(part) for part in fault["loc"] if part not in _TYPES]
    if fault["type"] != "extra_forbidden":
        says = fault["msg"].removeprefix("Value error, ")
        given = "" if fault["type"] == "value_error" else f", not {fault['input']!r}"  # our own words name it
        return f"{'.'.join(where) or 'the file'}: {says[0].lower()}{says[1:]}{given}."
    section: type[BaseModel] = model
    for part in where[:-1]:
        annotation = section.model_fields[part].annotation
        section = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else section
    known = list(section.model_fields)
    return f"unknown key '{'.'.join(where)}'; there are {', '.join(known)}.{closest(where[-1], known)}"
