"""%time and %timeit: what they time, what they leave behind, and where errors in the timed code point."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.engine_session import Session

pytestmark = pytest.mark.filterwarnings("ignore:invalid")  # of the odd code that is tried here

WALL = re.compile(r"Wall time: [\d.e+]+ (ns|μs|ms|s)\n")
LOOPS = re.compile(
    r"[\d.e+]+ (ns|μs|ms|s) ± [\d.e+-]+ (ns|μs|ms|s) per loop \(mean ± std. dev. of (\d+) runs?, ([\d,]+) loops? each\)\n"
)


def timed(printed: str) -> re.Match[str] | None:
    """What `%timeit` printed, if it is that and nothing else. The machine may be busy: then the slowest run is remarked on."""
    return LOOPS.fullmatch(re.sub(r"The slowest run took .* cached\.\n", "", printed))


def test_time_shows_the_value_of_an_expression(session: Session) -> None:
    ran = session.run("%time 1 + 1")
    assert WALL.fullmatch(ran.printed)
    assert ran.result == "2"


def test_the_value_of_time_can_be_assigned(session: Session) -> None:
    assert session.run("x = %time sum(range(4))\nx").result == "6"


def test_time_runs_statements_in_the_session(session: Session) -> None:
    ran = session.run("%time a = 2; b = a * 2\n%time for i in range(2): print(i)\na, b")
    assert ran.result == "(2, 4)"
    assert re.sub(WALL, "TIME ", ran.printed) == "TIME 0\n1\nTIME "


@pytest.mark.parametrize("code", ["%time 1;", "%time 1; # quiet", "x = %time 1", "%time import math; math.pi"])
def test_time_without_a_value_to_show(session: Session, code: str) -> None:
    assert session.run(code).result is None


def test_time_in_blocks_and_functions(session: Session) -> None:
    ran = session.run(
        "def f(n):\n    for i in range(n):\n        %time x = i\n        y = %time x + 1\n    return y\nf(2)"
    )
    assert ran.result == "2"
    assert len(WALL.findall(ran.printed)) == 4


def test_time_awaits(session: Session) -> None:
    session.run("import asyncio")
    ran = session.run("%time await asyncio.sleep(0.02, 5)")
    assert ran.failure is None
    assert re.search(r"Wall time: [2-9]\d(\.\d)? ms", ran.printed)


def test_time_goes_on_over_a_continuation_line(session: Session) -> None:
    assert session.run('if True:\n    %time x = "a" \\\n        "b"\nx').result == "'ab'"


def test_a_timed_cell_shows_its_time_then_its_value(session: Session) -> None:
    ran = session.run("%%time\nprint('in')\nx = 1\nx + 1")
    assert WALL.fullmatch(ran.printed.removeprefix("in\n"))
    assert ran.result == "2"
    assert session.run("_").result == "2"


def test_a_timed_cell_without_a_value(session: Session) -> None:
    ran = session.run("%%time\nx = 1")
    assert WALL.fullmatch(ran.printed)
    assert ran.result is None


def test_a_timed_cell_takes_no_code_on_its_line(session: Session) -> None:
    assert "put the code on the lines below" in session.refusal("%%time f()\n1")


def test_timeit_prints_as_ipython_does(session: Session) -> None:
    ran = session.run("%timeit -r 2 pass")
    match = timed(ran.printed)
    assert match
    assert match[3] == "2"
    assert int(match[4].replace(",", "")) >= 100_000, "a run takes at least 0.2 s"
    assert match[4][0] in "125"
    assert set(match[4][1:]) <= set("0,")
    assert ran.result is None


def test_timeit_counts_loops_and_runs(session: Session) -> None:
    session.run("calls = []")
    ran = session.run("%timeit -n 5 -r3 calls.append(0)")
    assert "of 3 runs, 5 loops each" in ran.printed
    assert session.run("len(calls)").result == "15"
    assert "of 1 run, 1 loop each" in session.run("%timeit -n1 -r1 calls").printed


def test_timeit_measures_what_it_should(session: Session) -> None:
    session.run("import time")
    ran = session.run(
        "r = %timeit -o -n 2 -r 2 time.sleep(0.02)\n0.02 <= r.best <= r.average <= r.worst, r.loops, r.repeat"
    )
    assert ran.result == "(True, 2, 2)"


def test_timeit_leaks_no_names(session: Session) -> None:
    session.run("%timeit -n1 -r1 leak = 1; import math")
    session.run("%%timeit -n1 -r1 setup = 1\nleak = setup")
    assert session.run("%who_ls").result == "[]"


def test_timeit_gives_a_result(session: Session) -> None:
    ran = session.run("%timeit -n 3 -r 2 -o 1")
    assert ran.result == f"<TimeitResult : {ran.printed.splitlines()[-1]}>"
    ran = session.run("%%timeit -q -o -n 3\n1")
    assert ran.printed == ""
    assert (ran.result or "").startswith("<TimeitResult : ")


def test_timeit_precision(session: Session) -> None:
    digits = re.compile(r"^[\d.]+")
    short = digits.match(session.run("%timeit -p 1 -n 1000 -r 1 1").printed)
    long = digits.match(session.run("%timeit -p 9 -n 1001 -r 1 1").printed)
    assert short
    assert long
    assert len(short[0]) < len(long[0])


def test_timeit_sees_the_names_in_scope(session: Session) -> None:
    ran = session.run("k = 2\ndef f(n):\n    m = 3\n    %timeit -n1 -r1 print(n * m * k)\nf(5)")
    assert ran.printed.startswith("30\n")


def test_setup_code_runs_before_each_run(session: Session) -> None:
    session.run("runs = []")
    ran = session.run("%%timeit -n 10 -r 2 runs.append(0); data = [3, 1]\ndata.sort()\n# done")
    assert ran.failure is None
    assert timed(ran.printed)
    assert session.run("len(runs)").result == "2"


def test_the_body_of_a_timed_cell_keeps_its_strings(session: Session) -> None:
    session.run("seen = []")
    session.run('%%timeit -n1 -r1\nif True:\n    seen.append("""a\nb\n  c""")\n\nseen.append(\nf"""{1}\nd""")')
    assert session.run("seen").result == r"['a\nb\n  c', '1\nd']"


def test_magics_inside_timed_cells(session: Session) -> None:
    session.run("x = 0")
    ran = session.run("%%timeit -n1 -r1\nfor i in range(2):\n    %time i + \\\n       1\n    y = %who_ls\nprint(y)")
    assert ran.failure is not None, "%who_ls has no session names inside the function that is timed"
    assert "top level" in ran.failure.evalue
    assert len(WALL.findall(ran.printed)) == 1
    ran = session.run("%%time\n%timeit -n1 -r1 1\n5")
    assert ran.result == "5"
    assert timed(ran.printed.split("Wall")[0])


def test_timeit_awaits(session: Session) -> None:
    session.run("import asyncio\nasync def f(): return 1")
    assert timed(session.run("%timeit -n 3 await f()").printed)
    assert timed(session.run("%%timeit -n 3 await asyncio.sleep(0)\nx = [await f() for _ in range(3)]").printed)


def test_timing_is_safe_from_shadowed_names(session: Session) -> None:
    session.run("range = len = print = time = locals = min = max = sum = 0")
    assert WALL.fullmatch(session.run("%time 1").printed)
    assert timed(session.run("%timeit -n1 -r2 1").printed)


def test_the_slowest_run_is_remarked_upon(session: Session) -> None:
    session.run("import time\nsleeps = [1.0, 0.0001, 0.0001]")
    ran = session.run("%timeit -n1 -r3 time.sleep(sleeps.pop(0))")
    assert re.match(r"The slowest run took \d+\.\d\d times longer than the fastest\. This could mean", ran.printed)


@pytest.mark.parametrize(
    ("cell", "places"),
    [
        ("%time 1/0", [(1, 7)]),
        ("x = 1\nif x:\n    %time y = x / 0", [(3, 15)]),
        ("def f():\n    %time 1/0\nf()", [(3, 1), (2, 11)]),
        ("%time ü = 'é'; 1/0", [(1, 16)]),
        ("%%time\nx = 1\nx / 0", [(3, 1)]),
        ("%timeit 1/0", [(1, 9)]),
        ("%timeit -n 1 -r 1   1/0", [(1, 21)]),
        ("%%timeit\nx = 1\nif x:\n    x / 0", [(4, 5)]),
        ("%%timeit x = 1/0\nx", [(1, 14)]),
        ("def f(n):\n    return 1/n\n%timeit f(0)", [(3, 9), (2, 12)]),
    ],
)
def test_errors_point_at_what_was_typed(session: Session, cell: str, places: list[tuple[int, int]]) -> None:
    ran = session.run(cell)
    assert ran.failure is not None
    assert ran.failure.ename == "ZeroDivisionError"
    assert ran.places == places
    assert not any(frame.function.startswith("__mk_") for frame in ran.failure.frames)


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("a = 1\n%time f(1", (2, 8)),
        ("%time f(1))\na = 1", (1, 11)),
        ("%time f([1)\na = 1", (1, 11)),
        ("%timeit 'open", (1, 9)),
        ('%timeit """\na = 1', (1, 9)),
        ("%time 1 + \\", (1, 12)),
        ("%time x = (", (1, 11)),
        ("%time return 1", (1, 7)),
        ("%timeit if x: break", (1, 15)),
        ("%timeit [(yield) for x in y]", (1, 11)),
        ("%timeit -n 3 1 +", (1, 17)),
        ("%time if x:", (1, 12)),
        ("%%time\nx = 1\nx = (", (3, 6)),
        ("%%timeit\nx = 1\ny = (", (3, 5)),
        ("%%timeit\nx = 1\n  y = 2", (3, 1)),
        ("%%timeit\nx = 1\nif x:\n", (3, 5)),
        ("%%timeit\nfor x in y:\n    pass\nelse\n    pass", (4, 5)),
        ("%%timeit\nx = 1\nreturn x", (3, 1)),
        ("%%timeit -n 1   x = (\n1", (1, 21)),
    ],
)
def test_code_that_is_no_python_is_a_syntax_error_where_it_stands(
    session: Session, cell: str, place: tuple[int, int]
) -> None:
    ran = session.run(cell)
    assert ran.failure is not None
    assert ran.failure.ename in ("SyntaxError", "IndentationError", "NotImplementedError"), ran.failure
    assert abs(ran.places[0][1] - place[1]) <= 1, ran.places
    assert ran.places[0][0] == place[0]


