"""Clients that write null where a request has no parent or no metadata are answered like any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import zmq

from tests.support.kernel_process import MONTY, KernelProcess, run
from tests.support.waiting import HANGING

HEADERS = [(b"null", b"{}"), (b"{}", b"null"), (b"null", b"null")]


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelProcess]:
    with KernelProcess(tmp_path_factory.mktemp("kernel"), MONTY) as process:
        yield process
        assert process.output() == ""


def send(
    process: KernelProcess, peer: zmq.Socket[bytes], kind: str, content: dict[str, Any], headers: tuple[bytes, bytes]
) -> str:
    session = process.session()
    header = session.msg_header(kind)
    parts = [session.pack(header), *headers, session.pack(content)]
    peer.send_multipart([b"<IDS|MSG>", session.sign(parts), *parts])
    return str(header["msg_id"])


def reply(process: KernelProcess, peer: zmq.Socket[bytes]) -> dict[str, Any]:
    assert peer.poll(1000 * HANGING)
    session = process.session()
    message: dict[str, Any] = session.deserialize(session.feed_identities(peer.recv_multipart())[1])
    return message


@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize(
    ("channel", "kind", "content"),
    [
        ("shell", "execute_request", {"code": "2 + 2", "silent": False}),
        ("shell", "execute_request", {"code": "1 / 0", "silent": False}),
        ("shell", "complete_request", {"code": "pri", "cursor_pos": 3}),
        ("shell", "kernel_info_request", {}),
        ("control", "kernel_info_request", {}),
        ("control", "interrupt_request", {}),
        ("control", "usage_request", {}),
    ],
)
def test_a_request_is_answered(
    process: KernelProcess, channel: str, kind: str, content: dict[str, Any], headers: tuple[bytes, bytes]
) -> None:
    peer = process.socket(channel, zmq.DEALER)
    asked = send(process, peer, kind, content, headers)
    message = reply(process, peer)
    assert message["parent_header"]["msg_id"] == asked
    assert message["msg_type"] == kind.replace("request", "reply")
    if kind != "usage_request":
        assert message["content"]["status"] == ("error" if content.get("code") == "1 / 0" else "ok")


def test_outputs_and_statuses_name_the_request(process: KernelProcess) -> None:
    client = process.client()
    peer = process.socket("shell", zmq.DEALER)
    asked = send(process, peer, "execute_request", {"code": "2 + 2", "silent": False}, HEADERS[2])
    found = []
    while not found or found[-1] != "idle":
        message = client.get_iopub_msg(timeout=HANGING)
        if message["parent_header"].get("msg_id") == asked:
            found.append(message["content"].get("execution_state", message["msg_type"]))
    assert found == ["busy", "execute_input", "execute_result", "idle"]


def test_an_answer_to_input_is_taken(process: KernelProcess) -> None:
    identity = b"who asks"
    shell, stdin = (process.socket(channel, zmq.DEALER, identity=identity) for channel in ("shell", "stdin"))
    # the stdin socket has to be known to the kernel before it can be asked there
    send(process, stdin, "input_reply", {"value": "too early"}, HEADERS[2])
    run(process.client(), "1")
    send(
        process, shell, "execute_request", {"code": "name = input()", "silent": False, "allow_stdin": True}, HEADERS[2]
    )
    assert stdin.poll(1000 * HANGING)
    send(process, stdin, "input_reply", {"value": "Ada"}, HEADERS[2])
    assert reply(process, shell)["content"]["status"] == "ok"
    assert run(process.client(), "name") == "'Ada'"


def test_the_key_is_still_asked_for(process: KernelProcess) -> None:
    session = process.session()
    parts = [session.pack(session.msg_header("kernel_info_request")), b"null", b"null", b"{}"]
    peer = process.socket("shell", zmq.DEALER)
    peer.send_multipart([b"<IDS|MSG>", b"0" * len(session.sign(parts)), *parts])
    assert run(process.client(), "2 + 2") == "4"
    assert not peer.poll(100)
