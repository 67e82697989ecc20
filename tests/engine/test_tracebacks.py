"""Rendered failures of real Monty cells: layout, folding, carets, speed."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from wcwidth import wcswidth

from monty_kernel.engine.errors.tracebacks import FRAME_LIMIT, render
from monty_kernel.engine.source import Failure
from monty_kernel.outputs.visible_text import display_width
from tests.support.failing_cells import ANSI, Cells, body, in_cell, monty_cells, raised, shown
from tests.support.waiting import HANGING

RULE = "-" * 75


@pytest.fixture
def cells() -> Iterator[Cells]:
    with monty_cells() as cells:
        yield cells


# Layout ---------------------------------------------------------------------------------------------------------------

MEAN = "def mean(xs):\n    return sum(xs) / len(xs)\n\n\ndef other():\n    return mean([])\n"


def test_frames_name_their_cells_and_show_their_lines(cells: Cells) -> None:
    assert shown(cells.fail(MEAN, "x = 1\ny = 2\nprint(x)\nz = other()\nw = 3\nv = 4\nu = 5")) == "\n".join(
        [
            RULE,
            "ZeroDivisionError                         Traceback (most recent call last)",
            "Cell In[2], line 4",
            "      2 y = 2",
            "      3 print(x)",
            "----> 4 z = other()",
            "            ^^^^^^^",
            "      5 w = 3",
            "      6 v = 4",
            "",
            "Cell In[1], line 6, in other()",
            "      5 def other():",
            "----> 6     return mean([])",
            "                   ^^^^^^^^",
            "",
            "Cell In[1], line 2, in mean(xs)",
            "      1 def mean(xs):",
            "----> 2     return sum(xs) / len(xs)",
            "                   ^^^^^^^^^^^^^^^^^",
            "",
            "ZeroDivisionError: division by zero",
        ]
    )


def test_each_frame_is_one_part_ending_with_a_newline(cells: Cells) -> None:
    parts = render(cells.fail(MEAN, "other()")).traceback
    assert [part.endswith("\n") for part in parts] == [False, False, True, True, True, False]


def test_names_and_arguments_are_those_of_the_source(cells: Cells) -> None:
    failure = cells.fail(
        "class A:\n"
        "    def f(self, /, x, *args, k=2, **kw):\n"
        "        def inner(z):\n"
        "            return (lambda q, *r: q / 0)(z)\n"
        "        return inner(k)\n"
        "async def main():\n"
        "    return A().f(1)\n"
        "await main()"
    )
    heads = [line for line in body(failure).split("\n") if line.startswith("Cell")]
    assert heads == [
        "Cell In[1], line 8",
        "Cell In[1], line 7, in main()",
        "Cell In[1], line 5, in A.f(self, x, k, *args, **kw)",
        "Cell In[1], line 4, in A.f.<locals>.inner(z)",
        "Cell In[1], line 4, in A.f.<locals>.inner.<locals>.<lambda>(q, *r)",
    ]


def test_of_two_functions_of_one_name_the_one_around_the_place_is_named(cells: Cells) -> None:
    failure = cells.fail("def f(a): return 1\ndef g(b):\n    def f(c): return c / 0\n    return f(b)\ng(1)")
    assert "in g.<locals>.f(c)" in body(failure)


def test_a_class_body_is_a_frame(cells: Cells) -> None:
    assert "Cell In[1], line 2, in C()" in body(cells.fail("class C:\n    x = 1 / 0"))


def test_a_comprehension_is_part_of_its_function(cells: Cells) -> None:
    failure = cells.fail("def outer(n):\n    return [q / 0 for q in [n]]\nouter(1)")
    assert body(failure).split("\n")[-4:-1] == [
        "      1 def outer(n):",
        "----> 2     return [q / 0 for q in [n]]",
        "                    ^^^^^",
    ]


def test_code_in_a_string_has_no_lines_to_show(cells: Cells) -> None:
    failure = cells.fail("exec('def f():\\n  1 / 0\\nf()')")
    assert body(failure) == "\n".join(
        [
            "Cell In[1], line 1",
            "----> 1 exec('def f():\\n  1 / 0\\nf()')",
            "        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
            "",
            "File <string>:3",
            "",
            "File <string>:2, in f",
            "",
        ]
    )


def test_context_stays_within_the_function_and_keeps_blank_lines(cells: Cells) -> None:
    failure = cells.fail("a = 1\n\ndef f():\n    b = 1\n\n    # why\n\n    return b / 0\n\nc = 3\nf()")
    assert [line.rstrip() for line in body(failure).split("\n")[-8:-1]] == [
        "Cell In[1], line 8, in f()",
        "      4     b = 1",
        "      5",
        "      6     # why",
        "      7",
        "----> 8     return b / 0",
        "                   ^^^^^",
    ]


def test_a_statement_of_many_lines_is_shown_whole_with_carets_on_each(cells: Cells) -> None:
    assert body(cells.fail("x = (1 +\n  2 /\n\n\t0)\ny = 2")) == "\n".join(
        [
            "Cell In[1], line 2",
            "      1 x = (1 +",
            "----> 2   2 /",
            "          ^^^",
            "      3 ",
            "      4 \t0)",
            "        \t^",
            "      5 y = 2",
            "",
        ]
    )


def test_a_very_long_statement_is_shortened(cells: Cells) -> None:
    text = "d = [\n" + "".join(f"    {n},\n" for n in range(1_000)) + "    1 / 0,\n" + "    2,\n" * 1_000 + "]"
    lines = body(cells.fail(text)).split("\n")
    assert len(lines) < 20
    assert "   (...)" in lines
    assert "-> 1002     1 / 0," in lines
    assert lines[lines.index("-> 1002     1 / 0,") + 1] == "            ^^^^^"


def test_a_long_neighbour_has_a_gap_in_its_middle(cells: Cells) -> None:
    text = "d = [\n" + "    1,\n" * 20 + "]\n1 / 0"
    assert body(cells.fail(text)).split("\n")[1:-3] == [
        "      1 d = [",
        "      2     1,",
        "      3     1,",
        "   (...)",
        "     21     1,",
        "     22 ]",
    ]


def test_a_second_statement_on_the_last_line_of_a_long_string(cells: Cells) -> None:
    failure = cells.fail("x = '''\na\nif b:\n'''; 1 / 0")
    assert "----> 4 '''; 1 / 0\n             ^^^^^" in body(failure)
    coloured = "\n".join(render(failure).traceback)
    assert "\x1b[33mif b:\x1b[39m" in coloured, "a line within a string is a string, not a statement"


def test_decorators_belong_to_their_function(cells: Cells) -> None:
    failure = cells.fail("def twice(f):\n    return lambda x: f(x)\n@twice\ndef half(x):\n    return x / 0\nhalf(1)")
    assert "      3 @twice\n      4 def half(x):\n----> 5     return x / 0" in body(failure)


def test_match_try_and_else_clauses_are_pieces(cells: Cells) -> None:
    failure = cells.fail(
        "def f(v):\n    match v:\n        case 1:\n            pass\n        case 2:\n            try:\n"
        "                v / 0\n            finally:\n                pass\n        case 3:\n            pass\nf(2)"
    )
    assert "----> 7                 v / 0\n                        ^^^^^\n      8             finally:" in body(failure)


def test_a_cell_with_magics_still_has_arguments() -> None:
    text = "%time x = 1\n!ls\ndef f(a):\n    return a\n"
    assert ANSI.sub("", render(raised(in_cell(text, 4, 12, 13, "f"))).traceback[2]).startswith(
        "Cell In[1], line 4, in f(a)\n"
    )


def test_a_cell_that_does_not_parse_shows_lines_and_names() -> None:
    text = "def f(a):\n  x = )\n\n    return a\nlast"
    assert body(raised(in_cell(text, 4, 12, 13, "f"))) == "\n".join(
        [
            "Cell In[1], line 4, in f",
            "      2   x = )",
            "      3 ",
            "----> 4     return a",
            "                   ^",
            "      5 last",
            "",
        ]
    )


def test_other_labels_than_cells() -> None:
    frame = in_cell("1 / 0", 1, 1, 6, label="<user expression>")
    assert body(raised(frame)).startswith("<user expression>, line 1\n----> 1 1 / 0\n")


def test_long_names_leave_the_headline_readable() -> None:
    failure = Failure("raised", "E" * 300, "x", (in_cell("x", 1, 1, 2),))
    headline = ANSI.sub("", render(failure).traceback[1])
    assert headline.endswith(" Traceback (most recent call last)")
    assert len(headline) < 300


# Syntax errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = ", "  Cell In[1], line 1\n    x = \n        ^\nSyntaxError: Expected an expression"),
        ("if 1:\n    1 = 2", "  Cell In[1], line 2\n    1 = 2\n    ^\nSyntaxError: Invalid assignment target"),
        ("x = (1,\n2", "  Cell In[1], line 2\n    2\n     ^\nSyntaxError: unexpected EOF while parsing"),
        ("  x = 1", "  Cell In[1], line 1\n    x = 1\n    ^\nSyntaxError: Unexpected indentation"),
        ("if x\n    y", "  Cell In[1], line 1\n    if x\n        ^\nSyntaxError: Expected `:`, found newline"),
        (
            "f(a=1, a=2)",
            "  Cell In[1], line 1\n    f(a=1, a=2)\n           ^^^\nSyntaxError: keyword argument repeated: a",
        ),
    ],
)
def test_syntax_errors(cells: Cells, text: str, expected: str) -> None:
    error = render(cells.fail(text))
    assert len(error.traceback) == 1
    assert ANSI.sub("", error.traceback[0]) == expected


def test_what_montys_parser_refuses_looks_like_a_syntax_error(cells: Cells) -> None:
    assert shown(cells.fail("x = 1\nfor i in [1]:\n    del x")) == "\n".join(
        [
            "  Cell In[1], line 3",
            "    del x",
            "    ^^^^^",
            "NotImplementedError: The monty syntax parser does not yet support the 'del' statement",
            "Hint: Monty has no 'del' for this yet: assign None to a name or an attribute, take an item out with .pop(), "
            "or clear the session with %reset.",
        ]
    )


def test_a_refused_statement_of_many_lines_is_marked_on_its_first(cells: Cells) -> None:
    lines = shown(cells.fail("class A(B):  \n    def f(self):\n        pass")).split("\n")
    assert lines[1:3] == ["    class A(B):  ", "    ^^^^^^^^^^^"]


@pytest.mark.parametrize("text", ["eval('1 +')", "exec('x y')", "exec('del x')"])
def test_bad_syntax_in_a_string_is_an_error_of_the_running_cell(cells: Cells, text: str) -> None:
    lines = shown(cells.fail(text)).split("\n")
    assert lines[0] == RULE
    assert lines[2:4] == ["Cell In[1], line 1", f"----> 1 {text}"]


# Without frames -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["interrupted", "crashed", "memory", "time", "raised", "syntax"])
def test_without_frames_there_is_the_message_and_the_note(kind: str) -> None:
    failure = Failure(kind, "MemoryError", "too much", note="The session is as it was before this cell.")  # type: ignore[arg-type]
    assert shown(failure).split("\n")[:2] == ["MemoryError: too much", "The session is as it was before this cell."]


def test_an_interrupt_with_frames_shows_them(cells: Cells) -> None:
    frame = in_cell("while True: pass", 1, 13, 17)
    failure = Failure("interrupted", "KeyboardInterrupt", "", (frame,), "State kept.")
    assert shown(failure).split("\n")[2:] == [
        "Cell In[1], line 1",
        "----> 1 while True: pass",
        "                    ^^^^",
        "",
        "KeyboardInterrupt: ",
        "State kept.",
    ]


def test_the_message_stays_plain(cells: Cells) -> None:
    error = render(cells.fail("raise ValueError('two\\nlines\\tand a tab')"))
    assert (error.ename, error.evalue) == ("ValueError", "two\nlines\tand a tab")
    assert ANSI.sub("", error.traceback[-1]) == "ValueError: two\nlines\tand a tab"


def test_a_key_error_shows_the_key_as_monty_does(cells: Cells) -> None:
    assert render(cells.fail("{}['a']")).evalue == "a"
    assert render(cells.fail("{}[1]")).evalue == "1"


# Recursion ------------------------------------------------------------------------------------------------------------


def test_recursion_is_folded(cells: Cells) -> None:
    failure = cells.fail("def r(n): return r(n+1)\nr(0)")
    assert len(failure.frames) > 1_000
    deep = "Cell In[1], line 1, in r(n)\n----> 1 def r(n): return r(n+1)\n                         ^^^^^^\n"
    assert body(failure) == "\n".join(
        [
            "Cell In[1], line 2\n      1 def r(n): return r(n+1)\n----> 2 r(0)\n        ^^^^\n",
            deep,
            deep,
            "    [... skipping similar frames: r at line 1 (997 times)]\n",
            deep,
        ]
    )


def test_mutual_recursion_is_folded(cells: Cells) -> None:
    failure = cells.fail("def a(n):\n    return b(n)\ndef b(n):\n    if n: pass\n    return a(n)\na(0)")
    text = body(failure)
    assert "    [... skipping similar frames: a at line 2 (497 times), b at line 5 (497 times)]\n" in text
    assert [line.partition(" in ")[2] for line in text.split("\n") if line.startswith("Cell")] == [
        "",
        *["a(n)", "b(n)"] * 3,
    ]


def test_recursion_in_the_middle_keeps_what_surrounds_it(cells: Cells) -> None:
    failure = cells.fail(
        "def down(n):\n    if n == 0:\n        return bottom()\n    return down(n - 1)\ndef bottom():\n    return 1 / 0\ndown(50)"
    )
    text = body(failure)
    assert "down at line 4 (47 times)" in text
    assert text.count("Cell In[1]") == 1 + 3 + 1 + 1


def test_few_repetitions_are_shown(cells: Cells) -> None:
    failure = cells.fail("def down(n):\n    return 1 / 0 if n == 0 else down(n - 1)\ndown(2)")
    assert "skipping" not in body(failure)


def test_many_different_frames_are_limited() -> None:
    text = "def f():\n" + "    f()\n" * 900
    failure = raised(*(in_cell(text, 2 + number % 300, 5, 8, "f") for number in range(900)))
    parts = render(failure).traceback
    assert len(parts) == 2 + FRAME_LIMIT + 1 + 1
    assert "[... skipping 860 frames]" in parts[2 + FRAME_LIMIT // 2]


def test_many_folded_places_are_named_in_short() -> None:
    text = "def f():\n" + "    f()\n" * 10
    failure = raised(*(in_cell(text, 2 + number % 10, 5, 8, "f") for number in range(1_000)))
    assert re.search(r"f at line \d+ \(\d+ times\).* and \d+ more lines\]", body(failure))


# Carets ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "expression"),
    [
        ("x = ", "1 / 0"),
        ("\tx\t=\t", "1 / 0"),
        ("x = ", "1\t/\t0"),
        ("s = '日本語'; x = ", "1 / 0"),
        ("s = '👩‍👩‍👧 👍🏽 ❤️ 🇩🇪'; x = ", "1 / 0"),
        ("größe = 'é' 'e\u0301'; x = ", "1 / 0"),
        ("値 = ", "'日本' + 1"),
        ("s = '\x1b[31m\x00'; x = ", "1 / 0"),
        ("s = 'ｆｕｌｌ 한국 각'; x = ", "1 / 0"),
    ],
)
def test_carets_stand_under_the_expression(cells: Cells, before: str, expression: str) -> None:
    text = (
        f"if True:\n {before.lstrip(chr(9))}{expression}"
        if not before.startswith("\t")
        else f"if True:\n{before}{expression}"
    )
    frame = cells.fail(text).frames[-1]
    line = text.split("\n")[1]
    assert line[frame.column - 1 : frame.end_column - 1] == expression, "Monty reports the expression"
    rows = body(cells.fail(text)).split("\n")
    at = next(index for index, row in enumerate(rows) if row.startswith("----> 2"))
    source, carets = rows[at], rows[at + 1]
    start, stop = carets.index("^"), carets.rindex("^") + 1
    assert on_screen(carets[:start]) == on_screen(source[: source.rindex(expression)])
    assert on_screen(carets[:stop]) == on_screen(source)


def on_screen(text: str) -> int:
    """The column a terminal's cursor is in after `text`."""
    column = 0
    for part in re.split("(\t)", text):
        column = column + 8 - column % 8 if part == "\t" else column + wcswidth(part)
    return column


