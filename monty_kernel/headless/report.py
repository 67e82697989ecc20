"""What is shown of a batch: a bar while it runs, lines for a terminal or a log, a report for programs."""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self, TextIO

from monty_kernel.outputs.log_text import is_log, json_for_log, quoted
from monty_kernel.outputs.visible_text import visible

from .batch import Done, Task

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_NAME = 40  # characters of a notebook's name beside the bar
_COLOUR = re.compile(r"(\x1b\[[\d;]*m)")


def exit_status(done: Sequence[Done]) -> int:
    """The exit status of the command.

    Returns:
        0 if all ran to their end; 1 if a cell failed, took too long or made too much output; 2 if a notebook could not
        be read or written, or tools or a mount cannot be had.
    """
    statuses = {each.status for each in done}
    if statuses & {"unreadable", "unwritable"} or any(each.refused for each in done):
        return 2
    return 0 if statuses <= {"ok"} else 1


def summary(done: Done) -> str:
    """One line about a notebook, for a terminal."""
    name = one_line(done.task.name, 1000)
    line = f"{done.status:<10}  {name}  {done.seconds:.2f} s, {done.cells} cell{'s' * (done.cells != 1)}"
    if done.skipped is not None:
        line += f", {one_line(done.skipped.said)}"
    if done.reason:
        line += f": {one_line(done.reason)}"
    elif done.failed is not None:
        what = done.failed.ename + (f": {done.failed.evalue}" if done.failed.evalue else "")
        line += f"; cell {done.failed.index + 1}: {one_line(what)}"
    if done.files is not None and done.task.files is not None:
        count = len(done.files)
        line += f"; {count:,} file{'s' * (count != 1)} written into {one_line(str(done.task.files.path), 1000)}"
    return line


def failure(done: Done, *, colours: bool, quote: bool) -> str:
    """The traceback of the cell that failed, for a person; empty if no cell failed or it has no traceback.

    Args:
        done: the result of a notebook.
        colours: whether it may have colours.
        quote: put a mark before each line, for a log.
    """
    failed = done.failed
    if failed is None or not failed.traceback:
        return ""
    head = f"{one_line(done.task.name)}, cell {failed.index + 1} (In[{failed.number}]):"
    shown = for_terminal("\n".join(failed.traceback), colours=colours).rstrip("\n")
    return f"{head}\n{quoted(shown) if quote else shown}\n"


def one_line(text: str, most: int = 200) -> str:
    """`text` on one line of a terminal, and not longer than `most` characters."""
    line = " ".join(for_terminal(text, colours=False).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def as_json(done: Sequence[Done], status: int) -> bytes:
    """The report: a JSON object with `status`, the exit status, and `notebooks`, the result of each."""
    report = {"format": 1, "status": status, "notebooks": [_entry(each) for each in done]}
    return json_for_log((json.dumps(report, indent=1) + "\n").encode())


def _entry(done: Done) -> dict[str, Any]:
    failed = done.failed
    entry: dict[str, Any] = {
        "notebook": None if done.task.source is None else str(done.task.source),
        "output": None if done.task.target is None else str(done.task.target),
        "status": done.status,
        "started": datetime.datetime.fromtimestamp(done.started, datetime.UTC).isoformat(),
        "seconds": round(done.seconds, 4),
        "cells": done.cells,
        "message": done.reason or None,
        "failed": None,
        "files": None if done.files is None else list(done.files),
        "skipped": None,
    }
    if done.skipped is not None:
        entry["skipped"] = {
            "cells": done.skipped.cells,
            "why_no_more": done.skipped.why or None,
            "replayed": [{"cell": number, "asked": asked} for number, asked in done.skipped.replayed],
        }
    if failed is not None:
        entry["failed"] = {
            "index": failed.index,
            "id": done.cell_id,
            "execution_count": failed.number,
            "ename": failed.ename,
            "evalue": failed.evalue,
            "traceback": [_COLOUR.sub("", line) for line in failed.traceback],
        }
    return entry


def for_terminal(text: str, *, colours: bool) -> str:
    """`text` with its control characters written out, so that it steers no terminal.

    Its colours stay if they are wanted, and end with it.
    """
    pieces = _COLOUR.split(text)
    shown = "".join(
        (piece if colours else "") if number % 2 else visible(piece.replace("\r\n", "\n"))
        for number, piece in enumerate(pieces)
    )
    return shown + ("\x1b[0m" if colours and len(pieces) > 1 else "")


def wants_colours(stream: TextIO) -> bool:
    """Whether colours may be written to the stream."""
    return not is_log(stream) and not os.environ.get("NO_COLOR")


class Lines:
    """A line for each notebook, and the traceback of one that failed, on standard error.

    It is told of a batch's progress: `on_done` by the batch's own thread, the others by any thread.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._stream = sys.stderr or io.StringIO()  # it may be closed
        self._log = is_log(self._stream)
        self._colours = wants_colours(self._stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def on_read(self, task: Task, cells: int) -> None:
        """A notebook with this number of code cells has been read, and begins to run."""

    def on_cell(self) -> None:
        """A cell has run."""

    def on_done(self, done: Done) -> None:
        """A notebook is done."""
        text = failure(done, colours=self._colours, quote=self._log)
        if not self._quiet or done.status != "ok":
            text += summary(done) + "\n"
        self._write(text)

    def on_refused(self, done: Done) -> None:
        """No notebook could be run for this reason."""
        self._write(f"monty-kernel: {one_line(done.reason, 1000)}.\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Bar(Lines):
    """The same above a bar, which counts cells, or notebooks if there are several, and names those that run."""

    def __init__(self, notebooks: int, *, quiet: bool) -> None:
        super().__init__(quiet=quiet)
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._notebooks = notebooks
        self._lock = threading.Lock()
        self._running: list[str] = []
        unit = "notebooks" if notebooks > 1 else "cells"
        named = TextColumn("{task.description}", markup=False)
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeElapsedColumn(), named)
        self._console = Console(stderr=True)
        self._progress: Progress = Progress(*columns, console=self._console, transient=True)
        self._task: TaskID = self._progress.add_task("", total=notebooks if notebooks > 1 else None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def on_read(self, task: Task, cells: int) -> None:
        with self._lock:
            self._running.append(task.name)
            self._name()
        if self._notebooks == 1:
            self._progress.update(self._task, total=cells)

    def _name(self) -> None:
        first, more = self._running[:1], len(self._running) - 1
        named = "".join(one_line(os.path.basename(name), _NAME) for name in first) + (f" and {more} more" * (more > 0))
        self._progress.update(self._task, description=named, refresh=True)

    def on_cell(self) -> None:
        if self._notebooks == 1:
            self._progress.advance(self._task)

    def on_done(self, done: Done) -> None:
        super().on_done(done)
        with self._lock:
            if done.task.name in self._running:
                self._running.remove(done.task.name)
                self._name()
        if self._notebooks > 1:
            self._progress.advance(self._task)

    def _write(self, text: str) -> None:
        if text:
            from rich.text import Text

            self._console.print(Text.from_ansi(text.rstrip("\n")), soft_wrap=True)


def watch(notebooks: int, *, quiet: bool) -> Lines:
    """A bar where standard error is a terminal, else lines."""
    return Bar(notebooks, quiet=quiet) if sys.stderr and not is_log(sys.stderr) and not quiet else Lines(quiet=quiet)
