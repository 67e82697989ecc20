"""`difflib` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

TEXTS = st.text("abc ", max_size=14)
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "\n"]), max_size=16)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.booleans(), st.integers(0, 3)), min_size=1, max_size=10))
def test_matches(sandboxed: Sandboxed, pairs: list[tuple[str, str, bool, int]]) -> None:
    code = "import difflib\nfound = []\n"
    for a, b, junk, n in pairs:
        code += (
            f"m = difflib.SequenceMatcher({'lambda x: x == chr(32)' if junk else None}, {a!r}, {b!r})\n"
            "found += [m.ratio(), m.quick_ratio(), m.real_quick_ratio(), m.get_matching_blocks(), list(m.get_opcodes()),\n"
            f"    list(m.get_grouped_opcodes({n})), m.find_longest_match(0, {len(a)}, 0, {len(b)})]\n"
        )
    sandboxed.agrees(code + "found")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(LINES, LINES, st.integers(0, 3)), min_size=1, max_size=10))
def test_differences_of_lines(sandboxed: Sandboxed, pairs: list[tuple[list[str], list[str], int]]) -> None:
    code = "import difflib\nfound = []\n"
    for a, b, n in pairs:
        code += (
            f"found += [list(difflib.unified_diff({a}, {b}, 'old', 'new', n={n})), list(difflib.context_diff({a}, {b}, n={n})),\n"
            f"    list(difflib.unified_diff({a}, {b}, 'a', 'b', 'yesterday', 'today', lineterm=''))]\n"
        )
    sandboxed.agrees(code + "found")


@settings(max_examples=30, deadline=None)
@given(TEXTS, st.lists(TEXTS, max_size=9), st.integers(1, 4), st.floats(0, 1))
def test_close_matches(sandboxed: Sandboxed, word: str, others: list[str], n: int, cutoff: float) -> None:
    sandboxed.agrees(f"import difflib\ndifflib.get_close_matches({word!r}, {others!r}, {n}, {cutoff!r})")


def test_long_sequences_and_wrong_arguments(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        "import difflib\nm = difflib.SequenceMatcher(None, 'ab' * 120 + 'c', 'ba' * 130 + 'xc')\n"
        "m.ratio(), m.get_opcodes(), sorted(m.bpopular)"
    )
    sandboxed.agrees("import difflib\ndifflib.get_close_matches('a', [], 0)")
    sandboxed.agrees("import difflib\ndifflib.get_close_matches('a', [], 1, 2)")