def test_widths_are_those_of_wcwidth() -> None:
    blocks = [*range(0x20, 0x7F), *range(0xA0, 0xD800), *range(0xF900, 0xFE00), *range(0x1F300, 0x1F650)]
    chars = [chr(code) for code in blocks if chr(code).isprintable()]
    differing = [char for char in chars if display_width(f"a{char}") != wcswidth(f"a{char}")]
    assert len(differing) < 100, "only signs whose width changed from one version of Unicode to the next"


@pytest.mark.parametrize("text", ["👨‍👩‍👧‍👦", "👍🏿", "❤️", "🇫🇷", "e\u0301", "नमस्ते", "각", "日本"])
def test_sequences_are_as_wide_as_wcwidth_says(text: str) -> None:
    assert display_width(text) == wcswidth(text)


# Against the stock kernel ---------------------------------------------------------------------------------------------

CODE = [
    MEAN,
    "x = 1\nz = other()  # comment\nw = 'text'",
    "class A:\n    def f(self, a, *rest, key=None, **more):\n        if a is not None and a in (1, 2.5):\n            return len(self)\n",
    "A().f(1)",
    "(lambda x: x / 0)(1)",
    "def outer(y):\n    def inner(z):\n        return z / 0\n    return inner(y)\nouter(3)",
    "raise ValueError('message')",
    "raise ValueError",
]


