"""Requests: a kernel answers each message it can read, whatever its content is, once and in order, and logs no defect."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import zmq
from hypothesis import strategies as st
from jupyter_client.connect import write_connection_file

from monty_kernel.jupyter import app, guarded_stream, kernel, request_content, shell_queue, wire_session  # noqa: F401 - traced
from tests.fuzz.target import JSON, Target, as_json, json_of

KEY = b"the key of these tests"
_SILENT = {"comm_open", "comm_msg", "comm_close", "unknown_request", "input_reply"}
ANSWERED = {"execute_request", *kernel.QUESTIONS} - _SILENT
_MOST_SECONDS = 20.0


class _Errors(logging.Handler):
    """Keeps what a kernel logs as an error: a defect that it survived."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(logging.Formatter().format(record))


class InProcess:
    """A kernel on a loop in this process, where its coverage can be seen, and the sockets of a client."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mf-"))
        os.environ["JUPYTER_DATA_DIR"] = os.environ["JUPYTER_CONFIG_DIR"] = str(self.folder)
        file = self.folder / "c.json"
        write_connection_file(str(file), key=KEY, transport="ipc", ip=str(self.folder / "s"))
        self.app = app.MontyKernelApp()
        options = ["-f", str(file), "--MontyKernel.max_cell_seconds=2", f"--MontyKernel.max_memory={1 << 27}"]
        self.app.initialize(options)
        assert self.app.kernel is not None and self.app.loop is not None
        self.kernel, self.loop = self.app.kernel, self.app.loop
        self.errors = _Errors()
        self.app.log.addHandler(self.errors)
        self.kernel.start()
        self.session = wire_session.WireSession(key=KEY)
        info = json.loads(file.read_text())
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self.shell, self.iopub = (self._context.socket(kind) for kind in (zmq.DEALER, zmq.SUB))
        self.iopub.subscribe(b"")
        for name in ("shell", "iopub"):
            getattr(self, name).connect(f"ipc://{info['ip']}-{info[f'{name}_port']}")
        self._wait_for(lambda: self._heard("iopub_welcome"))

    def _heard(self, kind: str) -> bool:
        return self.iopub.poll(0) != 0 and self._message(self.iopub)["header"]["msg_type"] == kind

    def _wait_for(self, happened: Any) -> None:
        async def waiting() -> None:
            async with asyncio.timeout(_MOST_SECONDS):
                while not happened():  # noqa: ASYNC110 - what comes, comes through sockets that are polled
                    await asyncio.sleep(0.001)

        self.loop.run_until_complete(waiting())

    def _message(self, socket: zmq.Socket[bytes]) -> dict[str, Any]:
        message: dict[str, Any] = self.session.deserialize(
            self.session.feed_identities(socket.recv_multipart())[1], content=True
        )
        return message

    def exchange(self, requests: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]]) -> None:
        """Send requests at once, hear all that comes, and compare it with what has to come."""
        replies: dict[str, list[str]] = {}
        statuses: dict[str, list[str]] = {}
        sent: list[tuple[str, str]] = []
        for kind, content, metadata, extra in requests:
            message = self.session.msg(kind, content, metadata=metadata)
            message["header"] = {**extra, **message["header"]}
            frames = self.session.serialize(message)
            if guarded_stream.refusal(wire_session.WireSession(key=KEY), [b"x", *frames]) is None:
                sent.append((message["header"]["msg_id"], kind))
            self.shell.send_multipart(frames)
        begun = time.monotonic()

        def ended() -> bool:
            while self.shell.poll(0):
                heard = self._message(self.shell)
                replies.setdefault(heard["parent_header"]["msg_id"], []).append(heard["header"]["msg_type"])
                assert heard["content"]["status"] in (
                    "ok",
                    "error",
                    "aborted",
                    "complete",
                    "incomplete",
                    "invalid",
                    "unknown",
                )
            while self.iopub.poll(0):
                heard = self._message(self.iopub)
                if heard["header"]["msg_type"] == "status":
                    said = heard["content"]["execution_state"]
                    statuses.setdefault(heard["parent_header"].get("msg_id", ""), []).append(said)
            if time.monotonic() - begun > 3:
                self.kernel.interrupt()  # a cell that sleeps
            return all(
                statuses.get(msg_id, [""])[-1] == "idle" and (kind not in ANSWERED or msg_id in replies)
                for msg_id, kind in sent
            )

        self._wait_for(ended)
        for msg_id, kind in sent:
            wanted = [kind.replace("_request", "_reply")] if kind in ANSWERED else []
            assert replies.get(msg_id, []) == wanted, (kind, replies.get(msg_id))
            assert statuses[msg_id][0] == "busy", statuses[msg_id]
        lines, self.errors.lines = self.errors.lines, []
        assert not lines, "\n".join(lines)

    def close(self) -> None:
        """End the kernel and remove its folder."""
        self.loop.run_until_complete(self.kernel.close())
        for socket in (self.shell, self.iopub):
            socket.close(linger=0)
        self._context.term()
        assert self.app.iopub is not None and self.app.channels is not None
        self.loop.run_until_complete(self.app.iopub.finish(0.1))
        self.app.channels.close(linger_ms=0)
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def running() -> InProcess:
    """The kernel of this process."""
    return InProcess()


def check_requests(data: bytes) -> None:
    """JSON says what is sent: a list of [message type, content, metadata, what else the header says]."""
    said = json_of(data)
    requests = []
    for each in (said if isinstance(said, list) else [])[:4]:
        if not isinstance(each, list) or len(each) < 2 or each[0] not in ANSWERED | _SILENT:
            continue
        kind, content, metadata, extra = (*each, {}, {})[:4]
        if isinstance(content, dict):
            content["allow_stdin"] = False  # nobody is here to answer
            metadata, extra = (part if isinstance(part, dict) else {} for part in (metadata, extra))
            requests.append((kind, content, metadata, extra))
    if requests:
        running().exchange(requests)


_CODES = ["1", "x = 1\nx", "1/0", "%who", "%undo", "%history", "?", "x.", "import ", "(", "for", "", " ", "\0", "\ud800", "'''", "input()", "%%time\n1", "exit", "display({'text/html': '<b>'}, raw=True)"]  # fmt: skip
_FIELDS = {
    "code": st.sampled_from(_CODES) | st.text(max_size=20),
    "cursor_pos": st.integers(-5, 1 << 70),
    "detail_level": st.integers(-1, 3),
    "silent": st.booleans(),
    "store_history": st.booleans(),
    "stop_on_error": st.booleans(),
    "user_expressions": st.dictionaries(st.text(max_size=5), st.sampled_from(_CODES), max_size=2),
    "hist_access_type": st.sampled_from(["tail", "range", "search", "x"]),
    "output": st.booleans(),
    "raw": st.booleans(),
    "session": st.integers(),
    "start": st.integers(),
    "stop": st.integers() | st.none(),
    "n": st.integers(),
    "pattern": st.sampled_from(["*", "x*", "[", "[^", "", "\0", "\ud800", "%", "?" * 50]),
    "unique": st.booleans(),
    "target_name": st.text(max_size=4),
    "comm_id": st.text(max_size=4) | st.integers(),
}
_WHOLE: dict[str, Any] = {
    "code": "1", "cursor_pos": 1, "detail_level": 0, "silent": False, "hist_access_type": "tail", "output": True, "raw": True, "session": 0, "start": 1, "stop": None, "n": 3,
    "pattern": "*", "unique": False, "user_expressions": {"a": "1"}, "store_history": True, "stop_on_error": True, "comm_id": "1", "target_name": "t", "data": {},
}  # fmt: skip
_CONTENT = st.builds(
    lambda good, bad: {**_WHOLE, **good, **bad},
    st.fixed_dictionaries({}, optional=_FIELDS),
    st.dictionaries(st.sampled_from(sorted(_WHOLE)), JSON, max_size=1),
)
_KINDS = sorted(ANSWERED | _SILENT)
_REQUEST = st.tuples(
    st.sampled_from(_KINDS), _CONTENT, st.just({}) | st.dictionaries(st.text(max_size=5), JSON, max_size=2),
    st.just({}) | st.dictionaries(st.sampled_from(["version", "date", "username", "subshell_id", "x"]), JSON, max_size=2),
)  # fmt: skip
REQUESTS = Target(
    "requests",
    "each message that can be read has one reply of its type, busy before and idle after, and no error is logged",
    check_requests,
    st.lists(_REQUEST, min_size=1, max_size=3).map(as_json),
    (*tuple(as_json([[kind, _WHOLE, {}, {}]]) for kind in _KINDS), as_json([["execute_request", _WHOLE], ["complete_request", _WHOLE]])),
    (*(f'"{name}"'.encode() for name in (*_WHOLE, *_KINDS, "version", "subshell_id")), b"NaN", b"1e999", b"-1", b'"\\ud800"', b'"\\u0000"', b"null", b"{}", b"[]"),
    lambda: running().close() if running.cache_info().currsize else None,
)  # fmt: skip
