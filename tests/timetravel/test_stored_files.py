"""Files of the working folder in the store: they come back as they were, and nothing else passes for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monty_kernel.engine.cell_log import CellLog
from monty_kernel.engine.engine import Snapshot
from monty_kernel.engine.written import Changes, Layer, Node, Written, changed, changes
from monty_kernel.timetravel.packing import Kept, State, make_room
from monty_kernel.timetravel.stored_files import MOST_JOURNALED, changes_data, changes_of, stored_bytes, stored_size
from monty_kernel.timetravel.stored_state import meta_of, snapshot_of

FILES: Layer = {
    ("work", "a"): Node("file", (b"one", b"two"), 6, 1.5),
    ("work", "empty"): Node("file", (), 0, 2.5),
    ("work", "d"): Node("folder", modified=3.5, fresh=True),
    ("work", "d", "ü"): Node("file", (b"\xff",), 1, 4.5),
    ("tmp",): Node("gone"),
}


def plain(layer: Layer | Changes) -> dict[Any, Any]:
    return {path: node and (*node[:1], b"".join(node.data), *node[2:]) for path, node in layer.items()}


def snapshot(files: Layer, state: bytes = b"dump", size: int = 0) -> Snapshot:
    return Snapshot(state, 1, frozenset(), CellLog(), written=Written(work=files, work_size=size))


def test_they_come_back_with_their_state() -> None:
    kept = snapshot(FILES)
    stored, meta = stored_bytes(kept), json.loads(json.dumps(meta_of(kept, None)))
    assert len(stored) == stored_size(kept) == len(b"dump") + 7
    back = snapshot_of(stored, [meta])
    assert back.state == b"dump" and back.written is not None and plain(back.written.work) == plain(FILES)


def test_a_state_without_files_is_stored_as_ever() -> None:
    kept = snapshot({})
    assert stored_bytes(kept) is kept.state and "files" not in meta_of(kept, None)


def test_what_a_cell_changed_comes_back_with_its_journal() -> None:
    after = {**FILES, ("work", "a"): Node("file", (b"new",), 3, 9.0), ("work", "b"): Node("file", (b"b",), 1, 9.0)}
    after.pop(("work", "empty"))
    difference = changes(FILES, after)
    back = changes_of(json.loads(json.dumps(changes_data(difference))))
    assert plain(back) == plain(difference) and len(back) == 3
    assert plain(changed(FILES, back)) == plain(after)
    assert changes(FILES, FILES) == {} and changed(FILES, {}) is FILES
    assert changes_data({("x",): Node("file", (b"x" * MOST_JOURNALED,), MOST_JOURNALED)}) is None


HOSTILE: list[Any] = [
    {"dump": -1}, {"dump": 3}, {"dump": 5}, {"dump": 1 << 70}, {"dump": "x"}, {"dump": None}, {"dump": 4, "work": 5}, [], 5,
    {"work": [["a"]]}, {"work": [[["a"], "file", 8, 0.0, False]]}, {"work": [[["a"], "file", -1, 0.0, False]]},
    {"work": [[["a"], "file", True, 0.0, False]]}, {"work": [[["a"], "file", 7, float("nan"), False]]},
    {"work": [[["a"], "folder", 7, 0.0, False]]}, {"work": [[["a"], "link", 7, 0.0, False]]},
    {"work": [[["..", "a"], "file", 7, 0.0, False]]}, {"work": [[["a/b"], "file", 7, 0.0, False]]},
    {"work": [[["a", ""], "file", 7, 0.0, False]]}, {"work": [[["."], "file", 7, 0.0, False]]},
    {"work": [[["a\0"], "file", 7, 0.0, False]]}, {"work": [["ab", "file", 7, 0.0, False]]},
    {"work": [[["a"], "file", 7, "now", False]]},
]  # fmt: skip


@pytest.mark.parametrize("damage", HOSTILE, ids=repr)
def test_anything_else_is_refused(damage: Any) -> None:
    kept = snapshot(FILES)
    files = {**meta_of(kept, None)["files"], **damage} if isinstance(damage, dict) else damage
    with pytest.raises(ValueError, match=r"\w"):
        snapshot_of(stored_bytes(kept), [{**meta_of(kept, None), "files": files}])


def test_nor_of_a_journal() -> None:
    for rows in (
        "x",
        5,
        [[]],
        [[["a"], "file", 1, 0.0, False, ""]],
        [[["a"], "file", 1, 0.0, False, "%"]],
        [[[".."]]],
        [5],
    ):
        with pytest.raises((ValueError, TypeError)):
            changes_of(rows)


def test_states_with_the_same_files_hold_them_once() -> None:
    files: Layer = {("work", "big"): Node("file", (b"x" * 1000,), 1000)}
    states: list[State[Kept]] = [State(n, n - 1, "", False, snapshot(files, b"d" * 10, 1000), 10) for n in range(1, 31)]
    make_room(states, (), 1500, lambda number: None)
    assert all(state.snapshot is not None for state in states), "the file counts once"
    others: list[State[Kept]] = [
        State(n, n - 1, "", False, snapshot({**files}, b"d" * 10, 1000), 10) for n in range(1, 31)
    ]
    make_room(others, (), 3500, lambda number: None)
    assert sum(state.snapshot is not None for state in others) == 3, "of other files, each counts"
