"""The history of inputs, kept in memory for this session and in a file between sessions.

A thread writes half a second after a cell began, so no cell waits for the disk. If the file is locked, full, damaged or
out of reach, this is logged once. The history then lives in memory, and is written when the file can be used again.
"""

from __future__ import annotations

import datetime
import json
import logging
import threading
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from .file import TIMEOUT, HistoryFile, Row, encodable, is_locked, is_trouble, matching

Entry = tuple[int, int, str | tuple[str, str | None]]
"""(session, number, source), or (session, number, (source, output)) if outputs are asked for."""

DELAY = 0.5
"""Seconds that inputs wait to be written together, and that a SIGKILL can lose."""

ENTRY = 64
"""Characters that an entry counts for in an answer besides its text."""

_TRIES = 20  # of writing to a locked file, each `DELAY` and `TIMEOUT` long, before this is logged
_MOST_OUTPUT = 10_000  # characters of an output that are kept: a result may have a million
_MOST_ANSWER = 5 << 20  # characters of an answer: room for any single input, and not for any number of them
_MOST_PATTERN = 1000  # characters of a pattern; matching takes time in proportion to them
_MOST = 1 << 62
_TOGETHER = 64  # inputs in a packed block; to pack one takes 0.2 ms
_LONG = 1 << 13  # characters above which an input or its output is not packed, so that no block takes more than 10 ms


def default_path() -> Path:
    """Where the history is kept by default: in Jupyter's data folder."""
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "monty_kernel" / "history.sqlite"


@dataclass(slots=True)
class Input:
    """The source of a cell, and the plain text of its result, if one is known."""

    source: str
    output: str | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """Packed inputs. first, last: The lowest and the highest of their numbers."""

    first: int
    last: int
    count: int
    data: bytes

    def unpacked(self) -> dict[int, Input]:
        return {number: Input(source, output) for number, source, output in json.loads(zlib.decompress(self.data))}


class Inputs:
    """The inputs of one session by their numbers. For one thread at a time.

    Old ones are packed, `_TOGETHER` in a block, into a tenth of their memory. As many stay unpacked besides those of
    the next block.
    """

    def __init__(self) -> None:
        self._recent: dict[int, Input] = {}
        self._blocks: list[_Block] = []
        self._packable = 0  # how many of the recent ones can be packed, at most

    def __len__(self) -> int:
        return len(self._recent) + sum(block.count for block in self._blocks)

    def __setitem__(self, number: int, value: Input) -> None:
        self._unpack_around(number)
        self._recent[number] = value
        self._packable += 1
        if self._packable >= 2 * _TOGETHER:
            self._pack()

    def get(self, number: int) -> Input | None:
        """The input with this number. Changes to it are kept."""
        if number not in self._recent:
            self._unpack_around(number)
        return self._recent.get(number)

    @property
    def last(self) -> int:
        """The highest number; 0 if there is none."""
        return max((*self._recent, *(block.last for block in self._blocks)), default=0)

    def between(self, first: int, end: int) -> list[tuple[int, Input]]:
        """The inputs from number `first` to before `end`, in order."""
        inside = {number: entered for number, entered in self._recent.items() if first <= number < end}
        for block in self._blocks:
            if block.first < end and first <= block.last:
                inside |= {number: entered for number, entered in block.unpacked().items() if first <= number < end}
        return sorted(inside.items())

    def tail(self, count: int) -> list[tuple[int, Input]]:
        """The last `count` inputs, in order."""
        if count <= 0:
            return []
        last = sorted(self._recent.items())[-count:]
        for block in sorted(self._blocks, key=lambda block: -block.last):
            if len(last) >= count and block.last < last[0][0]:
                break
            last = sorted([*last, *block.unpacked().items()])[-count:]
        return last

    def __iter__(self) -> Iterator[tuple[int, Input]]:
        """All of them, in order."""
        return iter(self.between(-_MOST, _MOST))

    def clear(self) -> None:
        """Remove all inputs."""
        self._recent, self._blocks, self._packable = {}, [], 0

    def _unpack_around(self, number: int) -> None:
        for block in [block for block in self._blocks if block.first <= number <= block.last]:
            self._blocks.remove(block)
            self._recent |= block.unpacked()
            self._packable += block.count

    def _pack(self) -> None:
        numbers = sorted(number for number, entered in self._recent.items() if _is_short(entered))
        self._packable = len(numbers)
        if len(numbers) < 2 * _TOGETHER:
            return
        oldest = numbers[:_TOGETHER]
        rows = [(number, self._recent[number].source, self._recent[number].output) for number in oldest]
        data = zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), 1)
        self._blocks.append(_Block(oldest[0], oldest[-1], len(oldest), data))
        for number in oldest:
            del self._recent[number]
        self._packable -= len(oldest)


def _is_short(entered: Input) -> bool:
    return len(entered.source) <= _LONG and len(entered.output or "") <= _LONG


