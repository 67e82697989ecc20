"""Completion in a long session: request to reply."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from .figures import Family, Figure, Limit, Samples
from .kernel import running_kernel

CELLS = 200
EXPECTED = {
    "value_19": "value_199",
    "table_7['": "total",
    "import json\njson.": "dumps",
    "function_42(": "second=",
    "table_3.": "items",
    "'a word'.up": "upper",
}
"""What is typed, and what must be among the answers: an empty answer would be quick."""


def _cell(number: int) -> str:
    return (
        f"value_{number} = {number}\n"
        f"table_{number} = {{'mean': {number}, 'total': {number * 2}}}\n"
        f"def function_{number}(first, second={number}):\n"
        f"    'Adds two numbers.'\n"
        f"    return first + second\n"
        f"result_{number} = function_{number}(value_{number})"
    )


@contextmanager
def _open(name: str) -> Iterator[Callable[[], Samples]]:
    with running_kernel(name) as kernel:
        kernel.wait_for_welcome()
        for number in range(CELLS):
            kernel.run(_cell(number))

        def measure() -> Samples:
            times = []
            for code, expected in EXPECTED.items():
                begin = time.perf_counter()
                matches = kernel.take_reply(kernel.client.complete(code))["matches"]
                times.append(time.perf_counter() - begin)
                if not any(expected in match for match in matches):
                    raise RuntimeError(f"Completing {code!r} did not offer {expected!r} but {matches[:10]}.")
            return {"completion": median(times) * 1000}

        yield measure


FAMILY = Family(
    "completion",
    (Figure("completion", f"completion in a session of {CELLS} cells", "ms", Limit("at most", 100)),),
    rounds=5,
    open=_open,
)
