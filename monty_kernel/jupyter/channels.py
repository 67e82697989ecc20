"""The five sockets of a kernel, bound where a connection file says; the heartbeat answers from a thread of its own."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Sequence
from typing import NamedTuple

import zmq

from monty_kernel.jupyter.connection import CHANNELS, ConnectionFailed, ConnectionInfo, PortTaken

_SOCKET_TYPES = {"shell": zmq.ROUTER, "control": zmq.ROUTER, "stdin": zmq.ROUTER, "iopub": zmq.XPUB, "hb": zmq.ROUTER}
_LINGER_MS = 250  # how long a client may take, when the kernel ends, to read what was already sent to it

# How many messages may wait for a subscriber that reads slowly. Of printed text that is 1 MiB, of the largest results 32 MiB.
IOPUB_MESSAGES_IN_FLIGHT = 32

_CURVE_HINT = (
    "The pyzmq installed here has no CurveZMQ, but the connection file asks for it: install pyzmq's own wheel."
)


class Channels(NamedTuple):
    """The bound sockets. `info` says where they really listen, `requested` what was asked for (ports may be 0)."""

    requested: ConnectionInfo
    info: ConnectionInfo
    context: zmq.Context[zmq.Socket[bytes]]
    shell: zmq.Socket[bytes]
    control: zmq.Socket[bytes]
    stdin: zmq.Socket[bytes]
    iopub: zmq.Socket[bytes]
    hb: zmq.Socket[bytes]

    def start_heartbeat(self) -> None:
        """Echo on `hb` from now on, in libzmq's own loop: no Python runs, so a busy kernel is still seen to be alive."""
        threading.Thread(target=_echo, args=(self.hb,), name="heartbeat", daemon=True).start()

    def close(self, linger_ms: int = _LINGER_MS) -> None:
        """Close all sockets and wait, at most `linger_ms`, until what was sent has left."""
        for socket in (self.shell, self.control, self.stdin, self.iopub):
            socket.close(linger=linger_ms)
        self.hb.linger = 0
        self.context.term()  # ends the heartbeat thread too, which closes its socket
        self.remove_files()

    def remove_files(self) -> None:
        """Remove the files that stand for IPC sockets."""
        if self.info.transport == "ipc":
            for channel in CHANNELS:
                with contextlib.suppress(OSError):
                    os.unlink(f"{self.info.ip}-{self.info.port(channel)}")


def bind(requested: ConnectionInfo) -> Channels:
    """Open and bind the five sockets; ports given as 0 are chosen. Raises ConnectionFailed."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    sockets: dict[str, zmq.Socket[bytes]] = {}
    ports: dict[str, int] = {}
    try:
        for channel in CHANNELS:
            sockets[channel] = socket = context.socket(_SOCKET_TYPES[channel])
            _configure(socket, channel, requested)
            ports[f"{channel}_port"] = _bind_one(socket, channel, requested)
    except BaseException:
        context.destroy(linger=0)
        raise
    return Channels(requested, requested.with_ports(ports), context, **sockets)


def _configure(socket: zmq.Socket[bytes], channel: str, info: ConnectionInfo) -> None:
    socket.linger = _LINGER_MS
    socket.ipv6 = ":" in info.ip and info.transport == "tcp"
    if channel == "iopub":
        socket.sndhwm = IOPUB_MESSAGES_IN_FLIGHT
        socket.setsockopt(zmq.XPUB_NODROP, 1)
        socket.setsockopt(zmq.XPUB_VERBOSE, 1)  # tell us of every subscription, not only of the first to a topic
    else:
        # A client that reconnects under its old identity takes it over (libzmq #2892).
        socket.router_handover = True
    if channel in ("shell", "control"):
        # ROUTER drops what exceeds the mark: a client that queues 2,000 cells at once would wait for lost replies.
        socket.sndhwm = 0
    if info.curve_secretkey is not None and info.curve_publickey is not None:
        if not zmq.has("curve"):
            raise ConnectionFailed(_CURVE_HINT)
        try:
            socket.curve_secretkey = info.curve_secretkey.encode()
            socket.curve_publickey = info.curve_publickey.encode()
        except (zmq.ZMQError, ValueError) as error:
            raise ConnectionFailed("The connection file's curve keys are not Z85 keys of 40 characters.") from error
        socket.curve_server = True


def _bind_one(socket: zmq.Socket[bytes], channel: str, info: ConnectionInfo) -> int:
    port = info.port(channel)
    if info.transport == "ipc":
        port = port or _free_ipc_number(info.ip)
        url = f"ipc://{info.ip}-{port}"
    else:
        ip = "0.0.0.0" if info.ip == "*" else info.ip
        url = f"tcp://[{ip}]:" if ":" in ip else f"tcp://{ip}:"
        url += str(port) if port else "*"
    try:
        socket.bind(url)
    except zmq.ZMQError as error:
        failed = f"Cannot listen on {url} for {channel}: {error}."
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"{failed} Another process listens there: choose another port, or 0.") from error
        raise ConnectionFailed(failed) from error
    if port == 0:
        endpoint = socket.getsockopt_string(zmq.LAST_ENDPOINT)
        port = int(endpoint.rpartition(":")[2])
    return port


def _free_ipc_number(prefix: str) -> int:
    number = 1
    while os.path.exists(f"{prefix}-{number}"):
        number += 1
    return number


_SEND, _RECEIVE = zmq.backend.Socket.send, zmq.backend.Socket.recv
# pyzmq combines and converts the members of its enumerations at every use, which takes longer than the call itself
_NOBLOCK, _MORE_FOLLOWS, _HAS_MORE = int(zmq.NOBLOCK), int(zmq.SNDMORE), int(zmq.RCVMORE)
_EVENTS, _READABLE = int(zmq.EVENTS), int(zmq.POLLIN)


def send_now(socket: zmq.Socket[bytes], frames: Sequence[bytes]) -> None:
    """Send a message, copied, if there is room for it. In 1 µs; pyzmq's `send_multipart` takes 8.

    Raises:
        zmq.Again: there is none. Nothing was sent: libzmq asks for room at the first frame only.
    """
    *first, last = frames
    for frame in first:
        _SEND(socket, frame, _NOBLOCK | _MORE_FOLLOWS)
    _SEND(socket, last, _NOBLOCK)


def receive_now(socket: zmq.Socket[bytes]) -> list[bytes]:
    """The frames of a message that has arrived.

    Raises:
        zmq.Again: none has.
    """
    frames = [_RECEIVE(socket, _NOBLOCK)]
    while socket.get(_HAS_MORE):
        frames.append(_RECEIVE(socket, _NOBLOCK))
    return frames


def is_readable(socket: zmq.Socket[bytes]) -> bool:
    """Whether a message has arrived. `socket.events` takes three times as long."""
    return bool(socket.get(_EVENTS) & _READABLE)  # type: ignore[operator]


def _echo(socket: zmq.Socket[bytes]) -> None:
    while True:
        try:
            zmq.proxy(socket, socket)
        except zmq.ZMQError as error:
            if error.errno == errno.EINTR:
                continue
            socket.close(linger=0)  # the context was terminated: the kernel ends
            return
