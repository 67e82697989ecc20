"""Answers what a cell asks of the host: input, sleep, display, magics, help, and what was granted. All else is
refused."""

from __future__ import annotations

import heapq
import os
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import PurePosixPath
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

from ..outputs import ClearOutput, Display, Stream
from .access import Access, Answer, disguise
from .budget import Budget, LimitReached
from .captures import Captures
from .frontend import Frontend, StdinUnavailable, UsageError
from .interrupts import InterruptController
from .prelude import json_object, mime_bundle
from .snapshot import UNHANDLED, Recorder, Replayer, Settled, slept
from .written import WORK

if TYPE_CHECKING:
    from pydantic_monty import (
        ExternalResult,
        ExternalSettledResult,
        FunctionSnapshot,
        FutureSnapshot,
        SyncSnapshot,
    )

    from .questions import Question

_MOST_RANDOM = 1 << 20

_UNCOUNTED = frozenset(
    [
        *("__mk_emit", "__mk_clear", "__mk_most_shown", "__mk_capture", "__mk_captured"),
        *("time.sleep", "asyncio.sleep", "os.urandom"),
    ]
)
"""These do not count as host calls of the cell: output and sleep have limits of their own, and Monty itself seeds the
module random."""

_FREE_MAGICS = (("limits",), ("!usage",), ("!syntax",), ("!last",))
"""Neither do these: looking at the limits, being told what is wrong with a magic, and what became of the last cell."""


_LEAVES = ("exit", "quit")
_UNRECORDED = frozenset({"__mk_named", "__mk_failed"})
"""Where a cell runs again nobody sees what they are for, and their answers go into nothing but what is shown."""
_BY_NAME = frozenset({"help", *_UNRECORDED, *_LEAVES})
"""What is no function of `Host._functions`, since it takes the snapshot or is answered in another way."""
_LEAVING: ExternalSettledResult = {"exc_type": "SystemExit", "message": ""}
"""The answer to them where the front end leaves. Elsewhere it is an exception of Python's, which is recorded otherwise."""

OF_THE_HOST: Mapping[str, str] = {
    "__mk_emit": "display",
    "__mk_most_shown": "display",
    "__mk_clear": "clear_output",
    "__mk_magic": "a magic",
    "__mk_capture": "redirect_stdout",
    "__mk_captured": "redirect_stdout",
    "__mk_download": "FileLink",
    "getpass.getpass": "getpass",
    "system.sleep": "sleep",
    "os.urandom": "the first call of random",
}
"""What people call the functions of the host whose names in the sandbox say something else."""

CALLED_BY_NAME = frozenset({"input", "help", "exit", "quit", "display", "clear_output"})
"""What asks the host and is there without an import."""

T = TypeVar("T")

GoingOn: TypeAlias = "Callable[[], SyncSnapshot]"
"""An answer. When called, it lets the sandbox go on with it, and returns the snapshot of what the sandbox asks next."""


