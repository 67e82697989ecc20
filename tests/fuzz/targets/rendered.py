"""JupyterLab's own renderers: of any document, what the sanitizer leaves runs nothing, asks for nothing and stays in its place.

Documents are rendered many at a time in one page, by an engine of its own; `check` renders one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from monty_kernel.sanitize import sanitizer
from tests.fuzz.documents import document
from tests.fuzz.target import Target, as_json, json_of
from tests.support.frontends.renderers import Renderers, Shown, renderers, serving
from tests.support.hostile.attacks import Attack

TOGETHER = 100
"""Documents on the stage at once."""
_stack = ExitStack()


@cache
def _page() -> Renderers:
    folder = Path(_stack.enter_context(tempfile.TemporaryDirectory(prefix="monty-fuzz-")))
    return _stack.enter_context(renderers(_stack.enter_context(serving(folder))))


def findings(documents: Sequence[Mapping[str, Any]]) -> dict[int, list[str]]:
    """What was found in which of these documents, rendered at once; -1 for what cannot be told of one."""
    return _page().examine([_shown(number, each) for number, each in enumerate(documents)], milliseconds=50)


def _shown(number: int, said: Mapping[str, Any]) -> Shown:
    filled = Attack("random", dict(said)).filled(number)
    left = sanitizer.sanitized_bundle(filled.bundle, {})
    return Shown(number, left.data, left.metadata)


def check_rendered(data: bytes) -> None:
    """Render one document, given as a bundle in JSON."""
    said = json_of(data)
    if isinstance(said, dict):
        found = findings([said])
        assert not found, [each for every in found.values() for each in every]


def close() -> None:
    """End the browser and its server."""
    _stack.close()
    _page.cache_clear()


RENDERED = Target(
    "rendered",
    "rendered by JupyterLab, it runs nothing, asks for nothing, and nothing but a link can be clicked",
    check_rendered,
    st.randoms(use_true_random=False).map(lambda random: as_json(document(random))),
    (),
    close=close,
)
