"""What a cell may show, ask of the host and sleep, on the wire; and what a notebook can make of its limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.following_kernels import NOTEBOOK, following
from tests.support.kernel_client import Answer, Kernel

Start = Callable[..., Kernel]
OPTIONS = [
    "--MontyKernel.max_cell_output=20_000",
    "--MontyKernel.max_host_calls=5",
    "--MontyKernel.max_seconds_asleep=0.4",
    "--MontyKernel.max_memory=300_000_000",
]
RESTORED = "The session is as it was before this cell."


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel with limits."""
    tools = tmp_path_factory.mktemp("tools") / "shop.py"
    tools.write_text(
        "import asyncio\n\nlog: list[int] = []\n\ndef buy(n: int) -> int:\n    log.append(n)\n    return len(log)\n\n"
        "async def fetch(seconds: float) -> float:\n    await asyncio.sleep(seconds)\n    return seconds\n"
    )
    started = Kernel(tmp_path_factory.mktemp("kernel"), [*OPTIONS, "--tools", str(tools)])
    yield started
    started.close()
    assert started.stderr.read_text() == ""


@pytest.fixture(autouse=True)
def _same_session_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    kernel = request.getfixturevalue("limited") if "limited" in request.fixturenames else None
    if kernel is not None:
        kernel.run("kept = [1]")
    yield
    if kernel is not None:
        assert kernel.run("kept").plain == "[1]"


def ends(answer: Answer, name: str, option: str) -> str:
    """The traceback of a cell that a limit ended; its hint names the option."""
    assert answer.reply["ename"] == name, answer.reply
    assert re.search(rf"more (often )?than {option} = |longer than {option} = ", answer.reply["evalue"])
    shown = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(answer.reply["traceback"]))
    assert f"--MontyKernel.{option}=" in shown
    return shown


def test_nothing_but_memory_is_limited_by_default(start: Start) -> None:
    kernel = start()
    answer = kernel.run("%limits")
    assert answer.text().count("no limit") == 8 and answer.text().count("1 GiB") == 2
    assert kernel.run("import time\ntime.sleep(0.6)\nprint('x' * 30_000_000)").reply["status"] == "ok"
    assert kernel.run("for i in range(2_000):\n    help(len)").reply["status"] == "ok"


# Output


@pytest.mark.parametrize(
    "flood",
    [
        "while True:\n    try:\n        print('y' * 100)\n    except BaseException:\n        pass",
        "import sys\nwhile True:\n    try:\n        print('y' * 100, file=sys.stderr)\n    except BaseException: pass",
        "print('y' * 1_000_000)",
        "while True:\n    try:\n        display('y')\n    except BaseException:\n        pass",
        "from IPython.display import update_display\ndisplay('y', display_id='a')\nwhile True: update_display('z', display_id='a')",
        "from IPython.display import clear_output\nwhile True:\n    try: clear_output()\n    except BaseException: pass",
        "display({'text/html': '<p>' + 'y' * 50_000}, raw=True)",
        "display('y', display_id='a' * 20_000)",
        "while True:\n    try: input('y' * 5_000)\n    except BaseException: pass",
        "print('é' * 10_001)",
        "import asyncio\nasync def f():\n    while True:\n        print('y')\nawait asyncio.gather(f(), f())",
    ],
)
def test_a_flood_of_output_ends(limited: Kernel, flood: str) -> None:
    answer = limited.run("kept = 0\n" + flood, allow_stdin=False)
    assert RESTORED in ends(answer, "OutputLimitExceeded", "max_cell_output")
    shown = answer.text() + answer.text("stderr")
    assert len(shown.encode()) <= 20_000
    assert len(answer.all("display_data") + answer.all("update_display_data") + answer.all("clear_output")) < 100


def test_what_fits_is_shown_and_the_rest_of_a_print_is_cut(limited: Kernel) -> None:
    assert limited.run("print('a' * 19_999)").text() == "a" * 19_999 + "\n"
    answer = limited.run("print('a' * 15_000)\nkept = 0\nprint('b' * 15_000)")
    ends(answer, "OutputLimitExceeded", "max_cell_output")
    assert answer.text() == "a" * 15_000 + "\n" + "b" * 4_999


def test_each_cell_has_the_whole_of_it(limited: Kernel) -> None:
    for _ in range(3):
        assert limited.run("print('a' * 15_000)").reply["status"] == "ok"


def test_a_result_that_is_too_long(limited: Kernel) -> None:
    answer = limited.run("made = 5\n'y' * 30_000")
    ends(answer, "OutputLimitExceeded", "max_cell_output")
    assert not answer.all("execute_result")
    assert limited.run("made, len(_)").plain == "(5, 30000)"


