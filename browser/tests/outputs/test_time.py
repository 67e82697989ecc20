"""Sanitizing takes time that grows as the text does, or refuses the text; and the page gets its turn meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from monty_kernel.sanitize import MOST_BYTES
from tests.growth.entries.shown import MARKDOWN, MARKUP, TERMINAL, TEX

from .processor_time import PageThread

pytestmark = [pytest.mark.browser, pytest.mark.weekly, pytest.mark.timeout(1800)]

SHORT = 1 << 13
TIMES = 16
"""How many times as long the second text is."""
ROOM = 6.0
"""By how much the time of the second text may exceed that. If it grew with the square of the text, it would be 16 times as
long."""
UNNOTICED = 25.0
"""Milliseconds that are not compared: too short to be measured."""
STANDING = 2_000.0
"""Milliseconds that the page's thread may compute before the page gets its turn. It is hardly ever a quarter of that."""
_LANGUAGES = {
    "text/html": MARKUP,
    "image/svg+xml": MARKUP,
    "text/markdown": MARKDOWN,
    "text/latex": TEX,
    "text/plain": TERMINAL,
}
_SOME = int(os.environ.get("MONTY_PIECES", "1"))
"""1: each piece alone; 2: each with the next, too."""


@pytest.fixture(scope="module")
def thread(page: Page) -> PageThread:
    return PageThread(page)


def timed(page: Page, mime: str, text: str) -> dict[str, Any]:
    made: dict[str, Any] = page.evaluate("data => outputs.timed(data)", {mime: text})
    return made


def _repeated(mime: str) -> Iterator[str]:
    pieces = tuple(dict.fromkeys(_LANGUAGES[mime]))
    for number, piece in enumerate(pieces):
        yield piece
        if _SOME > 1:
            yield piece + pieces[(number + 7) % len(pieces)]


@pytest.mark.parametrize("mime", _LANGUAGES)
def test_time_grows_as_the_text(page: Page, thread: PageThread, mime: str) -> None:
    slow = {}
    head = "<svg>" if mime == "image/svg+xml" else ""
    for piece in _repeated(mime):
        times = [_least(page, thread, mime, head + piece * (length // len(piece))) for length in (SHORT, SHORT * TIMES)]
        if times[1] > UNNOTICED and times[1] > ROOM * TIMES * max(times[0], 1.0):
            slow[piece] = times
    assert slow == {}


def _least(page: Page, thread: PageThread, mime: str, text: str) -> float:
    return min(_computed(page, thread, mime, text) for _ in range(3))


def _computed(page: Page, thread: PageThread, mime: str, text: str) -> float:
    before = thread.milliseconds()
    timed(page, mime, text)
    return thread.milliseconds() - before


LARGEST = {
    "a long text": ("text/html", "<p>" + "word " * 790_000),
    "many entities": ("text/html", "&amp;" * 799_000),
    "many rows": ("text/html", "<table>" + "<tr><td>abc</td><td>1.5</td></tr>" * 33_000),
    "deep elements": ("text/html", "<div>" * 100_000 + "x" + "</div>" * 100_000),
    "deep formatting": ("text/html", "<b>" * 199_999),
    "what a table throws out": ("text/html", "<table>" + "<i>x" * 90_000),
    "styles that differ": ("text/html", "".join(f"<i style='color:#{n:06x}'>x</i>" for n in range(50_000))),
    "a tag without an end": ("text/html", "<a " + '="' * 1_900_000),
    "templates": ("text/html", "<template>" * 190_000),
    "comments": ("text/html", "<!--" * 190_000),
    "shapes that differ": ("image/svg+xml", "<svg>" + "".join(f"<path d='M{n} 0'/>" for n in range(50_000))),
    "uses of a large drawing": (
        "image/svg+xml",
        "<svg><pattern id='b'></pattern><g id='a'>"
        + "<path fill='url(#b)'/>" * 30_000
        + "</g>"
        + "<use href='#a'/>" * 30_000,
    ),
    "prose": ("text/markdown", "Some *prose* with `code` and [a link](https://x.org/y).\n\n" * 60_000),
    "quotations": ("text/markdown", ">" * 3_900_000),
    "brackets": ("text/markdown", "[" * 3_900_000),
    "stars": ("text/markdown", "**a_ " * 780_000),
    "footnotes": ("text/markdown", "".join(f"[^{n}]\n\n[^{n}]: x\n\n" for n in range(90_000))),
    "a long table": ("text/markdown", "|a|b|\n|-|-|\n" + "|c|d|\n" * 600_000),
    "a wide table": ("text/markdown", "|a" * 9_000 + "|\n" + "|-" * 9_000 + "|\n" + "|x|\n" * 9_000),
    "formulas": ("text/markdown", "$a " * 1_300_000),
    "a deep list": ("text/markdown", "".join("  " * depth + "- x\n" for depth in range(1_900))),
    "macros": ("text/latex", "\\href" * 900_000),
    "escapes": ("text/plain", "\x1b[" * 2_400_000),
    "bells": ("text/plain", "\a" * 4_900_000),
}


@pytest.mark.parametrize("name", LARGEST)
def test_the_page_gets_its_turn(page: Page, thread: PageThread, name: str) -> None:
    mime, text = LARGEST[name]
    with thread.watched() as looks:
        made = timed(page, mime, text)
    longest = max((looks.between(*each) for each in made["still"]), default=0.0)
    assert longest < STANDING, made


def test_a_page_that_stands_still_would_be_seen(page: Page, thread: PageThread) -> None:
    before = thread.milliseconds()
    with thread.watched() as looks:
        begin, end = page.evaluate(_STILL)
    assert looks.between(begin, end) > 0.9 * (thread.milliseconds() - before) > 100


_STILL = """() => {
    const begin = performance.timeOrigin + performance.now();
    let sum = 0;
    for (let round = 0; round < 5e8; round++) sum += round % 7;
    return [begin, performance.timeOrigin + performance.now() + 0 * sum];
}"""


def test_what_is_refused_is_refused_in_the_native_words(page: Page) -> None:
    for mime, text, words in (
        ("text/html", "<b>" * 200_001, "text/html of more than 200,000 tags"),
        ("text/html", "é" * (MOST_BYTES // 2 + 1), "text/html of more than 4 MB"),
        ("image/svg+xml", "<svg>" + "é" * (MOST_BYTES // 2), "image/svg+xml of more than 4 MB"),
        ("text/markdown", "é" * (MOST_BYTES // 2 + 1), "text/markdown of more than 4 MB"),
        ("text/html", "<p title='" + '"' * 3_900_000 + "'>", "text/html of more than 8 MB once it is sanitized"),
        ("text/latex", "x" * 5_000_001, "text/latex of more than 5 MB"),
    ):
        made = page.evaluate("data => outputs.bundle(data, {})", {mime: text, "application/json": 1})
        assert words in (made["note"] or ""), words
