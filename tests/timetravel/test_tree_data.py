"""What front ends are told of many states, and of states with many changes."""

from __future__ import annotations

from typing import Any

import pytest

from monty_kernel.timetravel.descriptions import Seen, described
from monty_kernel.timetravel.timeline import Timeline
from monty_kernel.timetravel.tree_data import MOST_ITEMS, TreeData, entries_of, shown


def _seen(text: str) -> Seen:
    return Seen("variable", "str", len(text), text, text)


def _timeline(states: int, changes: int) -> Timeline[Any]:
    timeline: Timeline[Any] = Timeline("start", 5)
    before: dict[str, Seen] = {}
    timeline[0].description = described(None, before)
    for number in range(1, states + 1):
        after = {f"name_{n}": _seen(str(number)) for n in range(changes)}
        timeline.record(number, "cell", False, "snapshot", 5).description = described(before, after)
        before = after
    return timeline


def test_a_tree_of_many_changes_has_those_of_the_newest_states() -> None:
    states = TreeData(lambda number: False).states(_timeline(1_000, 60))
    items = [len(state["changes"]["items"]) for state in states]
    assert sum(items) == MOST_ITEMS
    assert items[-1] == 50
    assert items[1] == 0
    assert [state["changes"]["more"] for state in (states[1], states[-1])] == [60, 10]


def test_what_any_state_holds_is_folded_from_the_changes() -> None:
    timeline = _timeline(100, 3)
    found = entries_of(timeline, 70)
    assert found is not None
    assert {name: seen.text for name, seen in found.items()} == dict.fromkeys(("name_0", "name_1", "name_2"), "70")
    timeline[35].description = None
    assert entries_of(timeline, 70) is None
    assert entries_of(timeline, 34) is not None


def test_what_is_gone_is_not_held() -> None:
    timeline = _timeline(1, 2)
    before = entries_of(timeline, 1)
    timeline.record(2, "del", False, "snapshot", 5).description = described(before, {})
    assert entries_of(timeline, 2) == {}
    changes = timeline[2].description.changes  # type: ignore[union-attr]
    assert changes is not None
    assert [item["after"] for item in changes["items"]] == [None, None]


@pytest.mark.parametrize(
    ("name", "told"),
    [("good", "good"), ("a\x1b[31m", "a\\x1b[31m"), ("x" * 101, "x" * 99 + "…"), ("\n" * 60, "\\n" * 49 + "\\…")],
)
def test_names_are_bounded_and_on_one_line(name: str, told: str) -> None:
    assert shown(name) == told
