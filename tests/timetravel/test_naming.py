"""Which states may have a name: a refusal says what is full and how to make room."""

from __future__ import annotations

import pytest

from monty_kernel.store.records import Pinned
from monty_kernel.timetravel.name_room import MOST_NAMES, NotNamed, check_room, share_in_memory, shares_on_disk


def test_what_is_full_is_said_with_the_way_out() -> None:
    check_room("x", ["a"], 10, [share_in_memory(90, 200)])
    with pytest.raises(NotNamed) as caught:
        check_room("x", ["a", "b"], 11, [share_in_memory(90, 200)])
    assert str(caught.value) == (
        "The state is not named x: it takes 11 bytes, and the named states of this session already take 90 bytes of 100 bytes, "
        "half of snapshot_memory. %snapshot --remove NAME takes a name away (a, b); to allow more, start the kernel with a "
        "larger snapshot_memory."
    )
    for taken in (Pinned(26, 26), Pinned(0, 51)):
        with pytest.raises(NotNamed, match="snapshot_max_bytes"):
            check_room("x", [], 0, shares_on_disk(taken, 100))
    many = [f"n{number}" for number in range(MOST_NAMES)]
    check_room("n5", many, 0, [])
    with pytest.raises(NotNamed, match="1,000 names already"):
        check_room("x", many, 0, [])
