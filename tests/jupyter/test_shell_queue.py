"""The order of requests: kept, except for questions that wait long behind a cell."""

from __future__ import annotations

import asyncio
from typing import Any

from monty_kernel.jupyter.shell_queue import AT_ONCE, PATIENCE, Request, ShellQueue


def message(kind: str) -> dict[str, Any]:
    return {"header": {"msg_type": kind}}


def run(*script: tuple[str, float]) -> list[str]:
    """Put each (type, seconds to wait before it); what was served (`s`) and answered (`a`), in order."""
    log: list[str] = []

    async def main() -> None:
        async def serve(request: Request) -> None:
            await asyncio.sleep(3 * PATIENCE if request.type == "cell" else 0)
            log.append(f"s {request.type} {request.number}")

        async def answer(request: Request) -> None:
            log.append(f"a {request.type} {request.number}")

        queue = ShellQueue(serve, answer, frozenset({"question"}))
        for kind, seconds in script:
            await asyncio.sleep(seconds)
            queue.put([], message(kind))
        while queue._is_running:  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    asyncio.run(main())
    return log


def test_what_waits_shortly_keeps_its_place() -> None:
    assert run(("question", 0), ("question", 0), ("other", 0), ("question", 0)) == [
        "s question 1",
        "s question 2",
        "s other 3",
        "s question 4",
    ]


def test_questions_pass_a_long_cell_each_after_its_own_wait() -> None:
    assert run(("cell", 0), ("question", 0), ("cell", 0), ("question", 1.5 * PATIENCE)) == [
        "a question 2",
        "a question 4",
        "s cell 1",
        "s cell 3",
    ]


def test_an_old_timer_lets_no_new_question_pass() -> None:
    log = run(("cell", 0), ("question", 2.6 * PATIENCE), ("cell", 0), ("question", 0.5 * PATIENCE), ("question", 0))
    assert log == ["s cell 1", "s question 2", "a question 4", "a question 5", "s cell 3"]


def most_in_a_row(*before: str) -> int:
    """How many of fifty questions that never wait are handled before anything else on the loop has its turn."""
    handled: list[None] = []
    most = 0

    async def main() -> None:
        nonlocal most

        async def serve(request: Request) -> None:
            if request.type == "cell":
                await asyncio.sleep(3 * PATIENCE)
            else:
                handled.append(None)

        async def answer(request: Request) -> None:
            handled.append(None)

        queue = ShellQueue(serve, answer, frozenset({"question"}))
        for kind in (*before, *["question"] * 50):
            queue.put([], message(kind))
        while queue._is_running:
            seen = len(handled)
            await asyncio.sleep(0)
            most = max(most, len(handled) - seen)

    asyncio.run(main())
    assert len(handled) == 50
    return most


def test_many_questions_leave_the_loop_to_an_interrupt() -> None:
    assert most_in_a_row() == 1
    assert most_in_a_row("cell") <= AT_ONCE
