"""The shell channel's requests: one at a time and in order, except for questions that a long-running cell would hold up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, NamedTuple

from monty_kernel.jupyter.sent_before import SentBefore
from monty_kernel.jupyter.starting_tasks import start_now

PATIENCE = 0.3
"""Seconds that a question waits behind a running cell before it is answered from what is known without the session."""

AT_ONCE = 4
"""Questions that are being answered beside a cell. Each may take the loop for a moment, and between such moments it hears interrupts."""

Message = dict[str, Any]


class Request(NamedTuple):
    """A request as received: routing identities, the message, its place in the order, when it came (loop time, seconds)."""

    idents: list[bytes]
    message: Message
    number: int
    received: float

    @property
    def type(self) -> str:
        return str(self.message["header"]["msg_type"])


async def _at_once() -> None: ...


class ShellQueue:
    """Feeds requests to `serve`, each when the one before is done.

    `answer` gets those of `questions` types that have waited `PATIENCE` seconds behind a cell: a front end asks for completions
    while a cell runs, and an answer after the cell is of no use to anybody. `ready` is awaited before each request.
    """

    def __init__(
        self,
        serve: Callable[[Request], Coroutine[Any, Any, None]],
        answer: Callable[[Request], Coroutine[Any, Any, None]],
        questions: frozenset[str],
        ready: Callable[[], Awaitable[None]] = _at_once,
    ) -> None:
        self._serve = serve
        self._answer = answer
        self._questions = questions
        self._ready = ready
        self._waiting: deque[Request] = deque()
        self._count = 0
        self._aborted = 0
        self._sent_before = SentBefore()
        self._is_running = False
        self._running: asyncio.Task[None] | None = None  # so that it is not collected
        self._patience: asyncio.TimerHandle | None = None
        self.last_cell = 0.0
        """When the last cell came, in the loop's time."""
        self._answers: set[asyncio.Task[None]] = set()
        self._answering = asyncio.Semaphore(AT_ONCE)

    def put(self, idents: list[bytes], message: Message) -> None:
        """Take a request off the wire. Call it on the loop."""
        loop = asyncio.get_running_loop()
        self._count += 1
        request = Request(idents, message, self._count, loop.time())
        self._waiting.append(request)
        is_cell = request.type == "execute_request"
        if is_cell:
            self.last_cell = request.received
            self._sent_before.take(message["header"], request.received)
        if not self._is_running:
            self._is_running = True
            # only cells: what answers a question may look for its task at once
            start = start_now if is_cell else loop.create_task
            self._running = start(self._run())
        if self._patience is None and message["header"]["msg_type"] in self._questions:
            self._patience = loop.call_later(PATIENCE, self._let_questions_pass)

    def cells_wait(self) -> bool:
        """Whether a cell is queued behind the one that runs. Any thread may ask."""
        return any(request.type == "execute_request" for request in tuple(self._waiting))

    def abort_waiting(self, failed: Request) -> None:
        """From now on `is_aborted` holds for every request received so far, and what the failed one's client sent by now.

        Call it as late as possible before the error is sent.
        """
        self._aborted = self._count
        self._sent_before.failed(failed.message["header"], failed.received, asyncio.get_running_loop().time())

    def is_aborted(self, request: Request) -> bool:
        """Whether a failure before it aborts this request. Ask once, when its turn has come."""
        if request.number <= self._aborted:
            return True
        return self._sent_before.is_before_error(request.message["header"], request.received)

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._ready()
                if self._waiting:  # else questions that have been answered meanwhile
                    await self._serve(self._waiting.popleft())
                if self._waiting:
                    await asyncio.sleep(0)  # a request that never waited leaves the loop to others, too
        finally:
            self._is_running = False

    async def _answer_in_turn(self, request: Request) -> None:
        async with self._answering:
            await self._answer(request)
            await asyncio.sleep(0)

    def _let_questions_pass(self) -> None:
        loop = asyncio.get_running_loop()
        patient_until = loop.time() - PATIENCE + 0.001  # timers may come a clock tick early
        stay: deque[Request] = deque()
        later: float | None = None
        for request in self._waiting:
            if request.type not in self._questions:
                stay.append(request)
            elif request.received > patient_until:
                stay.append(request)
                later = request.received if later is None else later
            else:
                task = loop.create_task(self._answer_in_turn(request))
                self._answers.add(task)
                task.add_done_callback(self._answers.discard)
        self._waiting = stay
        self._patience = None if later is None else loop.call_at(later + PATIENCE, self._let_questions_pass)
