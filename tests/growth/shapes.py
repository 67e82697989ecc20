"""The shapes of hostile texts: a fragment over and over, constructs that nothing closes, deep nesting, lines, long words."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

GENERIC = (
    "a", " ", "\n", "\t", "\r", "\r\n", "\\", "é", "𝒳", "0", "_", "\x0c", "\x1b", "\u202e", "\0", "\ud800", "\u200b",
    "a ", "a\n", " \n", "\n\n    ", "a.", "a-", "a,", "1.", "ab cd\n", "'\\", "\\\n", "\t\n", "=", "&", "$",
)  # fmt: skip
"""What no language is needed for: runs of one character, words, lines."""

PAIRS = (("(", ")"), ("[", "]"), ("{", "}"), ("[(", ")]"), ("f'{", "}'"), ("<b>", "</b>"), ("-(", ")"), ("f(", ")"))


class Shape(NamedTuple):
    """`head`, then `unit` as often as fits, `middle`, `closing` as often, and `tail`."""

    unit: str
    head: str = ""
    middle: str = ""
    closing: str = ""
    tail: str = ""

    def text(self, size: int) -> str:
        """The text of this shape that has some `size` characters."""
        fixed = len(self.head) + len(self.middle) + len(self.tail)
        times = max(1, (size - fixed) // len(self.unit + self.closing))
        return self.head + self.unit * times + self.middle + self.closing * times + self.tail


def simple(tokens: Sequence[str]) -> Iterator[Shape]:
    """Each fragment of a language over and over, and those that no language is needed for."""
    for unit in dict.fromkeys([*tokens, *GENERIC]):
        if unit:
            yield Shape(unit)


def nested(pairs: Sequence[tuple[str, str]]) -> Iterator[Shape]:
    """Brackets and elements within each other, closed and not."""
    for opening, closing in dict.fromkeys([*pairs, *PAIRS]):
        yield Shape(opening, closing=closing, middle="x")
        yield Shape(opening, middle="x")


def mixed(tokens: Sequence[str], rand: random.Random) -> Iterator[Shape]:
    """Up to three fragments together, over and over, without end; before and after them what may make a parser go back."""
    words = [token for token in (*tokens, *GENERIC) if token]
    ends = ("", "", *words)
    while True:
        unit = "".join(rand.choice(words) for _ in range(rand.choice((1, 2, 2, 3))))
        closing = rand.choice(words) if rand.random() < 0.15 else ""
        yield Shape(unit, rand.choice(ends), rand.choice(ends) if closing else "", closing, rand.choice(ends))


def shapes(
    tokens: Sequence[str], pairs: Sequence[tuple[str, str]], known: Sequence[Shape], seed: int
) -> Iterator[Shape]:
    """All shapes for a language, without end: those that were found once come first, then simple, nested and mixed ones by turns."""
    rand = random.Random(seed)
    yield from known
    first = [*simple(tokens), *nested(pairs)]
    rand.shuffle(first)
    for plain, random_one in zip(first, mixed(tokens, rand), strict=False):
        yield plain
        yield random_one
    yield from mixed(tokens, rand)


def all_pairs(tokens: Sequence[str]) -> Iterator[Shape]:
    """Every two fragments together, for languages of few."""
    for one, other in product(tokens, repeat=2):
        yield Shape(one + other)
