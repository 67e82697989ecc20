"""Whether a cell asked for something that its notebook does not hold, so that it may do something else the next time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from monty_kernel.engine.source import Action

if TYPE_CHECKING:
    from monty_kernel.engine.snapshot import Entry, Journaled
    from monty_kernel.engine.written import Written


_SHOWS = frozenset({"__mk_emit", "__mk_clear", "__mk_most_shown", "__mk_capture", "__mk_captured"})


class Asked(NamedTuple):
    """What a cell asked for, as the end of a sentence that begins with the cell.

    has_answer: Whether all that came of it is the answer, which the session has. If not, the cell did something to the
        kernel, or nobody knows.
    """

    said: str
    has_answer: bool = True


_WORDS = {
    "input": Asked("asked for input"),
    "getpass.getpass": Asked("asked for a password"),
    "time.sleep": Asked("slept"),
    "os.urandom": Asked("asked for random numbers"),
    "Path.stat": Asked("asked when a file was changed"),
    "help": Asked("asked for help"),
    "__mk_magic": Asked("asked the kernel by a magic", has_answer=False),
    "__mk_download": Asked("made a link to a file"),
}

# The worker reads the clock by itself, so nobody sees when. What may import it, its names in a source, and what finds a
# name by a text:
_IMPORTS = re.compile(r"\b(?:import|from)\b")
_MODULE = re.compile(r"\btime\b")
_CLOCK = re.compile(r"\b(?:now|today|getattr|attrgetter|methodcaller|vars|__dict__)\b")
_HIDES = re.compile(r"%\s*time|__mk_|(?<!\.)\b(?:exec|eval|__import__|importlib)\b")
_NEEDS_STATES = re.compile(r"^\s*%(undo|redo|restore|snapshots?|diff|sessions|resume|history)\b", re.MULTILINE)


class Asking:
    """Looks at the cells of one run, in order.

    Args:
        modules: The names of the tools' modules.
        has_mounts: Whether files may be the person's.
    """

    def __init__(self, modules: Collection[str], *, has_mounts: bool) -> None:
        self._modules = tuple(modules)
        self._has_mounts = has_mounts
        self._may_have_clock = False

    def by_source(self, source: str) -> Asked | None:
        """What the source of the next cell says that it may ask for; None if that is nothing."""
        text = unicodedata.normalize("NFKC", source)
        self._may_have_clock |= "time" in text  # in the names of both modules that tell it
        module = next((name for name in self._modules if name in text), None)
        if module is not None:
            return Asked(f"may use the tools of {module}")
        names_it = _CLOCK.search(text) if self._may_have_clock else None
        imports_it = _MODULE.search(text) and _IMPORTS.search(text)
        if _HIDES.search(text) or names_it or imports_it:
            return Asked("may have asked for the time")
        return None

    def by_run(self, ran: Journaled | None, written: Written) -> Asked | None:
        """What a cell that ran has asked for; None if that is nothing. written: What cells have in memory since."""
        if ran is None:
            return None
        if any(isinstance(step, Action) for step in ran.cell.steps):
            return Asked("has a magic that acts on the session", has_answer=False)
        if ran.cut_short:
            return Asked("was told more than is kept", has_answer=False)
        if any(written.layers.values()):
            return Asked("may have written to an overlay, which is not kept", has_answer=False)
        found = [asked for entry in ran.entries if (asked := self._of(entry)) is not None]
        return min(found, key=lambda asked: asked.has_answer, default=None)

    def _of(self, entry: Entry) -> Asked | None:
        if entry[0] in ("settled", "due", "future"):
            return Asked("waited")
        if entry[0] == "raise" and entry[2] == "KeyboardInterrupt":
            return Asked("was interrupted", has_answer=False)
        name = entry[1]
        if name in _SHOWS:
            return None
        if name in _WORDS:
            return _WORDS[name]
        if name == "open" or name.startswith("Path."):
            return Asked("asked for a file") if self._has_mounts else None
        return Asked(f"called {name}()")


def needs_states(source: str) -> str | None:
    """The magic in a source that needs the states of the cells before it; None if there is none."""
    found = _NEEDS_STATES.search(source)
    return None if found is None else f"%{found[1]}"
