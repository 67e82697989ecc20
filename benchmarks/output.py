"""How fast printed text reaches a client, all of it, and what that costs the kernel in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .figures import Family, Figure, Limit, Samples
from .kernel import Kernel, Message, running_kernel
from .memory import peak_rss, rss

LINES = 20_000
BULK_LINES, BULK_WIDTH = 100_000, 1000
BULK_MEGABYTES = BULK_LINES * BULK_WIDTH / 1e6


def _check_complete(messages: list[Message], lines: int, characters: int) -> None:
    texts = [message["content"]["text"] for message in messages if message["msg_type"] == "stream"]
    if (sum(text.count("\n") for text in texts), sum(map(len, texts))) != (lines, characters):
        raise RuntimeError(f"Only {sum(map(len, texts)):,} of {characters:,} printed characters arrived.")


@contextmanager
def _welcomed(name: str) -> Iterator[Kernel]:
    with running_kernel(name) as kernel:
        kernel.wait_for_welcome()
        yield kernel


@contextmanager
def _open_lines(name: str) -> Iterator[Callable[[], Samples]]:
    with _welcomed(name) as kernel:

        def measure() -> Samples:
            taken, messages = kernel.run(f"for i in range({LINES}):\n    print(i)")
            _check_complete(messages, LINES, sum(len(str(i)) + 1 for i in range(LINES)))
            return {"lines": LINES / taken}

        yield measure


@contextmanager
def _open_bulk(name: str) -> Iterator[Callable[[], Samples]]:
    with _welcomed(name) as kernel:

        def measure() -> Samples:
            kernel.run(f"line = 'x' * {BULK_WIDTH - 1}")
            before = rss(kernel.process)
            taken, messages = kernel.run(f"for i in range({BULK_LINES}):\n    print(line)")
            _check_complete(messages, BULK_LINES, BULK_LINES * BULK_WIDTH)
            return {"bulk": BULK_MEGABYTES / taken, "bulk growth": max(1.0, peak_rss(kernel.process) - before)}

        yield measure


LINES_FAMILY = Family(
    "lines",
    (Figure("lines", f"{LINES:,} printed lines", "lines/s", Limit("ratio at least", 5)),),
    rounds=7,
    open=_open_lines,
)
BULK_FAMILY = Family(
    "bulk output",
    (
        Figure("bulk", f"{BULK_MEGABYTES:.0f} MB printed", "MB/s"),
        Figure("bulk growth", "growth of the kernel process meanwhile", "MiB", Limit("at most", 64)),
    ),
    rounds=2,
    open=_open_bulk,
)