def test_a_syntax_error_on_a_magics_line_can_be_caught_and_leaves_the_record_in_order(session: Session) -> None:
    assert (
        session.run("try:\n    %time f(\nexcept SyntaxError as error:\n    print(error)").printed
        == "'(' was never closed\n"
    )
    session.run("%time f(")
    assert session.run("_i, _ii[:4], len(In)").result == "('%time f(', 'try:', 4)"


TOKENS = ["(", ")", "[", "]", "{", "}", "'", '"', '"""', "'''", "\\", "\\\n", "#", ";", ":", "=", ",", ".", " ", "    "]
TOKENS += [
    "a",
    "1",
    "if",
    "else",
    "def f",
    "return",
    "lambda",
    "\r",
    "\t",
    "é",
    "%",
    "!",
    "?",
    "pass",
    "break",
    "f'",
    "b",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["%time", "%timeit -n1 -r1", "x = %time", "if 1:\n    %time"]),
    st.lists(st.sampled_from(TOKENS), max_size=12),
)
@example("%time", ["a", "\r", "1"])
@example("%timeit -n1 -r1", ["a", "\\\n"])
def test_timed_code_never_reaches_beyond_its_line(session: Session, magic: str, tokens: list[str]) -> None:
    code = "".join(tokens)
    lines = code.split("\\\n")
    if (
        code.endswith(("\\", "\\\n"))
        or not code.strip()
        or code.lstrip().startswith("?")
        or code.rstrip().endswith("?")
    ):
        return  # the next line belongs to the magic; or it is a question
    session.run("after = 0")
    text = f"{magic} {code}\nafter = 1"
    failure = session.run(text).failure
    after = session.run("after").result
    if failure is None:
        assert after == "1", text
    else:
        assert after == "0"
        last = magic.count("\n") + len(lines)
        assert all(frame.line <= last for frame in failure.frames if "\r" not in code), (text, failure)


