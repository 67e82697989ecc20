"""Completion, inspection and is-complete: any code with any cursor gets an answer in order, whatever the session says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from itertools import cycle

from hypothesis import strategies as st

from monty_kernel.engine.source import CellSource
from monty_kernel.introspect import (  # noqa: F401 - loaded now, to be traced
    analysis,
    brackets,
    candidates,
    completeness,
    completion,
    cursor,
    documentation,
    facts,
    inspection,
    live,
    static,
    units,
)
from monty_kernel.introspect.introspector import Introspector
from monty_kernel.magics.registry import Magics
from tests.fuzz.target import JSON, Target, as_json, mixtures, text_of

WORDS = (
    "evil", "d", "x.", "x", ".", "..", "...", "[", "]", "(", ")", "{", "}", "['", '["', "'", '"', '"""', "f'{", "f'''{", ",", ":", "=", ":=", "\n", "\n    ", "\t", " ", "#", "%", "%%time",
    "%timeit -", "?", "??", "!", "\\", "def f(a, *b, c=1):", "class A:", "import ", "import json as j\n", "from ", "from json import ", "lambda x:", "for e in d:", "if 1:", "\0", "\udc80",
    "é", "🐍", "1", "1.5", "@", "*", "**", "await ", "async ", "return ", "print(", "d['k'].", "int(", "str.", "json.lo", "match x:\n case ", "\r", "\x0c", "\u2028",
)  # fmt: skip
CELLS = (
    "import json\nx = [1, {'k': 2}]\nd = {'key': 1, 'k2': {'k3': []}}\n",
    "def f(a, *b, c=1):\n    'What f does.'\n    return a\nclass A:\n    'What A is.'\n    z = 1\n    def m(self, q): ...\n",
)


class Liar:
    """Introspection's `Session`, whose worker answers each question with the next of any values it was given."""

    def __init__(self, answers: Sequence[object]) -> None:
        self._answers = cycle(answers or [None])

    def cells(self) -> Sequence[CellSource]:
        return [CellSource(f"In[{number}]", text) for number, text in enumerate(CELLS, 1)]

    async def ask(self, expression: str) -> object | None:
        return next(self._answers)


def check_questions(data: bytes) -> None:
    """The first line holds the cursor and a JSON list of what the session answers; the rest is the code."""
    head, _, rest = data.partition(b"\n")
    code = text_of(rest)
    try:
        said = json.loads(head)
    except (ValueError, RecursionError):
        said = None
    place, answers = (said[0], said[1:]) if isinstance(said, list) and said else (said, [])
    at = place if isinstance(place, int) else len(code)
    introspector = Introspector(Liar(answers), Magics())
    found = asyncio.run(introspector.complete(code, at))
    assert 0 <= found.cursor_start <= found.cursor_end <= len(code), found
    assert all(isinstance(match, str) for match in found.matches)
    assert len(set(found.matches)) == len(found.matches), "one match twice"
    json.dumps(found.metadata())
    page = asyncio.run(introspector.inspect(code, at, 1))
    assert isinstance(page.found, bool)
    assert all(isinstance(text, str) for text in page.data.values())
    status, indent = asyncio.run(introspector.is_complete(code))
    assert status in ("complete", "incomplete", "invalid", "unknown")
    assert not indent.strip()
    said = asyncio.run(introspector.describe(code.strip()[:200], 0))
    assert said is None or isinstance(said, str)


def _with_head(at: int, answers: list[object], code: bytes) -> bytes:
    return as_json([at, *answers]) + b"\n" + code


INTROSPECTION = Target(
    "introspection",
    "any code, cursor and answers of the session give matches within the code, a page of text, and a known status",
    check_questions,
    st.builds(_with_head, st.integers(-3, 60), st.lists(JSON, max_size=4), mixtures(WORDS, 12)),
    tuple(
        _with_head(at, answers, code)
        for code in (b"d['", b"x.", b"f(", b"json.lo", b"import js", b"%ti", b"A().", b"for e in x:\n    e.", b"d['k2']['", b"f'{x.", b"x[0]")
        for at, answers in ((len(code), []), (1, [["instance", "int", 5, [], {}]]), (len(code), [{"x": ["list", "[1]"]}, ["append"], None]))
    ),
    tuple(word.encode("utf-8", "surrogateescape") for word in WORDS),
)  # fmt: skip
