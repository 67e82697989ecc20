"""`textwrap` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

WORDS = st.lists(
    st.sampled_from(["a", "to", "well-known", "x-ray", "--foo", "e-mail's", "incomprehensibilities", "a--b", "1-2", "end.", "-", "\n", "\t", " "]),
    max_size=14,
)  # fmt: skip
TEXTS = WORDS.map(" ".join) | st.text("ab-.' \n", max_size=30)
WIDTHS = st.sampled_from([0, *range(3, 31)])
"""CPython never ends where the indentation takes the whole width."""
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "initial_indent": st.just("* "),
        "subsequent_indent": st.just("  "),
        "break_long_words": st.booleans(),
        "break_on_hyphens": st.booleans(),
        "drop_whitespace": st.booleans(),
        "replace_whitespace": st.booleans(),
        "fix_sentence_endings": st.booleans(),
        "max_lines": st.integers(1, 3),
        "placeholder": st.just("..."),
        "tabsize": st.just(4),
    },
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, WIDTHS, OPTIONS), min_size=1, max_size=20))
def test_wrap(sandboxed: Sandboxed, given: list[tuple[str, int, dict[str, object]]]) -> None:
    code = "import textwrap\nfound = []\n"
    for text, width, options in given:
        # before 3.13, CPython keeps the blank behind a word that it broke
        code += (
            f"try:\n    found.append([line.rstrip() for line in textwrap.wrap({text!r}, {width}, **{options})])\n"
            "except ValueError as e:\n    found.append(str(e))\n"
        )
    sandboxed.agrees(code + "found")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.integers(3, 30)), min_size=1, max_size=20))
def test_shorten_and_fill(sandboxed: Sandboxed, given: list[tuple[str, int]]) -> None:
    code = "import textwrap\nfound = []\n"
    for text, width in given:
        code += f"found.append(textwrap.fill({text!r}, {width + 30}))\n"
        code += f"try:\n    found.append(textwrap.shorten({text!r}, {width}))\nexcept ValueError as e:\n    found.append(str(e))\n"
    sandboxed.agrees(code + "found")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("a \t\n", max_size=20), min_size=1, max_size=20))
def test_dedent_and_indent(sandboxed: Sandboxed, texts: list[str]) -> None:
    sandboxed.agrees(
        f"import textwrap\n[(textwrap.dedent(each), textwrap.indent(each, '> '), textwrap.indent(each, '> ', lambda line: 'a' in line))"
        f" for each in {texts!r}]"
    )
