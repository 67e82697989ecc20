"""`timeit` measures what the code takes."""

from __future__ import annotations

from ast import literal_eval

from tests.modules.agreement import Sandboxed


def test_a_function_and_a_text_run_as_often_as_asked(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        "import timeit\nruns = []\ntimes = [\n"
        "    timeit.timeit(lambda: runs.append(1), number=5),\n"
        "    timeit.timeit('runs.append(2)', globals={'runs': runs}, number=3),\n"
        "    timeit.timeit('if x:\\n    runs.append(x)\\n    y = 1', setup='x = 7', globals={'runs': runs}, number=2),\n"
        "    *timeit.repeat('pass', setup=lambda: runs.append(3), repeat=4, number=1),\n"
        "    *timeit.Timer('pass').repeat(2, 1)]\n"
        "runs, len(times), all(time >= 0 for time in times), runs.clear()"
    )


def test_what_sleeps_takes_as_long(sandboxed: Sandboxed) -> None:
    found = sandboxed.run("import time, timeit\ntimeit.timeit(lambda: time.sleep(0.02), number=3)").result
    assert literal_eval(str(found)) >= 0.06


def test_a_timer_of_ones_own(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        "import timeit\nticks = []\ndef clock():\n    ticks.append(0)\n    return len(ticks) * 10\n"
        "timeit.timeit('pass', number=4, timer=clock), timeit.Timer('pass', timer=clock).autorange()"
    )


def test_names_that_are_not_given(sandboxed: Sandboxed) -> None:
    sandboxed.agrees("import timeit\nnope = 1\ntimeit.timeit('nope', number=1)")
    sandboxed.agrees("import timeit\ntimeit.timeit(3)")
