"""What cells wrote in memory: the files of the session's working folder, and the overlays of mounted folders.

A state holds it. It is never changed, so states share what is the same in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

WORK = "/work"
"""Where the working folder is in the sandbox. Cells start in it."""

Place = tuple[str, ...]
"""The names of the folders that lead to a file, and its own."""


class Node(NamedTuple):
    """What was written at a path.

    Attributes:
        kind: `file`, `folder`, or `gone`, which hides what is on the disk.
        data: the content in pieces, so that a file that grows line by line is not copied for each line.
        size: bytes of the content.
        modified: the time of the last change, in seconds since the epoch.
        fresh: whether a folder hides everything that is in it on the disk.
    """

    kind: str  # "file", "folder" or "gone"
    data: tuple[bytes, ...] = ()
    size: int = 0
    modified: float = 0.0
    fresh: bool = False


Layer = Mapping[Place, Node]
"""Everything that was written in one tree, by path."""

Changes = Mapping[Place, "Node | None"]
"""What became of each path that is not as it was; None if nothing is written there any more."""

NOTHING: Layer = {}


class Written(NamedTuple):
    """What cells wrote in memory.

    Attributes:
        layers: The overlays of mounted folders, by what identifies each.
        size: Bytes of the overlays.
        work: The working folder.
        work_size: Bytes of the working folder.
    """

    layers: Mapping[Any, Layer] = {}
    size: int = 0
    work: Layer = NOTHING
    work_size: int = 0


def changes(before: Layer, after: Layer) -> Changes:
    """What makes `after` of `before`."""
    if before is after:
        return {}
    changed: dict[Place, Node | None] = {path: node for path, node in after.items() if before.get(path) is not node}
    return changed | {path: None for path in before if path not in after}


def changed(layer: Layer, difference: Changes) -> Layer:
    """The layer with these changes."""
    if not difference:
        return layer
    merged = {**layer, **difference}
    return {path: node for path, node in merged.items() if node is not None}


def weight_of(difference: Changes) -> int:
    """About how many bytes the changes take."""
    return sum(200 + sum(map(len, path)) + (node.size if node is not None else 0) for path, node in difference.items())