def test_user_expressions_count(limited: Kernel) -> None:
    answer = limited.run("made = 6", user_expressions={"a": "'y' * 5_000", "b": "'y' * 15_000", "c": "made"})
    assert answer.reply["status"] == "ok"
    found = answer.reply["user_expressions"]
    assert found["a"]["status"] == "ok" and len(found["a"]["data"]["text/plain"]) == 5_002
    assert [found[name]["ename"] for name in "bc"] == ["OutputLimitExceeded"] * 2
    assert limited.run("made").plain == "6"


def test_what_magics_print_counts(limited: Kernel) -> None:
    limited.run("# " + "y" * 15_000)
    answer = limited.run("while True:\n    try:\n        %history -n\n    except BaseException: pass")
    ends(answer, "OutputLimitExceeded", "max_cell_output")
    assert len(answer.text()) <= 20_000
    answer = limited.run("%limits\n%snapshots\n" * 20)
    ends(answer, "OutputLimitExceeded", "max_cell_output")


@pytest.mark.parametrize("there", ["%reset -f", "%restore home", "%undo"])
def test_a_cell_that_is_lost_says_where_it_went_before(limited: Kernel, there: str) -> None:
    limited.run("%snapshot home")
    limited.run("departed = 1")
    answer = limited.run(f"{there}\narrived = 1\nwhile True: print('y' * 1000)")
    shown = ends(answer, "OutputLimitExceeded", "max_cell_output")
    assert f"The session is as it was after this cell's {there.split()[0]}." in shown and RESTORED not in shown
    held = "[name in locals() for name in ('kept', 'departed', 'arrived')]"
    assert limited.run(held).plain == f"[{there != '%reset -f'}, False, False]"
    assert RESTORED in ends(
        limited.run("departed = 2\n%snapshot a\nprint('y' * 30_000)"), "OutputLimitExceeded", "max_cell_output"
    )
    limited.run("%restore home")


# Calls


@pytest.mark.parametrize(
    "call",
    [
        "shop.buy(1)",
        "help(len)",
        "open('/etc/passwd')",
        "Path('/data/x').exists()",
        "input()",
        "getpass.getpass()",
        "__mk_magic('lsmagic')",
        "__mk_magic('history', '-n 1')",
        "await shop.fetch(0.0)",
    ],
)
def test_calls_of_the_host_are_counted(limited: Kernel, call: str) -> None:
    setup = "import shop, getpass\nfrom pathlib import Path\nn = 0\n"

    def run(code: str) -> Answer:
        return limited.run(code, allow_stdin=False)

    assert run(f"{setup}for i in range(5):\n    try:\n        {call}\n    except OSError: pass\n    except RuntimeError: pass").reply["status"] == "ok"  # fmt: skip
    answer = run(
        f"{setup}while True:\n    n += 1\n    try: {call}\n    except Exception as e:\n        if n > 5: raise"
    )
    assert RESTORED not in ends(answer, "HostCallLimitExceeded", "max_host_calls")
    assert run("n").plain == "6"
    answer = run(f"kept = 0\nwhile True:\n    try: {call}\n    except BaseException: pass")
    assert RESTORED in ends(answer, "HostCallLimitExceeded", "max_host_calls")


def test_a_tool_is_not_called_too_often(limited: Kernel) -> None:
    before = int(limited.run("import shop\nshop.buy(0)").plain or 0)
    limited.run("while True:\n    try: shop.buy(1)\n    except BaseException: pass")
    assert int(limited.run("shop.buy(0)").plain or 0) == before + 6
    answer = limited.run("import asyncio\nawait asyncio.gather(*[shop.fetch(0.0) for i in range(6)])")
    ends(answer, "HostCallLimitExceeded", "max_host_calls")


def test_what_is_no_call_of_the_cell_is_not_counted(limited: Kernel) -> None:
    code = (
        "import random, os, json, time, asyncio, math, shop\nfor i in range(20):\n    display(i)\n    time.sleep(0)\n    random.random()\n"
        "    os.urandom(3)\n    await asyncio.sleep(0)\nclass A:\n    def __repr__(self): return 'a'\n[A()] * 30"
    )
    assert limited.run(code).reply["status"] == "ok"
    assert limited.run("x = %who_ls\n" + "%limits\n" * 8 + "%time 1\n%timeit -n 1 -r 9 1").reply["status"] == "ok"


def test_a_file_can_be_closed_after_the_last_call(start: Start) -> None:
    kernel = start("--MontyKernel.max_host_calls=6", env=NOTEBOOK)
    folder = kernel.folder / "granted"
    folder.mkdir()
    kernel.close()
    kernel = start("--MontyKernel.max_host_calls=6", "--mount", f"{folder}:/data:rw")
    code = "n = 0\nwith open('/data/a', 'w') as file:\n    while True:\n        file.write('a')\n        n += 1"
    assert RESTORED not in ends(kernel.run(code), "HostCallLimitExceeded", "max_host_calls")
    assert kernel.run("n < 7 and n > 1").plain == "True"
    assert kernel.run("len(open('/data/a').read()) == n").plain == "True"


