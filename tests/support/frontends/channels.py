"""A client of a Jupyter server: its REST interface, and a kernel's channels over one WebSocket."""

from __future__ import annotations

import json
import struct
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tests.support.waiting import HANGING

from .server import TOKEN

V1_PROTOCOL = "v1.kernel.websocket.jupyter.org"
_HEADERS = {"Authorization": f"token {TOKEN}"}

Message = dict[str, Any]


async def rest(url: str, method: str, path: str, body: Any = None) -> Any:
    """One call, e.g. `rest(url, "POST", "/api/kernels", {"name": "monty"})`; its JSON answer, None if it has none.

    Raises tornado's HTTPClientError for any status that is not a success.
    """
    text = None if body is None and method in ("GET", "DELETE") else json.dumps(body or {})
    request = HTTPRequest(url + path, method=method, headers=_HEADERS, body=text, request_timeout=HANGING)
    response = await AsyncHTTPClient().fetch(request)
    return json.loads(response.body) if response.body else None


@dataclass
class Channels:
    """A kernel's channels. `protocol` None is the server's first wire format: each message one JSON text."""

    socket: WebSocketClientConnection
    protocol: str | None
    session: str

    async def send(self, channel: str, kind: str, content: Message) -> str:
        """Send a message; returns its id, which replies and outputs name as their parent."""
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "session": self.session,
            "username": "test",
            "date": datetime.now(UTC).isoformat(),
            "version": "5.4",
        }
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        if self.protocol is None:
            await self.socket.write_message(json.dumps({"channel": channel, **message}))
        else:
            await self.socket.write_message(_encode_v1(channel, message), binary=True)
        return str(header["msg_id"])

    async def execute(self, code: str) -> str:
        """Send an `execute_request` that may ask on stdin."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": True, "stop_on_error": True}
        return await self.send("shell", "execute_request", content)

    async def receive(self) -> Message:
        """The next message from any channel, which its key `channel` names. Raises EOFError if the server hung up."""
        data = await self.socket.read_message()
        if data is None:
            raise EOFError("The server closed the WebSocket.")
        message: Message = _decode_v1(data) if isinstance(data, bytes) else json.loads(data)
        return message

    async def until(self, parent: str, *kinds: str) -> list[Message]:
        """All messages about `parent`, until one of each kind has come. `idle` is a kind: the status message of it."""
        missing, messages = set(kinds), []
        while missing:
            message = await self.receive()
            if message["parent_header"].get("msg_id") == parent:
                messages.append(message)
                kind = message["header"]["msg_type"]
                missing.discard(message["content"]["execution_state"] if kind == "status" else kind)
        return messages

    async def result(self, code: str) -> str:
        """Run `code`; the text of its result."""
        messages = await self.until(await self.execute(code), "execute_reply", "idle")
        for message in messages:
            if message["header"]["msg_type"] == "execute_result":
                return str(message["content"]["data"]["text/plain"])
        raise AssertionError(f"{code!r} gave no result but {messages}.")


@asynccontextmanager
async def kernel_channels(url: str, kernel_id: str, protocol: str | None = None) -> AsyncIterator[Channels]:
    """Connect to a running kernel; `protocol` is the WebSocket subprotocol to ask for."""
    session = uuid.uuid4().hex
    address = f"{url.replace('http', 'ws', 1)}/api/kernels/{kernel_id}/channels?session_id={session}"
    request = HTTPRequest(address, headers=_HEADERS, request_timeout=HANGING)
    socket = await websocket_connect(request, subprotocols=[protocol] if protocol else None)
    try:
        assert socket.selected_subprotocol == protocol
        yield Channels(socket, protocol, session)
    finally:
        socket.close()


_PARTS = ("header", "parent_header", "metadata", "content")


def _encode_v1(channel: str, message: Message) -> bytes:
    """The format of jupyter_server's documentation: a count, that many offsets (uint64, little endian), the parts."""
    parts = [channel.encode(), *(json.dumps(message[part]).encode() for part in _PARTS)]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def _decode_v1(data: bytes) -> Message:
    (count,) = struct.unpack_from("<Q", data)
    offsets = struct.unpack_from(f"<{count}Q", data, 8)
    parts = [data[start:end] for start, end in pairwise(offsets)]
    return {
        "channel": parts[0].decode(),
        **{name: json.loads(part) for name, part in zip(_PARTS, parts[1:5], strict=True)},
    }
