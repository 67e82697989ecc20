"""The table on the screen, in results/latest.md and, with every sample, in results/latest.json."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

from .figures import Measurement

RESULTS = Path(__file__).parent / "results"
HEAD = ("case", "monty", "ipykernel", "ratio", "limit", "")


def rows(measurements: Iterable[Measurement]) -> list[tuple[str, ...]]:
    """The table's cells, one row a figure."""
    return [
        (
            one.figure.title,
            _number(median(one.monty), one.figure.unit),
            _number(median(one.ipykernel), one.figure.unit),
            f"{one.ratio:.2f}",
            str(one.figure.limit or ""),
            {True: "ok", False: "over", None: ""}[one.kept],
        )
        for one in measurements
    ]


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def plain(row: Sequence[str]) -> str:
    """One row for the screen, in columns that stay the same while the run goes on."""
    title, *numbers, verdict = row
    return (
        f"{title:<56}"
        + "".join(f"{number:>18}" if i < 2 else f"{number:>9}" for i, number in enumerate(numbers))
        + f"  {verdict}"
    )


def markdown(table: Iterable[Sequence[str]]) -> str:
    """The table for a page."""
    lines = [HEAD, ("---", "---:", "---:", "---:", "---:", "---"), *table]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def machine() -> dict[str, str | int]:
    """What a reader needs to compare runs; nothing that names the machine."""
    packages = ("monty-kernel", "pydantic-monty", "ipykernel", "jupyter-client", "pyzmq")
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count() or 0,
        **{package: version(package) for package in packages},
    }


def save(measurements: Sequence[Measurement]) -> None:
    """Write results/latest.json and results/latest.md."""
    RESULTS.mkdir(exist_ok=True)
    record = {
        "machine": machine(),
        "figures": [
            {
                "key": one.figure.key,
                "title": one.figure.title,
                "unit": one.figure.unit,
                "monty": median(one.monty),
                "ipykernel": median(one.ipykernel),
                "ratio": one.ratio,
                "limit": str(one.figure.limit) if one.figure.limit else None,
                "kept": one.kept,
                "samples": {"monty": one.monty, "ipykernel": one.ipykernel},
            }
            for one in measurements
        ],
    }
    (RESULTS / "latest.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    facts = ", ".join(f"{name} {value}" for name, value in machine().items())
    (RESULTS / "latest.md").write_text(f"{markdown(rows(measurements))}\nMedians of one run: {facts}.\n")
