"""Notebooks that run from top to bottom in the site show what they show in the native kernel."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from browser.conformance.digest import GENERATED

from .apps import Lite

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "browser" / "kernel" / "tests" / "conformance"
TOGETHER = 40  # sessions
LEAST = 3_000  # cells


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


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_notebooks_show_the_same_in_both_kernels(lab: Lite, sessions: list[dict[str, Any]], script: Path) -> None:
    lab.page.add_script_tag(path=script)
    for start in range(0, len(sessions), TOGETHER):
        lab.page.evaluate("sessions => window.conformance.run(sessions)", sessions[start : start + TOGETHER])
    result = lab.page.evaluate("() => window.conformance.result()")
    assert result["different"] == []
    assert result["unused"] == []
    assert result["compared"] > LEAST
