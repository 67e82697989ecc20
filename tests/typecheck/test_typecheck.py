"""The type check of cells over the wire: its modes, what is shown when, and what a notebook may not do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.kernel_client import Answer, Kernel, worker_pids
from tests.support.waiting import HANGING

Start = Callable[..., Kernel]

SLOW = "a0 = (1, 2)\n" + "".join(f"a{i + 1} = (a{i}, a{i})\n" for i in range(40)) + "1 + a40"
"""Types that double forty times: the checker would need years."""


def findings(answer: Answer) -> str:
    return answer.text("stderr")


@pytest.fixture
def kernel(kernel: Kernel) -> Kernel:
    kernel.run("%reset -f\n%typecheck off")
    return kernel


def test_a_cell_is_just_run_unless_asked_for(kernel: Kernel) -> None:
    assert kernel.run("%typecheck").text() == "Cells are not type-checked.\n"
    answer = kernel.run("x = 1\nif not x: x.foo\nx")
    assert (answer.plain, findings(answer)) == ("1", "")


def test_on_shows_what_is_found_and_runs_the_cell(kernel: Kernel) -> None:
    kernel.run("%typecheck on")
    answer = kernel.run("x = 1\nprint('ran')\ndef unused():\n    x.foo\nx")
    number = answer.reply["execution_count"]
    assert findings(answer) == (
        f"Type check: In[{number}], line 4: Object of type `Literal[1]` has no attribute `foo` [unresolved-attribute]\n"
        "    x.foo\n"
        "    ^^^^^\n"
    )
    kinds = [message["content"].get("name", message["msg_type"]) for message in answer.messages]
    assert kinds.index("stderr") < kinds.index("stdout") < kinds.index("execute_result")
    assert answer.reply["status"] == "ok"


def test_strict_does_not_run_it(kernel: Kernel) -> None:
    kernel.run("runs = []")
    kernel.run("%typecheck strict")
    answer = kernel.run("runs.append(1)\nruns.nope; len(5)", user_expressions={"n": "1"})
    number = answer.reply["execution_count"]
    assert (answer.reply["status"], answer.reply["ename"]) == ("error", "TypeCheckError")
    assert answer.reply["evalue"] == "Object of type `list[Any]` has no attribute `nope` [unresolved-attribute]"
    shown = "\n".join(answer.all("error")[0]["traceback"])
    assert "runs.nope; len(5)" in shown
    assert "^^^^^^^^^" in shown
    assert f"Type check: In[{number}], line 2: Argument to function `len` is incorrect" in shown
    assert shown.endswith("The cell was not run because %typecheck is strict.")
    assert findings(answer) == ""
    assert kernel.run("runs").plain == "[]"
    assert kernel.run(f"In[{number}]").plain == repr("runs.append(1)\nruns.nope; len(5)")
    assert kernel.run("1").reply["execution_count"] == number + 3


def test_what_waits_behind_a_refused_cell_is_aborted(kernel: Kernel) -> None:
    kernel.run("%typecheck strict")
    asks, refused, waits = kernel.queue("input()", "'a' + 1", "never = 1")
    assert kernel.finish(asks).reply["status"] == "ok"
    assert kernel.finish(refused).reply["ename"] == "TypeCheckError"
    assert kernel.finish(waits).reply["status"] == "aborted"


@pytest.mark.parametrize("mode", ["on", "strict"])
def test_names_are_known_whatever_became_of_their_cells(kernel: Kernel, mode: str) -> None:
    kernel.run("before = 1\ndef helper(a): return a")
    kernel.run("half = 1\n1 / 0\nnever = 2")
    kernel.run("def maker():\n    global made\n    made = [1]\nexec('executed = 1')")
    kernel.run(f"%typecheck {mode}")
    kernel.run("unsound = 1\nunsound.foo")  # fails the check, and is run or not
    for name in ("before", "helper(1)", "half", "never", "executed", "unsound"):
        answer = kernel.run(f"({name})")
        assert findings(answer) == "", name
        assert answer.reply.get("ename") != "TypeCheckError", name
    answer = kernel.run("maker()\nmade[0]")
    assert (answer.plain, findings(answer)) == ("1", "")
    known = "before, In, Out, _, __, ___, input, display, help, exit, quit"
    assert findings(kernel.run(f"if 0: print({known}, _i, _i1)")) == ""
    answer = kernel.run("nobody")
    assert "Name `nobody` used when not defined" in findings(answer) + answer.reply.get("evalue", "")


def test_a_name_may_become_anything_in_a_later_cell(kernel: Kernel) -> None:
    kernel.run("%typecheck strict")
    for cell, shown in [
        ("import time\nx: int = 1\nx", "1"),
        ("x = 'a'\nx.upper()", "'A'"),
        ("def x(a): return a\nx(1)", "1"),
        ("class x:\n    n = 5\nx().n", "5"),
        ("from time import time\ntime = 3\ntime + 1", "4"),
        ("x = [1]\nx[0] + time", "4"),
        ("def x(a, b): return a + b\nx(1, 2)", "3"),
        ("first, *x = 1, 2, 3\nx", "[2, 3]"),
    ]:
        answer = kernel.run(cell)
        assert answer.plain == shown, answer.reply


def test_going_back_and_forth_takes_the_names_along(kernel: Kernel) -> None:
    kernel.run("%typecheck on")
    first = kernel.run("def f(a: int): return a\nv = 1").reply["execution_count"]
    second = kernel.run("def f(a: str): return a\nv = 'a'\nonly_here = 1").reply["execution_count"]
    assert findings(kernel.run("f('a'); v.upper()\nonly_here")) == ""
    kernel.run(f"%restore {first}")
    told = findings(kernel.run("def unused():\n    f('a'); v.upper(); only_here"))
    assert [line.rpartition("[")[2] for line in told.splitlines() if line.startswith("Type check")] == [
        "invalid-argument-type]",
        "unresolved-attribute]",
        "unresolved-reference]",
    ]
    kernel.run(f"%restore {second}")
    assert findings(kernel.run("v.upper()\nonly_here")) == ""


def test_the_check_of_a_resumed_session_knows_its_cells(start: Start, tmp_path: Path) -> None:
    kernel = start(env={"JPY_SESSION_NAME": str(tmp_path / "a.ipynb")})
    kernel.run("def f(a: int): return a\nclass C:\n    n = 1\nc = C()")
    kernel.run("v = 'a'")
    kernel.manager.shutdown_kernel()
    other = Kernel(kernel.folder, env={"JPY_SESSION_NAME": str(tmp_path / "a.ipynb")})
    try:
        other.answer("%resume", "y")
        other.run("%typecheck on")
        told = findings(other.run("def unused():\n    f(v)\n    c.m\nv.upper() + str(c.n)"))
        assert told.count("Type check") == 2, told
        assert "line 2" in told
        assert "line 3" in told
    finally:
        other.close()


def test_a_journal_runs_cells_again_unchecked_and_not_those_that_were_refused(kernel: Kernel) -> None:
    kernel.run("done = []")
    kernel.run("%typecheck on")
    kernel.run("done.append('on')\nlambda: done.foo")
    kernel.run("%typecheck strict")
    kernel.run("done.append('refused')\ndone.foo")
    for _ in range(2):
        os.kill(worker_pids(kernel.pid)[0], 9)
        assert kernel.run("done").plain == "['on']"
    kernel.run("%undo 2")
    kernel.run("%redo 2")
    assert kernel.run("done").plain == "['on']"


def running(message: dict[str, Any]) -> bool:
    return bool(message["msg_type"] == "execute_input")


def test_a_check_is_interrupted_at_once_and_ends_in_good_time_by_itself(kernel: Kernel) -> None:
    kernel.run("%typecheck strict")
    kernel.run("kept = 1")

    def interrupt(message: dict[str, Any]) -> None:
        if running(message):
            time.sleep(0.3)
            kernel.manager.interrupt_kernel()

    assert kernel.run(SLOW, meanwhile=interrupt).reply["ename"] == "KeyboardInterrupt"
    assert kernel.run("kept").plain == "1"
    answer = kernel.run(SLOW.replace("1 + a40", "a3[0]"))
    if findings(answer):  # the checker may take it easy one day
        assert "was not type-checked: that would have taken longer than 2 seconds." in findings(answer)
    assert kernel.run("kept.foo").reply["ename"] == "TypeCheckError"


def test_a_killed_checker_is_replaced(kernel: Kernel) -> None:
    kernel.run("%typecheck on")
    assert findings(kernel.run("lambda: 'a' + 1"))
    before = workers(kernel)
    for pid in before:
        if b"monty" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, 9)
    answer = kernel.run("lambda: 'a' + 1")
    assert findings(answer)
    assert "unsupported-operator" in findings(kernel.run("lambda: 'a' + 1"))


def workers(kernel: Kernel) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{kernel.pid}/task/{kernel.pid}/children").read_text().split()]


def test_what_the_person_asked_for_no_notebook_lessens(start: Start) -> None:
    kernel = start("--typecheck=strict")
    for attempt in ("%typecheck off", "%typecheck on", "get = %typecheck off", "for _ in [1]:\n    %typecheck off"):
        answer = kernel.run(attempt)
        assert answer.reply["ename"] == "UsageError", attempt
        assert "type checks 'strict', and a notebook cannot lower that" in answer.reply["evalue"]
    assert kernel.run("%typecheck strict").reply["status"] == "ok"
    assert kernel.run("'a' + 1").reply["ename"] == "TypeCheckError"


def test_wrong_use_and_completion(kernel: Kernel) -> None:
    assert kernel.run("%typecheck loud").reply["ename"] == "UsageError"
    kernel.client.complete("%typecheck s", 12)
    assert kernel.client.get_shell_msg(timeout=HANGING)["content"]["matches"] == ["strict"]


def test_what_a_cell_writes_reaches_no_terminal_raw(kernel: Kernel) -> None:
    kernel.run("%typecheck on")
    answer = kernel.run("lambda: 'a\x1b]0;title\x07' + 1  # \x1b[2J")
    assert "unsupported-operator" in findings(answer)
    assert "\x1b" not in findings(answer)
    assert "\x07" not in findings(answer)


def test_a_kernel_that_is_to_end_runs_no_cell_that_is_still_being_checked(start: Start) -> None:
    kernel = start("--typecheck=on")
    kernel.run("lambda: 'a' + 1")  # the checker is there
    kernel.client.execute(SLOW + "\nwhile True: pass")
    while not running(kernel.client.get_iopub_msg(timeout=HANGING)):
        pass
    kernel.client.shutdown()
    late = time.monotonic() + 20
    while kernel.manager.is_alive():
        assert time.monotonic() < late
        time.sleep(0.05)


def test_what_a_front_end_asks_silently_is_not_checked(kernel: Kernel) -> None:
    kernel.run("%typecheck strict")
    answer = kernel.run("'a' + 1", silent=True, store_history=False)
    assert answer.reply["ename"] == "TypeError"
    assert kernel.run("'a' + 1", store_history=False).reply["ename"] == "TypeCheckError"
