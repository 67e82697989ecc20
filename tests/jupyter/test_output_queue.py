"""Outputs on their way to the loop: bounded, in order, and a cell that makes too many has to wait."""

from __future__ import annotations

import asyncio
import threading

import pytest

from monty_kernel.jupyter.output_queue import OVERHEAD, ROOM, OutputQueue
from monty_kernel.outputs import ClearOutput, Display, Output, Stream

COUNT = 10_000


@pytest.mark.parametrize(
    "output",
    [
        Stream("stdout", "x" * 10_000),
        Display({"text/html": "x" * 10_000}),
        Display({"application/json": [1]}),
        Display({}),
        ClearOutput(),
    ],
)
def test_a_flood_waits_for_room(output: Output) -> None:
    async def main() -> tuple[int, int]:
        room = asyncio.Event()
        sent: list[Output] = []
        put = 0

        async def drained() -> None:
            await room.wait()

        queue = OutputQueue(asyncio.get_running_loop(), sent.append, drained)

        def cell() -> None:
            nonlocal put
            for _ in range(COUNT):
                queue.put(output)
                put += 1

        thread = threading.Thread(target=cell)
        thread.start()
        await asyncio.sleep(0.3)
        under_way = put
        room.set()
        await asyncio.to_thread(thread.join)
        await queue.flush()
        return under_way, sum(len(each.text) // 10_000 if isinstance(each, Stream) else 1 for each in sent)

    under_way, sent = asyncio.run(main())
    assert under_way <= ROOM // OVERHEAD + 1, "and the one that is being sent"
    assert sent == COUNT
