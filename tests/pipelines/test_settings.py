"""Settings: params.yaml says what the typed model says, and the pieces that may come from elsewhere fit together."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from features.mistake import Mistake
from pipelines.home import PROJECT
from pipelines.settings import Settings, read_settings

PARAMS = PROJECT / "params.yaml"


def fields(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, str | None]]:
    """Every setting's name with its sections, and its description."""
    for name, field in model.model_fields.items():
        yield f"{above}{name}", field.description
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from fields(field.annotation, f"{above}{name}.")


def comments(text: str) -> dict[str, str]:
    """What stands behind every key of a YAML file of two levels, by the key's name with its section."""
    found, section = {}, ""
    for line in text.splitlines():
        key = re.match(r"( *)(\w+):.*?(?: # (.*))?$", line)
        if key:
            section = "" if not key[1] else section
            found[section + key[2]] = key[3] or ""
            section = section or f"{key[2]}."
    return found


def test_params_yaml_holds_every_setting_with_its_default() -> None:
    assert yaml.safe_load(PARAMS.read_text()) == Settings().model_dump(mode="json")


def test_every_setting_is_described_and_params_yaml_says_the_same() -> None:
    described = dict(fields(Settings))
    assert [name for name, says in described.items() if not says] == []
    assert comments(PARAMS.read_text()) == described


def test_a_file_need_not_name_all(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("left: {k: 3}\n")
    settings = read_settings(path)
    assert settings == Settings.model_validate({"left": {"k": 3}})
    assert settings.left.horizon_days == Settings().left.horizon_days
    path.write_text("# nothing yet\n")
    assert read_settings(path) == Settings()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("snapshot: {count: 3}", f"unknown key 'snapshot'; there are {', '.join(Settings.model_fields)}. Did you mean 'snapshots'?"),
        ("snapshots: {counts: 3}", "unknown key 'snapshots.counts'; there are step_days, count. Did you mean 'count'?"),
        ("evaluate: {capacity: none}", "evaluate.capacity: input should be a valid integer, unable to parse string as an integer, not 'none'."),
        ("left: 90", "left: input should be a valid dictionary or instance of Left, not 90."),
        ("- left", "the file: input should be a valid dictionary or instance of Settings, not ['left']."),
        ("left: {k: 2", "not YAML: while parsing a flow mapping"),
    ],
)  # fmt: skip
def test_a_fault_in_a_file_is_one_line_with_file_and_key(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(Mistake) as caught:
        read_settings(path)
    assert str(caught.value).startswith(f"{path}: {line}")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"left: \xff\xfe")
    for path, line in ((tmp_path / "mine.yaml", "not a text in UTF-8."), (tmp_path, "cannot be read: Is a directory.")):
        with pytest.raises(Mistake) as caught:
            read_settings(path)
        assert str(caught.value) == f"{path}: {line}"


def test_what_goes_before_does_so_key_by_key() -> None:
    settings = Settings.model_validate({"left": {"by": "silence", "k": 3}, "snapshots": {"count": 5}})
    both = settings.overridden({"left": {"k": 4}, "engine": "spark"}, by="my source.yaml")
    assert (both.left.by, both.left.k, both.snapshots.count, both.engine) == ("silence", 4, 5, "spark")
    assert settings.overridden({}, by="my source.yaml") == settings
    with pytest.raises(Mistake, match=r"^my source\.yaml: left\.k: input should be greater than 0, not -1\.$"):
        settings.overridden({"left": {"k": -1}}, by="my source.yaml")
