"""Notebooks that run from top to bottom in the site show what they show in the native kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from browser.conformance.digest import GENERATED

from .apps import Lite

pytestmark = [pytest.mark.browser, pytest.mark.weekly, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "browser" / "kernel" / "tests" / "conformance"
PARTS = 10
LEAST = 3_000  # cells


class Comparison:
    """Runs the sessions in a page, each once; what was different is known from then on."""

    def __init__(self, page: Page, sessions: list[dict[str, Any]]) -> None:
        self._page = page
        self._sessions = sessions
        self._found: dict[int, list[Any]] = {}

    def different(self, part: int) -> list[Any]:
        """The differences in a part of the sessions."""
        if part not in self._found:
            sessions = self._sessions[part::PARTS]
            self._found[part] = self._page.evaluate("sessions => window.conformance.run(sessions)", sessions)
        return self._found[part]

    def whole(self) -> dict[str, Any]:
        """What is known when all have run: the entries of the list that made no difference, and how much was compared."""
        for part in range(PARTS):
            self.different(part)
        result: dict[str, Any] = self._page.evaluate("() => window.conformance.result()")
        return result


@pytest.fixture(scope="module")
def sessions() -> list[dict[str, Any]]:
    """What the native kernel shows."""
    subprocess.run([sys.executable, "-W", "ignore", "-m", "browser.conformance.outputs"], cwd=ROOT, check=True)
    found: list[dict[str, Any]] = json.loads((GENERATED / "outputs.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the tests of the kernel compare with, for a page."""
    path = tmp_path_factory.mktemp("conformance") / "in_page.js"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    options = ["--bundle", "--format=iife", f"--outfile={path}", "--log-level=warning"]
    subprocess.run([esbuild, TESTS / "in_page.ts", *options], cwd=ROOT, check=True)
    return path


@pytest.fixture(scope="module")
def comparison(sessions: list[dict[str, Any]], opened: Lite, script: Path) -> Comparison:
    opened.page.add_script_tag(path=script)
    return Comparison(opened.page, sessions)


@pytest.mark.parametrize("part", range(PARTS))
def test_notebooks_show_the_same_in_both_kernels(comparison: Comparison, part: int) -> None:
    assert comparison.different(part) == []


def test_all_that_may_differ_does(comparison: Comparison) -> None:
    result = comparison.whole()
    assert result["unused"] == []
    assert result["compared"] > LEAST