class History:
    """The inputs of this session and, from the file, of those before it.

    Any thread may call. Queries take milliseconds, and at most `TIMEOUT` seconds if the file is locked.

    Args:
        path: The file. None or an empty path keeps the history in memory.
        log: Takes a line when the file cannot be used.
        keep_outputs: Whether outputs are written to the file too. As in IPython they are not by default.
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
        """Add the input of the cell with this execution count. Takes microseconds."""
        with self._lock:
            self._inputs[number] = added = Input(source.rstrip("\n"))
            self._to_write(number, added)

    def take_up(self, inputs: Mapping[int, str]) -> None:
        """An earlier session goes on: its inputs belong to this one too. In the file they stay where they are."""
        with self._lock:
            later = self._inputs.between(max(inputs, default=0) + 1, _MOST)
            self._inputs.clear()
            for number, source in inputs.items():
                self._inputs[number] = Input(source.rstrip("\n"))
            for number, entered in later:
                self._inputs[number] = entered

    def add_output(self, number: int, text: str) -> None:
        """Add the plain text of a cell's result, or the first `_MOST_OUTPUT` characters of it."""
        if len(text) > _MOST_OUTPUT:
            text = f"{text[:_MOST_OUTPUT]}\n... cut: {len(text):,} characters"
        with self._lock:
            known = self._inputs.get(number)
            if known is not None:
                known.output = text
                if self._keep_outputs:
                    self._to_write(number, known)

    def tail(self, n: int | None = 10, *, raw: bool = True, output: bool = False) -> list[Entry]:
        """The last `n` inputs, oldest first. This session's come last, whatever other kernels have run since.

        raw: Changes nothing: inputs have only their raw form here.
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
        """The inputs of one session from number `start` to before `stop`.

        Args:
            session: 0 for this one, -1 for the one before it. The entries have the number that was asked for.
            start: The first number. In this session, negative ones count from its end.
            stop: The same; None for the end of the session.
            raw: Changes nothing.
            output: Whether the entries have outputs.
        """
        session, first, end = (_number(value, low=-_MOST) for value in (session, start, stop))
        end = end or _MOST
        current = self.session_number()
        asked, session = session, session if session > 0 else session + current
        if session != current:
            others = self._others("AND session = ? AND line >= ? AND line < ? ORDER BY line", session, first, end)
            entries = _entries(others, output)
            others.close()
            return entries
        with self._lock:
            past = self._inputs.last + 1
        first, end = (place + past if place < 0 else place for place in (first, end))
        own = self._rows(lambda inputs: inputs.between(first, end))
        return _entries([(asked, *row[1:]) for row in own], output)

    def search(
        self, pattern: str = "*", *, n: int | None = None, unique: bool = False, raw: bool = True, output: bool = False
    ) -> list[Entry]:
        """The last `n` inputs that match a glob pattern (`*`, `?`, `[...]`), oldest first.

        unique: Give only the last of equal inputs.
        """
        pattern = encodable(pattern or "*")
        if len(pattern) > _MOST_PATTERN:
            return []
        n = _MOST if n is None else _number(n)
        own = matching(reversed(self._rows(lambda inputs: list(inputs))), pattern)
        others = self._others("AND source_raw GLOB ? ORDER BY session DESC, line DESC", pattern)
        rows = chain(own, others)
        newest = _entries(islice(_unique(rows) if unique else rows, n), output)
        others.close()
        return newest[::-1]

    def session_number(self) -> int:
        """This session's number in the file. Until something is written, the one that the file would give it now."""
        if self._session is not None or self._file is None:
            return self._session or 1
        return self._file.next_session()

    def close(self) -> None:
        """Write the inputs that are not written yet, and end the session. Idempotent; takes at most a second."""
        with self._lock:
            self._closing.set()
            self._news.set()
            writer = self._writer
        if writer is not None:
            writer.join(2 * TIMEOUT)

    def _rows(self, chosen: Callable[[Inputs], list[tuple[int, Input]]]) -> list[Row]:
        session = self.session_number()
        with self._lock:
            return [(session, number, entered.source, entered.output) for number, entered in chosen(self._inputs)]

    def _others(self, clause: str, *parameters: object) -> Generator[Row]:
        if self._file is not None:
            yield from self._file.others(self._session, clause, *parameters)

    # The writer

    def _to_write(self, number: int, entered: Input) -> None:
        if self._file is None or self._closing.is_set():
            return
        self._unwritten[number] = entered
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
                if file.move_aside(error):  # this session's inputs went with it
                    with self._lock:
                        self._session = None
                        self._unwritten = dict(self._inputs)
                        self._news.set()
                    ending = False
                elif is_locked(error) and not ending and tries < _TRIES:
                    tries += 1  # other kernels take turns
                    self._news.set()
                else:
                    file.complain(error)
        file.close()

    def _write(self, file: HistoryFile, ending: bool) -> None:
        with self._lock:
            inputs, self._unwritten = self._unwritten, {}
            batch = [
                (number, entered.source, entered.output if self._keep_outputs else None)
                for number, entered in inputs.items()
            ]
            commands = len(self._inputs) if ending else None
        try:
            self._session = file.write(self._session, self._started, batch, commands)
        except BaseException:
            with self._lock:
                self._unwritten = inputs | self._unwritten
            raise


def _entries(rows: Iterable[Row], output: bool) -> list[Entry]:
    """The first of the rows, as many as `_MOST_ANSWER` has room for."""
    entries: list[Entry] = []
    left = _MOST_ANSWER
    for session, number, source, text in rows:
        left -= ENTRY + len(source) + (len(text or "") if output else 0)
        if left < 0:
            break
        entries.append((session, number, (source, text)) if output else (session, number, source))
    return entries


def _unique(rows: Iterable[Row]) -> Iterator[Row]:
    """The first of rows with equal sources."""
    seen: set[int] = set()
    for row in rows:
        known = hash(row[2])  # 64 bits; the texts themselves would take memory without a limit
        if known not in seen:
            seen.add(known)
            yield row


def _number(value: object, low: int = 0) -> int:
    """A number that SQLite accepts, from whatever a message has."""
    if isinstance(value, float):
        value = int(value) if abs(value) < _MOST else 0
    return max(low, min(value, _MOST)) if isinstance(value, int) else max(low, 0)