# Sleep


def test_sleep_adds_up(limited: Kernel) -> None:
    answer = limited.run("import time\nfor i in range(4): time.sleep(0.1)\ntime.sleep(0)")
    assert answer.reply["status"] == "ok" and answer.seconds >= 0.4
    answer = limited.run("n = 0\nwhile True:\n    time.sleep(0.1)\n    n += 1")
    assert RESTORED not in ends(answer, "SleepLimitExceeded", "max_seconds_asleep")
    assert limited.run("n").plain == "4"


def test_a_sleep_that_is_too_long_does_not_begin(limited: Kernel) -> None:
    for code in ("import time\ntime.sleep(1e6)", "import asyncio\nawait asyncio.sleep(1e6)"):
        ends(limited.run(code), "SleepLimitExceeded", "max_seconds_asleep")


def test_sleeps_at_the_same_time_count_once(limited: Kernel) -> None:
    answer = limited.run("import asyncio\nlen(await asyncio.gather(*[asyncio.sleep(0.4) for i in range(50)]))")
    assert answer.plain == "50"
    answer = limited.run("await asyncio.gather(*[asyncio.sleep(0.15 * i) for i in range(50)])")
    ends(answer, "SleepLimitExceeded", "max_seconds_asleep")
    answer = limited.run("for i in range(3): await asyncio.gather(asyncio.sleep(0.15), asyncio.sleep(0.1))")
    ends(answer, "SleepLimitExceeded", "max_seconds_asleep")


def test_waiting_for_a_tool_is_no_sleep(limited: Kernel) -> None:
    code = "import asyncio, shop\nawait asyncio.gather(shop.fetch(0.6), asyncio.sleep(0.3)), await shop.fetch(0.6)"
    assert limited.run(code).plain == "([0.6, None], 0.6)"
    answer = limited.run("await asyncio.gather(shop.fetch(0.1), asyncio.sleep(6000))")
    ends(answer, "SleepLimitExceeded", "max_seconds_asleep")
    assert answer.seconds >= 0.1


@pytest.mark.parametrize(
    "sleeper",
    [
        "import time\nwhile True:\n    try: time.sleep(0.3)\n    except BaseException: pass",
        "import asyncio\nwhile True:\n    try: await asyncio.sleep(0.3)\n    except BaseException: pass",
        "import asyncio\nasync def f():\n    while True:\n        try: await asyncio.sleep(0.1)\n        except BaseException: pass\nawait asyncio.gather(f(), f(), f())",
        "import asyncio, shop\nasync def f():\n    while True:\n        try: await asyncio.sleep(0.1)\n        except BaseException: pass\nawait asyncio.gather(f(), shop.fetch(5.0))",
    ],
)  # fmt: skip
def test_who_goes_on_sleeping_is_stopped(limited: Kernel, sleeper: str) -> None:
    answer = limited.run(f"kept = 0\n{sleeper}")
    assert RESTORED in ends(answer, "SleepLimitExceeded", "max_seconds_asleep")


def test_an_interrupted_sleep_counts_as_far_as_it_went(start: Start) -> None:
    kernel = start("--MontyKernel.max_seconds_asleep=30")
    kernel.run("import time")

    def asleep(message: dict[str, Any]) -> bool:
        if message["msg_type"] != "stream":
            return False
        kernel.rest()
        return True

    code = "print('now')\ntry:\n    time.sleep(29)\nexcept KeyboardInterrupt:\n    time.sleep(0.2)\n'woken'"
    assert kernel.run(code, meanwhile=kernel.interrupt_when(asleep)).plain == "'woken'"


# What a notebook can make of its limits


