"""The pages: they build without a warning, say what the code says, and their links lead somewhere."""

import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

DOCS = REPOSITORY / "docs"
FROM_CODE: Callable[[], Mapping[str, str]] = runpy.run_path(str(DOCS / "from_code.py"))["pages"]
MOST_LINES_OF_README = 120


def built(pages: Path, into: Path) -> str:
    """What Sphinx complains of; '' where the site is built."""
    sphinx = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-d", into / "doctrees", pages, into / "html"]
    done = subprocess.run(sphinx, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    assert built(DOCS, tmp_path) == ""
    python = (tmp_path / "html" / "reference" / "python.html").read_text()
    assert "Every stage from a source to a workbook" in python  # a docstring


def test_a_page_with_a_dead_link_is_refused(tmp_path: Path) -> None:
    pages = tmp_path / "docs"
    shutil.copytree(DOCS, pages)
    with (pages / "tutorial.md").open("a") as page:
        page.write("\n[nowhere](explanation/nowhere.md)\n")
    assert "explanation/nowhere" in built(pages, tmp_path)


def test_the_site_asks_no_server_for_anything(tmp_path: Path) -> None:
    assert built(DOCS, tmp_path) == ""
    loaded = re.compile(r"""<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=["'](?:https?:)?//[^"']*["'][^>]*>""")
    assert [tag for page in (tmp_path / "html").rglob("*.html") for tag in loaded.findall(page.read_text())] == []


@pytest.mark.parametrize("name", sorted(FROM_CODE()))
def test_a_reference_page_says_what_the_code_says(name: str) -> None:
    assert (DOCS / "reference" / name).read_text(encoding="utf-8") == FROM_CODE()[name], "run: make docs"


def dead_links(page: Path) -> list[str]:
    """Links of a page for the repository's readers, to files that are not there."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    return [link for link in links if "://" not in link and not (page.parent / link).exists()]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "benchmarks/README.md"])
def test_links_lead_to_files(name: str) -> None:
    assert dead_links(REPOSITORY / name) == []


def test_a_link_to_no_file_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](page.md#top) [there](../nowhere.md) [far](https://example.org/x)")
    assert dead_links(page) == ["../nowhere.md"]


def test_files_that_contributing_names_are_there() -> None:
    named = re.findall(r"`([a-z_]+(?:/[a-z_*]+)*/(?:[a-z_]+\.[a-z]+)?)`", (REPOSITORY / "CONTRIBUTING.md").read_text())
    assert len(named) > 20
    assert [name for name in named if not (REPOSITORY / name).exists()] == []


def test_the_readme_is_read_in_one_go() -> None:
    assert len((REPOSITORY / "README.md").read_text().splitlines()) <= MOST_LINES_OF_README
