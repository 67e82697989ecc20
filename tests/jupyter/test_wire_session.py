"""All that the kernel sends is valid UTF-8 and valid JSON."""

from __future__ import annotations

import json
import warnings
from datetime import UTC, datetime
from typing import Any

import pytest

from monty_kernel.jupyter.wire_session import WireSession

TEXTS = ["é漢😀", "\ud800", "\udc80", "\udcff", "a\ud83d\udc80"]


def refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is no JSON")


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("number", [1.5, float("nan"), float("inf"), 10**400])
def test_what_is_sent_can_be_read_by_anybody(text: str, number: float) -> None:
    session = WireSession()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        packed = session.pack({"text": text, "deep": [{"number": number}], "at": datetime.now(UTC)})
    read = json.loads(packed.decode("utf-8"), parse_constant=refuse)
    assert read["text"] == json.loads(json.dumps(text))
    assert read["deep"] == [{"number": number if number in (1.5, 10**400) else None}]


def test_a_message_is_taken_once_and_no_other_for_it() -> None:
    sender, receiver, forgetful = (WireSession(key=b"key", digest_history_size=size) for size in (500, 500, 100))
    sent = [sender.serialize(sender.msg("execute_request", {"code": str(number)})) for number in range(300)]
    messages = [receiver.feed_identities(frames)[1] for frames in sent]
    for number, message in enumerate(messages):
        assert receiver.deserialize(message)["content"] == {"code": str(number)}
        with pytest.raises(ValueError, match="Duplicate"):
            receiver.deserialize(message)
        forgetful.deserialize(message)
    assert len(receiver.digest_history) == 300 and 80 < len(forgetful.digest_history) <= 100


@pytest.mark.parametrize("packer", ["json", "jupyter_client.session.json_packer"])
def test_each_message_names_the_request_that_it_answers(packer: str) -> None:
    session = WireSession(key=b"key", packer=packer)
    requests = [session.msg("execute_request", {"code": str(number)}) for number in range(3)]
    for number in (0, 0, 1, 0, 2, 2):
        frames = session.serialize(session.msg("status", {"execution_state": "idle"}, parent=requests[number]))
        read = WireSession(key=b"key", packer=packer).deserialize(frames[1:])
        assert read["parent_header"]["msg_id"] == requests[number]["header"]["msg_id"]
    assert session.deserialize(session.serialize(session.msg("status"))[1:])["parent_header"] == {}


class _Stream:
    def __init__(self) -> None:
        self.sent: list[str] = []

    def send_multipart(self, frames: list[bytes], **options: Any) -> None:
        self.sent.append(json.loads(frames[-4])["msg_type"])


def test_what_is_sent_together_leaves_in_order_also_when_something_fails() -> None:
    session, stream = WireSession(), _Stream()

    def fail() -> None:
        with session.together():
            session.send(stream, "first")
            with session.together():
                session.send(stream, "second")
            assert stream.sent == []
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert stream.sent == ["first", "second"]
    session.send(stream, "third")
    assert stream.sent == ["first", "second", "third"]
