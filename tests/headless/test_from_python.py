"""`run_notebook` and `run_notebook_async`: from threads, from loops, from forked children, and what they raise."""

from __future__ import annotations

import asyncio
import copy
import os
import random
import re
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from monty_kernel import run_notebook, run_notebook_async
from monty_kernel.headless.notebook_run import NotebookRun
from monty_kernel.headless.run_terms import RunOptions
from monty_kernel.headless.session_pool import SessionPool
from monty_kernel.settings import HEADLESS
from tests.support.awkward_notebooks import book
from tests.support.run_command import texts, write
from tests.support.waiting import HANGING

pytestmark = pytest.mark.slow


def test_a_new_notebook_comes_back() -> None:
    given = book(["print(1)\n2"])
    given.cells[0].outputs = [nbformat.v4.new_output("stream", text="old")]  # type: ignore[no-untyped-call]
    before = copy.deepcopy(given)
    done = run_notebook(given)
    assert given == before
    assert isinstance(done, nbformat.NotebookNode) and isinstance(done.cells[0].outputs[1].data, nbformat.NotebookNode)
    assert texts(done) == ["1\n2"] and done.cells[0].execution_count == 1
    nbformat.validate(done)


def test_a_path_and_plain_dicts_are_taken(tmp_path: Path) -> None:
    path = write(tmp_path / "in.ipynb", "6 * 7")
    assert texts(run_notebook(path)) == texts(run_notebook(str(path))) == ["42"]
    plain: dict[str, Any] = {"nbformat": 4, "nbformat_minor": 4, "cells": [{"cell_type": "code", "source": "6 * 7"}]}
    assert texts(run_notebook(plain)) == ["42"]
    assert plain["cells"] == [{"cell_type": "code", "source": "6 * 7"}]


@pytest.mark.parametrize("nothing", [{}, {"nbformat": 4}, {"nbformat": 3, "cells": []}, {"nbformat": 4, "cells": [1]}])
def test_what_is_no_notebook_is_refused(nothing: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"cells|cell 1|format"):
        run_notebook(nothing)


def test_a_missing_file_and_other_things() -> None:
    with pytest.raises(FileNotFoundError):
        run_notebook("missing.ipynb")
    with pytest.raises(TypeError, match="not int"):
        run_notebook(3)  # type: ignore[arg-type]


def test_a_failing_cell_raises_with_the_notebook() -> None:
    with pytest.raises(CellExecutionError) as caught:
        run_notebook(book(["print('before')", "print('in it')\n1 / 0", "print('never')"]))
    error = caught.value
    assert (error.ename, error.evalue) == ("ZeroDivisionError", "division by zero")
    assert "print('in it')" in str(error) and "----- stdout -----\nin it" in str(error)
    assert texts(error.notebook) == ["before\n", "in it\nZeroDivisionError", ""]  # type: ignore[attr-defined]


def test_a_slow_cell_raises_with_the_notebook() -> None:
    with pytest.raises(CellTimeoutError, match=r"after 0.3 seconds[\s\S]*while True") as caught:
        run_notebook(book(["1", "while True: pass"]), timeout=0.3, allow_errors=True)
    assert texts(caught.value.notebook) == ["1", ""]  # type: ignore[attr-defined]


def test_a_notebook_after_one_that_was_cut_short() -> None:
    for _ in range(5):
        with pytest.raises(CellTimeoutError):
            run_notebook(book(["while True: pass"]), timeout=0.05)
        assert texts(run_notebook(book(["x = 1", "x"]))) == ["", "1"]


def test_sessions_share_nothing() -> None:
    run_notebook(book(["import random\nrandom.seed(1)\nx = 1\nclass A: pass\nA.y = 2"]))
    done = run_notebook(book(["x", "Out", "A", "In", "__mk_Out", "random"]), allow_errors=True)
    assert texts(done)[0] == texts(done)[2] == texts(done)[5] == "NameError"
    assert "x = 1" not in str(done.cells[3].outputs)
    seeds = {texts(run_notebook(book(["import random\nrandom.random()"])))[0] for _ in range(5)}
    assert len(seeds) == 5


def test_parameters_and_limits() -> None:
    done = run_notebook(book(["x"]), parameters={"x": [1, None, {"a": float("-inf")}]})
    assert texts(done) == ["", "[1, None, {'a': -inf}]"]
    with pytest.raises(TypeError, match="parameter x"):
        run_notebook(book(["x"]), parameters={"x": object()})
    with pytest.raises(ValueError, match="not a Python name"):
        run_notebook(book(["x"]), parameters={"x; import os": 1})
    with pytest.raises(CellExecutionError, match="MemoryError"):
        run_notebook(book(["x = 'a'\nwhile True: x += x"]), max_memory=20_000_000)
    with pytest.raises(CellExecutionError, match="OutputLimitExceeded"):
        run_notebook(book(["print('x' * 1000)"]), max_output=100, allow_errors=True)


