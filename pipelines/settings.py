"""Settings: params.yaml, read once into one typed object that refuses what it does not know."""

from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from features.mistake import Mistake, closest
from models.definition import Left
from models.tree_params import TreeParams

Model = TypeVar("Model", bound=BaseModel)


class Section(BaseModel):
    """A part of the settings; unknown keys are a mistake, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Simulate(Section):
    accounts: int = Field(3000, ge=10)
    months: int = Field(48, ge=6, le=240)
    ends_on: date = date(2026, 7, 1)
    seed: int = 7


class Ingest(Section):
    max_refused: float = Field(0.01, ge=0, le=1)


class Snapshots(Section):
    step_days: int = Field(30, ge=1, le=365)
    count: int = Field(36, ge=1)


class Split(Section):
    test_snapshots: int = Field(3, ge=1)
    validation_snapshots: int = Field(3, ge=1)


class Evaluate(Section):
    capacity: int = Field(100, ge=1)
    resamples: int = Field(200, ge=1)
    ceiling_accounts: int = Field(50_000, ge=1)
    seed: int = 1


class Export(Section):
    value_days: int = Field(360, ge=1)


class Settings(Section):
    """Everything in params.yaml."""

    source: str = "simulated"
    as_of: date | None = None
    engine: Literal["duckdb", "spark"] = "duckdb"
    simulate: Simulate = Simulate()
    ingest: Ingest = Ingest()
    snapshots: Snapshots = Snapshots()
    left: Left = Left()
    split: Split = Split()
    train: TreeParams = TreeParams()
    evaluate: Evaluate = Evaluate()
    export: Export = Export()


def read_settings(path: Path) -> Settings:
    """The settings in a YAML file. Raises Mistake naming the first key or value that does not fit."""
    return read_yaml(path, Settings)


def read_yaml(path: Path, model: type[Model]) -> Model:
    """A YAML file as `model`. Raises Mistake (file, key, what exists) where it does not fit."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise Mistake(f"{path}: no such file.") from None
    except yaml.YAMLError as error:
        raise Mistake(f"{path}: not YAML: {' '.join(str(error).split())}") from None
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise Mistake(f"{path}: {_first_fault(error, model)}") from None


def _first_fault(error: ValidationError, model: type[BaseModel]) -> str:
    fault = error.errors()[0]
    where = [str(part) for part in fault["loc"]]
    if fault["type"] != "extra_forbidden":
        return f"{'.'.join(where) or 'the file'}: {fault['msg'][0].lower()}{fault['msg'][1:]}, not {fault['input']!r}."
    section: type[BaseModel] = model
    for part in where[:-1]:
        annotation = section.model_fields[part].annotation
        section = annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else section
    known = list(section.model_fields)
    return f"unknown key '{'.'.join(where)}'; there are {', '.join(known)}.{closest(where[-1], known)}"
