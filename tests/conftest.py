"""What every test may ask for."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI nothing may be absent, so a skipped test is a failed run; -ra lists which and why."""
    report = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and report is not None and report.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real data, which is not part of the repository: LEAKY_SHARED_DATA, or ../shared/data beside it."""
    folder = Path(os.environ.get("LEAKY_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
    if not (folder / "online_retail_ii" / "lines.parquet").is_file():
        says = f"no real data in {folder}; set LEAKY_SHARED_DATA to the folder that has online_retail_ii/lines.parquet"
        if os.environ.get("CI"):
            pytest.fail(says)
        pytest.skip(says)
    return folder
