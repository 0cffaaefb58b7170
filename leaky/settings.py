"""Settings: which params.yaml holds for a home."""

from pathlib import Path

from pipelines.home import PROJECT
from pipelines.settings import Settings, read_settings

NAME = "params.yaml"


def settings_of(home: Path, params: Path | None = None) -> Settings:
    """The settings in `params`; by default those of the params.yaml here, else of the one beside the home, else of the
    one that the project comes with. Raises Mistake where a file cannot be read.
    """
    if params is None:
        usual = (Path(NAME), home.resolve().parent / NAME)
        params = next((path for path in usual if path.is_file()), PROJECT / NAME)
    return read_settings(params)
