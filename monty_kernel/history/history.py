"""The history of inputs, kept in memory for this session and in a file between sessions.

A thread writes, half a second after a cell began, so no cell waits for the disk. A file that is locked, full, damaged or
out of reach costs one line in the log: the history then lives in memory, and what is missing is written when the file
lets it.
"""

from __future__ import annotations

import datetime
import logging
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path

from .file import PATIENCE, HistoryFile, Row, encodable, is_locked, is_trouble, matching
from .inputs import Input, Inputs

Entry = tuple[int, int, str | tuple[str, str | None]]
"""(session, number, source), or (session, number, (source, output)) where outputs are asked for."""

DELAY = 0.5
"""Seconds that inputs wait to be written together; what a SIGKILL can lose."""

_TRIES = 20
"""How often a file that others are writing to is tried before that is said: each takes `DELAY` and `PATIENCE`."""

_OUTPUT = 10_000  # characters of an output that are kept: a result may have a million
_ANSWER = (
    5 << 20
)  # characters of all that one query gives: room for one input as long as any, and not for any number of them
ENTRY = 64  # of these characters, what an entry counts for beside its text
_PATTERN = 1000  # characters of a pattern; matching takes time in proportion to them
_MOST = 1 << 62


def default_path() -> Path:
    """Where the history is kept if nothing else is said: in Jupyter's data folder."""
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "monty_kernel" / "history.sqlite"