def test_tightened_limits_hold_and_travel_nowhere(start: Start) -> None:
    kernel = start("--MontyKernel.max_memory=300_000_000", env=NOTEBOOK)
    kernel.run("small = 1")
    kernel.run("big = ['a%d' % i for i in range(400_000)]")
    kernel.run("%reset -f")
    said = kernel.run("y = 5\n%limits memory=20MiB seconds=0.5 output=5k host_calls=2 asleep=0.1 recursion=100").text()
    assert said == (
        "From the next cell on: memory 20 MiB, seconds 0.5 s, output 5,000 bytes, host_calls 2, asleep 0.1 s, recursion 100. "
        "This holds until the kernel is restarted.\n"
    )

    def tight() -> None:
        for code, name in (
            ("z = [0] * 10_000_000", "MemoryError"),
            ("while True: pass", "TimeoutError"),
            ("print('y' * 6_000)", "OutputLimitExceeded"),
            ("for i in range(3): help(len)", "HostCallLimitExceeded"),
            ("import time\ntime.sleep(0.2)", "SleepLimitExceeded"),
            ("def f(n): return n and f(n - 1)\nf(200)", "RecursionError"),
        ):
            answer = kernel.run(code)
            assert answer.reply["ename"] == name, (code, answer.reply)
            shown = "\n".join(answer.reply["traceback"])
            assert "%limits" in shown, shown
        refused = kernel.run("%limits memory=300M").reply
        assert refused["ename"] == "UsageError" and "to lift that, restart the kernel" in refused["evalue"]

    tight()
    assert kernel.run("y").plain == "5"
    kernel.run("%restore 1")
    assert kernel.run("small").plain == "1"
    tight()
    refused = kernel.run("%restore 2").reply
    assert refused["ename"] == "UsageError" and "%limits" in refused["evalue"], refused
    assert kernel.run("small").plain == "1"
    kernel.run("%reset -f")
    tight()
    kernel.run("%restore 4")
    tight()
    kernel.manager.shutdown_kernel()
    second = start(
        "--MontyKernel.max_memory=400_000_000", env={**NOTEBOOK, "JUPYTER_DATA_DIR": str(kernel.folder / "data")}
    )
    second.answer("%resume", "y")
    answer = second.run("z = len([0] * 20_000_000)\nfor i in range(9): help(len)\nprint('y' * 9_000)\nz, y")
    assert answer.plain == "(20000000, 5)", answer.reply
    assert "%limits in" not in second.run("%limits").text()


def test_a_session_of_a_kernel_with_less_goes_on_with_more(start: Start) -> None:
    first = start("--MontyKernel.max_memory=60_000_000", env=NOTEBOOK)
    first.run("x = 1")
    assert first.run("y = len([0] * 20_000_000)").reply["ename"] == "MemoryError"
    first.manager.shutdown_kernel()
    second = following(start, first)
    second.answer("%resume", "y")
    assert second.run("y = len([0] * 20_000_000)\nx, y").plain == "(1, 20000000)"


def test_limits_in_a_loop_and_in_a_failing_cell(start: Start) -> None:
    kernel = start()
    kernel.run("for i in range(3):\n    %limits asleep=0.5\n1 / 0")
    assert "%limits in In[1]" in kernel.run("%limits").text()
    assert kernel.run("%undo").reply["status"] == "ok"
    assert kernel.run("import time\ntime.sleep(1)").reply["ename"] == "SleepLimitExceeded"
    kernel.run("%limits host_calls=0 output=0")
    assert kernel.run("print(1)").reply["ename"] == "OutputLimitExceeded"
    assert kernel.run("help(len)").reply["ename"] == "HostCallLimitExceeded"
    answer = kernel.run("%nothing")
    assert answer.reply["ename"] == "UsageError" and "There is no magic" in answer.reply["evalue"]
    assert kernel.run("x = 1").reply["status"] == "ok"


def test_limits_of_one_cell_end_with_it(start: Start) -> None:
    kernel = start()
    stopped = kernel.run("%%limits output=100\nfor seat in range(10**9):\n    print(seat)").reply
    assert (stopped["ename"], "%%limits output = 100 bytes" in stopped["evalue"]) == ("OutputLimitExceeded", True)
    assert kernel.run("print('x' * 1000)").text() == "x" * 1000 + "\n"
    assert kernel.run("import time\ntime.sleep(0.2)").reply["status"] == "ok"
    assert "%%limits asleep = 0.1 s" in kernel.run("%%limits asleep=0.1 output=1MiB\ntime.sleep(0.2)").reply["evalue"]
    assert kernel.run("%%limits host_calls=0\ninput('?')").reply["ename"] == "HostCallLimitExceeded"
    assert kernel.run("%%limits asleep=5\nx = 3\nx").plain == "3"
    for code in ("%%limits memory=64MiB\n1", "%%limits output\n1", "%%limits nothing=3\n1", "%%limits\n1"):
        assert kernel.run(code).reply["ename"] == "UsageError", code
    assert "%%limits" not in kernel.run("%limits").text()
    kernel.run("%limits output=1000")
    assert "tightened" in kernel.run("%%limits output=2000\n1").reply["evalue"]


def test_limits_can_always_print_themselves_once(start: Start) -> None:
    kernel = start()
    kernel.run("%limits output=10 host_calls=0")
    assert "10 bytes" in kernel.run("%limits").text()
    assert kernel.run("%limits\nprint('x' * 100)").reply["ename"] == "OutputLimitExceeded"
    assert kernel.run("for i in range(10):\n    %limits").reply["ename"] == "OutputLimitExceeded"
    assert "From the next cell on: output 5 bytes." in kernel.run("%limits output=5").text()
