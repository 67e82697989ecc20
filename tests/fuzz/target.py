"""A target: something that parses what a notebook, a file or the wire says, and what must hold of any bytes at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

SECONDS = 10.0
"""How long one input may take while fuzzing. Far more than any takes: coverage is traced, and the machine is busy."""


@dataclass(frozen=True)
class Target:
    """A target of both fuzzers.

    promise: what `check` holds the code to, for whoever reads a report. check: takes any bytes; whatever it raises is a finding.
    inputs: what hypothesis tries. seeds: where the coverage-guided fuzzer begins; words: what it tries to put in.
    close: called when no more is to be checked.
    """

    name: str
    promise: str
    check: Callable[[bytes], None]
    inputs: st.SearchStrategy[bytes]
    seeds: tuple[bytes, ...]
    words: tuple[bytes, ...] = ()
    close: Callable[[], None] = lambda: None


def text_of(data: bytes) -> str:
    """Any bytes as text, lone surrogates among it: front ends send those, too."""
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """The bytes that `text_of` makes this of; a surrogate that it never makes becomes one that it does."""
    return text.encode("utf-8", "surrogatepass") if not text.isascii() else text.encode()


def mixtures(words: Sequence[str], most: int = 30) -> st.SearchStrategy[bytes]:
    """Texts made of words that mean something to a parser, and of any characters between them."""
    piece = st.sampled_from(list(words)) | st.text(max_size=5)
    return st.lists(piece, max_size=most).map("".join).map(bytes_of)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
"""Any JSON, and NaN and the infinities, which Python's parser takes for it."""


def as_json(value: object) -> bytes:
    """The bytes of some JSON."""
    return json.dumps(value).encode()


def json_of(data: bytes) -> object:
    """The JSON that the bytes say; None if they say none, which is for other targets."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def mangled(whole: bytes) -> st.SearchStrategy[bytes]:
    """A file's bytes with some of them changed, left out, doubled, or cut off."""
    place = st.integers(0, len(whole))
    change = st.tuples(place, st.integers(0, 64), st.binary(max_size=16))

    def applied(changes: list[tuple[int, int, bytes]]) -> bytes:
        made = whole
        for start, length, put in changes:
            made = made[:start] + put + made[start + length :]
        return made

    return st.lists(change, max_size=4).map(applied) | place.map(lambda end: whole[:end])
