"""The small firm as analysts meet it."""

import pytest

import leaky
from pipelines.home import Home


@pytest.fixture(scope="session")
def firm(scored_home: Home) -> leaky.Firm:
    """The small made-up firm, opened."""
    return leaky.open(scored_home.folder, params=scored_home.folder.parent / "params.yaml")
