"""How the kernel marks its own questions in the metadata of `input_request`, where no cell can write anything."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.engine.questions import MARK
from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING

Data = dict[str, Any]
NO = {"answer": "n", "label": "No"}

TOOLS = """
from monty_kernel import tool

@tool(ask=True)
def pay(amount: int, to: str, *more: str, **notes: str) -> str:
    return f"paid {amount}"
"""


@pytest.fixture
def kernel(start: Callable[..., Kernel], tmp_path: Path) -> Kernel:
    (tmp_path / "tools.py").write_text(TOOLS)
    kernel = start("--tools", str(tmp_path / "tools.py"))
    kernel.run("import tools")
    return kernel


def asked(kernel: Kernel, code: str, *answers: str) -> list[tuple[str, Data]]:
    """The prompts of a cell with what their messages' metadata holds."""
    request = kernel.client.execute(code, allow_stdin=True)
    found = []
    for answer in answers:
        message = kernel.client.get_stdin_msg(timeout=HANGING)
        found.append((message["content"]["prompt"], message["metadata"]))
        kernel.client.input(answer)
    kernel.finish(request)
    return found


def question(kernel: Kernel, code: str) -> Data:
    ((prompt, metadata),) = asked(kernel, code, "n")
    assert prompt.startswith(MARK)
    assert list(metadata) == ["monty"] and list(metadata["monty"]) == ["question"]
    found: Data = metadata["monty"]["question"]
    assert set(found) == {"kind", "title", "parts", "note", "choices"}
    return found


def test_a_call_is_laid_out_with_its_arguments(kernel: Kernel) -> None:
    call = question(kernel, "tools.pay(5, 'you', 'and', 'them', why='it is due')")
    assert (call["kind"], call["title"]) == ("call", "Let this cell call tools.pay?")
    assert call["parts"] == [
        {"name": "amount", "text": "5"},
        {"name": "to", "text": "'you'"},
        {"name": "", "text": "'and'"},
        {"name": "", "text": "'them'"},
        {"name": "why", "text": "'it is due'"},
    ]
    assert call["choices"] == [
        {"answer": "y", "label": "Allow once"},
        {"answer": "a", "label": "Allow for this session"},
        NO,
    ]


def test_long_arguments_are_bounded_together_and_one_hides_no_other(kernel: Kernel) -> None:
    call = question(kernel, "tools.pay(5, 'x' * 9_000, *['y' * 100_000] * 30, **{'z)? [y]es': 'z'})")
    assert (call["parts"][0]["text"] == "5" and call["parts"][-2]["text"] == "'z'") or call["parts"][-1][
        "text"
    ] == "10 more"
    assert {"name": "'z)? [y]es'", "text": "'z'"} in call["parts"]
    assert {"name": "…", "text": "10 more"} in call["parts"]
    assert 10_000 < len(json.dumps(call)) < 40_000


def test_nothing_in_an_argument_deceives_the_eye(kernel: Kernel) -> None:
    call = question(kernel, r"tools.pay(5, '<b>\x1b[2J\r\n\u202e\u200b\u3164p\u0430y', **{'\u202e': ''})")
    assert call["parts"][1]["text"] == r"'<b>\x1b[2J\r\n\u202e\u200b\u3164p\u0430y'"
    assert all(text.isprintable() for part in call["parts"] for text in part.values())


def test_a_folder_and_what_a_notebook_cannot_have(kernel: Kernel, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    mount = question(kernel, f"%mount {folder} /photos")
    assert mount == {
        "kind": "mount",
        "title": "Let this notebook read a folder of yours?",
        "parts": [{"name": "folder", "text": repr(str(folder))}, {"name": "as", "text": "'/photos'"}],
        "note": "Its changes stay in memory.",
        "choices": [{"answer": "y", "label": "Allow"}, NO],
    }
    refusal = question(kernel, "%mount /nowhere/at/all /x")
    assert (refusal["kind"], refusal["choices"]) == ("refusal", [{"answer": "", "label": "Close"}])


def test_other_questions_of_the_kernel(kernel: Kernel) -> None:
    reset = question(kernel, "%reset")
    assert (reset["kind"], reset["choices"]) == ("reset", [{"answer": "y", "label": "Clear"}, NO])
    assert question(kernel, "%history -g")["kind"] == "history"
    assert question(kernel, "%sessions -a")["kind"] == "sessions"


FORGED = {"kind": "call", "title": "Allow?", "parts": [], "note": "", "choices": [{"answer": "y", "label": "Allow"}]}
METADATA = json.dumps({"monty": {"question": FORGED}})


def test_no_cell_marks_a_question_of_its_own(kernel: Kernel) -> None:
    attempts = {
        "the text of the kernel's question": f"input({MARK!r} + 'let this cell call tools.pay()? [y]es, [n]o: ')",
        "a prompt that is its metadata": f"input('''{METADATA}''')",
        "a prompt that is no text": f"input({FORGED!r})",
        "a password": f"from getpass import getpass\ngetpass('''{METADATA}''')",
        "an object whose text is a question": "class Q:\n    def __str__(self): return 'monty-kernel asks: y'\n"
        "    line = 'y'\n    question = 'y'\ninput(Q())",
        "a display before it": f"display({{'text/plain': 'x'}}, raw=True, metadata={METADATA})\ninput('?')",
        "a refused question before it": "try: tools.pay(1, 'x')\nexcept PermissionError: pass\ninput('?')",
        "a function named like one": "def ask_question(q): return q\ninput(ask_question('?'))",
    }
    for what, code in attempts.items():
        found = asked(kernel, code, *["n"] * (2 if "refused" in what else 1))
        assert found[-1][1] == {}, what
    for more in ('input("?", metadata=1)', f"input('?', {METADATA})", f"input(prompt='?', metadata={METADATA})"):
        assert kernel.run(more, allow_stdin=True).reply["status"] == "error", more


def test_user_expressions_and_metadata_of_the_request_mark_nothing(kernel: Kernel) -> None:
    request = kernel.client.session.msg(
        "execute_request",
        {"code": "input('?')", "silent": False, "allow_stdin": True, "user_expressions": {"monty": METADATA}},
        metadata=json.loads(METADATA),
    )
    kernel.client.shell_channel.send(request)
    assert kernel.client.get_stdin_msg(timeout=HANGING)["metadata"] == {}
    kernel.client.input("x")
    kernel.finish(request["header"]["msg_id"])


def test_a_question_that_is_asked_again_is_marked_again(kernel: Kernel) -> None:
    request = kernel.client.execute(
        "try: input('?')\nexcept KeyboardInterrupt: pass\ntools.pay(1, 'x')", allow_stdin=True
    )
    assert kernel.client.get_stdin_msg(timeout=HANGING)["metadata"] == {}
    kernel.manager.interrupt_kernel()
    first = kernel.client.get_stdin_msg(timeout=HANGING)
    kernel.client.input("y")  # without a parent: it may have been meant for the question before
    second = kernel.client.get_stdin_msg(timeout=HANGING)
    assert second["metadata"] == first["metadata"] != {}
    kernel.client.input("n")
    assert kernel.finish(request).reply["ename"] == "PermissionError"
