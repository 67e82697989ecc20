"""A damaged file in jedi's cache, left by a kill or a full disk, costs no answer and is repaired by the next read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.waiting import HANGING

pytestmark = pytest.mark.slow

COMPLETE = """
import json, warnings
warnings.simplefilter("error")
from monty_kernel.introspect.facts import load_facts
from monty_kernel.introspect.static import Source, StaticAnalysis
analysis = StaticAnalysis(load_facts().modules)
print([each.name for each in analysis.names(Source("", '"".spli', 7))])
"""


def _names(cache: Path) -> str:
    environment = {"XDG_CACHE_HOME": str(cache), "HOME": str(cache), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", COMPLETE], env=environment, capture_output=True, text=True, timeout=HANGING, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _block(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [_halve, _empty, _block])
def test_damaged_files(damage: Callable[[Path], None], tmp_path: Path) -> None:
    expected = "['split', 'splitlines']\n"
    assert _names(tmp_path) == expected
    files = {file: file.stat().st_size for file in tmp_path.rglob("*.pkl")}
    assert files, "jedi keeps its files elsewhere: this test damages nothing"
    for file in files:
        damage(file)
    assert _names(tmp_path) == expected
    if damage is not _block:
        assert {file: file.stat().st_size for file in files} == files
