"""Introspection's front door: one object per session that completes, inspects and judges completeness."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from monty_kernel.bounded import rooms
from monty_kernel.bounded.modest import is_modest

from .analysis import Analysis, start_jedi
from .completeness import Status, judge
from .completion import Completer
from .inspection import Inspector
from .interface import NOTHING_FOUND, Completions, Inspection, MagicCatalogue, Session
from .threads import cell_thread, jedi_thread

_JUDGING = 1.0
"""Seconds of processor time for judging code that is not modest."""

MOST_CHARACTERS = 1 << 18
"""Of code that is looked into. Where the cursor is in it is found on the loop, at up to a microsecond a character."""

_PATIENCE = 3.0
"""Seconds to wait for that: a console waits for the answer too."""

_log = logging.getLogger(__name__)


class Introspector:
    """What the front end asks about code without running it.

    Questions never raise (a fault of ours is a record of the log at debug level, and no answer) and never run the person's code. Several may be under way at once; those that need jedi take turns on
    one thread of their own, so the event loop stays free.
    """

    def __init__(
        self, session: Session, magics: MagicCatalogue, granted: Callable[[], Mapping[str, object]] = dict
    ) -> None:
        """granted: modules of tools, by the names that cells import."""
        self._session = session
        self._analysis = Analysis(granted)
        self._warmed_for = -1
        self._completer = Completer(session, magics, self._analysis)
        self._inspector = Inspector(session, magics, self._analysis)

    async def complete(self, code: str, cursor: int) -> Completions:
        """What may stand at `cursor` (a code point offset) in `code`; nothing in more than `MOST_CHARACTERS`."""
        if len(code) > MOST_CHARACTERS:
            return _nothing(code, cursor)
        start_jedi()  # while the facts are read
        try:
            found = await self._completer.complete(code, cursor)
            self.warm_up()
        except Exception:
            _log.debug("completion failed", exc_info=True)
            return _nothing(code, cursor)
        return found

    async def inspect(self, code: str, cursor: int, detail_level: int = 0) -> Inspection:
        """What is known of the thing at `cursor`, or of the function whose call it is in. Detail 1 adds source."""
        if len(code) > MOST_CHARACTERS:
            return NOTHING_FOUND
        start_jedi()
        try:
            found = await self._inspector.inspect(code, cursor, detail_level)
            self.warm_up()
        except Exception:
            _log.debug("inspection failed", exc_info=True)
            return NOTHING_FOUND
        return found

    async def describe(self, name: str, detail_level: int = 0) -> str | None:
        """The page for `name?` (`name??` with detail 1), `%magic?` and `help(name)`: text with ANSI colours; None if unknown."""
        try:
            return await self._inspector.describe(name, detail_level)
        except Exception:
            _log.debug("description failed", exc_info=True)
            return None

    async def is_complete(self, code: str) -> tuple[Status, str]:
        """Whether a console should run the code or let the person type on; and with `incomplete` the next line's indent."""
        if is_modest(code):
            return judge(code)
        if len(code) > MOST_CHARACTERS:
            return "unknown", ""
        asked = rooms.reading().submit("judge", code, seconds=_JUDGING)
        try:
            (status, indent), _ = await asyncio.wait_for(asyncio.wrap_future(asked), _PATIENCE)
        except (TimeoutError, rooms.Unanswered, rooms.JobFailed):
            return "unknown", ""
        return status, indent

    def warm_up(self) -> None:
        """Start loading what the first question needs, on introspection's own thread; returns at once.

        Call it when the session is idle, as often as you like: it does something only when there are new cells. It makes jedi and
        its stubs resident (about 50 MB), as the first question does in any case. Questions that come meanwhile wait for one piece at
        most (a module's stub, 10 to 250 ms).
        """
        cells = self._session.cells()
        if self._warmed_for == len(cells):
            return
        self._warmed_for = len(cells)

        def piece() -> None:
            if self._analysis.warm_up():
                jedi_thread().submit(piece)

        def read() -> None:
            self._analysis.read(cells)
            jedi_thread().submit(piece)

        cell_thread().submit(read)


def _nothing(code: str, cursor: int) -> Completions:
    place = max(0, min(cursor, len(code)))
    return Completions((), place, place)
