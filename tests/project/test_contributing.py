"""The diffs in CONTRIBUTING.md apply to the code as it is, and what they add works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its pages to which the diffs have been applied."""
    copy = tmp_path_factory.mktemp("changed")
    for folder in ("monty_kernel", "docs"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "_build", "images"))
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    diffs = re.findall(r"^```diff\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(diffs) == 2
    for diff in diffs:
        subprocess.run(["git", "apply", "--recount", "-"], cwd=copy, input=diff.encode(), check=True, timeout=60)
    return copy


def python(changed: Path, *words: str) -> str:
    """What Python prints with the changed package."""
    environment = {**os.environ, "PYTHONPATH": str(changed)}
    return subprocess.run(
        [sys.executable, "-P", *words], env=environment, capture_output=True, text=True, check=True, timeout=120
    ).stdout


def test_the_magics(changed: Path, tmp_path: Path) -> None:
    program = "from monty_kernel.magics.registry import Magics; print(Magics().help('%%text'), Magics().help('%hello'))"
    help_pages = python(changed, "-c", program)
    assert "Show the cell as plain text." in help_pages
    assert "who is greeted" in help_pages
    script = tmp_path / "script.py"
    for source, output in (("%hello World", "Hello, World!\n"), ("%%text\nshown", "shown\n")):
        script.write_text(source)
        assert python(changed, "-m", "monty_kernel.cli", "script", str(script)) == output
    python(changed, str(changed / "docs" / "magics_tables.py"), "--check")


def test_the_front_end(changed: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("print('printed')\ndisplay('shown')\n%%time 1\n40 + 2".replace("%%", "%"))
    printed = python(changed, "-m", "monty_kernel.cli", "script", str(script)).splitlines()
    assert printed[:2] == ["printed", "'shown'"]
    assert printed[-1] == "42"