class History:
    """The inputs of this session and, from the file, of those before it.

    path: the file; None or an empty path keeps the history in memory.
    keep_outputs: whether outputs are written to the file too; as in IPython they are not by default.
    Any thread may call. Queries take milliseconds, and when the file is locked at most `PATIENCE` seconds.
    """

    def __init__(self, path: Path | str | None, log: logging.Logger, *, keep_outputs: bool = False) -> None:
        self._file = HistoryFile(Path(path), log) if path else None
        self._keep_outputs = keep_outputs
        self._started = datetime.datetime.now()
        self._session: int | None = None  # its number in the file, once there is one
        self._inputs = Inputs()
        self._unwritten: dict[int, Input] = {}  # in the order in which they came
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._closing = threading.Event()
        self._writer: threading.Thread | None = None

    def add(self, number: int, source: str) -> None:
        """Remember the input of the cell with this execution count. Takes microseconds."""
        with self._lock:
            self._inputs[number] = added = Input(source.rstrip("\n"))
            self._to_write(number, added)

    def take_up(self, inputs: Mapping[int, str]) -> None:
        """An earlier session goes on: its inputs are this one's too. In the file they stay where they are."""
        with self._lock:
            later = self._inputs.between(max(inputs, default=0) + 1, _MOST)
            self._inputs.clear()
            for number, source in inputs.items():
                self._inputs[number] = Input(source.rstrip("\n"))
            for number, each in later:
                self._inputs[number] = each

    def add_output(self, number: int, text: str) -> None:
        """Remember the plain text of a cell's result, or the first `_OUTPUT` characters of it."""
        if len(text) > _OUTPUT:
            text = f"{text[:_OUTPUT]}\n... cut: {len(text):,} characters"
        with self._lock:
            known = self._inputs.get(number)
            if known is not None:
                known.output = text
                if self._keep_outputs:
                    self._to_write(number, known)

    def tail(self, n: int | None = 10, *, raw: bool = True, output: bool = False) -> list[Entry]:
        """The last `n` inputs, oldest first. This session's are the last, whatever other kernels have run since.

        raw: an input has no other form here than the raw one; the flag changes nothing.
        """
        n = 10 if n is None else _number(n)
        own = self._rows(lambda inputs: inputs.tail(n))
        others = self._others("ORDER BY session DESC, line DESC LIMIT ?", max(0, n - len(own)))
        newest = _entries(chain(reversed(own), others), output)
        others.close()
        return newest[::-1]

    def range(
        self, session: int = 0, start: int = 1, stop: int | None = None, *, raw: bool = True, output: bool = False
    ) -> list[Entry]:
        """The inputs of one session from number `start` to before `stop`, None for its end.

        session: 0 for this one, -1 for the one before it. What comes back has the number asked for, 0 or this session's own.
        start, stop: in this session, negative ones count from its end.
        """
        session, first, end = (_number(value, low=-_MOST) for value in (session, start, stop))
        end = end or _MOST
        current = self.session_number()
        asked, session = session, session if session > 0 else session + current
        if session != current:
            others = self._others("AND session = ? AND line >= ? AND line < ? ORDER BY line", session, first, end)
            found = _entries(others, output)
            others.close()
            return found
        with self._lock:
            past = self._inputs.last + 1
        first, end = (place + past if place < 0 else place for place in (first, end))
        own = self._rows(lambda inputs: inputs.between(first, end))
        return _entries([(asked, *row[1:]) for row in own], output)

    def search(
        self, pattern: str = "*", *, n: int | None = None, unique: bool = False, raw: bool = True, output: bool = False
    ) -> list[Entry]:
        """The inputs that match a glob pattern (`*`, `?`, `[...]`), oldest first; of them the last `n`.

        unique: of equal inputs only the last.
        """
        pattern = encodable(pattern or "*")
        if len(pattern) > _PATTERN:
            return []
        n = _MOST if n is None else _number(n)
        own = matching(reversed(self._rows(lambda inputs: list(inputs))), pattern)
        others = self._others("AND source_raw GLOB ? ORDER BY session DESC, line DESC", pattern)
        rows = chain(own, others)
        newest = _entries(islice(_unique(rows) if unique else rows, n), output)
        others.close()
        return newest[::-1]

    def session_number(self) -> int:
        """This session's number in the file; as long as nothing is written, the one that the file would give it now."""
        if self._session is not None or self._file is None:
            return self._session or 1
        return self._file.next_session()

    def close(self) -> None:
        """Write what is not written yet, and end the session in the file. Idempotent; takes at most a second."""
        with self._lock:
            self._closing.set()
            self._news.set()
            writer = self._writer
        if writer is not None:
            writer.join(2 * PATIENCE)

    def _rows(self, chosen: Callable[[Inputs], list[tuple[int, Input]]]) -> list[Row]:
        session = self.session_number()
        with self._lock:
            return [(session, number, each.source, each.output) for number, each in chosen(self._inputs)]

    def _others(self, clause: str, *parameters: object) -> Generator[Row]:
        if self._file is not None:
            yield from self._file.others(self._session, clause, *parameters)

    # The writer

    def _to_write(self, number: int, each: Input) -> None:
        if self._file is None or self._closing.is_set():
            return
        self._unwritten[number] = each
        self._news.set()
        if self._writer is None:
            self._writer = threading.Thread(target=self._write_on, args=(self._file,), name="history", daemon=True)
            try:
                self._writer.start()
            except RuntimeError as error:  # there can be no more threads
                self._file.complain(error)
                self._file = self._writer = None

    def _write_on(self, file: HistoryFile) -> None:
        ending = False
        tries = 0
        while not ending:
            self._news.wait()
            self._closing.wait(DELAY)
            self._news.clear()
            ending = self._closing.is_set()
            try:
                self._write(file, ending)
                tries = 0
            except Exception as error:
                if not is_trouble(error):
                    raise
                if file.move_aside(error):  # its inputs went with it
                    with self._lock:
                        self._session = None
                        self._unwritten = dict(self._inputs)
                        self._news.set()
                    ending = False
                elif is_locked(error) and not ending and tries < _TRIES:
                    tries += 1  # by other kernels, which take turns: this one's comes
                    self._news.set()
                else:
                    file.complain(error)
        file.close()

    def _write(self, file: HistoryFile, ending: bool) -> None:
        with self._lock:
            inputs, self._unwritten = self._unwritten, {}
            batch = [
                (number, each.source, each.output if self._keep_outputs else None) for number, each in inputs.items()
            ]
            commands = len(self._inputs) if ending else None
        try:
            self._session = file.write(self._session, self._started, batch, commands)
        except BaseException:
            with self._lock:
                self._unwritten = inputs | self._unwritten
            raise


def _entries(rows: Iterable[Row], output: bool) -> list[Entry]:
    """The first of the rows, as many as `_ANSWER` has room for."""
    found: list[Entry] = []
    left = _ANSWER
    for session, number, source, text in rows:
        left -= ENTRY + len(source) + (len(text or "") if output else 0)
        if left < 0:
            break
        found.append((session, number, (source, text)) if output else (session, number, source))
    return found


def _unique(rows: Iterable[Row]) -> Iterator[Row]:
    """Of rows with equal sources the first."""
    seen: set[int] = set()
    for row in rows:
        known = hash(row[2])  # of 64 bits: the texts themselves would be kept, however many there are
        if known not in seen:
            seen.add(known)
            yield row


def _number(value: object, low: int = 0) -> int:
    """A number from a message, whatever that holds, as SQLite takes it."""
    if isinstance(value, float):
        value = int(value) if abs(value) < _MOST else 0
    return max(low, min(value, _MOST)) if isinstance(value, int) else max(low, 0)
