"""`fractions` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

FRACTIONS = st.tuples(st.integers(-40, 40) | st.integers(), st.integers(1, 30)).map(lambda f: f"F({f[0]}, {f[1]})")
NUMBERS = FRACTIONS | st.integers(-9, 9).map(str) | st.floats(-9, 9).map(lambda x: f"({x!r})")
TEXTS = st.sampled_from(["1/2", " -3/4 ", "1.25", ".5", "-1e3", "2.5e-2", "1/0", "x", "", "--1", "1.", "3/-2"])
OPERATORS = st.sampled_from(["+", "-", "*", "/", "//", "%", "==", "!="])


def tried(calls: list[str]) -> str:
    """Code that keeps what each call gives or raises."""
    code = "import math\nfrom fractions import Fraction as F\nfound = []\n"
    for call in calls:
        code += f"try:\n    found.append({call})\nexcept Exception as e:\n    found.append(type(e).__name__)\n"
    return code + "found"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(FRACTIONS, OPERATORS, NUMBERS, st.booleans()), min_size=1, max_size=20))
def test_arithmetic(sandboxed: Sandboxed, given: list[tuple[str, str, str, bool]]) -> None:
    sandboxed.agrees(tried([f"{b} {op} {a}" if turned else f"{a} {op} {b}" for a, op, b, turned in given]))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(FRACTIONS, st.integers(-4, 4), st.integers(1, 99)), min_size=1, max_size=8))
def test_facts_of_a_fraction(sandboxed: Sandboxed, given: list[tuple[str, int, int]]) -> None:
    calls = []
    for text, power, most in given:
        calls += [
            f"({text}) ** {power}",
            f"round({text}, {power})",
            f"({text}).limit_denominator({most})",
            f"[str(x) for x in [{text}]]",
            f"[float({text}), int({text}), round({text}), math.floor({text}), math.ceil({text}), math.trunc({text})]",
            f"[-({text}), +({text}), abs({text}), divmod({text}, {most}), ({text}).as_integer_ratio()]",
            f"hash({text}) == hash(F({text}))",
        ]
    sandboxed.agrees(tried(calls))


@settings(max_examples=20, deadline=None)
@given(st.lists(TEXTS.map(repr) | st.floats().map(lambda x: f"float('{x!r}')"), min_size=1, max_size=15))
def test_made_of_texts_and_floats(sandboxed: Sandboxed, given: list[str]) -> None:
    sandboxed.agrees(tried([f"F({each})" for each in given]))


def test_what_else_there_is(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        tried([
            "sum([F(1, 3)] * 3)", "{F(1, 2): 1}[F(2, 4)]", "hash(F(3)) == hash(3)", "hash(F(1, 2)) == hash(0.5)", "F()",
            "F(F(1, 2), F(3, 4))", "F(True)", "F(1.5, 2)", "F('1', 2)", "F(0) ** -1", "2 ** F(1, 2)", "2 ** F(3)",
            "F(1, 4) ** F(1, 2)", "F(1, 2) ** 0.5", "sorted([F(1, 2), F(1, 3)], key=float)", "F(1, 2).limit_denominator(0)",
        ])
    )  # fmt: skip


def test_statistics_of_fractions(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        "import statistics\nfrom fractions import Fraction as F\n"
        "statistics.mean([F(1, 2), F(1, 3)]), statistics.mean([1, F(1, 3)]), statistics.mean([0.5, F(1, 4)]), "
        "statistics.variance([F(1, 2), F(1, 3), 2]), statistics.stdev([F(1, 2), 2])"
    )
