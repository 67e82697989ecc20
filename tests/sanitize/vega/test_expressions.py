"""Expressions of Vega: what is parsed is written so that it means the same, and nothing else can be written."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monty_kernel.sanitize.vega import UNSAYABLE, Refused
from monty_kernel.sanitize.vega.expressions import parse
from monty_kernel.sanitize.vega.tree import (
    Array,
    Binary,
    Call,
    Conditional,
    Literal,
    Member,
    Name,
    Node,
    Object,
    Unary,
    functions,
    size,
    write,
)

PARAMETERS = ("brush", "cut")
_SIGNS = [
    "||",
    "&&",
    "|",
    "^",
    "&",
    "==",
    "!=",
    "===",
    "!==",
    "<",
    ">",
    "<=",
    ">=",
    "<<",
    ">>",
    ">>>",
    "+",
    "-",
    "*",
    "/",
    "%",
]
_PLAIN = sorted(name for name, gives in functions().items() if gives in ("number", "boolean", "short"))

_KEYS = st.text(max_size=8).filter(lambda key: key not in UNSAYABLE)
_LITERALS = (
    st.none()
    | st.booleans()
    | st.integers(0, 2**53 - 1)
    | st.floats(0, allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
    | st.text(max_size=8)
).map(Literal)
_NAMES = st.sampled_from([*PARAMETERS, "datum", "PI", "width"]).map(Name)


def _larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Unary, st.sampled_from("+-!~"), inner),
        st.builds(Binary, st.sampled_from(_SIGNS), inner, inner),
        st.builds(Conditional, inner, inner, inner),
        st.builds(Array, several),
        st.builds(Object, st.dictionaries(_KEYS, inner, max_size=3).map(lambda pairs: tuple(pairs.items()))),
        st.builds(Call, st.sampled_from(_PLAIN), several),
        st.builds(Member, inner, _KEYS.map(Literal)),
    )


TREES = st.recursive(_LITERALS | _NAMES, _larger, max_leaves=12)
_WORDS = (
    "datum", "datum.x", ".constructor", "['constructor']", "['__proto__']", "\\u0063onstructor", "brush", "event", "window", "warn", "data(", "regexp(", "/a/", "`", "${",
    "=>", "=", "new ", "function", "this", "(", ")", "[", "]", "{", "}", ":", ",", "?", "'", '"', "\\", "\n", "\u2028", "0x", "1e9", ".", "..", "//", "/*", "*/", ";", "+", "-", "!", "in ", "if(",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(_WORDS) | st.text(max_size=3), max_size=12).map("".join)


@given(TREES)
def test_a_tree_is_written_and_parsed_as_it_is(tree: Node) -> None:
    assert parse(write(tree), PARAMETERS) == tree


@given(TREES.map(write) | TEXTS)
def test_what_is_written_is_stable_and_holds_nothing_outside_of_the_grammar(text: str) -> None:
    try:
        tree = parse(text, PARAMETERS)
    except Refused:
        return
    written = write(tree)
    assert write(parse(written, PARAMETERS)) == written
    assert written.isascii() and written.isprintable()
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', written)
    assert not re.search(r"[`;\\'/]/|=>|(?<![=!<>])=(?!=)|\.\D", bare)
    known = {
        *functions(),
        *PARAMETERS,
        "datum",
        "PI",
        "E",
        "NaN",
        "width",
        "height",
        "true",
        "false",
        "null",
        "LN2",
        "SQRT2",
    }
    assert set(re.findall(r"[A-Za-z_$][\w$]*", re.sub(r"[\d.]+e[+-]?\d+", "0", bare))) <= known
    looked_up = re.findall(r'(?<=[\w\])}"])\["([^"]*)"\]', written)  # behind nothing else, it is a list of a text
    assert UNSAYABLE.isdisjoint(looked_up)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("datum.x+1", '(datum["x"] + 1)'),
        ("a ? 1 : b ? 2 : 3", "(a ? 1 : (b ? 2 : 3))"),
        ("1 - 2 - 3 * 4", "((1 - 2) - (3 * 4))"),
        ("!datum.a && datum['b c'] !== 'x\\u0041\\n'", '((! datum["a"]) && (datum["b c"] !== "xA\\n"))'),
        ("0x1F + .5 + 1e3", "((31 + 0.5) + 1000)"),
        ("split(datum.s, ' ')[0]", 'split(datum["s"], " ")[0]'),
        ("['Jan', 'Feb'][month(datum.d)]", '["Jan", "Feb"][month(datum["d"])]'),
        ("if(datum.x > 1, {a: 1, 'b': [2]}, null)", 'if((datum["x"] > 1), {"a": 1, "b": [2]}, null)'),
        ("format(datum.v, '.1%')", 'format(datum["v"], ".1%")'),
    ],
)  # fmt: skip
def test_ordinary_expressions(text: str, written: str) -> None:
    assert write(parse(text, ("a", "b"))) == written


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("datum.constructor", "uses the name constructor"),
        ("datum['\\u005f_proto__']", "uses the name __proto__"),
        ("datum['a' + 'b']", "looks up a name that it computes"),
        ("datum[datum.x]", "looks up a name that it computes"),
        ("datum[[0]]", "looks up a name that it computes"),
        ("{constructor: 1}", "uses the name constructor"),
        ("event.x", "uses a name that is no parameter of this chart (event)"),
        ("warn(1)", "calls warn"),
        ("datum.x.map(1)", "calls a method"),
        ("(1)(2)", "calls a method"),
        ("test(/a/, 'a')", "calls test"),
        ("replace('a', /a/, '')", "uses a regular expression"),
        ("replace('a', 'a', '$`$`')", "calls replace with a text that may multiply"),
        ("pad('a', 100000)", "calls pad with a number that is too large"),
        ("pad('a', datum.x)", "calls pad with a number that is not written out"),
        ("format(1, '10000d')", "calls format with a format that is not understood"),
        ("format(1, datum.f)", "calls format with a text that is not written out"),
        ("sequence(0, 1, 1e-9)", "calls sequence for more than 1,000 numbers"),
        ("1e999", "holds a number that is too large"),
        ("1 2", "is not an expression of one value"),
        ("", "is not an expression of one value"),
        ("(" * 200, "is nested too deeply"),
        ("-" * 200 + "1", "is nested too deeply"),
        ("1" + "+1" * 200, "is nested too deeply"),
        ("datum" + ".a" * 200, "is nested too deeply"),
        ("x" * 10_000, "is too long"),
        ("\\u0061", "uses an escape in a name"),
        ("'\\1'", "uses an escape that cannot be read"),
    ],
)  # fmt: skip
def test_what_is_refused_says_why(text: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert str(refused.value) == why


def _size(text: str, of_names: int = 100) -> int:
    return size(parse(text), of_names, lambda field: field == "number")


def test_the_size_of_a_value_is_bounded_by_what_it_is_made_of() -> None:
    assert _size("datum.s") == 100
    assert _size("datum.s + datum.s") == 200
    assert _size("upper(datum.s)") == 300
    assert _size("datum.s * 2") == _size("datum.number + datum.number") == 64
    assert _size("join([datum.s, datum.s], datum.s)") > 10_000
    with pytest.raises(Refused, match="too long"):
        _size("datum.s + datum.s", 60_000)
    with pytest.raises(Refused, match="too long"):
        _size("length(datum.s + datum.s)", 60_000)
