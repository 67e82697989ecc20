"""The files of the working folder in the store: their contents behind a state's dump, or, if few, in a cell's journal."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from typing import Any

from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.written import Changes, Layer, Node, Place, weight_of

MOST_JOURNALED = 1 << 18
"""Bytes of files that are kept with a cell. After a cell that wrote more, the whole state is stored at once."""

_KINDS = ("file", "folder", "gone")


def stored_bytes(snapshot: Snapshot) -> bytes:
    """The dump, and behind it the files, whose pieces are then found in the store if an earlier state has them."""
    files = _sorted(snapshot)
    return b"".join((snapshot.state, *(piece for _, node in files for piece in node.data))) if files else snapshot.state


def stored_size(snapshot: Snapshot) -> int:
    """The length of `stored_bytes`."""
    return len(snapshot.state) + sum(node.size for _, node in _sorted(snapshot))


def files_meta(snapshot: Snapshot) -> Mapping[str, Any]:
    """What a state's metadata says of the files; nothing if there are none."""
    files = _sorted(snapshot)
    return {"files": {"dump": len(snapshot.state), "work": [_row(*each) for each in files]}} if files else {}


def apart(stored: bytes, meta: Mapping[str, Any]) -> tuple[bytes, Layer]:
    """The dump and the files, from what `stored_bytes` and `files_meta` made.

    Raises:
        ValueError, TypeError, KeyError: They did not.
    """
    if "files" not in meta:
        return stored, {}
    at = int(meta["files"]["dump"])
    dump, layer = stored[:at], {}
    for row in meta["files"]["work"]:
        path, node = _node(row)
        data = stored[at : at + node.size]
        layer[path] = node._replace(data=(data,) if data else ())
        at += node.size
    if at != len(stored) or at < len(dump):
        raise ValueError("the files are not as long as the state says")
    return dump, layer


def changes_data(changes: Changes) -> list[object] | None:
    """Changes as JSON; None if they are too large for a journal."""
    if weight_of(changes) > MOST_JOURNALED:
        return None
    return [
        [list(path)] if node is None else [*_row(path, node), base64.b64encode(b"".join(node.data)).decode()]
        for path, node in changes.items()
    ]


def changes_of(data: object) -> Changes:
    """The changes that `changes_data` made JSON of.

    Raises:
        ValueError, TypeError: It did not.
    """
    if not isinstance(data, list):
        raise ValueError("not changes of files")
    changes: dict[Place, Node | None] = {}
    for row in data:
        if len(row) == 1:
            changes[_path(row[0])] = None
            continue
        path, node = _node(row[:-1])
        content = base64.b64decode(str(row[-1]), validate=True)
        if len(content) != node.size:
            raise ValueError("a file is not as long as its cell says")
        changes[path] = node._replace(data=(content,) if content else ())
    return changes


def _sorted(snapshot: Snapshot) -> list[tuple[Place, Node]]:
    return sorted(snapshot.written.work.items()) if snapshot.written is not None else []


def _row(path: Place, node: Node) -> list[object]:
    return [list(path), node.kind, node.size, node.modified, node.fresh]


def _node(row: Any) -> tuple[Place, Node]:
    path, kind, size, modified, fresh = row
    if kind not in _KINDS or type(size) is not int or size < 0 or (size and kind != "file"):
        raise ValueError("not a file")
    if not math.isfinite(modified):
        raise ValueError("not a time")
    return _path(path), Node(str(kind), (), size, float(modified), bool(fresh))


def _path(data: Any) -> Place:
    path = tuple(map(str, data))
    if not isinstance(data, list) or not all(name and name not in (".", "..") for name in path):
        raise ValueError("not the path of a file")
    if any("/" in name or "\0" in name for name in path):
        raise ValueError("not the name of a file")
    return path
