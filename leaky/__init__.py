"""Leaky Bucket: which customers will leave, why, what that costs, and whom to call today.

>>> import leaky
>>> firm = leaky.open("data")
>>> firm
<Firm simulated, as of 2026-07-01, in data>
>>> firm.scores().head(3).columns[:4].tolist()
['as_of', 'outlook_days', 'risk', 'risk_involuntary']

`open` looks into what a run has left behind, `run` makes it. A user's mistake raises `leaky.Mistake`, with one line
that says what to do. What new features are declared with is here as well: `from leaky import _, count, orders`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from features.mistake import Mistake

if TYPE_CHECKING:
    from leaky.dates import Day
    from leaky.firm import Firm
    from leaky.language import *  # noqa: F403 - exactly what __getattr__ gives

__all__ = ["Firm", "Mistake", "open", "run"]


def open(home: str | Path = "data", *, params: str | Path | None = None) -> "Firm":  # noqa: A001 - leaky.open(...) is how it reads
    """The firm whose records and scores are in a folder that `leaky run` or `dvc repro` has written to.

    params: the settings; by default params.yaml here, else beside the home, else the project's.

    >>> leaky.open("dat")
    Traceback (most recent call last):
    features.mistake.Mistake: dat/tables/manifest.json: no such file; nothing is ingested here yet. Run: leaky ingest.
    """
    from leaky.firm import Firm
    from leaky.settings import settings_of

    return Firm(Path(home), settings_of(Path(home), Path(params) if params else None))


def run(
    source: str | Path | None = None,
    files: str | Path | None = None,
    home: str | Path = "data",
    *,
    as_of: "Day | None" = None,
    params: str | Path | None = None,
) -> "Firm":
    """Every stage from a source to a workbook, as `leaky run` does it; then the firm, opened.

    source: a name under data/sources, or a folder with a source.yaml; by default the one in the settings.
    files: the folder in which the source's files are, where source.yaml does not say so.
    home: the folder to write to.
    as_of: the day to score; by default the day after the newest order.
    params: the settings; by default params.yaml here, else beside the home, else the project's.
    """
    from datetime import date

    from leaky.dates import day_of
    from leaky.firm import Firm
    from leaky.settings import settings_of
    from pipelines.home import Home
    from pipelines.run import run_all

    settings = settings_of(Path(home), Path(params) if params else None)
    run_all(
        settings,
        Home(Path(home)),
        source=str(source) if source else settings.source,
        files=Path(files) if files else None,
        as_of=day_of(as_of) if as_of else None,
        today=date.today(),
    )
    return Firm(Path(home), settings)


def __getattr__(name: str) -> Any:
    """`Firm` and the language of features, imported when first asked for: `import leaky` itself must take no time."""
    from importlib import import_module

    if name == "Firm":
        return import_module("leaky.firm").Firm
    if not name.startswith("__"):
        language = import_module("leaky.language")
        if name in language.__all__:
            return getattr(language, name)
    raise AttributeError(f"module 'leaky' has no attribute '{name}'")
