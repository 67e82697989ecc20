"""What an ended session would bring back, told from the text of its cells: nothing is loaded or run for it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence

from monty_kernel.outputs.quoting import plain_name, quoted

from ..store.records import How, SessionInfo

_MOST_CELLS = 1_000
_MOST_TEXT = 1 << 18  # characters of all cells
_MOST_SHOWN = 20
_LONGEST = 60  # characters of a name
_WORD = r"([^\W\d]\w*)"
_DEFINES = re.compile(
    rf"(?:async +)?(?:def|class) +{_WORD}"
    rf"|{_WORD}(?: *, *\w+)* *(?::[^=]*)?=(?!=)"
)
_ENDED: dict[How, str] = {
    "running": "running since",
    "closed": "which ended on",
    "incomplete": "which ended on",
    "died": "which died on",
}


def names_in(sources: Iterable[str]) -> list[str]:
    """Names that cells define at their top level, as far as a look at the beginnings of their lines tells; newest first.

    sources: the newest first. Only the beginning of what is very long is looked at.
    """
    found: dict[str, None] = {}
    left = _MOST_TEXT
    for number, source in enumerate(sources):
        if number == _MOST_CELLS or left <= 0:
            break
        text = source[:left]
        left -= len(text)
        for line in reversed(text.splitlines()):
            match = _DEFINES.match(line[:200])
            name = None if match is None else next(filter(None, match.groups()))
            if name is not None and not name.startswith("_"):
                found.setdefault(name)
    return list(found)


def resume_question(info: SessionInfo, names: Sequence[str], *, of_another_notebook: bool) -> str:
    """The question whether a notebook may have a session that another kernel left, as far as the kernel knows what is in it."""
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(info.ended or info.started))
    states = f"{info.states:,} state{'' if info.states == 1 else 's'}"
    of = "of no notebook" if info.notebook is None else f"of {quoted(info.notebook)}"
    why = (
        "That is another notebook."
        if of_another_notebook
        else "Another kernel ran it, and the file at that path may be somebody else's by now."
    )
    return (
        f"let this notebook have everything in session {info.id} {of}, {_ENDED[info.how]} {when} with {states}"
        f"{_listed(names)}? {why} [y]es, [n]o: "
    )


def _listed(names: Sequence[str]) -> str:
    if not names:
        return ""
    shown = [_shown(name) for name in names[:_MOST_SHOWN]]
    more = [f"… ({len(names) - _MOST_SHOWN:,} more)"] if len(names) > _MOST_SHOWN else []
    return f" (names such as {', '.join([*shown, *more])})"


def _shown(name: str) -> str:
    if len(name) <= _LONGEST:
        return plain_name(name)
    return f"{plain_name(name[:_LONGEST])} … ({len(name) - _LONGEST:,} more characters)"
