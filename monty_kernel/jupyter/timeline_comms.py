"""The comms over which front ends follow the states of the session; docs/protocol.md describes their messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from monty_kernel.jupyter.timeline_protocol import TARGET, VERSION
from monty_kernel.timetravel.tree_data import Data, TreeData, present_of

if TYPE_CHECKING:
    from monty_kernel.engine.engine import Outcome
    from monty_kernel.jupyter.kernel_session import KernelSession
    from monty_kernel.timetravel.packing import Kept
    from monty_kernel.timetravel.timeline import State, Timeline

MOST_COMMS = 32
"""Comms that are open at a time. A front end that went away did not close its own."""

_LONGEST_ID = 100  # characters of a comm's id

PAUSE = 0.02
"""Seconds without a cell after which front ends are told: cells that follow each other quickly are told together."""

LONGEST_PAUSE = 0.25
"""Seconds after which they are told although cells go on."""

_ASKING = 60.0
"""Seconds for which states are looked into after a client without a comm has asked what they hold."""

_QUIET = 0.3
"""Seconds after which all states are looked through: what becomes of states that were left is not urgent."""

_AT_A_TIME = 500  # states that are looked through before the loop goes on

FELL_BACK = {"interrupted": "interrupt", "crashed": "crash", "memory": "memory", "time": "time", "limit": "limit"}
"""Why a session fell back to an earlier state, by the kind of the failure whose note tells the person so."""


class _Comm(NamedTuple):
    """An open comm. header: of the message that opened it, which its client knows."""

    comm_id: str
    header: dict[str, Any]


class TimelineComms:
    """For the loop.

    Args:
        services: The session.
        send: Publishes a message on IOPub: its type, its content, the message that it follows.
    """

    def __init__(self, services: KernelSession, send: Callable[[str, Data, dict[str, Any]], object]) -> None:
        self._services = services
        self._send = send
        self._comms: dict[str, _Comm] = {}
        self._timeline: Timeline[Kept] | None = None  # the one that was told
        self._told: dict[int, tuple[object, ...]] = {}  # what was told of each state, as far as it may change
        self._present = 0
        self._telling: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._last_cell = 0.0
        self._fell_back: str | None = None
        self._last_session: Data | None = None  # the one that was told
        self._grants: Data | None = None  # those that were told
        loop = asyncio.get_running_loop()
        services.last_session_found = lambda: loop.call_soon_threadsafe(self._tell_soon)
        services.state_described = lambda number: loop.call_soon_threadsafe(self._described, number)
        self._described_one = asyncio.Event()
        self._asked = 0.0  # when a client asked last

    @property
    def ids(self) -> list[str]:
        """The ids of the open comms."""
        return list(self._comms)

    # What clients send

    def open(self, message: dict[str, Any]) -> None:
        """A client opened a comm: tell it all states, or close it at once if it is not for us."""
        content = message["content"]
        comm_id = content.get("comm_id")
        if content.get("target_name") != TARGET or not self._services.keeps_states or not _is_id(comm_id):
            self._send("comm_close", {"comm_id": comm_id, "data": {}}, message)
            return
        self._comms.pop(comm_id, None)
        while len(self._comms) >= MOST_COMMS:
            self._close(next(iter(self._comms)))
        if not self._comms:
            self._note(self._services.known_timeline)
        comm = self._comms[comm_id] = _Comm(comm_id, message["header"])
        self._tell_tree([comm])
        if self._grants is not None:
            self._tell({"event": "grants", **self._grants}, [comm])
        self._tell_soon()  # of what came while nobody was told

    def close(self, message: dict[str, Any]) -> None:
        """A client closed its comm."""
        comm_id = message["content"].get("comm_id")
        if isinstance(comm_id, str):
            self._comms.pop(comm_id, None)
            if not self._comms:
                self._rest_if_alone()

    def _close(self, comm_id: str) -> None:
        comm = self._comms.pop(comm_id)
        self._send("comm_close", {"comm_id": comm_id, "data": {}}, {"header": comm.header})

    # Who looks into states for them

    def asked(self) -> None:
        """A client, which need have no comm, wants to know what states hold: look into them for a while."""
        loop = asyncio.get_running_loop()
        if loop.time() > self._asked + _ASKING / 2:
            self._asked = loop.time()
            loop.call_later(_ASKING, self._rest_if_alone)
        self._services.onlooker.wake()

    def _rest_if_alone(self) -> None:
        if not self._comms and asyncio.get_running_loop().time() >= self._asked + _ASKING - 1:
            self._services.onlooker.rest()

    def _described(self, number: int) -> None:
        self._described_one.set()
        if self._comms:
            self._services.travel.touched.append(number)
            self._tell_soon()

    async def described_within(self, seconds: float, known: Callable[[], bool]) -> bool:
        """Wait until something is known of states, for so long at most; whether it is."""
        try:
            async with asyncio.timeout(seconds):
                while not known():
                    self._described_one.clear()
                    await self._described_one.wait()
        except TimeoutError:
            return False
        return True

    # What they are told

    def cell_ended(self, outcome: Outcome | None = None) -> None:
        """A cell has been answered, or the session has gone elsewhere: tell the clients, in a moment."""
        if self._comms:
            failure = None if outcome is None else outcome.failure
            if failure is not None and failure.kind in FELL_BACK and failure.note is not None:
                self._fell_back = FELL_BACK[failure.kind]
            self._last_cell = asyncio.get_running_loop().time()
            self._tell_soon()

    def _tell_soon(self) -> None:
        self._news.set()
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._tell_in_pauses())

    async def _tell_in_pauses(self) -> None:
        """Tell what is new in the next pause, and what became of older states when it is quiet."""
        while self._comms and self._news.is_set():
            self._news.clear()
            await self._pause(PAUSE, LONGEST_PAUSE)
            await self._services.thread.idle()  # the state of the last cell is there by then
            self._tell_new()
            self._tell_grants()
            self._services.onlooker.wake()
            try:
                async with asyncio.timeout(_QUIET):
                    await self._news.wait()
            except TimeoutError:
                if self._services.request is None:
                    await self._look_through()

    async def _pause(self, seconds: float, most: float) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + most
        while (left := min(self._last_cell + seconds, until) - loop.time()) > 0:  # noqa: ASYNC110 - cells move the time
            await asyncio.sleep(left)

    def _tell_new(self) -> None:
        timeline = self._services.known_timeline
        if timeline is not self._timeline or self._services.last_session != self._last_session:
            self._note(timeline)
            self._tell_tree(self._comms.values())
            return
        if timeline is None:
            return
        states = {state.number: state for state in timeline.newest(len(timeline) - len(self._told))}
        touched = self._services.travel.touched
        while touched:
            number = touched.popleft()
            if number in timeline:
                states[number] = timeline[number]
        if states or timeline.current != self._present or self._fell_back is not None:
            self._tell_changed(list(states.values()), timeline)

    def _tell_grants(self) -> None:
        """Tell what the notebook may reach, if that is something else than before."""
        grants = self._services.grants_data
        if grants != self._grants:
            self._grants = grants
            self._tell({"event": "grants", **grants}, self._comms.values())

    async def _look_through(self) -> None:
        """Tell what became of states that were told before: most make room in memory, or get to the disk, later."""
        timeline = self._timeline
        if timeline is None:
            return
        data, changed = self._tree_data, []
        for count, state in enumerate(list(timeline)):
            if self._told.get(state.number) != data.fingerprint(state):
                changed.append(state)
            if count % _AT_A_TIME == _AT_A_TIME - 1:
                await asyncio.sleep(0)
        if changed and self._comms and timeline is self._services.known_timeline:
            self._tell_changed(changed, timeline)

    def _note(self, timeline: Timeline[Kept] | None) -> None:
        """From now on changes of this timeline are told."""
        self._timeline = timeline
        self._told = {}
        if timeline is not None:
            self._told = {state.number: self._tree_data.fingerprint(state) for state in list(timeline)}
        self._present = present_of(timeline)

    @property
    def _tree_data(self) -> TreeData:
        return self._services.tree_data

    def _tell_tree(self, comms: Iterable[_Comm]) -> None:
        tree = self._services.tree()
        self._last_session = tree["last_session"]
        self._tell({"event": "tree", "version": VERSION, **tree}, comms)

    def _tell_changed(self, states: list[State[Kept]], timeline: Timeline[Kept]) -> None:
        data = self._tree_data
        self._told.update((state.number, data.fingerprint(state)) for state in states)
        self._present = timeline.current
        ordered = sorted(states, key=lambda state: (state.created, abs(state.number)))
        told = [data.state(state) for state in ordered]
        event: Data = {"event": "changed", "present": self._present, "states": told, "gone": []}
        if self._fell_back is not None:
            event["restored"] = {"to": self._present, "why": self._fell_back}
            self._fell_back = None
        self._tell(event, self._comms.values())

    def _tell(self, data: Data, comms: Iterable[_Comm]) -> None:
        for comm in list(comms):
            self._send("comm_msg", {"comm_id": comm.comm_id, "data": data}, {"header": comm.header})


def _is_id(comm_id: object) -> bool:
    return isinstance(comm_id, str) and 0 < len(comm_id) <= _LONGEST_ID
