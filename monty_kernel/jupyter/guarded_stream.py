"""A request channel that passes on only well-formed messages signed with the kernel's key; all else is dropped quietly.

`ipykernel`'s dispatcher prints a traceback for every message it cannot read, so anybody who reaches the port could fill
the server's log. Here such messages cost one log line at level INFO, at most one every ten seconds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, NamedTuple

import zmq
from jupyter_client.adapter import adapt
from jupyter_client.jsonutil import extract_dates
from zmq.eventloop.zmqstream import ZMQStream

from monty_kernel.jupyter.channels import is_readable, receive_now, send_now

if TYPE_CHECKING:
    from jupyter_client.session import Session

    from monty_kernel.jupyter.wire_session import WireSession

_DELIMITER = b"<IDS|MSG>"
_SECONDS_BETWEEN_LINES = 10.0
_AT_A_TIME = 0.005  # seconds: the loop has other channels to read
_JSON_PARTS = ("header", "parent_header", "metadata", "content")
_OTHERWISE = "not what its protocol version says"


LARGEST = 13 << 20
"""Bytes of content that are read: room for the longest cell that runs (4 MiB), whose characters JSON writes with three times
as many bytes at most, control characters apart."""


class Oversized(dict[str, Any]):
    """The content of a message of which only the size was looked at, in bytes."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


class BadMessage(Exception):
    """A message is not to be handled; the text says why."""


class Opened(NamedTuple):
    """A message as it came, signed with the session's key and well-formed. Dates are text."""

    idents: list[bytes]
    signature: bytes
    header: dict[str, Any]
    parent: dict[str, Any]
    metadata: dict[str, Any]
    content: dict[str, Any]
    buffers: list[bytes]

    def message(self) -> dict[str, Any]:
        """The message as the present protocol has it. Raises BadMessage."""
        header = self.header
        try:
            message: dict[str, Any] = adapt(
                {
                    "header": header,
                    "msg_id": header["msg_id"],
                    "msg_type": header["msg_type"],
                    "parent_header": self.parent,
                    "metadata": self.metadata,
                    "content": self.content,
                    "buffers": self.buffers,
                }
            )
            return message
        except Exception as error:
            raise BadMessage(_OTHERWISE) from error


def opened(session: Session, frames: Sequence[Any]) -> Opened:
    """Open a message. Leaves the session's replay history as it is.

    frames: as received, with routing identities in front.

    Raises:
        BadMessage: it is not in order.
    """
    parts = [frame.bytes if isinstance(frame, zmq.Frame) else bytes(frame) for frame in frames[:64]]
    try:
        start = parts.index(_DELIMITER) + 1
    except ValueError:
        raise BadMessage("no delimiter") from None
    signature, signed = parts[start : start + 1], parts[start + 1 : start + 5]
    if len(signed) < 4:
        raise BadMessage("too few parts")
    if session.auth is not None:
        if not compare_digest(signature[0], session.sign(signed)):
            raise BadMessage("wrong signature")
        if signature[0] in session.digest_history:
            raise BadMessage("replayed")
    *rest, text = signed
    try:
        unpack = session.unpack
        header, parent, metadata = ({} if part == b"{}" else unpack(part) for part in rest)  # most are empty
        content = unpack(text) if len(text) <= LARGEST else Oversized(len(text))
        parent, metadata = ({} if part is None else part for part in (parent, metadata))  # some clients say null
    except Exception as error:
        raise BadMessage("not JSON") from error
    for name, value in zip(_JSON_PARTS, (header, parent, metadata, content), strict=True):
        if not isinstance(value, dict):
            raise BadMessage(f"{name} is not an object")
    if not all(isinstance(header.get(name), str) for name in ("msg_id", "msg_type")):
        raise BadMessage("no msg_id or msg_type")
    if not str(header.get("version", "5.0")).partition(".")[0].isdecimal():
        raise BadMessage("no protocol version")
    return Opened(parts[: start - 1], signature[0], header, parent, metadata, content, parts[start + 5 :])