def test_only_python_can_be_timed(session: Session) -> None:
    assert "no other magic" in session.refusal("%time %who")
    assert "no other magic" in session.refusal("%timeit !ls")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("%time", "CODE is missing\nusage: %time CODE"),
        ("%timeit -n", "argument -n: expected one argument\nusage: %timeit [-n N]"),
        ("%timeit -n x 1", "argument -n: invalid loops value: 'x'"),
        ("%timeit -r 0 1", "argument -r: 0 is not between 1 and"),
        ("%timeit -p 99 1", "argument -p: 99 is not between 1 and 17"),
        ("%timeit -n " + "9" * 5000 + " 1", "argument -n: "),
        ("%%timeit", "put the code on the lines below"),
        ("%%timeit x = 1\n# only a comment", "put the code on the lines below"),
    ],
)
def test_wrong_options_are_usage_errors(session: Session, cell: str, message: str) -> None:
    refusal = session.refusal(cell)
    assert message in refusal
    assert len(refusal) < 500


def test_a_minus_sign_may_begin_the_code(session: Session) -> None:
    assert session.run("z = 3\n%time -z").result == "-3"
    assert timed(session.run("%timeit -n1 -z").printed)
    assert timed(session.run("%timeit -n1 -- -3").printed)


def test_an_interrupt_ends_timeit_and_the_session_stays(session: Session) -> None:
    import threading

    session.run("kept = 1")
    session.engine.take_snapshot()
    threading.Timer(0.3, session.engine.interrupts.interrupt).start()
    failure = session.run("%timeit sum(range(1000))").failure
    assert failure is not None
    assert failure.kind == "interrupted"
    assert session.run("kept").result == "1"
    assert timed(session.run("%timeit -n1 1").printed)


def test_timing_survives_a_new_worker(session: Session) -> None:
    session.run("%timeit -n1 1")
    session.engine.take_snapshot()
    session.engine._sandbox.release()
    assert timed(session.run("%timeit -n1 1").printed)
