"""The data that the browser's kernel takes from this one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from browser.shared import TABLES, introspection
from monty_kernel.engine import prelude, shipped_names

ROOT = Path(__file__).parents[2]


def _written(folder: Path, seed: str) -> dict[str, bytes]:
    command = [sys.executable, "-m", "browser.shared", "--folder", str(folder)]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_is_the_same_whatever_the_order_of_sets(tmp_path: Path) -> None:
    first = _written(tmp_path / "first", "1")
    assert first == _written(tmp_path / "second", "2")
    assert set(first) == {f"{name}.json" for name in TABLES}
    assert all(json.loads(text) for text in first.values())


def test_every_part_of_the_prelude_is_there_as_sessions_are_fed_it() -> None:
    shared = TABLES["prelude"]()
    assert tuple(shared["order"]) == (*prelude.PARTS, introspection.PART)
    sources = {part: prelude.source(part) for part in prelude.PARTS}
    assert shared["sources"] == {**sources, introspection.PART: introspection.prelude_part()}
    names = {path.stem for path in Path(prelude.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(prelude.PARTS) == names


def test_every_module_that_is_written_for_monty_is_there() -> None:
    assert list(TABLES["shipped_sources"]()) == list(shipped_names.parts())
    shared = TABLES["shipped"]()
    assert (shared["modules"], shared["gaps"]) == (shipped_names.MODULES, shipped_names.GAPS)
    assert shared["needs"] == shipped_names.NEEDS


def test_what_is_up_to_date_is_not_written_again(tmp_path: Path) -> None:
    _written(tmp_path, "1")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    _written(tmp_path, "1")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
