"""No source text holds the kernel: an interrupt is answered at once, and the process does not grow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest

from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING

MOST_MIB = 64
MOST_SECONDS = 10
"""Of the kernel process's own computing, which takes a tenth of this. Its helpers may compute longer."""

SOURCES = {
    "a dotted import": "import " + "a." * 30_000 + "a",
    "a dotted import from": "from " + "a." * 60_000 + "a import b",
    "open calls": "f(" * 40_000,
    "closed brackets": "x = " + "[" * 40_000 + "]" * 40_000,
    "an operator": "x = " + "-" * 100_000 + "1",
    "lambdas": "x = " + "lambda: " * 15_000 + "1",
    "statements": "a=1\n" * 30_000,
    "numbers": "[" + "1," * 60_000 + "]",
    "an f-string": "f'" + "{a}" * 40_000 + "'",
    "nested f-strings": "f'{" * 30_000,
    "empty lines": "\n" * 100_000 + "x",
    "many empty lines": "\n" * 5_000_000 + "x",
    "many indented lines": "    x\n" * 1_000_000,
    "many strings": "''" * 2_000_000,
    "a dotted import behind a magic": "%%time\nimport " + "a." * 60_000 + "a",
    "a dotted import on a magic's line": "%time from " + "a." * 60_000 + "a import b",
    "accents": "x" + "\u0301\u0323" * 60_000 + " = 1",
}


def computing(kernel: Kernel) -> Callable[[], float]:
    """Start to watch how long the kernel's process computes. Returns a function that gives the seconds."""
    process = psutil.Process(kernel.pid)

    def seconds() -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    before = seconds()
    return lambda: seconds() - before


