"""%history: the inputs of this session and of those before it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from monty_kernel.engine.frontend import UsageError
from monty_kernel.history.history import ENTRY

from . import MagicContext
from .declare import Family, argument, shortened

if TYPE_CHECKING:
    from monty_kernel.history.history import Entry

family = Family("History")

_MOST = 1000  # sessions that one range may span
_SHOWN = 1 << 20
"""Characters that are printed. The history may answer with more, so that the cut is always announced."""

_RANGE = re.compile(
    r"(?P<session>~?\d{1,9}/)?(?P<start>\d{1,9})?(?:(?P<sign>[-:])(?P<last_session>~?\d{1,9}/)?(?P<stop>\d{1,9})?)?\Z"
)


@family.host(
    "history",
    argument("-n", dest="numbers", action="store_true", help="print the numbers of the inputs"),
    argument("-o", dest="outputs", action="store_true", help="print their outputs too"),
    argument("-u", dest="unique", action="store_true", help="with -g: only the last of equal inputs"),
    argument(
        "-l", dest="last", nargs="?", type=int, const=10, metavar="N", help="the last N inputs of all sessions [10]"
    ),
    argument(
        "-g", dest="pattern", nargs="*", metavar="GLOB", help="the inputs of all sessions that contain the pattern"
    ),
    argument("ranges", nargs="*", metavar="RANGE", help="4, 4-6, 4-, ~2/ (two sessions ago), ~2/4-6, 243/1-5"),
    looks=True,
)
def history(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Print the inputs of this session, or the given ranges. Inputs of earlier sessions are numbered session/number.

    Asks first before it prints inputs of other sessions; where nobody can answer, it refuses.
    """
    numbers = arguments.numbers
    spans = list(_spans(arguments.ranges))
    if arguments.pattern is not None or arguments.last is not None or any(session != 0 for session, _, _ in spans):
        _require_consent(context)
    found: Iterable[Entry]
    if arguments.pattern is not None:
        pattern = f"*{' '.join(arguments.pattern)}*" if arguments.pattern else "*"
        found = context.history.search(pattern, unique=arguments.unique, n=arguments.last, output=arguments.outputs)
        numbers = True
    elif arguments.last is not None:
        # one more, since the last is this very cell
        found = context.history.tail(arguments.last + 1, output=arguments.outputs)[:-1]
    else:
        found = (
            entry
            for session, start, stop in spans
            for entry in context.history.range(session, start, stop, output=arguments.outputs)
        )
    current = context.history.session_number() if numbers else 0
    lines = list(_within(_lines(found, numbers, current)))
    if lines:
        context.print("\n".join(lines))


def _require_consent(context: MagicContext) -> None:
    from monty_kernel.engine.questions import history_question

    # printed inputs are saved in the notebook, which may belong to a stranger
    if not context.confirm(history_question()):
        raise UsageError("%history: inputs of other sessions are shown only if you answer yes.")


def _spans(ranges: list[str]) -> Iterator[tuple[int, int, int | None]]:
    """The (session, start, stop) of each range, written as in IPython. `stop` is exclusive; None stands for the end."""
    if not ranges:
        yield 0, 1, None
    for text in ranges:
        match = _RANGE.match(text)
        if match is None or not (match["session"] or match["start"]):
            raise UsageError(
                f"%history: {shortened(text)!r} is not a range. Examples: 4, 4-6, 4-, ~2/, ~2/4-6, 243/1-5"
            )
        session = _session(match["session"] or "0/")
        last = _session(match["last_session"]) if match["last_session"] else session
        start = int(match["start"] or 1)
        if not match["sign"]:
            stop = start + 1 if match["start"] else None
        else:
            stop = int(match["stop"]) + (match["sign"] == "-") if match["stop"] else None
        if not session <= last < session + _MOST:
            raise UsageError(
                f"%history: {shortened(text)!r} is a range that runs backwards, or spans too many sessions"
            )
        for each in range(session, last + 1):
            yield each, start if each == session else 1, stop if each == last else None


def _session(text: str) -> int:
    number = int(text.strip("~/"))
    return -number if text.startswith("~") else number


def _within(lines: Iterable[str]) -> Iterator[str]:
    """The lines up to `_SHOWN` characters, then a line that announces the cut."""
    left = _SHOWN
    for line in lines:
        if len(line) > left:
            yield line[:left]
            yield f"... [cut: %history shows {_SHOWN:,} characters; ask for fewer inputs, e.g. %history 4-6]"
            return
        left = max(0, left - len(line) - ENTRY)
        yield line


def _lines(entries: Iterable[Entry], numbers: bool, current: int) -> Iterator[str]:
    for session, number, content in entries:
        source, output = content if isinstance(content, tuple) else (content, None)
        source = source.expandtabs(4).rstrip()
        where = str(number) if session in (0, current) else f"{session}/{number}"
        separator = "\n" if "\n" in source else " "
        yield f"{where:>4}:{separator}{source}" if numbers else source
        if output:
            yield output
