"""IOPub on the kernel's one loop: nothing sent is lost, memory stays bounded, and a client that stopped reading cannot stop the kernel.

libzmq's XPUB silently drops what exceeds a subscriber's high-water mark. With XPUB_NODROP it says EAGAIN instead, which is the
back-pressure a printing cell should feel: the output pump awaits `drained()`. (The mark counts messages, not bytes,
and it cannot be lowered for a while before a large message: the reader tells the writer of its progress only after each
half mark, so a writer above the new mark would wait for ever. Hence the fixed low mark in `channels`.)
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import zmq

from monty_kernel.jupyter.channels import is_readable, send_now

if TYPE_CHECKING:
    from jupyter_client.session import Session

_RETRY_SECONDS = 0.05  # a blocked send is retried when libzmq wakes us; this is the belt to those braces
_SUBSCRIPTIONS_PER_TURN = 100


class IOPub:
    """The IOPub channel on the XPUB socket of `Channels`; `Session.send(iopub, ...)` sends on it. For the loop's thread only.

    A message that finds no room waits, in order, and `drained()` returns when none waits any more. If there was no room for
    `grace` seconds, some client has stopped reading: one message is then sent to those that have room. That makes libzmq
    leave the others out of account, and out of all further messages, until they have read half of what they hold.
    So a client that sleeps costs the rest `grace` seconds once, and they still get everything.

    Each new subscription is answered with `iopub_welcome` (JEP 65), so that a client knows from when on it misses nothing.
    """

    def __init__(
        self,
        socket: zmq.Socket[bytes],
        session: Session,
        loop: asyncio.AbstractEventLoop,
        *,
        log: logging.Logger | logging.LoggerAdapter[Any] | None = None,
        grace: float = 10.0,
    ) -> None:
        self._socket = socket
        self._session = session
        self._loop = loop
        self._log = log or logging.getLogger(__name__)
        self._grace = grace
        self._queue: deque[list[bytes]] = deque()
        self._waiters: list[asyncio.Future[None]] = []
        self._blocked_since: float | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._look_scheduled = False
        self._early: list[list[bytes]] | None = []  # sent before the first look: welcomes go before them
        fd: int = socket.FD
        self._fd: int | None = fd
        loop.add_reader(fd, self._look)
        self._look_soon()  # subscriptions that came before anybody watched have used up their wake-up

    @property
    def waiting(self) -> int:
        """How many messages wait for room."""
        return len(self._queue)

    def send_multipart(self, parts: Sequence[Any], flags: int = 0, copy: bool = True, track: bool = False) -> None:
        """Send, or queue if there is no room. Always copies: zero-copy would keep the buffers and start a thread."""
        if self._fd is None:
            return
        frames = [part if isinstance(part, bytes) else bytes(part) for part in parts]
        if self._early is None and is_readable(self._socket):
            self._look()  # who has just subscribed is welcomed before
        if self._early is not None:
            self._early.append(frames)
        elif self._queue or not self._try_send(frames):
            self._queue.append(frames)
            if self._retry is None:
                self._flush()

    async def drained(self) -> None:
        """Return when no message waits for room; at once, without yielding, if that is so now."""
        if self._queue and self._fd is not None:
            waiter = self._loop.create_future()
            self._waiters.append(waiter)
            await waiter

    async def finish(self, seconds: float) -> None:
        """Give the clients up to `seconds` to make room for what waits, then send nothing more."""
        try:
            async with asyncio.timeout(seconds):
                await self.drained()
        except TimeoutError:
            self._log.info("%d IOPub messages were not read in time.", len(self._queue))
        self.detach()

    def detach(self) -> None:
        """Stop using the socket, which stays open so that what libzmq holds can still leave."""
        if self._fd is None:
            return
        self._loop.remove_reader(self._fd)
        self._fd = None
        self._queue.clear()
        self._cancel_retry()
        self._release_waiters()

    # Sending

    def _try_send(self, frames: list[bytes]) -> bool:
        try:
            send_now(self._socket, frames)
        except zmq.Again:
            return False
        self._blocked_since = None
        self._look_if_needed()
        return True

    def _send_to_those_with_room(self, frames: list[bytes]) -> None:
        self._socket.setsockopt(zmq.XPUB_NODROP, 0)
        try:
            send_now(self._socket, frames)
        finally:
            self._socket.setsockopt(zmq.XPUB_NODROP, 1)
        self._blocked_since = None
        self._look_if_needed()

    def _flush(self) -> None:
        """Send what waits, as far as there is room; come back later for the rest."""
        self._cancel_retry()
        while self._queue:
            frames = self._queue[0]
            if self._try_send(frames):
                self._queue.popleft()
                continue
            now = self._loop.time()
            if self._blocked_since is None:
                self._blocked_since = now
            left = self._blocked_since + self._grace - now
            if left > 0:
                self._retry = self._loop.call_later(min(left, _RETRY_SECONDS), self._flush)
                return
            self._log.info("A client has not read IOPub for %g s; it will miss messages.", self._grace)
            self._queue.popleft()
            self._send_to_those_with_room(frames)
        self._release_waiters()

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _release_waiters(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    # What libzmq tells us

    def _look_if_needed(self) -> None:
        """A send may have taken the wake-up of a subscription, or of room for what waits, with it.

        Asking takes 2 µs. To look in any case would take the loop two more rounds a cell.
        """
        if self._queue or is_readable(self._socket):
            self._look_soon()

    def _look_soon(self) -> None:
        if not self._look_scheduled:
            self._look_scheduled = True
            self._loop.call_soon(self._look)

    def _look(self) -> None:
        """Answer subscriptions and use new room. The descriptor signals edges: read until nothing is left."""
        self._look_scheduled = False
        if self._fd is None:
            return
        early, self._early = self._early, None
        topics: dict[bytes, None] = {}
        for _ in range(_SUBSCRIPTIONS_PER_TURN):
            if not is_readable(self._socket):
                break
            event, *_ = self._socket.recv_multipart(zmq.NOBLOCK)
            if event[:1] == b"\x01":
                topics[event[1:]] = None
        else:
            self._look_soon()
        for topic in topics:
            self._welcome(topic)
        if early:
            self._queue.extend(early)
        if self._queue:
            self._flush()

    def _welcome(self, topic: bytes) -> None:
        try:
            subscription = topic.decode()
        except UnicodeDecodeError:
            return
        message = self._session.msg("iopub_welcome", {"subscription": subscription})
        self.send_multipart(self._session.serialize(message, [topic] if topic else []))
