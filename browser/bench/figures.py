"""The figures, their goals, and how one round measures those of one kernel."""

from __future__ import annotations

import time
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, Playwright

from benchmarks.figures import Figure, Limit, Samples

from .chromium import Cold, cold_browser
from .kernels import MONTY, Contender


def _goal(value: float) -> Limit:
    return Limit("ratio at most", value)


FIGURES = (
    Figure("first", "kernel start to first result, the lab open", "s", _goal(0.03)),
    Figure("second", "a second kernel to its first result", "s", _goal(0.01)),
    Figure("restart", "a restart to the next result", "s", _goal(0.01)),
    Figure("address", "from the REPL's address to the result, JupyterLite's own start included", "s", _goal(0.22)),
    Figure("bytes", "bytes of the kernel alone, Brotli", "MB", _goal(0.27)),
    Figure("reply", "`1+1`, from the request to the reply", "ms", _goal(0.5)),
    Figure("lines", "10,000 printed lines, streamed as they come", "ms", _goal(0.08)),
    Figure("module", "a loop of 1,000,000 at module level", "ms", _goal(1.3)),
    Figure("function", "a loop of 1,000,000 in a function", "ms", _goal(1.3)),
    Figure("memory", "memory added after all these cells (PSS)", "MB", _goal(0.3)),
    Figure("interrupt", "a busy loop interrupted, session kept", "s", Limit("at most", 0.3)),
)

IN_PAGE = Path(__file__).with_name("in_page.js").read_text()

# When the REPL shows the result of `1+1`, in the page's own time, which begins with the address.
RESULT_SHOWN = """
new MutationObserver((_, observer) => {
  if (document.querySelector('.jp-OutputArea-executeResult')?.textContent?.trim().endsWith('2') !== true) return;
  window.resultShown = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true, characterData: true });
"""

SETTLE_SECONDS = 2.0
ROUND_TRIPS = 30
LINES = 10_000
PRINTING = f"for i in range({LINES}):\n    print(i)"
PRINTED = "".join(f"{number}\n" for number in range(LINES))
SLOWLY = "for i in range(10):\n    print(i)\n    for j in range(1_000_000): pass"
MODULE = "t = 0\nfor i in range(1_000_000):\n    t += i\nt"
FUNCTION = "def f():\n    t = 0\n    for i in range(1_000_000):\n        t += i\n    return t\nf()"
TOTAL = "499999500000"
COMPUTING_MS = 300
PATIENCE_MS = 3_000
"""For an interrupt. Pyodide's kernel hears of none; then there is no figure."""


def measure(playwright: Playwright, contender: Contender) -> Samples:
    """One round of one kernel: its REPL in one cold browser, the lab in another."""
    with cold_browser(playwright) as browser:
        samples = {"address": _address(browser, contender)}
    with cold_browser(playwright) as browser:
        samples |= _lab(browser, contender)
    return samples | {"bytes": contender.compressed()}


def _address(browser: Cold, contender: Contender) -> float:
    page = browser.page(RESULT_SHOWN)
    page.goto(f"{contender.server.url}/repl/index.html?kernel={contender.kernel}&code=1%2B1&execute=1")
    page.wait_for_function("window.resultShown")
    shown: float = page.evaluate("window.resultShown")
    return shown / 1000


def _lab(browser: Cold, contender: Contender) -> Samples:
    page = browser.page(IN_PAGE)
    page.goto(f"{contender.server.url}/lab/index.html")
    page.wait_for_selector(".jp-Launcher")
    page.evaluate("window.jupyterapp.restored")
    time.sleep(SETTLE_SECONDS)
    before = browser.memory()
    name = contender.kernel
    samples = {"first": _seconds(page.evaluate("name => bench.startAndRun(name)", name))} | _cells(page)
    time.sleep(SETTLE_SECONDS)
    samples["memory"] = (browser.memory() - before) * 2**20 / 1e6
    samples["second"] = _seconds(page.evaluate("name => bench.startAndRun(name)", name))
    time.sleep(SETTLE_SECONDS)  # nobody restarts a kernel the moment it has answered
    samples["restart"] = _seconds(page.evaluate("() => bench.restartAndRun(bench.kernels[1])"))
    return samples | _interrupt(page, name)


def _seconds(milliseconds: float) -> float:
    return milliseconds / 1000


def _run(page: Page, code: str, expected: str) -> dict[str, Any]:
    cell: dict[str, Any] = page.evaluate("code => bench.run(bench.kernels[0], code)", code)
    if cell["text"] != expected:
        raise RuntimeError(f"{code!r} gave {cell['text'][:200]!r} ({cell['error']}), not {expected[:200]!r}")
    return cell


def _cells(page: Page) -> Samples:
    reply = median(_run(page, "1+1", "2")["reply"] for _ in range(ROUND_TRIPS))
    slowly = _run(page, SLOWLY, PRINTED[:20])
    if slowly["firstText"] > slowly["idle"] * 0.6:
        raise RuntimeError(
            f"what a cell printed first came {slowly['firstText']:.0f} ms of {slowly['idle']:.0f} ms late"
        )
    return {
        "reply": reply,
        "lines": _run(page, PRINTING, PRINTED)["idle"],
        "module": _run(page, MODULE, TOTAL)["reply"],
        "function": _run(page, FUNCTION, TOTAL)["reply"],
    }


def _interrupt(page: Page, name: str) -> Samples:
    _run(page, "kept = 7\nkept", "7")
    call = "([computing, patience]) => bench.interrupt(bench.kernels[0], computing, patience)"
    took: float | None = page.evaluate(call, [COMPUTING_MS, PATIENCE_MS])
    if took is None:
        if name == MONTY:
            raise RuntimeError(f"a busy loop was not interrupted within {PATIENCE_MS} ms")
        return {}
    _run(page, "kept", "7")
    return {"interrupt": took / 1000}