def growing(kernel: Kernel) -> Callable[[], int]:
    """Start to watch the kernel's peak of memory. Returns a function that gives the MiB above what was in use."""
    status = Path(f"/proc/{kernel.pid}/status")

    def mib(name: str) -> int:
        found = re.search(rf"^{name}:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1]) // 1024

    Path(f"/proc/{kernel.pid}/clear_refs").write_text("5")
    before = mib("VmRSS")
    return lambda: mib("VmHWM") - before


@contextmanager
def warm_kernel(folder: Path) -> Iterator[Kernel]:
    """A kernel that has loaded all it needs. It keeps no states, since their memory has a limit of its own."""
    kernel = Kernel(folder, ["--MontyKernel.snapshots=off"])
    try:
        kernel.run("kept = 41")
        kernel.run("%%time\n1 / 0")
        kernel.run("from IPython.display import *\nHTML('<b>x</b>')")
        kernel.client.complete("kept.", reply=True, timeout=HANGING)
        kernel.client.inspect("len", reply=True, timeout=HANGING)
        yield kernel
    finally:
        kernel.close()
    assert kernel.stderr.read_text() == ""


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One for all tests of source text."""
    with warm_kernel(tmp_path_factory.mktemp("kernel")) as kernel:
        yield kernel


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Kernel]:
    """One for each test of outputs, since large outputs of other tests would be in the session that it saves."""
    with warm_kernel(tmp_path) as kernel:
        yield kernel


@pytest.mark.parametrize("name", SOURCES)
def test_a_cell_of_any_shape_can_be_interrupted_and_takes_no_memory(warm: Kernel, name: str) -> None:
    grown = growing(warm)
    interrupted: list[bool] = []

    def interrupt(message: dict[str, object]) -> None:
        if not interrupted:
            interrupted.append(True)
            warm.manager.interrupt_kernel()
            warm.client.kernel_info()

    computed = computing(warm)
    answer = warm.run(SOURCES[name], meanwhile=interrupt)
    assert answer.reply["status"] in ("ok", "error")
    assert computed() < MOST_SECONDS
    assert grown() < MOST_MIB
    assert warm.run("kept + 1").plain == "42"


@pytest.mark.parametrize("name", SOURCES)
def test_a_cell_of_any_shape_ends_by_itself_too(warm: Kernel, name: str) -> None:
    grown = growing(warm)
    assert warm.run(SOURCES[name]).reply["status"] in ("ok", "error")
    assert grown() < MOST_MIB
    assert warm.run("kept + 1").plain == "42"


@pytest.mark.parametrize("name", SOURCES)
def test_questions_about_code_of_any_shape_hold_nobody_up(warm: Kernel, name: str) -> None:
    grown = growing(warm)
    code = SOURCES[name]
    for ask in (warm.client.complete, warm.client.inspect, warm.client.is_complete):
        request = ask(code)
        control = warm.client.control_channel
        interrupt = warm.client.session.msg("interrupt_request", {})
        computed = computing(warm)
        control.send(interrupt)
        assert control.get_msg(timeout=HANGING)["msg_type"] == "interrupt_reply"
        assert computed() < MOST_SECONDS
        while warm.client.get_shell_msg(timeout=HANGING)["parent_header"].get("msg_id") != request:
            pass
    assert grown() < MOST_MIB


def test_a_large_cell_of_ordinary_code_is_shown_and_explained_as_a_small_one(fresh: Kernel) -> None:
    fresh.run("None")
    large = "".join(f"def f_{n}(a, b={n}):\n    'Adds.'\n    return a + b / 0\n" for n in range(1_500))
    assert len(large) > 70_000
    assert fresh.run(large + "41 + 1").plain == "42"
    error = fresh.run(large[:60_000].rpartition("def")[0] + "f_3(1)").reply
    assert error["ename"] == "ZeroDivisionError"
    assert "f_3(a, b)" in re.sub(r"\x1b\[[\d;]*m", "", "".join(error["traceback"]))
    data = "table = [" + ", ".join(f"{{'a': {n}, 'b': 'x{n}'}}" for n in range(4_000)) + "]\nlen(table)"
    assert len(data) > 90_000
    assert fresh.run(data).plain == "4000"
    assert "f_1499" in fresh.client.complete("f_149", reply=True, timeout=HANGING)["content"]["matches"]


MARKUP = {
    "unclosed templates": ("HTML", "'<template ' * 360_000"),
    "open elements": ("HTML", "'<b>' * 199_000"),
    "a table": ("HTML", "'<table>' + '<tr><td style=\"color:red\">1</td><td>2</td></tr>' * 40_000 + '</table>'"),
    "ampersands": ("HTML", "'&' * 3_990_000"),
    "ampersands and a wide character": ("HTML", "'&' * 3_990_000 + '\\U0001f600'"),
    "control characters": ("HTML", "'\\x01' * 3_990_000 + '<b>'"),
    "comments": ("HTML", "'<!--' * 900_000"),
    "formulas": ("HTML", "'$\\\\href{' * 400_000"),
    "a drawing": ("SVG", "'<svg>' + '<g>' * 190_000"),
    "a heading in Markdown": ("Markdown", "'# a\\n' * 200_000"),
    "brackets in Markdown": ("Markdown", "'[' * 300_000"),
    "links in Markdown": ("Markdown", "'[a](' * 100_000"),
    "quotes in Markdown": ("Markdown", "'>' * 400_000"),
}


@pytest.mark.parametrize("name", MARKUP)
def test_markup_of_any_shape_can_be_interrupted_and_takes_no_memory(fresh: Kernel, name: str) -> None:
    kind, text = MARKUP[name]
    fresh.run(f"from IPython.display import *\nshown = {kind}({text})")
    grown = growing(fresh)
    answer = fresh.run("shown")
    assert answer.reply["status"] == "ok"
    assert grown() < MOST_MIB
    computed = computing(fresh)
    interrupt = fresh.interrupt_when(lambda message: message["msg_type"] == "execute_input")
    answer = fresh.run("after = 1\ndisplay(shown)\nshown", meanwhile=interrupt)
    assert computed() < MOST_SECONDS
    assert answer.reply["status"] in ("ok", "error")
    assert fresh.run("kept + 1").plain == "42"


@pytest.mark.parametrize(
    "text", ["HTML('<b>x</b>' * 3_000_000)", "Markdown('*x* ' * 4_500_000)", "display(HTML('x' * 90_000_000))"]
)
def test_markup_over_4_mb_is_left_out_with_a_line(fresh: Kernel, text: str) -> None:
    grown = growing(fresh)
    computed = computing(fresh)
    answer = fresh.run(f"from IPython.display import *\n{text}")
    assert "more than 4 MB" in answer.text("stderr") + str(answer.all("execute_result"))
    assert grown() < MOST_MIB
    assert computed() < MOST_SECONDS


def test_a_picture_over_5_mb_is_left_out_with_a_line(fresh: Kernel) -> None:
    grown = growing(fresh)
    answer = fresh.run("class Photo:\n    def _repr_png_(self):\n        return b'x' * 20_000_000\nPhoto()")
    assert "image/png of more than 5 MB" in answer.text("stderr")
    assert grown() < MOST_MIB


def test_large_markup_is_shown_as_a_small_one_is(fresh: Kernel) -> None:
    answer = fresh.run("HTML('<b onclick=\"x\">bold</b>' * 5_000)")
    html = answer.all("execute_result")[0]["data"]["text/html"]
    assert html == "<b>bold</b>" * 5_000
    assert "5,000" in answer.text("stderr")


def test_inputs_that_are_printed_again_and_again_take_no_memory(start: Callable[..., Kernel]) -> None:
    kernel = start()
    kernel.run("kept = 41")
    for _ in range(2):
        kernel.run("#" + "a" * 4_000_000)
    kernel.run("%history 1")
    grown = growing(kernel)
    printed = kernel.run("%history " + "1- " * 500).text()
    assert grown() < MOST_MIB
    assert len(printed) < 1_100_000
    assert printed.startswith("kept = 41\n#aaa")
    assert "cut: %history shows 1,048,576 characters" in printed[-200:]
    assert kernel.run("kept + 1").plain == "42"


@pytest.mark.parametrize("unit", ["x", "\\\n", "%", "%timeit -n "])
def test_nothing_is_looked_for_in_text_that_nobody_typed(warm: Kernel, unit: str) -> None:
    code = unit * ((4 << 20) // len(unit))
    grown = growing(warm)
    found = warm.client.complete(code, reply=True, timeout=HANGING)["content"]
    assert (found["status"], found["matches"]) == ("ok", [])
    assert warm.client.inspect(code, reply=True, timeout=HANGING)["content"]["found"] is False
    asked = warm.client.is_complete(code)
    while (reply := warm.client.get_shell_msg(timeout=HANGING))["parent_header"]["msg_id"] != asked:
        pass
    assert reply["content"]["status"] == "unknown"
    assert grown() < MOST_MIB


def test_a_request_of_any_size_costs_little_more_than_to_receive_it(warm: Kernel) -> None:
    grown = growing(warm)
    answer = warm.run("x" * 20_000_000)
    assert "no more than 13 MiB are read: split the cell" in answer.reply["evalue"]
    assert [error["evalue"] for error in answer.all("error")] == [answer.reply["evalue"]]
    assert grown() < MOST_MIB
    assert warm.run("kept + 1").plain == "42"


def test_user_expressions_give_what_one_reply_holds(start: Callable[..., Kernel]) -> None:
    kernel = start()
    kernel.run("kept = 41")
    grown = growing(kernel)
    asked = {"first": "kept", **{f"long {n}": "many" for n in range(100)}, "wrong": "1 / 0"}
    found = kernel.run("many = 'z' * 1_500_000", user_expressions=asked).reply["user_expressions"]
    assert found["first"]["data"] == {"text/plain": "41"}
    assert found["long 1"]["status"] == "ok"
    assert "all that one reply holds" in found["long 99"]["evalue"] and found["wrong"]["ename"] == "OutputLimitExceeded"
    assert grown() < MOST_MIB
    failing = kernel.run("1", user_expressions={str(n): "1 / 0" for n in range(2_000)}).reply
    names = [each["ename"] for each in failing["user_expressions"].values()]
    assert names[0] == "ZeroDivisionError" and names[-1] == "OutputLimitExceeded"
