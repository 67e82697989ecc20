"""No source text holds the kernel: an interrupt is answered at once, and the process does not grow."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .client import Kernel

MOST_MIB = 64
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
    "a dotted import behind a magic": "%%time\nimport " + "a." * 60_000 + "a",
    "a dotted import on a magic's line": "%time from " + "a." * 60_000 + "a import b",
    "accents": "x" + "\u0301\u0323" * 60_000 + " = 1",
}


def growing(kernel: Kernel) -> Callable[[], int]:
    """Start to watch the kernel's peak of memory; what is returned tells by how many MiB it exceeded what was in use."""
    status = Path(f"/proc/{kernel.pid}/status")

    def mib(name: str) -> int:
        found = re.search(rf"^{name}:\s+(\d+) kB", status.read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1]) // 1024

    Path(f"/proc/{kernel.pid}/clear_refs").write_text("5")
    before = mib("VmRSS")
    return lambda: mib("VmHWM") - before


@pytest.fixture(scope="module")
def warm(kernel: Kernel) -> Kernel:
    """A kernel that has loaded what it needs for all this."""
    kernel.run("kept = 41")
    kernel.run("%%time\n1 / 0")
    kernel.client.complete("kept.", reply=True, timeout=60)
    kernel.client.inspect("len", reply=True, timeout=60)
    return kernel


@pytest.mark.parametrize("name", SOURCES)
def test_a_cell_of_any_shape_can_be_interrupted_and_takes_no_memory(warm: Kernel, name: str) -> None:
    grown = growing(warm)
    interrupted: list[float] = []

    def interrupt(message: dict[str, object]) -> None:
        if not interrupted:
            start = time.perf_counter()
            warm.manager.interrupt_kernel()
            warm.client.kernel_info()
            interrupted.append(time.perf_counter() - start)

    begin = time.perf_counter()
    answer = warm.run(SOURCES[name], meanwhile=interrupt, timeout=60)
    assert answer.reply["status"] in ("ok", "error")
    assert time.perf_counter() - begin < 10, "seconds, on a machine with much else to do; a tenth of that without"
    assert grown() < MOST_MIB
    assert warm.run("kept + 1").plain == "42"


@pytest.mark.parametrize("name", SOURCES)
def test_a_cell_of_any_shape_ends_by_itself_too(warm: Kernel, name: str) -> None:
    grown = growing(warm)
    assert warm.run(SOURCES[name], timeout=60).reply["status"] in ("ok", "error")
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
        start = time.perf_counter()
        control.send(interrupt)
        assert control.get_msg(timeout=60)["msg_type"] == "interrupt_reply"
        assert time.perf_counter() - start < 5, "seconds, on a machine with much else to do"
        while warm.client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != request:
            pass
    assert grown() < MOST_MIB


def test_a_large_cell_of_ordinary_code_is_shown_and_explained_as_a_small_one(warm: Kernel) -> None:
    large = "".join(f"def f_{n}(a, b={n}):\n    'Adds.'\n    return a + b / 0\n" for n in range(1_500))
    assert len(large) > 70_000
    assert warm.run(large + "41 + 1").plain == "42"
    error = warm.run(large[:60_000].rpartition("def")[0] + "f_3(1)").reply
    assert error["ename"] == "ZeroDivisionError"
    assert "f_3(a, b)" in re.sub(r"\x1b\[[\d;]*m", "", "".join(error["traceback"]))
    data = "table = [" + ", ".join(f"{{'a': {n}, 'b': 'x{n}'}}" for n in range(4_000)) + "]\nlen(table)"
    assert len(data) > 90_000
    assert warm.run(data).plain == "4000"
    assert "f_1499" in warm.client.complete("f_149", reply=True, timeout=60)["content"]["matches"]
