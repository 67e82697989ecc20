"""Runs `monty-kernel run` as a process of its own, on notebooks made here."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from tests.support.awkward_notebooks import Cell, book
from tests.support.waiting import HANGING


def write(path: Path, *cells: Cell) -> Path:
    """A notebook with these cells in a file."""
    path.write_text(nbformat.writes(book(cells)), encoding="utf-8")  # type: ignore[no-untyped-call]
    return path


def read(path: Path | bytes) -> Any:
    """The notebook in a file, or in what was printed; it must be valid."""
    text = path if isinstance(path, bytes) else path.read_bytes()
    found = nbformat.reads(text.decode(), as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(found)
    return found


def texts(found: Any) -> list[str]:
    """What the code cells show, as one text each: printed text, plain text of results and displays, names of errors."""
    return ["".join(map(_text, cell.outputs)) for cell in found.cells if cell.cell_type == "code"]


def _text(output: Any) -> str:
    if output.output_type == "stream":
        return str(output.text)
    return str(output.ename if output.output_type == "error" else output.data["text/plain"])


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-P", "-m", "monty_kernel.cli", "run", *map(str, words)]


def run(*words: str | Path, cwd: Path | None = None, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """`monty-kernel run WORDS...`, to its end."""
    return subprocess.run(command(*words), cwd=cwd, input=stdin, capture_output=True, timeout=HANGING)


def run_in_a_terminal(*words: str | Path) -> tuple[int, str]:
    """Run it with a terminal as standard error; its status and all it wrote there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    seen = b""
    deadline = time.monotonic() + HANGING
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            seen += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    process.communicate(timeout=HANGING)
    return process.returncode, seen.decode(errors="replace")


def report(path: Path) -> Sequence[dict[str, Any]]:
    """The notebooks in a report."""
    found: Sequence[dict[str, Any]] = json.loads(path.read_text())["notebooks"]
    return found
