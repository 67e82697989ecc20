"""The tables on the screen, in results/latest.md and, with every sample, in results/latest.json."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from statistics import median

from .figures import Measurement

RESULTS = Path(__file__).parent / "results"
HEAD = ("case", "monty", "ipykernel", "ratio", "limit", "")
TRAVEL_HEAD = ("time travel, headless", "monty", "against", "ratio", "limit", "", "Kishu")


def head(measurement: Measurement) -> tuple[str, ...]:
    """The head of the table that the measurement belongs to."""
    return HEAD if measurement.figure.against == "ipykernel" else TRAVEL_HEAD


def rows(measurements: Iterable[Measurement]) -> list[tuple[str, ...]]:
    """The table's cells, one row a figure."""
    return [_row(one) for one in measurements]


def _row(one: Measurement) -> tuple[str, ...]:
    unit = one.figure.unit
    other = _number(median(one.other), unit) if one.other else ""
    row = (
        one.figure.title,
        _number(median(one.monty), unit),
        other if one.figure.against == "ipykernel" else f"{one.figure.against} {other}".strip(),
        f"{one.ratio:.2f}" if one.ratio is not None else "",
        str(one.figure.limit or ""),
        {True: "ok", False: "over", None: ""}[one.kept],
    )
    return row if head(one) is HEAD else (*row, _number(median(one.aside), unit) if one.aside else "")


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def plain(row: Sequence[str]) -> str:
    """One row for the screen, in columns that stay the same while the run goes on."""
    title, monty, other, ratio, limit, verdict, *aside = row
    return f"{title:<58}{monty:>18}{other:>26}{ratio:>8}{limit:>11}  {verdict:<4}{''.join(aside):>12}".rstrip()


def markdown(table: Iterable[Sequence[str]], head: Sequence[str] = HEAD) -> str:
    """The table for a page, without the last column where Kishu was not measured."""
    table = list(table)
    if not any(line[len(HEAD) :] != ("",) for line in table):
        head, table = head[: len(HEAD)], [line[: len(HEAD)] for line in table]
    lines = [head, ("---", *("---:" for _ in head[1:5]), "---", *("---:" for _ in head[6:])), *table]
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
    record = {"machine": machine(), "figures": [_record(one) for one in measurements]}
    (RESULTS / "latest.json").write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    facts = ", ".join(f"{name} {value}" for name, value in machine().items())
    tables = [markdown(rows(group), title) for title, group in groupby(measurements, head)]
    (RESULTS / "latest.md").write_text("\n".join(tables) + f"\nMedians of one run: {facts}.\n")


def _record(one: Measurement) -> dict[str, object]:
    sides = {"monty": one.monty, one.figure.against: one.other, "kishu": one.aside}
    samples = {name: values for name, values in sides.items() if values}
    return {
        "key": one.figure.key,
        "title": one.figure.title,
        "unit": one.figure.unit,
        **{name: median(values) for name, values in samples.items()},
        "ratio": one.ratio,
        "limit": str(one.figure.limit) if one.figure.limit else None,
        "kept": one.kept,
        "samples": samples,
    }