@pytest.fixture(scope="module")
def stock_errors() -> Iterator[list[dict[str, object]]]:
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    try:
        errors: list[dict[str, object]] = []
        for code in CODE:
            client.execute_interactive(
                code,
                timeout=HANGING,
                output_hook=lambda message: (
                    errors.append(message["content"]) if message["msg_type"] == "error" else None
                ),
            )
        yield errors
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_the_same_shape_as_the_stock_kernel(cells: Cells, stock_errors: list[dict[str, object]]) -> None:
    ours = []
    for code in CODE:
        try:
            cells.run(code)
        except Exception as error:
            ours.append(render(cells._failure(error)))  # type: ignore[arg-type]
    assert len(ours) == len(stock_errors) == 6
    for mine, stock in zip(ours, stock_errors, strict=True):
        parts: list[str] = stock["traceback"]  # type: ignore[assignment]
        assert (mine.ename, mine.evalue) == (stock["ename"], stock["evalue"])
        without_hint = [part for part in mine.traceback if "Hint: " not in part]
        assert len(without_hint) == len(parts)
        for my_part, part in zip(without_hint, parts, strict=True):
            if not part.endswith("\n"):
                assert my_part == part, "rule, headline and message are the same to the last escape sequence"
                continue
            my_lines, lines = my_part.split("\n"), part.split("\n")
            assert my_lines[0] == lines[0], "so are the frame's header"
            assert [line for line in my_lines if "-> " in line] == [line for line in lines if "-> " in line], (
                "and its line"
            )


# Start -----------------------------------------------------------------------------------------------------------------


def test_the_first_error_of_a_process_waits_for_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from monty_kernel.engine.errors.tracebacks import render\n"
        "from monty_kernel.engine.source import *\n"
        "cell = CellSource('In[1]', 'def f(x):\\n    return x / 0\\nf(1)')\n"
        "render(Failure('raised', 'ZeroDivisionError', 'x', (SourceFrame(cell, 2, 12, 2, 17, 'f'),)))\n"
        "assert not {'pygments', 'wcwidth', 'IPython'} & set(sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr == ""


def test_source_with_warnings_leaves_stderr_alone(capfd: pytest.CaptureFixture[str]) -> None:
    render(raised(in_cell("x = '\\d' is 1\n1 / 0", 2, 1, 6)))
    assert capfd.readouterr() == ("", "")
