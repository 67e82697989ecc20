"""Where an error's arrow stands when Monty places the error elsewhere, or nowhere."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from tests.support.kernel_client import Answer, Kernel

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def shown(answer: Answer) -> str:
    """The traceback without its rule, its headline and its colours."""
    text = ANSI.sub("", "\n".join(answer.reply["traceback"]))
    assert text.startswith("-" * 75), "it looks like an error of the running cell, not like one of syntax"
    return text.split("\n", 2)[2]


def arrows(answer: Answer) -> list[str]:
    """The lines that the arrows point at, outermost first, with what the carets below them mark."""
    found = []
    lines = shown(answer).split("\n")
    for line, below in pairwise(lines):
        if match := re.match(r"-*> +(\d+) ", line):
            start = len(match[0])
            marked = [character for character, caret in zip(line[start:], below[start:], strict=False) if caret == "^"]
            found.append(f"{match[1]}: {''.join(marked)}")
    return found


@pytest.fixture(scope="module", autouse=True)
def defined(kernel: Kernel) -> None:
    kernel.run("def area(w, h): return w * h\ndef total(rows):\n    return sum([area(row) for row in rows])")
    kernel.run(
        "class Acc:\n    def __init__(self, owner): pass\n    def put(self, n, *, note=''): return n\nacc = Acc('x')"
    )
    kernel.run("def deep():\n    return 1 / 0\ndef refuse(n):\n    if n: raise KeyError(n, 2)")


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("x = 1\narea(1)", ["2: area(1)"]),
        ("s = 'é𝒳'; print(area(1, 2, 3))", ["1: area(1, 2, 3)"]),
        ("area(1, 2); area(\n  1)", ["1: area("]),
        ("total([1])", ["1: total([1])", "3: area(row)"]),
        ("Acc()", ["1: Acc()"]),
        ("acc.put()", ["1: acc.put()"]),
        ("acc.put(1, 2)", ["1: acc.put(1, 2)"]),
        ("acc.put(*[])", ["1: acc.put(*[])"]),
        ("f = lambda a: a\nf()", ["2: f()"]),
        ("(lambda a: a)()", ["1: (lambda a: a)()"]),
        ("def k(*, z): pass\nk()", ["2: k()"]),
        ("for n in [1]: area(n, n); area(n)", ["1: area(n)"]),
    ],
)
def test_a_call_with_wrong_arguments_stands_where_it_was_made(kernel: Kernel, code: str, places: list[str]) -> None:
    answer = kernel.run(code)
    assert answer.reply["ename"] == "TypeError"
    assert arrows(answer) == places


@pytest.mark.parametrize("code", ["list(map(area, [1]))", "g = area\ng(1)", "%time area(1)"])
def test_where_no_call_can_be_told_the_definition_is_shown_and_named(kernel: Kernel, code: str) -> None:
    answer = kernel.run(code)
    assert "in area(w, h)\n----> 1 def area(w, h)" in shown(answer)
    assert "This is where area() is defined. Monty does not say where it was called." in shown(answer)


def test_a_cell_that_failed_at_such_a_call_has_run(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    kernel.run("def area(w, h): return w * h")
    kernel.run("x = 5\narea(1)")
    assert kernel.run("x, _i, _ii").plain == "(5, 'x = 5\\narea(1)', 'def area(w, h): return w * h')"


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("x = 1\nraise ValueError('a', 1)", ["2: ValueError('a', 1)"]),
        ("raise KeyError(5)", ["1: KeyError(5)"]),
        ("e = 5\nraise Exception(e)", ["2: Exception(e)"]),
        ("refuse(1)", ["1: refuse(1)", "4: KeyError(n, 2)"]),
    ],
)
def test_an_exception_that_monty_cannot_make_stands_where_it_is_raised(
    kernel: Kernel, code: str, places: list[str]
) -> None:
    assert arrows(kernel.run(code)) == places


@pytest.mark.parametrize(
    ("code", "place", "note"),
    [
        ("try:\n    1 / 0\nfinally:\n    print('x')", "2: 1 / 0", ""),
        ("try:\n    y = deep()\nfinally:\n    y = None", "2: deep()", "The calls inside it are not shown."),
        ("try:\n    1 / 0\nexcept ZeroDivisionError:\n    print('log')\n    raise", "2: 1 / 0", ""),
        ("try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise", "2: 1 / 0", ""),
        ("try:\n    1 / 0\nexcept ValueError:\n    pass\nexcept (KeyError, TypeError): pass", "2: 1 / 0", ""),
        ("try:\n    try:\n        1 / 0\n    finally: y = 1\nexcept KeyError: pass", "3: 1 / 0", ""),
        ("try:\n    y = 1\n    deep()\nfinally:\n    y = 2", "1: try", "It came from this try block."),
        ("try:\n    1 / 0\nexcept nosuch:\n    pass", "3: nosuch", ""),
        ("try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['k']", "4: {}['k']", ""),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise e", "4: e", ""),
        ("try:\n    deep()\nfinally:\n    [].append(1)", "4: [].append(1)", "Or it came from the try block above."),
        ("try:\n    pass\nfinally:\n    no.such", "4: no", ""),
    ],
)
def test_what_passes_a_try_statement_stands_where_it_came_from(
    kernel: Kernel, code: str, place: str, note: str
) -> None:
    answer = kernel.run(code)
    assert arrows(answer) == [place]
    after = shown(answer).split("\n")[-1]
    assert after.startswith(note or f"{answer.reply['ename']}: ")


def test_what_comes_out_of_gather_stands_where_it_is_awaited(kernel: Kernel) -> None:
    kernel.run("import asyncio\nasync def co(n):\n    await asyncio.sleep(0.01)\n    return 1 / n")
    assert arrows(kernel.run("x = 1\nr = await asyncio.gather(co(1), co(0))")) == [
        "2: await asyncio.gather(co(1), co(0))",
        "4: 1 / n",
    ]


def test_a_repr_that_raises_has_its_frame(kernel: Kernel) -> None:
    kernel.run("class Bad:\n    def __repr__(self):\n        return 1 / 0")
    assert arrows(kernel.run("Bad()")) == ["1: Bad()", "3: 1 / 0"]
    assert arrows(kernel.run("display([{'a': Bad()}])")) == ["1: display([{'a': Bad()}])", "3: 1 / 0"]


@pytest.mark.parametrize(
    ("code", "line", "marked"),
    [
        ("return 3", "return 3", "^^^^^^^^"),
        ("x = 1\nif x:\n    é = 'ü'; return x", "é = 'ü'; return x", "         ^^^^^^^^"),
        ("%time 1\nclass A:\n    return", "return", "^^^^^^"),
        ("%%time\nx = 1\nreturn", "return", "^^^^^^"),
        ("  >>> y = 1\n  >>> return y", ">>> return y", "    ^^^^^^^^"),
    ],
)
def test_a_return_outside_a_function_is_refused(kernel: Kernel, code: str, line: str, marked: str) -> None:
    answer = kernel.run(code)
    assert (answer.reply["ename"], answer.reply["evalue"]) == ("SyntaxError", "'return' outside function")
    assert ANSI.sub("", answer.reply["traceback"][0]).split("\n")[1:3] == [f"    {line}", f"    {marked}"]
    assert kernel.run("In[-2]").plain == repr(code)


def test_nothing_of_a_cell_with_a_stray_return_runs(kernel: Kernel) -> None:
    kernel.run("ran = []")
    kernel.run("ran.append(1)\nreturn\nran.append(2)")
    assert kernel.run("ran").plain == "[]"


def test_a_hand_raised_error_passes_finally_without_a_hint(kernel: Kernel) -> None:
    answer = kernel.run("try:\n    raise ImportError(\"cannot import name 'x' from 'math'\")\nfinally:\n    done = 1")
    assert arrows(answer) == ["2: ImportError(\"cannot import name 'x' from 'math'\")"]
    assert "Hint" not in shown(answer)
    assert arrows(kernel.run("try:\n    assert 1 > 2, 'no'\nfinally:\n    done = 1")) == ["2: 1 > 2"]


def test_places_are_found_in_long_lines(kernel: Kernel) -> None:
    code = f"try:\n    1 / 0\nfinally:\n    done = [{'1, ' * 9_000}'é']"
    assert arrows(kernel.run(code))[0].startswith("2: 1 / 0")
    calls = "; ".join(f"area({n}, {n})" for n in range(2_000))
    assert arrows(kernel.run(f"{calls}\narea(1)")) == ["2: area(1)"]
