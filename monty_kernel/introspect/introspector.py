"""The entry to introspection: one object per session that completes, inspects and judges completeness."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from monty_kernel.bounded import helper_pool, is_modest

from . import NOTHING_FOUND, Completions, Inspection, MagicCatalogue, Session
from .analysis import PATIENT, Analysis, patience, start_jedi
from .completeness import Status, judge
from .completion import Completer
from .inspection import Inspector

_JUDGE = "monty_kernel.introspect.completeness:judged"
_JUDGING = 1.0
"""Seconds of processor time for judging code that may take long."""

MOST_CHARACTERS = 1 << 18
"""Characters of code that is analysed.

Finding the cursor's surroundings blocks the loop for up to a microsecond per character.
"""

_JUDGED_WITHIN = 3.0
"""Seconds to wait for the judgement, since a console waits for the answer too."""

_log = logging.getLogger(__name__)


class Introspector:
    """Answers the front end's questions about code without running it.

    Questions never raise: a defect is logged at debug level, and there is no answer. Several questions may be asked
    at once; those that need jedi take turns on a thread of their own, so that the event loop stays free.
    """

    def __init__(
        self,
        session: Session,
        magics: MagicCatalogue,
        granted: Callable[[], Mapping[str, object]] = dict,
        known: Callable[[str], Sequence[str]] = lambda kin: (),
    ) -> None:
        """
        Args:
            granted: returns the modules of tools, by the names under which cells import them.
            known: returns what the session has of a kin of arguments (see `MagicCatalogue.kin`).
        """
        self._session = session
        self._analysis = Analysis(granted)
        self._warmed_for = -1
        self._completer = Completer(session, magics, self._analysis, known)
        self._inspector = Inspector(session, magics, self._analysis)

    async def complete(self, code: str, cursor: int) -> Completions:
        """What may be inserted at `cursor`, an offset in code points.

        Nothing if the code is longer than `MOST_CHARACTERS`.
        """
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
        """What is known about the name at `cursor`, or about the function whose call it is in.

        Detail 1 adds its source.
        """
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
        """The page for `name?` (with detail 1 `name??`), `%magic?` and `help(name)`, with ANSI colours, or None.

        A cell asks, and waits for the answer: it comes however busy the machine is.
        """
        patience.set(PATIENT)  # for this task
        try:
            return await self._inspector.describe(name, detail_level)
        except Exception:
            _log.debug("description failed", exc_info=True)
            return None

    async def is_complete(self, code: str) -> tuple[Status, str]:
        """Whether a console should run the code, and for `incomplete` the indentation of the next line."""
        if is_modest(code):
            return judge(code)
        if len(code) > MOST_CHARACTERS:
            return "unknown", ""
        asked = helper_pool.quick_helpers().submit(_JUDGE, code, seconds=_JUDGING)
        try:
            (status, indent), _ = await asyncio.wait_for(asyncio.wrap_future(asked), _JUDGED_WITHIN)
        except (TimeoutError, helper_pool.Unanswered, helper_pool.JobFailed):
            return "unknown", ""
        return status, indent

    def warm_up(self) -> None:
        """Start loading what the first question needs, on introspection's own threads; returns at once.

        It may be called whenever the session is idle, and does something only if there are new cells. The helper
        process loads jedi and its stubs (about 50 MB), as the first question would. A question that comes meanwhile
        waits for the stub of one module at most, 10 to 250 ms.
        """
        cells = self._session.cells()
        if self._warmed_for == len(cells):
            return
        self._warmed_for = len(cells)

        self._analysis.warm_up(cells)


def _nothing(code: str, cursor: int) -> Completions:
    place = max(0, min(cursor, len(code)))
    return Completions((), place, place)
