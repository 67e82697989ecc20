"""What a cell's last expression shows, and what the session remembers of it."""

from __future__ import annotations

import pytest
from IPython.lib.pretty import pretty

from monty_kernel.engine.source import CellSource
from tests.support.engine_session import Session
from tests.support.kernel_client import Kernel


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("1 + 1", "2"),
        ("'it\\'s'", '"it\'s"'),
        ("None", None),
        ("x = 5", None),
        ("x = 5; x", "5"),
        ("x;", None),
        ("x  ;  # quiet", None),
        ("x \\\n;", None),
        ("x  # loud", "5"),
        ("(1,\n 2)", "(1, 2)"),
        ("'''a\nb'''", "'a\\nb'"),
        ("x = 1\nif x:\n    x", None),
        ("é = 'ü'; é", "'ü'"),
        ("1,", "(1,)"),
        ("*[1, 2], 3", "(1, 2, 3)"),
        ("(y := 4)", "4"),
        ("lambda: 0", "<function __main__.<lambda>()>"),
        ("import math; math", "<module 'math'>"),
        ("class A: pass\nA", "__main__.A"),
        ("A()", "<__main__.A at 0x"),
        ("class B:\n    def __repr__(self): return 'B!'\n[B()]", "[B!]"),
        ("'a' * 3 \\\n  + 'b'", "'aaab'"),
        ("", None),
        ("# only a comment", None),
    ],
)
def test_last_expression(kernel: Kernel, code: str, shown: str | None) -> None:
    answer = kernel.run(code)
    assert answer.reply["status"] == "ok"
    if shown is None or "0x" not in shown:
        assert answer.plain == shown
    else:
        assert answer.plain is not None and answer.plain.startswith(shown)


@pytest.mark.parametrize(
    "data",
    [
        "{'a': list(range(40)), 'b': {'c': (1, 2)}}",
        "[{'id': i, 'name': 'n' * 20} for i in range(4)]",
        "{3, 1, 2}",
        "frozenset([2, 1])",
        "set(range(50))",
        "list(range(1200))",
        "[['a' * 100] * 2, 'b\\nc']",
        "{(1, 2): 'x' * 80, 'k': [1, 2]}",
        "{tuple(range(10)): list(range(20))}",
        "{'x': {'y': {'z': list(range(30))}}}",
        "[(i, {'a': i, 'b': ['q' * i]}) for i in range(20)]",
        "('a' * 79,)",
        "['a' * 75]",
        "['a' * 76]",
        "['a' * 36, 'b' * 36]",
        "['a' * 35, 'b' * 36]",
        "{'a' * 30: 'b' * 45, 'c': 1}",
        "{str(i): i for i in range(1002)}",
        "[1.5, float('inf'), True, None, b'x']",
    ],
)
def test_plain_data_is_laid_out_as_ipython_does(kernel: Kernel, data: str) -> None:
    assert kernel.run(data).plain == pretty(eval(data))


@pytest.mark.parametrize(
    "data",
    [
        "[Two(), Two()]",
        "{'key': Two(), 'k': 1}",
        "(Two(),)",
        "[1, {'a': Two()}]",
        "deque([1, 2], maxlen=3)",
        "deque(range(40), maxlen=50)",
    ],
)
def test_reprs_of_several_lines_and_bounded_deques_are_laid_out_as_ipython_does(kernel: Kernel, data: str) -> None:
    setup = "from collections import deque\nclass Two:\n    def __repr__(self): return 'one\\ntwo'"
    kernel.run(setup)
    names: dict[str, object] = {}
    exec(setup, names)
    assert kernel.run(data).plain == pretty(eval(data, names))


def test_data_nested_deeper_than_the_layout_goes_is_shown(kernel: Kernel) -> None:
    plain = kernel.run("deep = 0\nfor _n in range(900): deep = {'k': [deep]}\ndeep").plain
    assert plain is not None and plain.startswith("{'k': [{'k'")


