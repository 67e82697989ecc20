"""Each fuzz target for a moment: its seeds, what was found before, some random inputs. And that a target sees it when a promise is broken."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, seed, settings

from monty_kernel.sanitize import Sanitized

from .target import Target
from .targets import NAMES, find

pytestmark = pytest.mark.slow

FOUND = sorted((Path(__file__).parent / "found").iterdir())
IN_PROCESS = [name for name in NAMES if name != "requests"]
"""A whole kernel in the tests' own process would stay with the tests after it."""


@cache
def target(name: str) -> Target:
    return find(name)


@pytest.mark.parametrize("name", IN_PROCESS)
def test_seeds_and_random_inputs(name: str) -> None:
    for data in target(name).seeds[:: max(1, len(target(name).seeds) // 20)]:
        target(name).check(data)

    @seed(1)
    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(target(name).inputs)
    def try_it(data: bytes) -> None:
        target(name).check(data)

    try_it()


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_once(path: Path) -> None:
    name = path.name.partition("-")[0]
    if name in IN_PROCESS:
        target(name).check(path.read_bytes())


def test_a_kernel_in_a_process_of_its_own(tmp_path: Path) -> None:
    found = [path for path in FOUND if path.name.startswith("requests-")]
    for command in (
        ["--replay", *map(str, found)],
        ["--engine=hypothesis", "--only=requests", "--seconds=1", f"--folder={tmp_path}"],
    ):
        ended = subprocess.run(
            [sys.executable, "-m", "tests.fuzz", *command], capture_output=True, text=True, timeout=90
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


def _flipped(data: bytes) -> bytes:
    """A byte in the text of the first note is another."""
    return data.replace(b"state", b"stale", 1)


_NEVER = re.compile("(?!)")
_UNSANITIZED = lambda text, **_: Sanitized(text, Counter())  # noqa: E731
_FAR = lambda *_: (1, 1, 999, 1)  # noqa: E731
_AS_IT_IS = lambda value: SimpleNamespace(specification=value, options={}, left_out={})  # noqa: E731
SABOTAGE: dict[str, tuple[str, object, bytes | Callable[[bytes], bytes]]] = {
    "cells": ("monty_kernel.engine.source.cell.Feed.to_cell", _FAR, b"x"),
    "expressions": ("monty_kernel.engine.source.cell.Feed.to_cell", _FAR, b"x"),
    "magics": ("monty_kernel.magics.registry.host_call", lambda name, args: f"__mk_magic('{name}', '{args}')", b"who\nit's"),
    "introspection": ("monty_kernel.introspect.introspector.judge", lambda *_: ("maybe", ""), b"[0]\nx"),
    "frames": ("monty_kernel.jupyter.guarded_stream.refusal", lambda *_: None, bytes),
    "worker": ("monty_kernel.engine.host.Host._answered", lambda *_: {"bad": 1}, b'[["__mk_emit", [{}, {}, "", null, false], {}, false]]'),
    "notes": ("monty_kernel.store.log.same", lambda *_: True, _flipped),
    "state_data": ("monty_kernel.timetravel.stored_state._from_json", lambda value: 1 / 0, b"[[1]]"),
    "session_files": ("monty_kernel.store.session_file.same", lambda *_: True, bytes),
    "store": ("monty_kernel.store.chunks.Chunks.pieces", lambda *_: [b"{}"], bytes),
    "html": ("monty_kernel.sanitize.html._sanitizer", lambda: SimpleNamespace(clean=lambda text: "<script>"), b"<b>x"),
    "svg": ("monty_kernel.sanitize.html._first_svg", lambda text: text + "x", b"<svg></svg>"),
    "markdown": ("monty_kernel.sanitize.markdown.sanitized_html", _UNSANITIZED, b"<script>x</script>"),
    "bundles": ("monty_kernel.sanitize.markdown.sanitized_html", _UNSANITIZED, b'{"text/markdown": "<script>x</script>"}'),
    "charts": ("monty_kernel.sanitize.vega.shown.shown_chart", _AS_IT_IS, b'{"mark": "bar", "usermeta": {}}'),
    "terminal": ("monty_kernel.sanitize.terminal.STEERING", _NEVER, b"\x1b]0;x\x07"),
    "notebooks": ("monty_kernel.headless.notebook_shape._text", lambda value: value, bytes),
}  # fmt: skip
"""What breaks each target's code, and an input that shows it; a function makes it of the first seed."""


@pytest.mark.parametrize("name", IN_PROCESS)
def test_a_broken_promise_is_seen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, broken, data = SABOTAGE[name]
    data = data if isinstance(data, bytes) else data(target(name).seeds[0])
    target(name).check(data)
    monkeypatch.setattr(where, broken)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a defect may raise anything
        target(name).check(data)