def refusal(session: Session, frames: Sequence[Any]) -> str | None:
    """Why a message is not to be handled by `Session.deserialize`, or None if it is in order. frames: see `opened`."""
    try:
        found = opened(session, frames)
    except BadMessage as bad:
        return str(bad)
    try:  # it reads dates, too
        found._replace(header=extract_dates(found.header), parent=extract_dates(found.parent)).message()
    except Exception:
        return _OTHERWISE
    return None


class GuardedStream(ZMQStream):
    """A ZMQStream whose receive callback sees good messages only, and which sends at once where that cannot block."""

    def __init__(
        self,
        socket: zmq.Socket[bytes],
        session: WireSession,
        *,
        channel: str,
        log: logging.Logger | logging.LoggerAdapter[Any],
    ) -> None:
        self._receive: Callable[[list[Any]], None] | None = None
        super().__init__(socket)
        self._session = session
        self._channel = channel
        self._log = log
        self._dropped = 0
        self._next_line_at = 0.0

    def on_recv(self, callback: Callable[[list[Any]], Any] | None, copy: bool = True) -> None:
        self._receive = None
        if callback is None:
            super().on_recv(None)
            return

        def receive(frames: list[Any]) -> Any:
            reason = refusal(self._session, frames)
            if reason is None:
                return callback(frames)
            self._note_dropped(reason)
            return None

        super().on_recv(receive, copy=copy)

    def on_message(self, callback: Callable[[list[bytes], dict[str, Any]], Any]) -> None:
        """Call back with the identities and the message, each of which comes once: it is opened here, and no more than that."""

        def receive(frames: list[Any]) -> None:
            try:
                found = opened(self._session, frames)
                message = found.message()
            except BadMessage as bad:
                self._note_dropped(str(bad))
                return
            self._session.remember(found.signature)
            callback(found.idents, message)

        super().on_recv(receive, copy=True)
        self._receive = receive

    def _handle_events(self, fd: Any, events: int) -> None:
        """As ZMQStream's. It asks the socket for its events three times a message, in 7 µs each; this asks twice, in 2."""
        if self.socket is None or self._receive is None or self._flushed or self.sending():
            super()._handle_events(fd, events)  # type: ignore[no-untyped-call]
            return
        try:
            frames = receive_now(self.socket) if is_readable(self.socket) else None
        except zmq.ZMQError:  # the socket or its context is closed, which ZMQStream knows how to take
            super()._handle_events(fd, events)  # type: ignore[no-untyped-call]
            return
        if frames is not None:
            self._run_callback(self._receive, frames)
            self._look_again()

    def receive_waiting(self) -> bool:
        """Call back for messages that have arrived meanwhile, for some milliseconds; whether there are more of them."""
        until = time.monotonic() + _AT_A_TIME
        while self.socket is not None and self._receive is not None and is_readable(self.socket):
            if time.monotonic() > until:
                self._look_again()
                return True
            self._receive(receive_now(self.socket))
        return False

    def _look_again(self) -> None:
        """Look for further messages: the descriptor signals edges, and what was done since may have taken one with it."""
        if self.socket is not None and self.receiving() and is_readable(self.socket):
            self.io_loop.add_callback(self._handle_events, self.socket, 0)

    def send_multipart(
        self,
        msg: Sequence[Any],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        callback: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Send now. ZMQStream would queue it for the loop's next round, behind whatever else is ready to run."""
        if callback is None and not self.sending():
            try:
                send_now(self.socket, msg)
            except zmq.Again:
                pass
            else:
                self._look_again()
                return
        super().send_multipart(msg, flags=flags, copy=copy, track=track, callback=callback, **kwargs)

    def _note_dropped(self, reason: str) -> None:
        self._dropped += 1
        now = time.monotonic()
        if now >= self._next_line_at:
            self._next_line_at = now + _SECONDS_BETWEEN_LINES
            self._log.info("Dropped %d bad message(s) on %s; the last one: %s.", self._dropped, self._channel, reason)
            self._dropped = 0
