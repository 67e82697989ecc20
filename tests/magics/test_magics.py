"""Magics over the wire; what each of them does is tested on the engine."""

from __future__ import annotations

import time

from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING


def test_reset_asks_and_forgets(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("x = 1")
    for answer, expected in (("n", "ok"), ("y", "error")):
        msg_id = kernel.client.execute("%reset", allow_stdin=True)
        assert (
            "clear all variables of this session? %undo brings them back."
            in kernel.client.get_stdin_msg(timeout=HANGING)["content"]["prompt"]
        )
        kernel.client.input(answer)
        assert kernel.finish(msg_id).reply["status"] == "ok"
        assert kernel.run("x").reply["status"] == expected


def test_a_question_of_a_magic_can_be_interrupted(kernel: Kernel) -> None:
    kernel.run("x = 1")
    msg_id = kernel.client.execute("%reset", allow_stdin=True)
    kernel.client.get_stdin_msg(timeout=HANGING)
    kernel.manager.interrupt_kernel()
    assert kernel.finish(msg_id).reply["ename"] == "KeyboardInterrupt"
    assert kernel.run("x").plain == "1"


def test_without_stdin_the_answer_is_no(kernel: Kernel) -> None:
    kernel.run("x = 2")
    kernel.run("%reset", allow_stdin=False)
    assert kernel.run("x").plain == "2"


def test_a_question_mark_looks_at_the_live_session(kernel: Kernel) -> None:
    kernel.run("import json\nd = json.loads('{\"a\": [1, 2, 3]}')")
    page = kernel.run("d?").reply["payload"][0]
    assert page["source"] == "page"
    assert "dict" in page["data"]["text/plain"]


def test_help_prints(kernel: Kernel) -> None:
    kernel.run("def f(a, b=2):\n    'Adds.'\n    return a + b")
    text = kernel.run("help(f)").text()
    assert "f(a, b=2)" in text
    assert "Adds." in text
    assert "\x1b" not in text


def test_help_knows_what_its_own_cell_defines_and_imports(kernel: Kernel) -> None:
    answer = kernel.run("def bar(a):\n    'Bar doc'\nhelp(bar)\nbar?")
    assert "Signature:       bar(a)\nDocstring:       Bar doc\n" in answer.text()
    assert "bar(a)" in answer.reply["payload"][0]["data"]["text/plain"]
    assert "Q doc" in kernel.run("class Q:\n    'Q doc'\n    def m(self): 'm doc'\nhelp(Q)").text()
    assert "sine" in kernel.run("import math\nhelp(math.sin)").text()


def test_help_of_values_modules_and_texts(kernel: Kernel) -> None:
    kernel.run("import json\nclass Kept:\n    'Kept doc'\nkept = Kept(); number = 5\ndef named(): 'named doc'")
    for code, shown in (
        ("help(kept)", "Kept doc"),
        ("help(number)", "int(x, base=10)"),
        ("help(json)", "JavaScript Object Notation"),
        ("help('named')", "named doc"),
        ("help('no.such')", "No documentation found for 'no.such'."),
    ):
        assert shown in kernel.run(code).text(), code


def test_magics_come_in_the_middle_of_cells(kernel: Kernel) -> None:
    answer = kernel.run(
        "y = 5\n%time z = y * 2\nfor i in range(2):\n    %time w = i\nnames = %who_ls int\nz, w, 'y' in names"
    )
    assert answer.plain == "(10, 1, True)"
    assert answer.text().count("Wall time") == 3


def test_refusals_name_the_reason_and_run_nothing(kernel: Kernel, tmp_path) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "touched"
    for code in (
        f"!touch {target}",
        f"%%bash\ntouch {target}",
        f"%run {target}",
        "%pip install x",
    ):
        answer = kernel.run(code)
        assert answer.reply["ename"] == "UsageError", code
        assert "sandbox" in answer.reply["evalue"], code
    kernel.run(f"%%writefile {target}\nx")
    assert not target.exists()
    assert "%time" in kernel.run("%tim 1").reply["evalue"]


def test_history_is_on_disk_for_the_next_kernel(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("first = 'of the old kernel'")
    kernel.manager.shutdown_kernel()
    following = start(env={"JUPYTER_DATA_DIR": str(kernel.folder / "data")})
    reply = following.client.history(hist_access_type="search", pattern="*old*", reply=True, timeout=HANGING)
    assert reply["content"]["history"][-1][2] == "first = 'of the old kernel'"


def test_completion_and_inspection(kernel: Kernel) -> None:
    kernel.run("import math\nrecord = {'alpha': 1, 'beta': 2}")
    client = kernel.client
    time.sleep(0.1)
    matches = client.complete("record['", 8, reply=True, timeout=HANGING)["content"]["matches"]
    assert any("alpha" in match for match in matches)
    matches = client.complete("math.sq", 7, reply=True, timeout=HANGING)["content"]["matches"]
    assert any(match.endswith("sqrt") for match in matches)
    found = client.inspect("record", 3, reply=True, timeout=HANGING)["content"]
    assert found["found"] is True
    client.is_complete("for i in x:")
    assert client.get_shell_msg(timeout=HANGING)["content"]["status"] == "incomplete"


def test_how_many_inputs_a_client_asks_for_is_what_it_gets(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    for code in ("1", "2", "3"):
        kernel.run(code)
    for n, found in ((0, 0), (2, 2), (None, 3), (10**30, 3)):
        kernel.client.history(hist_access_type="tail", n=n)
        assert len(kernel.client.get_shell_msg(timeout=HANGING)["content"]["history"]) == found


def test_what_stock_magics_do_otherwise_here_is_said(kernel: Kernel) -> None:
    assert "name??" in kernel.run("%psource f").reply["evalue"]
    assert "%history" in kernel.run("%recall 1").reply["evalue"]
    assert kernel.run("input(1, 2)").reply["evalue"] == "input expected at most 1 argument, got 2"
