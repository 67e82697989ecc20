"""A task that begins at once does what an ordinary task does, only sooner."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest

from monty_kernel.jupyter.starting_tasks import start_now

STEP: ContextVar[int] = ContextVar("STEP", default=0)


def test_what_needs_no_waiting_is_done_when_it_returns() -> None:
    done: list[int] = []

    async def quick() -> None:
        done.append(1)

    async def main() -> None:
        start_now(quick())
        assert done == [1]

    asyncio.run(main())


def test_it_goes_on_after_it_waited() -> None:
    log: list[object] = []

    async def waits(future: asyncio.Future[str]) -> None:
        STEP.set(1)
        log.append("begun")
        log.append(await future)
        await asyncio.sleep(0)
        try:
            await asyncio.wait_for(asyncio.sleep(10), 0)
        except TimeoutError:
            log.append("too late")
        log.append(STEP.get())

    async def main() -> None:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        task = start_now(waits(future))
        assert log == ["begun"] and task is not None and STEP.get() == 0, "its context is its own"
        future.set_result("told")
        await task

    asyncio.run(main())
    assert log == ["begun", "told", "too late", 1]


def test_errors_and_cancellation_reach_it() -> None:
    log: list[str] = []

    async def waits(future: asyncio.Future[None]) -> None:
        try:
            await future
        except ValueError:
            log.append("error")
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    async def main() -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = start_now(waits(future))
        assert task is not None
        future.set_exception(ValueError())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert log == ["error", "cancelled"]
