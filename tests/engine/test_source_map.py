"""Every place in a rewritten text leads back to what the person typed; places of `ast` are offsets of characters."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, parse
from monty_kernel.engine.source.source_map import ByteOffsets, Edit, SourceMap, line_starts, place
from monty_kernel.engine.source.statements import lines_inside_strings
from monty_kernel.magics.registry import Magics

TEXT = st.text(alphabet="ab é\n\t🐍", max_size=40)


@st.composite
def maps(draw: st.DrawFn) -> SourceMap:
    original = draw(TEXT)
    cuts = sorted(draw(st.lists(st.integers(0, len(original)), max_size=8)))
    edits = [Edit(start, end, draw(TEXT)) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    return SourceMap(original, edits)


@given(maps())
def test_text_that_was_kept_leads_back_to_itself(made: SourceMap) -> None:
    position = 0
    for edit in made.edits:
        kept = made.original[position : edit.start]
        at = made.text.find(kept, 0)
        assert at >= 0
        position = edit.end
    for offset in range(len(made.text)):
        start, end = made.span(offset, offset + 1)
        assert 0 <= start <= end <= len(made.original)
        if (start, end) == (start, start + 1) and all(not edit.start <= start < edit.end for edit in made.edits):
            assert made.original[start] == made.text[offset] or any(edit.start == start for edit in made.edits)


@given(maps(), st.integers(1, 60), st.integers(1, 60))
def test_no_place_is_beyond_the_original(made: SourceMap, line: int, column: int) -> None:
    first, start, last, end = made.lines_and_columns(line, column, line, column + 3)
    lines = made.original.split("\n")
    assert (first, start) <= (last, end)
    assert 1 <= first <= len(lines) and 1 <= start <= len(lines[first - 1]) + 1
    assert 1 <= last <= len(lines) and 1 <= end <= len(lines[last - 1]) + 1


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        SourceMap("abcdef", [Edit(0, 3, ""), Edit(2, 4, "")])


@given(st.text(alphabet="a\r\n", max_size=20))
def test_lines_start_where_python_starts_them(text: str) -> None:
    starts = line_starts(text)
    assert len(starts) == len(text.splitlines()) + (not text or text[-1] in "\r\n")
    assert all(place(starts, offset)[0] == number for number, offset in enumerate(starts, 1))


SOURCE = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["x = 1", "x", "%time x", "%who", "!ls", "x?", "if x:", "    %time y = 2", "'''", ")", "(", "\\", "%%time",
             "from IPython.display import HTML", "é; x", "# c", "y = %who_ls", "%timeit -n1 x", "lambda: 0", "f'{x!r}'"]
        ),
        max_size=8,
    ).map("\n".join),
)  # fmt: skip


@given(SOURCE)
def test_any_text_becomes_a_cell_or_a_syntax_error(text: str) -> None:
    try:
        cell = parse(CellSource("In[1]", text), Magics, CellOptions(1))
    except SyntaxError:
        return
    lines = text.split("\n")
    for step in cell.steps:
        if not hasattr(step, "text"):
            continue
        for line in range(1, step.text.count("\n") + 2):
            first, column, last, end = step.to_cell(line, 1, line, 2)
            assert 1 <= first <= last <= len(lines)
            assert 1 <= column <= len(lines[first - 1]) + 1
            assert end >= 1


@pytest.mark.parametrize("text", ["é = 'ü'; x = é", "a\nüü = 1; b\r\nc", "x = '\U0001f600'; y"])
def test_places_of_a_tree_are_offsets_of_characters(text: str) -> None:
    places = ByteOffsets(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            start, end = places.span(node)
            assert text[start:end] == node.id


@pytest.mark.parametrize("text", [
    "x = '''\na\nb'''\nc", "f'''\n{x}\n'''\n", "# '''\nx\n'''\n'''", "'a\\\nb'\nc", "'open\nx", "x\n\n'''a''' + '''\n\n''' + '''\n'''\ny", "",
])  # fmt: skip
def test_lines_inside_strings(text: str) -> None:
    expected: set[int] = set()
    try:
        tree = ast.parse(text)
    except SyntaxError:
        assert lines_inside_strings(text) <= set(range(text.count("\n") + 2))
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno and node.end_lineno > node.lineno:
            expected.update(range(node.lineno + 1, node.end_lineno + 1))
    assert lines_inside_strings(text) == expected
