"""The documentation keeps up with the code: links lead somewhere, and every option, magic and module is in it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from monty_kernel import __version__
from monty_kernel.cli.doctor import _MEANS, Diagnosis, Finding, report
from monty_kernel.engine import shipped_names
from monty_kernel.engine.errors.unsupported import MODULES
from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, Feed, parse
from monty_kernel.jupyter.app import MontyKernelApp
from monty_kernel.magics.registry import Magics
from monty_kernel.settings import OPTIONS

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in map(_slug, _HEADING.findall(target.read_text(encoding="utf-8"))), link


def test_every_page_is_reached_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in PAGES[1:]:
        assert f"({page.relative_to(ROOT)})" in readme


def test_every_page_is_in_the_site() -> None:
    docs = ROOT / "docs"
    entries = {
        (page.parent / line).resolve()
        for page in (docs / "index.md", *(docs / "site").glob("*.md"))
        for line in page.read_text(encoding="utf-8").splitlines()
    }
    for page in (*docs.glob("*.md"), *(docs / "site").glob("*.md")):
        assert page.with_suffix("") in entries or page.name == "index.md", page


def test_the_citation_names_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation


def test_every_option_is_documented() -> None:
    page = (ROOT / "docs" / "options.md").read_text(encoding="utf-8")
    for name in (*OPTIONS, *MontyKernelApp.class_own_traits(config=True)):
        assert f".{name}`" in page or f"`{name}`" in page, name


def test_every_magic_is_documented() -> None:
    page = (ROOT / "docs" / "magics.md").read_text(encoding="utf-8")
    magics = Magics()
    for name in magics.line_names():
        assert re.search(rf"(?<!%)%{name}\b", page), name
    for name in magics.cell_names():
        assert re.search(rf"%%{name}\b", page), name


def test_the_tables_of_magics_follow_their_declarations() -> None:
    done = subprocess.run(
        [sys.executable, "docs/magics_tables.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_tables_of_modules_follow_their_files() -> None:
    done = subprocess.run(
        [sys.executable, "docs/modules_tables.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    assert all(f"\n| `{name}` | " in text for name in (*shipped_names.MODULES, *shipped_names.GAPS))


def test_what_cannot_be_imported_is_not_there() -> None:
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    said = re.search(r"Nothing else\s+can be imported or installed: (.+?)\n\n", text, re.DOTALL)
    assert said is not None
    missing = set(re.findall(r"`(\w+)`", said[1]))
    assert missing and not missing & {*MODULES, *shipped_names.MODULES}


@pytest.mark.parametrize("page", ["README.md", "docs/language.md"])
def test_every_module_is_listed(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert f"{len(MODULES)} of the standard library" in text or page != "README.md"
    for name in MODULES:
        assert f"`{name}`" in text, name


def test_the_report_of_the_doctor_is_as_the_page_shows_it() -> None:
    page = (ROOT / "docs" / "isolation.md").read_text(encoding="utf-8")
    for line in report(Diagnosis(tuple(Finding(wall, 1) for wall in _MEANS)))[2:]:
        assert f"{line}\n" in page


@pytest.mark.parametrize("name", ["docs/architecture.md", "docs/how-a-cell-runs.md", "CONTRIBUTING.md"])
def test_files_that_a_page_names_are_there(name: str) -> None:
    for path in re.findall(r"`([\w/-]+/(?:[\w-]+\.(?:py|md|toml|json))?)`", (ROOT / name).read_text(encoding="utf-8")):
        assert any(
            (folder / path).exists() for folder in (ROOT, ROOT / "monty_kernel", ROOT / "monty_kernel/engine")
        ), path


def test_the_rewritten_cell_is_what_the_parser_makes() -> None:
    page = (ROOT / "docs" / "how-a-cell-runs.md").read_text(encoding="utf-8")
    cell, feed = (dedent(block).strip("\n") for block in re.findall(r"^ *```python\n(.*?)^ *```$", page, re.M | re.S))
    (step,) = parse(CellSource("In[3]", cell), Magics, CellOptions(3)).steps
    assert isinstance(step, Feed)
    assert step.text == feed


def _slug(heading: str) -> str:
    """The anchor that a heading gets on the usual code hosts."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