@pytest.mark.parametrize(
    ("source", "limits", "said"),
    [
        ("while True: pass", {"max_cell_seconds": 0.3}, "max_cell_seconds = 0.3 s"),
        ("def f(n): return n and f(n - 1)\nf(200)", {"max_recursion_depth": 100}, "RecursionError"),
        ("while True: print('x' * 100)", {"max_cell_output": 1000}, "max_cell_output = 1,000 bytes"),
        ("while True: help(len)", {"max_host_calls": 3}, "max_host_calls = 3"),
        ("import time\ntime.sleep(60)", {"max_seconds_asleep": 0.1}, "max_seconds_asleep = 0.1 s"),
    ],
)
def test_limits_of_a_cell(source: str, limits: dict[str, Any], said: str) -> None:
    made = book([source, "1 + 1"])
    with pytest.raises(CellExecutionError, match=re.escape(said)):
        run_notebook(made, **limits)
    with pytest.raises(CellExecutionError, match=re.escape(said)):
        asyncio.run(run_notebook_async(made, **limits))
    assert texts(run_notebook(made, allow_errors=True, **limits))[-1] == "2"


def test_each_run_has_its_own_limits() -> None:
    # the workers, and the state that runs begin with, are shared
    pool = SessionPool(warm=1, most=1)
    try:
        for memory, fits in ((20_000_000, False), (500_000_000, True), (30_000_000, False), (None, True)):
            run = NotebookRun(book(["len([0] * 5_000_000)"]), RunOptions(settings=HEADLESS.but(max_memory=memory)))
            assert (run.execute(pool).failed is None) == fits, memory
    finally:
        pool.close()


def test_a_notebook_tightens_its_own_limits() -> None:
    made = book(["%limits memory=20MiB output=100", "len([0] * 5_000_000)", "print('x' * 200)", "%limits output=200"])
    shown = texts(run_notebook(made, allow_errors=True))
    assert shown[0].startswith("From the next cell on: memory 20 MiB, output 100 bytes.")
    assert shown[1:] == ["MemoryError", "x" * 100 + "OutputLimitExceeded", "UsageError"], shown
    assert texts(run_notebook(book(["len([0] * 5_000_000)"]))) == ["5000000"]


def test_outputs_are_sanitized_unless_trusted() -> None:
    made = book(["from IPython.display import HTML\nHTML('<b>b</b><script>x</script>')"])
    assert "script" not in run_notebook(made).cells[0].outputs[-1].data["text/html"]
    assert "<script>" in run_notebook(made, trust_outputs=True).cells[0].outputs[-1].data["text/html"]


def test_timing_is_recorded_or_not() -> None:
    events = ["iopub.execute_input", "iopub.status.busy", "iopub.status.idle", "shell.execute_reply"]
    done = run_notebook(book(["1"]))
    assert sorted(done.cells[0].metadata.execution) == events
    assert "execution" not in run_notebook(book(["1"]), record_timing=False).cells[0].metadata


def test_many_threads_at_once() -> None:
    def one(number: int) -> list[str]:
        return texts(run_notebook(book([f"x = {number}", "x * 2", "import time\ntime.sleep(0.01)\nx * 3"])))

    with ThreadPoolExecutor(40) as threads:
        found = list(threads.map(one, range(120)))
    assert found == [["", str(2 * number), str(3 * number)] for number in range(120)]


def test_inside_a_running_loop() -> None:
    async def main() -> list[list[str]]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        ticking = asyncio.create_task(tick())
        sync = texts(run_notebook(book(["1"])))
        ticks = 0
        slow = run_notebook_async(book(["import time\ntime.sleep(0.5)\n2"]))
        found = await asyncio.gather(slow, *(run_notebook_async(book([f"{number} + 1"])) for number in range(20)))
        ticking.cancel()
        assert ticks > 5  # the loop went on meanwhile
        return [sync, *map(texts, found)]

    assert asyncio.run(main()) == [["1"], ["2"], *([str(number + 1)] for number in range(20))]


def test_errors_of_the_async_twin() -> None:
    async def main() -> None:
        with pytest.raises(CellExecutionError):
            await run_notebook_async(book(["1 / 0"]))
        with pytest.raises(CellTimeoutError):
            await run_notebook_async(book(["while True: pass"]), timeout=0.1)

    asyncio.run(main())


