"""Whatever arrives on a port, the kernel lives on, answers honest clients and keeps its log short."""

from __future__ import annotations

import json
import socket as tcp
from pathlib import Path
from typing import Any

import pytest
import zmq
from hypothesis import given, settings
from hypothesis import strategies as st
from jupyter_client.session import Session

from monty_kernel.jupyter.guarded_stream import refusal
from tests.support.kernel_process import KEY, MONTY, KernelProcess, run
from tests.support.waiting import HANGING

CHANNELS = ("shell", "control", "stdin")


def signed(session: Session, *parts: bytes) -> list[bytes]:
    return [b"<IDS|MSG>", session.sign(list(parts)), *parts]


def good(session: Session) -> list[bytes]:
    return session.serialize(session.msg("kernel_info_request", {}))


def broken_messages() -> list[list[bytes]]:
    """Messages that no handler must see: unsigned, forged, cut short, and signed nonsense."""
    session, stranger, nobody = Session(key=KEY), Session(key=b"another key"), Session(key=b"")
    header = session.pack(session.msg_header("kernel_info_request"))
    whole = good(session)
    return [
        [],
        [b""],
        [b"\x00\xff" * 100],
        [b"<IDS|MSG>"],
        whole[:-1],
        whole[1:],
        [b"<IDS|MSG>", *whole],
        good(stranger),
        good(nobody),
        [*whole[:2], whole[2].replace(b"kernel_info_request", b"shutdown_request"), *whole[3:]],
        [*whole[:-1], b'{"code": "forged"}'],
        signed(session, b"{", b"{}", b"{}", b"{}"),
        signed(session, b"[]", b"{}", b"{}", b"{}"),
        signed(session, b"{}", b"{}", b"{}", b"{}"),
        signed(session, b'{"msg_id": 1, "msg_type": ["x"]}', b"{}", b"{}", b"{}"),
        signed(session, b'{"msg_id": "1", "msg_type": "x", "version": "x"}', b"{}", b"{}", b"{}"),
        signed(session, b"null", b"{}", b"{}", b"{}"),
        signed(session, header, b"{}", b"{}", b"null"),
        signed(session, header, b"[]", b"{}", b"{}"),
        signed(session, header, b"{}", b"3", b"{}"),
        signed(session, header, b"{}", b"{}", b'"text"'),
        signed(session, header, b"{}", b"{}", b"[" * 100_000),
        signed(session, header, b"{}", b"{}", b"\xff\xfe"),
    ]


@pytest.mark.parametrize("channel", CHANNELS)
def test_broken_and_forged_messages_are_dropped_in_silence(tmp_path: Path, channel: str) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        client = kernel.client()
        peer = kernel.socket(channel, zmq.DEALER)
        for frames in broken_messages():
            peer.send_multipart(frames or [b""])
        assert run(client, "6 * 7") == "42"
        assert not peer.poll(100)
        assert kernel.output() == ""


def test_a_replayed_message_is_dropped(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        session, peer = kernel.session(), kernel.socket("control", zmq.DEALER)
        frames = good(session)
        for _ in range(3):
            peer.send_multipart(frames)
        assert peer.poll(5000)
        peer.recv_multipart()
        assert not peer.poll(300)
        assert kernel.output() == ""


def test_forged_messages_do_not_use_up_the_memory_of_what_was_seen(tmp_path: Path) -> None:
    session, stranger = Session(key=KEY), Session(key=b"another key")
    assert refusal(session, good(stranger)) == "wrong signature"
    assert len(session.digest_history) == 0


def test_a_hostile_peer_gets_one_line_in_the_log_per_ten_seconds(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY, options=["--log-level=INFO"]) as kernel:
        client = kernel.client()
        peer = kernel.socket("shell", zmq.DEALER)
        for _ in range(5000):
            peer.send_multipart(good(Session(key=b"another key")))
        assert run(client, "6 * 7") == "42"
        lines = [line for line in kernel.output().splitlines() if "bad message" in line]
        assert len(lines) == 1
        assert "wrong signature" in lines[0]


def test_bytes_that_are_not_zeromq_harm_nobody(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        client = kernel.client()
        for channel in (*CHANNELS, "iopub", "hb"):
            address = ("127.0.0.1", kernel.info[f"{channel}_port"])
            for data in (
                b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"\xff" * 4096,
                b"\xff\0\0\0\0\0\0\0\1\x7f\3" + b"\0" * 80,
            ):
                with tcp.create_connection(address, timeout=HANGING) as connection:
                    connection.sendall(data)
        assert run(client, "6 * 7") == "42"
        assert client.is_alive()
        assert kernel.output() == ""


def test_signed_requests_without_their_fields_end_nothing(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        client = kernel.client()
        session = kernel.session()
        shell, control = kernel.socket("shell", zmq.DEALER), kernel.socket("control", zmq.DEALER)
        kinds = ("execute", "complete", "inspect", "is_complete", "history", "comm_info", "unknown", "debug")
        for kind in kinds:
            for peer in (shell, control):
                session.send(peer, f"{kind}_request", {})
                session.send(peer, f"{kind}_request", {"code": 1, "cursor_pos": "x", "user_expressions": 3})
        assert run(client, "6 * 7") == "42"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
PART = st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()) | st.just(b"<IDS|MSG>")


@settings(max_examples=300, deadline=None)
@given(st.lists(PART, max_size=9), st.booleans())
def test_what_is_not_refused_can_be_read(parts: list[bytes], sign: bool) -> None:
    session = Session(key=KEY)
    if sign and len(parts) >= 4:
        parts = [b"someone", *signed(session, *parts[:4]), *parts[4:]]
    if refusal(session, parts) is None:
        message: dict[str, Any] = session.deserialize(session.feed_identities(parts)[1])
        assert isinstance(message["content"], dict)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(), JSON, max_size=4), st.dictionaries(st.text(), JSON, max_size=4))
def test_what_a_client_signs_is_not_refused(content: dict[str, Any], metadata: dict[str, Any]) -> None:
    session, kernel = Session(key=KEY), Session(key=KEY)
    message = session.msg("execute_request", content, metadata=metadata)
    assert refusal(kernel, [b"identity", *session.serialize(message), b"a buffer"]) is None
