"""What should not be sent, sent: every try ends in an orderly reply, and the session survives."""

from __future__ import annotations

import json

import pytest
from jupyter_client.jsonutil import json_default

from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING


@pytest.mark.parametrize(
    ("code", "message"),
    [("x = 1\0", "NUL"), ("x = 1\nprint('\ud800')", "lone surrogate"), ("\ud800\0", "lone surrogate")],
)
def test_characters_no_source_can_hold(kernel: Kernel, code: str, message: str) -> None:
    pack = kernel.client.session.pack
    kernel.client.session.pack = lambda obj: json.dumps(obj, default=json_default).encode()  # as browsers do
    try:
        answer = kernel.run(code)
    finally:
        kernel.client.session.pack = pack
    assert answer.reply["ename"] == "SyntaxError"
    assert message in answer.reply["evalue"]
    assert kernel.run("1").plain == "1"


def test_four_megabytes_in_one_cell(kernel: Kernel) -> None:
    lines = "0123456789abcde\n" * 250_000
    answer = kernel.run(f"big = '''{lines}'''\nlen(big)")
    assert answer.plain == str(len(lines))
    listed = kernel.run("big = [\n" + ",\n".join(["'0123456789abcdef'"] * 150_000) + "\n]\nlen(big)")
    assert "too large" in listed.reply["evalue"], "Monty takes 65,535 elements in a literal"
    assert kernel.run("big = In = None; 1").reply["status"] == "ok"


def test_a_deeply_nested_expression(kernel: Kernel) -> None:
    for code in ("(" * 5000 + ")" * 5000, "-" * 20000 + "1", "[" * 500 + "]" * 500, "x" + ".a" * 10000):
        answer = kernel.run(code)
        assert answer.reply["status"] in ("ok", "error")
    assert kernel.run("1").plain == "1"


def test_deeply_nested_data_is_shown_or_refused(kernel: Kernel) -> None:
    code = "deep = []\nfor i in range(20000): deep = [deep]\ndeep"
    assert kernel.run(code).reply["status"] in ("ok", "error")
    assert kernel.run("1").plain == "1"


def test_a_broken_message_and_a_wrong_signature_are_dropped(kernel: Kernel) -> None:
    socket = kernel.client.shell_channel.socket
    socket.send_multipart([b"garbage"])
    socket.send_multipart([b"<IDS|MSG>", b"bad signature", b"{}", b"{}", b"{}", b"{}"])
    socket.send_multipart([b"<IDS|MSG>", b"", b"{", b"{}", b"{}", b"{}"])
    session = kernel.client.session
    socket.send_multipart(session.serialize(session.msg("execute_request", {"no code": 1})))
    socket.send_multipart(session.serialize(session.msg("no_such_request", {})))
    socket.send_multipart(session.serialize(session.msg("complete_request", {"code": 5, "cursor_pos": "x"})))
    replies = [kernel.client.get_shell_msg(timeout=HANGING) for _ in range(2)]
    replies.sort(key=lambda reply: reply["msg_type"], reverse=True)
    assert [reply["msg_type"] for reply in replies] == ["execute_reply", "complete_reply"]
    assert "'code'" in replies[0]["content"]["evalue"]
    assert "must be a string" in replies[1]["content"]["evalue"]
    assert kernel.run("1").plain == "1"


def test_cells_of_every_odd_shape(kernel: Kernel) -> None:
    for code in ("\n\n", "   ", "\t", "\r\n1\r\n", "1\r2", "\f1", "\\", "'''", '"', "(", ")", "#", ";", ";;", "%", "%%", "!", "?", "??",
                 "%%\n", "%%time", "%time", "x = %", "x = !", "\ufeff1", "é?", "% %", "?x?", "def f(:", "  indented", "async", "await 1",
                 "return 1", "yield", "nonlocal x", "global q\nq = 1", "from __future__ import annotations\n1", "import a.b.c", "print(1)\\"):  # fmt: skip
        reply = kernel.run(code).reply
        assert reply["status"] in ("ok", "error"), code
        assert "internal error" not in reply.get("evalue", ""), code
    assert kernel.run("1").plain == "1"


@pytest.mark.parametrize("key", ["{[]}", "{{}: 1}", "-" * 900 + "1", "[" * 150, "'\\d'", "(1, 2)", "1_", "\0", ""])
def test_keys_that_look_like_code(kernel: Kernel, key: str) -> None:
    assert kernel.run(f"raise KeyError({key!r})").reply["ename"] == "KeyError"


def test_a_hint_is_found_in_a_moment_whatever_stands_in_between(kernel: Kernel) -> None:
    answer = kernel.run("class A" + " " * 100_000 + "\\\n(B): pass")
    assert answer.reply["ename"] == "NotImplementedError"


def test_of_many_pages_the_last_is_shown(kernel: Kernel) -> None:
    payload = kernel.run("len?\n" * 20 + "print?").reply["payload"]
    assert len(payload) == 1
    assert "print" in payload[0]["data"]["text/plain"]


def test_a_session_too_large_to_be_saved_says_so(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start("--MontyKernel.max_memory=60_000_000")
    kernel.run("rows, step = [], 1_000")
    for _ in range(300):
        answer = kernel.run("for _ in range(step): rows.append({'a': len(rows), 'b': 'x' * 100})")
        if "more than max_memory" in answer.text("stderr"):
            break
        if answer.reply["status"] == "error":
            kernel.run("step = max(step // 2, 50)")
    else:
        raise AssertionError("the session grew and grew")
    assert "after the last cell" in answer.text("stderr")


def test_shadowing_what_the_kernel_uses(kernel: Kernel) -> None:
    kernel.run("display = input = print = len = str = repr = type = hasattr = list = dict = None")
    kernel.run("_ = __ = Out = In = __mk_value = None")
    assert kernel.run("[1, {2: 3}]").reply["status"] in ("ok", "error")
    assert kernel.run("1").reply["status"] in ("ok", "error")
