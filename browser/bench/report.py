"""The table, on the screen, in results/latest.md and between the markers of a page."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.figures import Measurement

from .pyodide_site import KERNEL, PYODIDE

RESULTS = Path(__file__).parent / "results"
HEAD = ("figure", "Monty", "Pyodide", "ratio", "goal", "")
MARKED = re.compile(r"(?<=<!-- bench-browser -->\n).*?(?=<!-- /bench-browser -->)", re.DOTALL)


def row(one: Measurement) -> tuple[str, ...]:
    """A figure's cells."""
    unit = one.figure.unit
    return (
        one.figure.title,
        _number(median(one.monty), unit),
        _number(median(one.other), unit) if one.other else "never",
        f"{one.ratio:.3f}" if one.ratio is not None else "",
        f"{one.figure.limit}{'' if one.ratio is not None else f' {unit}'}",
        "" if one.kept else "missed",
    )


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 0.1 else 3
    return f"{value:,.{digits}f} {unit}"


def plain(cells: Sequence[str]) -> str:
    """One row for the screen."""
    title, *numbers, verdict = cells
    return f"{title:<74}{''.join(f'{number:>12}' for number in numbers)}  {verdict}".rstrip()


def markdown(measurements: Iterable[Measurement]) -> str:
    """The table for a page."""
    lines = [HEAD[:5], ("---", *("---:" for _ in HEAD[1:5])), *(row(one)[:5] for one in measurements)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def conditions(rounds: int, browser: str) -> str:
    """What a reader needs to compare runs; nothing that names the machine."""
    kernel, pyodide = KERNEL.replace("==", " "), PYODIDE.replace("@", " ")
    ours = f"monty-kernel {version('monty-kernel')}, {kernel}, {pyodide}, JupyterLite {version('jupyterlite-core')}"
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    measured = "One round" if rounds == 1 else f"Medians of {rounds} rounds in one run, by turns"
    return f"{measured}, each in a new browser: Chromium {browser}, {machine}; {ours}."


def save(measurements: Sequence[Measurement], said: str) -> None:
    """Write results/latest.md and, with every sample, results/latest.json."""
    RESULTS.mkdir(exist_ok=True)
    record = {
        "conditions": said,
        "figures": [
            {
                "key": one.figure.key,
                "title": one.figure.title,
                "unit": one.figure.unit,
                "goal": str(one.figure.limit),
                "kept": one.kept,
                "ratio": one.ratio,
                "samples": {"monty": one.monty, "pyodide": one.other},
            }
            for one in measurements
        ],
    }
    (RESULTS / "latest.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    (RESULTS / "latest.md").write_text(f"{markdown(measurements)}\n\n{said}\n")


def refresh(page: Path, measurements: Sequence[Measurement], said: str) -> None:
    """Write the table between the markers of a page. Raises RuntimeError if it has none."""
    table = f"\n{markdown(measurements)}\n\n{said}\n"
    text, times = MARKED.subn(lambda _: table, page.read_text())
    if times != 1:
        raise RuntimeError(f"{page} has no place for the table")
    page.write_text(text)
