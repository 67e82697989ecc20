"""What a state holds and what its cell changed, as front ends are told: made once, bounded, and never by the notebook's code.

A description has the entries of a state that differ from those of the state before it, or all of them if that one's are
not known. So what any state holds, and how any two differ, is known without loading one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from monty_kernel.engine.written import WORK, Layer
from monty_kernel.outputs.visible_text import visible_line

from .differences import survey_of

if TYPE_CHECKING:
    from monty_kernel.engine.session import Session

Kind = Literal["variable", "function", "class", "module", "environment", "file"]

LONGEST_NAME = 100
LONGEST_TEXT = 40
MOST_CHANGES = 50
"""Changes that are told with a state. A front end asks for the others."""

MOST_ENTRIES = 10_000
"""Variables, environment variables and files of a state that is described at all."""

MOST_WEIGHT = 100_000
"""Entries of all descriptions of a session, with what is told of them: some 40 MiB. No more states are described then."""

_KINDS: Mapping[str, Kind] = {
    "function": "function",
    "builtin_function_or_method": "function",
    "type": "class",
    "module": "module",
}
_ENVIRONMENT = "os.environ["

LENGTHS = """(lambda __mk_scope: [
(__mk_n, __mk_b_len(__mk_scope[__mk_n])) for __mk_n in __mk_scope if __mk_b_type(__mk_scope[__mk_n]) in
(__mk_b_list, __mk_b_dict, __mk_b_tuple, __mk_b_set, __mk_b_frozenset, __mk_b_str, __mk_b_bytes)
])(__mk_b_locals())"""
"""What a session is asked for: the name and the length of each variable of a kind that has one."""


class Seen(NamedTuple):
    """One thing that a state holds.

    Attributes:
        kind: What it is.
        type: The name of its type.
        length: Of a collection or a text; bytes of a file.
        text: Short; empty if it is not worth showing, or a secret.
        digest: Of its value; "?" if it cannot be compared.
    """

    kind: Kind
    type: str
    length: int | None
    text: str
    digest: str

    @property
    def data(self) -> dict[str, Any]:
        """As a front end is told."""
        value = {"type": self.type, "length": self.length, "text": self.text}
        return {**value, "compared": self.digest != "?"}


Entries = Mapping[str, Seen]


class Description(NamedTuple):
    """What is known of a state.

    Attributes:
        entries: Those that differ from the state before, None for what is gone; or all of them. None: it was not looked at.
        whole: Whether they are all.
        changes: What front ends are told of it; None until the state before it has been looked at.
        variables: How many the state has; None if that is not known.
    """

    entries: Mapping[str, Seen | None] | None
    whole: bool
    changes: dict[str, Any] | None
    variables: int | None = None


def not_compared(why: str, entries: Entries | None = None) -> Description:
    """The description of a state of which it is not known what its cell changed."""
    count = None if entries is None else count_of(entries)
    return Description(entries, entries is not None, {"compared": False, "why": why}, count)


def count_of(entries: Entries) -> int:
    """How many variables these are, functions and classes included."""
    return sum(1 for seen in entries.values() if seen.kind not in ("environment", "file"))


def weight(description: Description) -> int:
    """What a description takes of `MOST_WEIGHT`."""
    items = (description.changes or {}).get("items", ())
    return len(description.entries or ()) + 2 * len(items)


def look(session: Session, files: Layer, seconds: float) -> dict[str, Seen] | None:
    """What a session holds now; None if it takes too long to say, or is too much."""
    found = survey_of(session, seconds)
    if found is None or len(found) + len(files) > MOST_ENTRIES:
        return None
    lengths = session.evaluate(LENGTHS, {}, seconds=seconds)
    sizes = dict(_sizes(lengths))
    entries = {}
    for name, (kind, text, digest) in found.items():
        of = "environment" if name.startswith(_ENVIRONMENT) else _KINDS.get(kind, "variable")
        entries[_short_name(name)] = Seen(of, sys.intern(_short(kind) or "str"), sizes.get(name), _short(text), digest)
    entries.update(_files(files))
    return entries


def _sizes(lengths: object) -> Iterator[tuple[str, int]]:
    for pair in lengths if isinstance(lengths, list) else []:
        if isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) and type(pair[1]) is int:
            yield pair


def _files(layer: Layer) -> Iterator[tuple[str, Seen]]:
    for path, node in layer.items():
        if node.kind == "gone":
            continue
        own = path[0] == WORK[1:]
        name = "/".join(path[1:] if own else ("", *path))
        content = blake2b(digest_size=8)
        for piece in node.data:
            content.update(piece)
        size = node.size if node.kind == "file" else None
        yield f"file {_short_name(name)}", Seen("file", node.kind, size, "", content.hexdigest())


def _short_name(name: str) -> str:
    line = visible_line(name[:LONGEST_NAME])
    if len(line) <= LONGEST_NAME and len(name) <= LONGEST_NAME:
        return line
    mark = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{line[: LONGEST_NAME - 10]}… {mark}"  # two long names stay two


def _short(text: str) -> str:
    line = visible_line(text[: LONGEST_TEXT + 1])
    return line if len(line) <= LONGEST_TEXT else line[: LONGEST_TEXT - 1] + "…"


def described(before: Entries | None, after: Entries) -> Description:
    """The description of a state. before: What the state before it holds; None for the first state."""
    if before is None:
        return Description(after, True, {"compared": True, "items": [], "more": 0, "unknown": 0}, count_of(after))
    different: dict[str, Seen | None] = {name: seen for name, seen in after.items() if before.get(name) != seen}
    different |= {name: None for name in before if name not in after}
    return Description(different, False, changes_data(before, after, MOST_CHANGES), count_of(after))


def changes_data(before: Entries, after: Entries, most: int) -> dict[str, Any]:
    """How what one state holds differs from another, as front ends are told."""
    names = sorted(name for name in {**before, **after} if before.get(name) != after.get(name))
    items = [_change(name, before.get(name), after.get(name)) for name in names[:most]]
    unknown = sum(1 for name, seen in after.items() if seen.digest == "?" and before.get(name) == seen)
    return {"compared": True, "items": items, "more": len(names) - len(items), "unknown": unknown}


def _change(name: str, before: Seen | None, after: Seen | None) -> dict[str, Any]:
    seen = after or before
    assert seen is not None
    return {
        "name": _name_of(name, seen),
        "kind": seen.kind,
        "before": None if before is None else before.data,
        "after": None if after is None else after.data,
    }


def _name_of(name: str, seen: Seen) -> str:
    return name.removeprefix("file ") if seen.kind == "file" else name


def variables_data(entries: Entries) -> list[dict[str, Any]]:
    """What a state holds, by name, as front ends are told."""
    return [
        {"name": _name_of(name, seen), "kind": seen.kind, "type": seen.type, "length": seen.length, "text": seen.text}
        for name, seen in sorted(entries.items())
    ]
