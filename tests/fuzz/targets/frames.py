"""Frames: what arrives at a request socket is refused with a reason, or can be read as a message."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from monty_kernel.jupyter import guarded_stream, wire_session
from monty_kernel.jupyter.request_content import problem
from tests.fuzz.target import JSON, Target, as_json

KEY = b"the key of these tests"
_PARTS = b"\x00--\x00"
"""Between two frames, in the bytes that a fuzzer makes."""
_HEADER = {"msg_id": "1", "msg_type": "execute_request", "session": "s", "username": "u", "version": "5.3", "date": "2026-01-01T00:00:00Z"}  # fmt: skip


def check_frames(data: bytes) -> None:
    """Take frames as a socket gives them, as they are and with the kernel's own signature put in."""
    frames = data.split(_PARTS)
    session = wire_session.WireSession(key=KEY)
    assert guarded_stream.refusal(session, frames) is not None, "passed without the key"
    if len(frames) < 4:
        return
    signed = [b"client", b"<IDS|MSG>", session.sign(frames[:4]), *frames]
    if guarded_stream.refusal(session, signed) is not None:
        return
    message: dict[str, Any] = session.deserialize(session.feed_identities(signed)[1])
    content = message["content"]
    assert isinstance(content, dict)
    said = problem(message["header"]["msg_type"], content)
    assert said is None or len(said) < 500
    again = session.serialize(session.msg("execute_reply", {"said": content}))
    json.loads(again[-1].decode())  # what was heard can be said again, as UTF-8 and JSON
    assert guarded_stream.refusal(session, signed) == "replayed"


def _joined(parts: list[bytes]) -> bytes:
    return _PARTS.join(parts)


_SEEDS = tuple(
    _joined([as_json({**_HEADER, "msg_type": kind}), b"{}", b"{}", as_json(content)])
    for kind, content in (
        ("execute_request", {"code": "1", "silent": False, "user_expressions": {"a": "b"}}),
        ("complete_request", {"code": "a.", "cursor_pos": 2}),
        ("history_request", {"hist_access_type": "tail", "output": False, "raw": True, "n": 3}),
        ("comm_open", {"comm_id": "x", "target_name": "y", "data": {}}),
    )
)
FRAMES = Target(
    "frames",
    "nothing passes without the key; what passes with it is a message with an object for content, once",
    check_frames,
    st.lists(st.binary(max_size=40) | JSON.map(as_json) | st.just(as_json(_HEADER)) | st.just(b"<IDS|MSG>"), max_size=8).map(_joined),
    _SEEDS,
    (_PARTS, b"<IDS|MSG>", b'"msg_type"', b'"version"', b"NaN", b"1e999", b"{", b"[", b"null", b'"\\ud800"'),
)  # fmt: skip
