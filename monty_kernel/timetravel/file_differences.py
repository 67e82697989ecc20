"""How the files of the working folder differ between two states: which, in size, and in text if they are small."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from monty_kernel.engine.written import WORK, Layer, Node, Place
from monty_kernel.outputs.visible_text import visible_line

_MOST_FILES = 100  # listed
_MOST_TEXTS = 5  # of files, compared line by line
_MOST_BYTES = 16 << 10  # of a text that is compared
_MOST_LINES = 200  # of such a text: difflib may take the cube of them
_SHOWN_LINES = 20
_SHOWN_WIDTH = 100


class FileDifference(NamedTuple):
    """A path at which something else is, or was. None: nothing."""

    path: Place
    before: Node | None
    after: Node | None

    @property
    def name(self) -> str:
        """The path as a cell in the working folder may write it."""
        own = self.path[0] == WORK[1:]
        return visible_line("/".join(self.path[1:] if own else ("", *self.path)))


def compare_files(before: Layer, after: Layer) -> list[FileDifference]:
    """The differences, by path."""
    if before is after:
        return []
    was, there = ({path: node for path, node in layer.items() if node.kind != "gone"} for layer in (before, after))
    return [
        FileDifference(path, was.get(path), there.get(path))
        for path in sorted(was.keys() | there.keys())
        if not (path in was and path in there and _is_same(was[path], there[path]))
    ]


def _is_same(one: Node, other: Node) -> bool:
    """Whether they hold the same. What comes from the disk is in other pieces."""
    return one is other or (
        (one.kind, one.size, one.modified) == (other.kind, other.size, other.modified) and _has_same(one, other)
    )


def _has_same(one: Node, other: Node) -> bool:
    return b"".join(one.data) == b"".join(other.data)


def described(differences: list[FileDifference]) -> Iterator[str]:
    """Lines for a person: `+ file a.csv, 12 bytes`, and how small texts differ."""
    texts = 0
    for each in differences[:_MOST_FILES]:
        yield _in_one_line(each)
        if texts < _MOST_TEXTS and (lines := _lines_of_both(each)) is not None:
            texts += 1
            yield from _as_text(*lines)
    if len(differences) > _MOST_FILES:
        yield f"… and {len(differences) - _MOST_FILES:,} more files and folders"


def _in_one_line(found: FileDifference) -> str:
    before, after = found.before, found.after
    if before is None or after is None:
        node = before or after
        assert node is not None
        return f"{'+' if before is None else '-'} {node.kind} {found.name}" + _sized(node.size, node)
    if before.kind != after.kind:
        return f"~ {found.name} = {before.kind} -> {after.kind}"
    if before.size != after.size:
        return f"~ file {found.name}, {before.size:,} -> {after.size:,} bytes"
    same = before.kind != "file" or _has_same(before, after)
    return f"~ {after.kind} {found.name}" + (" (written again)" if same else _sized(after.size, after))


def _sized(size: int, node: Node) -> str:
    return f", {size:,} bytes" if node.kind == "file" else ""


def _lines_of_both(found: FileDifference) -> tuple[list[str], list[str]] | None:
    """The lines of both texts; None if there are not two, or not small ones."""
    if found.before is None or found.after is None:
        return None
    before, after = _lines(found.before), _lines(found.after)
    return None if before is None or after is None or before == after else (before, after)


def _lines(node: Node) -> list[str] | None:
    if node.kind != "file" or node.size > _MOST_BYTES:
        return None
    try:
        text = b"".join(node.data).decode("utf-8")
    except UnicodeDecodeError:
        return None
    lines = text.splitlines()
    return None if "\0" in text or len(lines) > _MOST_LINES else lines


def _as_text(before: list[str], after: list[str]) -> Iterator[str]:
    lines = islice(difflib.unified_diff(before, after, n=1, lineterm=""), 2, None)  # without the names of the files
    shown = list(islice(lines, _SHOWN_LINES))
    yield from (f"    {_cut(visible_line(line))}" for line in shown)
    left = sum(1 for _ in lines)
    if left:
        yield f"    … and {left:,} more lines"


def _cut(line: str) -> str:
    return line if len(line) <= _SHOWN_WIDTH else line[: _SHOWN_WIDTH - 1] + "…"


def names(differences: Iterable[FileDifference]) -> tuple[list[str], list[str], list[str]]:
    """The names of what came, of what changed, and of what went."""
    found = list(differences)
    return (
        [each.name for each in found if each.before is None],
        [each.name for each in found if each.before is not None and each.after is not None],
        [each.name for each in found if each.after is None],
    )