def test_cyclic_data_is_cut_where_it_repeats(kernel: Kernel) -> None:
    assert kernel.run("l = [1]; l.append(l); l").plain == "[1, [...]]"


def test_a_result_over_one_mebibyte_is_cut_and_says_so(kernel: Kernel) -> None:
    plain = kernel.run("'a' * 3_000_000").plain
    assert plain is not None
    assert len(plain) < (1 << 20) + 200
    assert plain.endswith("characters are shown]")


def test_underscores_out_and_in(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("10")
    kernel.run("20;")
    kernel.run("30")
    kernel.run("1/0")
    kernel.run("40")
    assert kernel.run("_, __, ___").plain == "(40, 30, 10)"
    assert kernel.run("_1, _3, Out[5], sorted(Out)").plain == "(10, 30, 40, [1, 3, 5, 6])"
    assert kernel.run("In[1:5]").plain == "['10', '20;', '30', '1/0']"
    assert kernel.run("_i, _i2").plain == "('In[1:5]', '20;')"
    assert kernel.run("len(In)").plain == "11"


def test_old_results_are_let_go(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("Out.update({-number: number for number in range(998)})")
    kernel.run("'one'")
    kernel.run("'two'")
    assert kernel.run("len(Out)").plain == "1000"
    assert kernel.run("len(Out), _2, -997 in Out, -798 in Out, -797 in Out").plain == "(801, 'one', False, False, True)"


def test_a_blank_cell_does_not_count(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("1")
    for blank in ("", "  \n\t"):
        answer = kernel.run(blank)
        assert answer.reply["execution_count"] == 1
        assert answer.all("execute_input")[0]["execution_count"] == 2
    assert kernel.run("In").plain == "['', '1', 'In']"


def test_a_name_the_person_took_is_theirs(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("for _ in range(3): pass")
    kernel.run("'shown'")
    assert kernel.run("_").plain == "2"
    kernel.run("Out = In = 'mine'")
    assert kernel.run("Out").plain == "'mine'"


def test_an_unparsable_cell_is_remembered_too(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("x = (")
    assert kernel.run("In").plain == "['', 'x = (', 'In']"


def test_a_repr_that_raises_is_an_error_of_the_cell(kernel: Kernel) -> None:
    answer = kernel.run("class R:\n    def __repr__(self): raise ValueError('no repr')\nR()")
    assert (answer.reply["ename"], answer.reply["evalue"]) == ("ValueError", "no repr")
    assert kernel.run("1").plain == "1"


def test_values_that_cannot_leave_the_sandbox_are_shown(kernel: Kernel) -> None:
    kernel.run("class A: pass\na = A()")
    answer = kernel.run("list(locals())[-1:], len(locals()) > 3")
    assert answer.reply["status"] == "ok"
    assert kernel.run("locals();").reply["status"] == "ok"


def test_the_first_result_of_a_session_may_be_followed_by_empty_lines(start) -> None:  # type: ignore[no-untyped-def]
    kernel: Kernel = start()
    assert kernel.run("[1, 2]\n").plain == "[1, 2]"
    error = "".join(kernel.run("\n1 / 0").reply["traceback"])
    assert "In[2]" in error.replace("\x1b[32m", "").replace("\x1b[39m", ""), "each feed has its cell"


@pytest.mark.parametrize("after", ["\n", "\n\n  \n", "\n# a comment", "  # a comment\n", "\n# one\n\n# two\n", ""])
@pytest.mark.parametrize("before", ["", "x = 1\n", "%%time\n", "from IPython.display import HTML\n"])
def test_a_first_result_is_shown_whatever_follows_it(before: str, after: str) -> None:
    session = Session()
    try:
        assert session.run(f"{before}[1, 2]{after}").result == "[1, 2]"
        failure = session.run("\n1 / 0").failure
        assert failure is not None
        assert (failure.frames[-1].cell, failure.frames[-1].line) == (CellSource("In[2]", "\n1 / 0"), 2)
    finally:
        session.engine.close()
