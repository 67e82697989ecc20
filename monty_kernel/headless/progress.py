"""What a person sees of a batch: a bar while it runs and a terminal is there, else a line for each notebook."""

from __future__ import annotations

import io
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from monty_kernel.outputs.log_text import is_log

from .batch import Done
from .report import failure, summary
from .terminal import wants_colours

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Watch(Protocol):
    """Told how a batch gets on: `on_done` by its own thread, the others by any."""

    def __enter__(self) -> Watch: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None: ...

    def on_read(self, cells: int) -> None:
        """A notebook has so many code cells."""

    def on_cell(self) -> None:
        """A cell has run."""

    def on_done(self, done: Done) -> None:
        """A notebook is done."""


class Lines:
    """A line for each notebook, and the traceback of one that failed, on standard error."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._stream = sys.stderr or io.StringIO()  # it may be closed
        self._log = is_log(self._stream)
        self._colours = wants_colours(self._stream)

    def __enter__(self) -> Lines:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        pass

    def on_read(self, cells: int) -> None:
        pass

    def on_cell(self) -> None:
        pass

    def on_done(self, done: Done) -> None:
        said = failure(done, colours=self._colours, quote=self._log)
        if not self._quiet or done.status != "ok":
            said += summary(done) + "\n"
        self._write(said)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


class Bar(Lines):
    """The same above a bar of rich's, which counts cells, or notebooks if there are several."""

    def __init__(self, notebooks: int, *, quiet: bool) -> None:
        super().__init__(quiet=quiet)
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._notebooks = notebooks
        unit = "notebooks" if notebooks > 1 else "cells"
        columns = (BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeElapsedColumn())
        self._console = Console(stderr=True)
        self._progress: Progress = Progress(*columns, console=self._console, transient=True)
        self._task: TaskID = self._progress.add_task("", total=notebooks if notebooks > 1 else None)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._progress.stop()

    def on_read(self, cells: int) -> None:
        if self._notebooks == 1:
            self._progress.update(self._task, total=cells)

    def on_cell(self) -> None:
        if self._notebooks == 1:
            self._progress.advance(self._task)

    def on_done(self, done: Done) -> None:
        super().on_done(done)
        if self._notebooks > 1:
            self._progress.advance(self._task)

    def _write(self, text: str) -> None:
        if text:
            from rich.text import Text

            self._console.print(Text.from_ansi(text.rstrip("\n")), soft_wrap=True)


def watch(notebooks: int, *, quiet: bool) -> Watch:
    """What suits the place that standard error goes to."""
    return Bar(notebooks, quiet=quiet) if sys.stderr and not is_log(sys.stderr) and not quiet else Lines(quiet=quiet)