class Host:
    """Answers the suspensions of one feed.

    Attributes:
        refusal: The last exception that it answered with of a type that Monty does not have.
        left: Whether the cell called `exit()`, and the front end leaves. The cell ends with the SystemExit that it got.
    """

    def __init__(
        self,
        frontend: Frontend,
        interrupts: InterruptController,
        source: str,
        recorder: Recorder | Replayer,
        access: Access,
        budget: Budget | None = None,
        text_of: Callable[[str], str | None] | None = None,
    ) -> None:
        """
        Args:
            source: What the feed was given.
            text_of: Gives the text of an earlier feed, or of this one, by the name that Monty has for it.
        """
        self._text_of = text_of or (lambda filename: source)
        self._frontend = frontend
        self._budget = budget or Budget()
        self._access = access
        self._calls: dict[int, Future[ExternalSettledResult]] = {}  # by call id: what granted functions will answer
        self._recorder = recorder
        self._interrupts = interrupts
        self._sleeps: list[tuple[float, int]] = []  # heap of (deadline, call id)
        self.refusal: Exception | None = None
        self.left = False
        self._captures = Captures(self._budget, interrupts.kill)
        self._functions: Mapping[str, Callable[..., object]] = {
            "input": self._input,
            "getpass.getpass": self._getpass,
            "__mk_emit": self._emit,
            "__mk_clear": self._clear,
            "__mk_most_shown": self._most_shown,
            "__mk_magic": self._magic,
            "__mk_capture": self._captures.begin,
            "__mk_captured": self._captures.take,
            "__mk_download": self._download,
            "time.sleep": self._sleep,
            "os.urandom": self._random,
        }

    def knows(self, name: str) -> bool:
        """Whether a name that the session does not define is a function of the host."""
        return name in _BY_NAME or (name in self._functions and "." not in name)

    def call(self, snapshot: FunctionSnapshot) -> GoingOn:
        """The answer to a function or OS call."""
        name = str(snapshot.function_name)
        if name in _UNRECORDED:
            tell: Callable[..., ExternalSettledResult] = self._named if name == "__mk_named" else self._failed
            going_on = partial(snapshot.resume, tell(*map(str, snapshot.args[:4])))
            self._end_if_over()
            return going_on
        if snapshot.is_os_function:
            if name == "asyncio.sleep" and not self._interrupts.take_interrupt():
                heapq.heappush(self._sleeps, (time.monotonic() + _seconds(*snapshot.args), snapshot.call_id))
                return partial(snapshot.resume, {"future": ...})
            if name == "import":
                return snapshot.resume_auto
            if name == "open" or name.startswith("Path."):
                answer = self._recorder.call(name, lambda: self._file(name, snapshot))
                self._end_if_over()
                return snapshot.resume_not_handled if answer is UNHANDLED else partial(snapshot.resume, answer)
            if name == "os.getenv" and snapshot.args == ("HOME", None):
                return partial(snapshot.resume, {"return_value": WORK})  # for os.path.expanduser()
            if name not in ("time.sleep", "asyncio.sleep", "os.urandom"):
                return snapshot.resume_not_handled
        result = self._recorder.call(name, lambda: self._answer(name, snapshot))
        self.left |= name in _LEAVES and result == _LEAVING
        self._end_if_over()
        return partial(snapshot.resume, result)

    def printed(self, name: Literal["stdout", "stderr"], text: str) -> None:
        """Show what is printed, or keep it for the cell, if it redirected that stream."""
        if not self._captures.catch(name, text):
            self._frontend.emit(Stream(name, text))

    def _end_if_over(self) -> None:
        if self._budget.over is not None:
            raise self._budget.over

    def _answer(self, name: str, snapshot: FunctionSnapshot) -> ExternalResult:
        if self._interrupts.take_interrupt():
            return {"exception": KeyboardInterrupt()}
        if name == "asyncio.sleep":
            return {"exception": KeyboardInterrupt()}  # the interrupt that call() took
        if not _is_own(name, snapshot) and (refused := self._count()) is not None:
            return refused
        if name == "help":
            return self._answered(lambda: self._help(snapshot))
        if name in _LEAVES:
            return _LEAVING if self._frontend.leave() else {"exception": SystemExit()}
        function = self._functions.get(name)
        if function is None and "." in name:
            return self._granted(name, snapshot)
        if function is None:
            return {"exception": NameError(f"name {name!r} is not defined")}
        return self._answered(lambda: function(*snapshot.args, **snapshot.kwargs))

    def _file(self, name: str, snapshot: FunctionSnapshot) -> ExternalResult:
        if self._interrupts.take_interrupt():
            return {"exception": KeyboardInterrupt()}
        if (refused := self._count()) is not None:
            return refused
        return self._access.file(name, snapshot.args, snapshot.kwargs) or UNHANDLED

    def _count(self) -> ExternalResult | None:
        """Count a call. What refuses it if it is one too many."""
        try:
            self._budget.call()
        except LimitReached as reached:
            return self._refused(reached)
        return None

    def _refused(self, error: Exception) -> ExternalSettledResult:
        self.refusal = error
        return {"exception": RuntimeError(str(error))}

    def _granted(self, name: str, snapshot: FunctionSnapshot) -> ExternalResult:
        try:
            answer = self._access.call(name, snapshot.args, snapshot.kwargs, self)
        except KeyboardInterrupt:
            return {"exception": KeyboardInterrupt()}
        if not isinstance(answer, Future):
            return answer
        self._calls[snapshot.call_id] = answer
        self._interrupts.wake_for(answer)
        return {"future": ...}

    def ask(self, question: Question) -> Answer:
        """See `Asking`."""
        return self._budget.questions.ask(question, self._send)

    def _send(self, question: Question) -> str:
        return self._interrupts.wait_for(self._frontend.ask_question(question))

    def wait_for(self, future: Future[T]) -> T:
        """See `Asking`."""
        return self._interrupts.wait_for(future)

    def close(self) -> None:
        """The feed is over. What it called and did not await is cancelled."""
        calls, self._calls = self._calls, {}
        for call in calls.values():
            call.cancel()

    def futures(self, snapshot: FutureSnapshot) -> GoingOn:
        """Every task of the cell awaits the host: wait until one can go on, and answer all that can."""
        pending = list(snapshot.pending_call_ids)
        settled = self._recorder.resolve(lambda: self._wait_for_some(pending))
        self._end_if_over()
        self._sleeps = [entry for entry in self._sleeps if entry[1] not in settled]
        return partial(snapshot.resume, dict(settled))

    def _wait_for_some(self, pending: list[int]) -> Settled:
        self._sleeps = [entry for entry in self._sleeps if entry[1] in pending]
        heapq.heapify(self._sleeps)
        calls = {call_id: self._calls[call_id] for call_id in pending if call_id in self._calls}
        if not self._sleeps and not calls:
            return {}  # it awaits a sleep() of an earlier cell, which Monty does not keep from feed to feed
        start = time.monotonic()
        deadline = self._sleeps[0][0] if self._sleeps else None
        asleep = 0.0 if deadline is None else max(0.0, deadline - start)
        allowed = self._budget.may_sleep(asleep)
        try:
            if calls or allowed == asleep:  # a call may be answered before the sleep is over
                self._interrupts.wait_for_any(list(calls.values()), deadline if allowed == asleep else start + allowed)
        except KeyboardInterrupt:
            self.close()
            if calls:
                self._access.interrupted()
            return dict.fromkeys(pending, slept("KeyboardInterrupt"))
        now = time.monotonic()
        self._budget.slept(min(allowed, now - start))
        due: dict[int, ExternalSettledResult] = {}
        while self._sleeps and self._sleeps[0][0] <= now:
            due[heapq.heappop(self._sleeps)[1]] = slept()
        for call_id, call in calls.items():
            if call.done():
                due[call_id] = self._calls.pop(call_id).result()
        if not due and allowed < asleep:
            return dict.fromkeys((call_id for _, call_id in self._sleeps), self._refused(self._budget.overslept()))
        return due

    def _answered(self, call: Callable[[], object]) -> ExternalResult:
        try:
            return {"return_value": call()}
        except (UsageError, StdinUnavailable, EOFError, LimitReached) as error:
            return self._refused(error)
        except (KeyboardInterrupt, SystemExit, Exception) as error:
            return {"exception": error}

    def _sleep(self, seconds: float = 0) -> None:
        start, wanted = time.monotonic(), _seconds(seconds)
        if self._budget.may_sleep(wanted) < wanted:
            raise self._budget.overslept()
        try:
            self._interrupts.wait_until(start + wanted)
        finally:
            self._budget.slept(min(wanted, time.monotonic() - start))

    def _random(self, size: object = 0) -> bytes:
        # Monty seeds its module random with this. The host answers, so that it can be recorded.
        if not isinstance(size, int) or not 0 <= size <= _MOST_RANDOM:
            raise ValueError(f"os.urandom() gives at most {_MOST_RANDOM:,} bytes at a time")
        return os.urandom(size)

    def _input(self, prompt: object = "", *more: object) -> str:
        if more:
            raise TypeError(f"input expected at most 1 argument, got {1 + len(more)}")
        return self._interrupts.wait_for(self._frontend.ask(self._prompt(prompt), password=False))

    def _prompt(self, prompt: object) -> str:
        text = disguise(str(prompt))
        self._budget.admit(Stream("stdout", text))
        self._end_if_over()
        return text

    def _getpass(self, prompt: object = "Password: ", stream: object = None, *, echo_char: object = None) -> str:
        return self._interrupts.wait_for(self._frontend.ask(self._prompt(prompt), password=True))

    def _emit(
        self, data: object, jsons: object, metadata: object, display_id: object, update: object
    ) -> str | int | None:
        bundle = mime_bundle(data, jsons)
        if display_id is True:
            display_id = uuid.uuid4().hex
        if not isinstance(display_id, (str, int, NoneType)) or display_id is False:
            raise TypeError(f"display_id must be a str, an int or True, not {type(display_id).__name__}")
        if bundle or update is None:
            shown_id = None if display_id is None else str(display_id)  # messages and notebooks have only text
            self._frontend.emit(Display(bundle, json_object(metadata), shown_id, bool(update)))
        return display_id

    def _clear(self, wait: object = False) -> None:
        self._frontend.emit(ClearOutput(bool(wait)))

    def _download(self, path: object, place: object) -> None:
        """Show a link that saves a file which the cell can read. path: as the cell wrote it; place: absolute."""
        from ..sanitize.downloads import NoDownload, checked_type, download

        name, file = str(path), PurePosixPath(str(place))
        found: Any = self._access.file("Path.stat", (file,), {}) or {}
        read: Any = {}
        try:
            if "return_value" in found:
                checked_type(file.name, found["return_value"].st_size)
                read = self._access.file("Path.read_bytes", (file,), {}) or {}
            bundle = download(file.name, read["return_value"]) if "return_value" in read else None
        except NoDownload as error:
            bundle = {"text/plain": f"{name}: this is no link, since {error}."}
        if bundle is None:
            bundle = {"text/plain": f"Path ({name}) doesn't exist, or is no file."}
        self._frontend.emit(Display(bundle))

    def _most_shown(self) -> int | None:
        return self._budget.most_shown

    def _named(self, text: str = "", own: str = "", *_: str) -> ExternalSettledResult:
        return {"return_value": self._frontend.named(text, own == "True")}

    def _failed(self, kind: str = "", method: str = "", ename: str = "", evalue: str = "") -> ExternalSettledResult:
        """An object's method raised while the object was shown: show that, if it is known where."""
        error = self._frontend.misshown(kind, method, ename, evalue)
        if error is not None and self._budget.admit(Stream("stderr", "\n".join(error.traceback))) is not None:
            self._frontend.emit(error)
        return {"return_value": error is not None}

    def _magic(self, name: object, args: object = "") -> object:
        return self._frontend.magic(str(name), str(args))

    def _help(self, snapshot: FunctionSnapshot) -> None:
        from .help_topics import help_topic

        text = self._frontend.help(*help_topic(snapshot, self._text_of))
        self.printed("stdout", text + "\n")


def _is_own(name: str, snapshot: FunctionSnapshot) -> bool:
    """Whether a call does not count as one of the cell's."""
    return name in _UNCOUNTED or (name == "__mk_magic" and snapshot.args[:1] in _FREE_MAGICS)


def _seconds(value: object = 0) -> float:
    if not isinstance(value, (int, float)):
        raise TypeError(f"sleep takes a number of seconds, not {type(value).__name__}")
    return float(value)