def test_cancelling_stops_the_cell() -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(run_notebook_async(book(["while True: pass"])), 0.5)
        done = await asyncio.gather(*(run_notebook_async(book(["'after'"])) for _ in range(50)))
        assert [texts(each) for each in done] == [["'after'"]] * 50

    asyncio.run(main())
    deadline = time.monotonic() + 10
    while any(_is_busy(child) for child in psutil.Process().children()):
        assert time.monotonic() < deadline, "a worker computes on"


def _is_busy(process: psutil.Process) -> bool:
    try:
        return bool(process.cpu_percent(0.2) > 50)
    except psutil.NoSuchProcess:
        return False


def test_a_worker_that_is_killed_from_outside() -> None:
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(0.02):
            for child in psutil.Process().children():
                if child.name().startswith("monty"):
                    child.kill()

    killing = threading.Timer(0.3, kill)
    killing.start()
    try:
        with pytest.raises(CellExecutionError) as caught:
            run_notebook(book(["x = 1", "while True: pass"]))
    finally:
        stop.set()
        killing.join()
    assert caught.value.ename == "WorkerCrashed"
    assert texts(run_notebook(book(["'sound again'"]))) == ["'sound again'"]


SCRIPT = """
import os, signal, sys, threading, time
import nbformat
from monty_kernel import run_notebook

def book(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)

def result(*sources):
    return run_notebook(book(*sources)).cells[-1].outputs[0].data["text/plain"]

"""


def _script(body: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", SCRIPT + body], capture_output=True, text=True, timeout=HANGING)


def test_ctrl_c_in_a_script() -> None:
    done = _script(
        "result('1')\n"  # so that the signal meets a cell that runs, not the start of the workers
        "threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "try:\n    run_notebook(book('while True: pass'))\n"
        "except KeyboardInterrupt:\n    print('stopped', result('6 * 7'))\n"
    )
    assert (done.stdout, done.stderr, done.returncode) == ("stopped 42\n", "", 0)


def test_a_process_ends_in_good_order_and_leaves_no_worker() -> None:
    done = _script(
        "print(result('6 * 7'), [child.pid for child in __import__('psutil').Process().children(recursive=True)])\n"
    )
    assert done.returncode == 0 and done.stderr == "" and done.stdout.startswith("42 [")
    workers = [int(pid) for pid in done.stdout[4:-2].split(", ")]
    deadline = time.monotonic() + 10
    while any(map(psutil.pid_exists, workers)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_forked_before_the_first_notebook_runs_its_own() -> None:
    done = _script(
        "pid = os.fork()\n"
        "if not pid:\n    print(result('2'), flush=True)\n    sys.exit()\n"
        "os.waitpid(pid, 0)\nprint(result('3'))\n"
    )
    assert (done.stdout, done.stderr, done.returncode) == ("2\n3\n", "", 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_child_forked_later_is_told_so_and_harms_nothing() -> None:
    done = _script(
        "print(result('1'), flush=True)\n"
        "pid = os.fork()\n"
        "if not pid:\n"
        "    try:\n        result('2')\n"
        "    except RuntimeError as error:\n        print(error, flush=True)\n"
        "    sys.exit()\n"
        "os.waitpid(pid, 0)\nprint(result('3'))\n"
    )
    assert done.stdout.startswith("1\nthis process was forked from one that had run notebooks"), done.stderr
    assert done.stdout.endswith("\n3\n") and (done.stderr, done.returncode) == ("", 0)


def test_importing_the_package_is_cheap() -> None:
    code = "import monty_kernel, sys; print([m for m in ('nbformat', 'pydantic_monty', 'asyncio') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=HANGING)
    assert done.stdout == "[]\n", done.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    import monty_kernel

    with pytest.raises(AttributeError, match="nothing"):
        monty_kernel.nothing  # noqa: B018


def test_a_notebook_as_json_has_it_in_a_file() -> None:
    book = {"nbformat": 4, "nbformat_minor": 4, "cells": [{"cell_type": "code", "source": ["x = 1\n", "x + 1"]}]}
    done = run_notebook(book)
    assert done["cells"][0]["outputs"][0]["data"]["text/plain"] == "2"
    assert book["cells"][0]["source"] == ["x = 1\n", "x + 1"], "what was given stays as it is"  # type: ignore[index]


def test_named_states_of_a_run_have_a_limit_of_their_own() -> None:
    # each state takes as much whether it is kept as a dump or as the source of its cell
    texts = [random.Random(seed).randbytes(50_000).hex() for seed in (1, 2)]
    cells = [f"a = '{texts[0]}'", "%snapshot one", f"b = '{texts[1]}'", "%snapshot two", "%restore one\nlen(a)"]
    run_notebook(book(cells))
    run_notebook(book([*cells[:2], *cells[4:]]), snapshot_memory=300_000)
    with pytest.raises(CellExecutionError, match="half of snapshot_memory"):
        run_notebook(book(cells), snapshot_memory=300_000)
