"""A soak of seconds: that it runs, that it sees what is wrong, and that what it holds a kernel to holds for a while."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from .deeds import Deeds, Wrong
from .many_kernels import Asked, OutOfOrder, Talk, soak_many
from .measures import MIB, Holdings, leaks
from .one_kernel import soak_one

pytestmark = pytest.mark.slow


def test_one_kernel(tmp_path: Path) -> None:
    said: list[str] = []
    ran = soak_one(tmp_path, 40, 0, 7, said.append, patience=2)
    assert ran.wrong == []
    assert ran.cells >= 40
    assert ran.after.processes == ran.before.processes != ()


def test_two_kernels_at_once(tmp_path: Path) -> None:
    together = soak_many(tmp_path, 2, 2, 7, lambda line: None)
    assert together.wrong == []
    assert min(together.requests) > 0


def test_a_kernel_that_forgets_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deeds, "count", lambda deeds: deeds._shows(deeds._bumped("n")))  # n stays what it was
    with pytest.raises(Wrong, match="should show 1"):
        soak_one(tmp_path, 1, 0, 7, lambda line: None)


HELD = Holdings(100 * MIB, 20 * MIB, 40, 12, ("monty", "monty", "sh"), 10 * MIB)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"memory": 140 * MIB}, "the kernel's memory grew by 40.0 MiB"),
        ({"workers": 60 * MIB}, "its workers' memory grew"),
        ({"descriptors": 41}, "41 descriptors, 40 before"),
        ({"threads": 13}, "13 threads"),
        ({"processes": ("monty (zombie)", "monty", "sh")}, "zombie"),
        ({"stored": 90 * MIB}, "90.0 MiB on disk"),
    ],
)
def test_what_is_held_on_to_is_said(changes: dict[str, Any], said: str) -> None:
    allowed = {"cells": 1000, "memory": 10 * MIB, "memory_per_cell": 1024, "stored": 80 * MIB}
    assert leaks(HELD, replace(HELD, memory=110 * MIB, stored=80 * MIB), **allowed) == []
    (line,) = leaks(HELD, replace(HELD, **changes), **allowed)
    assert said in line


def message(kind: str, second: int = 0, **content: Any) -> dict[str, Any]:
    return {"msg_type": kind, "content": content, "header": {"date": second}}


def cell(**changes: Any) -> Asked:
    """A cell that printed `1`, was answered, and was the third."""
    published = [
        message("status", 1, execution_state="busy"), message("execute_input", 2, execution_count=3),
        message("stream", 3, name="stdout", text="1\n"), message("status", 4, execution_state="idle"),
    ]  # fmt: skip
    reply = message("execute_reply", 4, status="ok", execution_count=3)
    return Asked(
        **{"kind": "execute_reply", "count": 3, "printed": "1\n", "replies": [reply], "published": published, **changes}
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"replies": cell().replies * 2}, "replies"),
        ({"count": 4}, "counted as 3"),
        ({"printed": "2\n"}, "printed"),
        ({"status": "error"}, "should be error"),
        ({"published": cell().published[1:]}, "states"),
        ({"published": cell().published[:1] + cell().published}, None),
        ({"published": [*cell().published, message("stream", 5, name="stdout", text="late")]}, "outside"),
    ],
)
def test_messages_out_of_order_are_found(changes: dict[str, Any], said: str | None) -> None:
    talk = Talk.__new__(Talk)
    talk._name = "kernel"
    talk._compare({"a": cell()})
    if said is None:
        talk._compare({"a": cell(**changes)})  # a question was answered beside it, and the cell is said to go on
    else:
        with pytest.raises(OutOfOrder, match=said):
            talk._compare({"a": cell(**changes)})


def test_cells_that_overlap_are_found() -> None:
    talk = Talk.__new__(Talk)
    talk._name = "kernel"
    earlier = cell(published=[*cell().published[:-1], message("status", 9, execution_state="idle")])
    with pytest.raises(OutOfOrder, match="had ended"):
        talk._compare({"a": earlier, "b": cell()})
