"""What it costs that outputs are made harmless, against the same kernel with outputs trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from .figures import MONTY, Family, Figure, Limit, Samples
from .kernel import running_kernel

TRUSTING = "monty with trusted outputs"
DISPLAYS = 10_000
TABLE = "'<table>' + '<tr><td style=\"color:red\">1</td><td>2</td></tr>' * 22_000 + '</table>'"
HOSTILE = "'<div>' * 100_000 + '<p><b title=' + '<i>&amp;' * 50_000"
AGAINST = "outputs trusted"


@contextmanager
def _open(name: str) -> Iterator[Callable[[], Samples]]:
    options = ["--MontyKernel.trust_outputs=True"] if name == TRUSTING else []
    with running_kernel(MONTY, *options) as kernel:
        kernel.wait_for_welcome()
        kernel.run(f"from IPython.display import HTML\ntable, hostile = {TABLE}, {HOSTILE}")
        kernel.run("HTML('<b>first</b>')")  # imports what it takes

        def milliseconds(code: str) -> float:
            return kernel.run(code)[0] * 1000

        def measure() -> Samples:
            return {
                "small html": median(milliseconds("HTML('<b>bold</b> words')") for _ in range(30)),
                "table": milliseconds("HTML(table)"),
                "hostile": milliseconds("HTML(hostile)"),
                "displays": milliseconds(f"for i in range({DISPLAYS}): display(HTML('<b>bold</b> words'))"),
            }

        yield measure


FAMILY = Family(
    "sanitizing",
    (
        Figure("small html", "a result in HTML", "ms", Limit("added at most", 2), against=AGAINST),
        Figure("table", "1 MiB of HTML, 44,000 cells of a table", "ms", Limit("added at most", 1500), against=AGAINST),
        Figure("hostile", "hostile HTML, 150,000 nested tags", "ms", Limit("added at most", 4000), against=AGAINST),
        Figure("displays", f"{DISPLAYS:,} displays of HTML", "ms", Limit("ratio at most", 2), against=AGAINST),
    ),
    rounds=5,
    open=_open,
    contenders=(MONTY, TRUSTING),
)
