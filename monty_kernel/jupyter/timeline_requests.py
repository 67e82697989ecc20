"""Answers what front ends ask about the states of the session, on control; docs/protocol.md describes the requests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from monty_kernel.jupyter.request_content import problem
from monty_kernel.session.timeline_acts import ACTIONS, MOST_CELLS, Act, Refused, TimelineActs
from monty_kernel.timetravel.descriptions import MOST_ENTRIES, changes_data, variables_data
from monty_kernel.timetravel.timeline import NAME, NAME_IS, NoSuchState
from monty_kernel.timetravel.tree_data import Data, entries_of, present_of

if TYPE_CHECKING:
    from monty_kernel.jupyter.kernel_session import KernelSession
    from monty_kernel.jupyter.timeline_comms import TimelineComms
    from monty_kernel.session.frontend import SessionFrontend
    from monty_kernel.timetravel.descriptions import Seen
    from monty_kernel.timetravel.packing import Kept
    from monty_kernel.timetravel.timeline import State

_MOST = 1 << 53
"""No number of a state is higher, in either direction: JavaScript has no larger whole numbers."""


SETTLING = 0.03
"""Seconds that an answer waits for the state of a cell that has just been answered, unless another cell runs."""


class BadRequest(ValueError):
    """The content of a request is not what it has to be; the message says what is wrong."""


LOOKING = 1.0
"""Seconds that an answer waits for a state to be looked into."""

SHOWING = 12.0
"""Seconds that a value may take to be shown, also when it waits for its turn."""

_LONGEST_NAME = 10_000  # characters

MOST_UNDER_WAY = 16
"""Travels that wait for each other."""


class TimelineRequests:
    """For the loop, which never waits for the sandbox thread here: a cell may run for hours.

    Args:
        services: The session.
        frontend: Lets cells count on after a resume.
        cells_wait: Whether a cell is in the queue.
        comms: Whoever is told where the session goes.
    """

    def __init__(
        self,
        services: KernelSession,
        frontend: SessionFrontend,
        cells_wait: Callable[[], bool],
        comms: TimelineComms,
    ) -> None:
        self._services = services
        self._cells_wait = cells_wait
        self._comms = comms
        self._acts = TimelineActs(services, frontend.resumed)
        self._under_way = 0
        self._kinds: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[Data]]] = {
            "tree": self._tree,
            "variables": self._variables,
            "diff": self._diff,
            "source": self._source,
            "value": self._value,
            "grants": self._grants,
        }

    async def reply(self, content: Mapping[str, Any]) -> Data:
        """The content of a `timeline_reply`."""
        try:
            wrong = problem("timeline_request", content)
            if wrong is not None:
                raise BadRequest(wrong)
            what = content.get("what", "tree")
            kind = self._kinds.get(what) if isinstance(what, str) else None
            if kind is None:
                raise BadRequest(f"'what' must be one of: {', '.join(self._kinds)}")
            await self._services.settled(SETTLING)
            answer = await kind(content)
        except BadRequest as error:
            return self._error("ValueError", error)
        except NoSuchState as error:
            return self._error("NoSuchState", error)
        return {"status": "ok", "present": self._present, **answer}

    @property
    def _present(self) -> int:
        return present_of(self._services.known_timeline)

    def _error(self, ename: str, error: Exception) -> Data:
        return {"status": "error", "ename": ename, "evalue": str(error), "traceback": [], "present": self._present}

    async def act(self, content: Mapping[str, Any]) -> Data:
        """The content of a `timeline_act_reply`."""
        try:
            wrong = problem("timeline_act_request", content)
            if wrong is not None:
                raise BadRequest(wrong)
            report = await self._do(_act_of(content))
        except BadRequest as error:
            return self._error("ValueError", error)
        except Refused as error:
            return self._error("Refused", error)
        except NoSuchState as error:
            return self._error("NoSuchState", error)
        self._comms.cell_ended()
        return {"status": "ok", "present": self._present, "report": report}

    async def _do(self, act: Act) -> str:
        services = self._services
        if services.request is not None or self._cells_wait():
            raise Refused("A cell runs or waits: interrupt it, or try again when it is done.")
        if self._under_way >= MOST_UNDER_WAY:
            raise Refused("The session still goes elsewhere: try again when it is there.")
        self._under_way += 1
        try:
            return await asyncio.wrap_future(services.thread.submit(self._acts.do, act))
        except RuntimeError as error:  # the kernel ends
            raise Refused(str(error)) from None
        finally:
            self._under_way -= 1

    async def _tree(self, content: Mapping[str, Any]) -> Data:
        return self._services.tree()

    async def _source(self, content: Mapping[str, Any]) -> Data:
        state = self._state(content, "state")
        if state.number < 0:
            return {"source": state.source}
        find = self._services.history.range
        found = await asyncio.to_thread(find, 0, state.number, state.number + 1) if state.number else []
        return {"source": found[0][2] if found else None}

    async def _value(self, content: Mapping[str, Any]) -> Data:
        state, name = self._state(content, "state"), content.get("name")
        if not isinstance(name, str) or not name.isidentifier() or len(name) > _LONGEST_NAME:
            raise BadRequest("'name' must be the name of a variable")
        shown = self._services.onlooker.show(state, name)
        try:
            async with asyncio.timeout(SHOWING):
                found: Data = await asyncio.wrap_future(shown)
                return {"state": state.number, **found}
        except TimeoutError:
            return {"state": state.number, "error": "It took too long to be shown."}

    async def _grants(self, content: Mapping[str, Any]) -> Data:
        if not self._services.has("engine"):
            await self._services.thread.idle()  # the kernel starts
        return self._services.grants_data

    async def _variables(self, content: Mapping[str, Any]) -> Data:
        state = self._state(content, "state")
        (entries,) = await self._entries(state)
        variables = [] if entries is None else variables_data(entries)
        return {"state": state.number, "compared": entries is not None, "variables": variables, **_why(entries, state)}

    async def _diff(self, content: Mapping[str, Any]) -> Data:
        states = [self._state(content, name) for name in ("from", "to")]
        before, after = await self._entries(*states)
        if before is None or after is None:
            return {"compared": False, "items": [], "more": 0, **_why(before, states[0]), **_why(after, states[1])}
        return changes_data(before, after, MOST_ENTRIES)

    async def _entries(self, *states: State[Kept]) -> list[dict[str, Seen] | None]:
        """What states hold; None where that is not known. Of what nobody has looked into yet it waits a moment."""
        self._comms.asked()
        await self._comms.described_within(LOOKING, lambda: all(state.description is not None for state in states))
        timeline = self._services.known_timeline
        assert timeline is not None  # it has the states
        return [entries_of(timeline, state.number) if state.number in timeline else None for state in states]

    def _state(self, content: Mapping[str, Any], name: str) -> State[Kept]:
        """The state that a field names; by default the present one."""
        timeline = self._services.known_timeline
        if timeline is None:
            raise NoSuchState("There are no states yet.")
        return timeline[number_of(content, name, timeline.current)]


def _why(entries: object, state: State[Kept]) -> Data:
    """Why it is not known what a state holds."""
    if entries is not None:
        return {}
    changes = None if state.description is None else state.description.changes
    return {"why": "nobody has looked into it yet" if changes is None else changes.get("why", "it was not looked into")}


def _act_of(content: Mapping[str, Any]) -> Act:
    """What a request asks to be done. Raises BadRequest."""
    action, name, session = content.get("action"), content.get("name"), content.get("session")
    if not isinstance(action, str) or action not in ACTIONS:
        raise BadRequest(f"'action' must be one of: {', '.join(ACTIONS)}")
    cells = number_of(content, "cells", 1)
    if not 1 <= cells <= MOST_CELLS:
        raise BadRequest(f"'cells' must be from 1 to {MOST_CELLS:,}")
    tree = content.get("tree")
    for field, text in (("session", session), ("tree", tree)):
        if text is not None and not isinstance(text, str):
            raise BadRequest(f"{field!r} must be a string")
    if action in ("name", "unname") and not (isinstance(name, str) and NAME.fullmatch(name)):
        raise BadRequest(NAME_IS)
    needs_target = action in ("restore", "delete")
    target = number_of(content, "target") if needs_target or content.get("target") is not None else None
    return Act(action, number_of(content, "state"), target, cells, str(name), session, tree)


def number_of(content: Mapping[str, Any], name: str, otherwise: int | None = None) -> int:
    """The whole number in a field of a request.

    otherwise: What it is by default; None: the field is needed.

    Raises:
        BadRequest: It is something else.
    """
    value = content.get(name, otherwise)
    if type(value) is not int or abs(value) > _MOST:
        raise BadRequest(f"{name!r} must be a whole number")
    return value
