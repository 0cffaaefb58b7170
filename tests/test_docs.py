"""The pages: they build without a warning, say what the code says, and their links lead somewhere."""

import os
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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built without a warning."""
    into = tmp_path_factory.mktemp("site")
    assert built(DOCS, into) == ""
    return into / "html"


def test_the_site_has_what_docstrings_say(site: Path) -> None:
    assert "Every stage from a source to a workbook" in (site / "reference" / "python.html").read_text()


def test_the_site_asks_no_server_for_anything(site: Path) -> None:
    assert [tag for page in site.rglob("*.html") for tag in loads_from_afar(page.read_text())] == []


def loads_from_afar(html: str) -> list[str]:
    return re.findall(r"""<(?:script|img|iframe|link)\b[^>]*\b(?:src|href)=["'](?:https?:)?//[^"']*["'][^>]*>""", html)


def test_a_script_from_afar_is_found() -> None:
    assert loads_from_afar('<a href="https://example.org"> <script src="a.js">') == []
    assert loads_from_afar('<script src="https://example.org/a.js">') == ['<script src="https://example.org/a.js">']
    assert loads_from_afar('<link rel="x" href="//example.org/a.css">') == ['<link rel="x" href="//example.org/a.css">']


def test_a_page_with_a_dead_link_is_refused(tmp_path: Path) -> None:
    pages = tmp_path / "docs"
    pages.mkdir()
    shutil.copy(DOCS / "conf.py", pages)
    (pages / "index.md").write_text("# Page\n\n[nowhere](explanation/nowhere.md)\n")
    assert "explanation/nowhere" in built(pages, tmp_path)


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


def added_by(page: Path) -> dict[str, str]:
    """The lines that the page's diff adds, by the file that they are for."""
    (diff,) = re.findall(r"^```diff\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    parts = re.split(r"^--- a/.*\n\+\+\+ b/(.*)\n", diff, flags=re.MULTILINE)[1:]
    return {
        file: "".join(f"{line[1:]}\n" for line in lines.splitlines() if line.startswith("+"))
        for file, lines in zip(parts[::2], parts[1::2], strict=True)
    }


def test_both_pages_add_the_same_feature() -> None:
    assert added_by(REPOSITORY / "CONTRIBUTING.md") == added_by(DOCS / "how-to" / "add-a-feature.md")


def test_a_feature_added_by_the_book_works(tmp_path: Path) -> None:
    for name in ("features", "tests"):
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file, lines in added_by(REPOSITORY / "CONTRIBUTING.md").items():
        with (tmp_path / file).open("a") as module:
            module.write(f"\n{lines}")
    (tmp_path / "tests" / "test_listed.py").write_text(
        "from features.catalogue import catalogue\n\n"
        "def test_listed():\n    assert catalogue().by_name['visits_180d'].risk == 'falls'\n"
    )
    reasons = "tests/features/reasons"
    tests = ["tests/test_listed.py", f"{reasons}/test_contact.py", f"{reasons}/test_every_feature.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-c", os.devnull, "--rootdir", tmp_path, *tests],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
