"""A terminal with a person at it: a program on a pseudo terminal, and the screen as it would look."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pexpect  # type: ignore[import-untyped,unused-ignore]
import pyte

from tests.support.waiting import HANGING

ROWS, COLUMNS = 50, 110


class _Screen(pyte.Screen):
    """Answers the program's questions (where is the cursor?) as a real terminal does."""

    def __init__(self, program: pexpect.spawn[bytes]) -> None:
        super().__init__(COLUMNS, ROWS)
        self._program = program

    def write_process_input(self, data: str) -> None:
        self._program.send(data)


class Terminal:
    """The running program. What has scrolled off the screen is gone; `ROWS` is chosen so that a test's session fits."""

    def __init__(self, program: pexpect.spawn[bytes]) -> None:
        self.program = program
        self._screen = _Screen(program)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def title(self) -> str:
        """The window's title, as far as the program has set one."""
        return str(self._screen.title)

    @property
    def text(self) -> str:
        """The screen's lines, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def wait_for(self, pattern: str, seconds: float = HANGING) -> str:
        """Until the screen matches the regular expression; returns what matched. Raises AssertionError with the screen."""
        deadline = time.monotonic() + seconds
        while not (match := re.search(pattern, self.text, re.MULTILINE)):
            assert time.monotonic() < deadline, f"Waited {seconds:.0f} s for {pattern!r} on this screen:\n{self.text}"
            self._read()
        return match.group()

    def _read(self) -> None:
        try:
            self._stream.feed(self.program.read_nonblocking(65536, timeout=0.2))
        except pexpect.TIMEOUT:
            pass
        except pexpect.EOF:
            raise AssertionError(f"The program ended. Its last screen:\n{self.text}") from None

    def type(self, keys: str) -> None:
        """Press keys; `\\r` is Enter."""
        self.program.send(keys)

    def wait_for_end(self, seconds: float = HANGING) -> int:
        """Until the program has ended; its exit status."""
        self.program.expect(pexpect.EOF, timeout=seconds)
        self.program.wait()
        return int(self.program.exitstatus if self.program.exitstatus is not None else -1)


@contextmanager
def open_terminal(command: list[str], environment: Mapping[str, str], folder: Path) -> Iterator[Terminal]:
    """Run `command` in a terminal; it is ended with the context."""
    program = pexpect.spawn(
        command[0],
        command[1:],
        env={**environment, "TERM": "xterm-256color"},
        cwd=str(folder),
        dimensions=(ROWS, COLUMNS),
        timeout=HANGING,
    )
    try:
        yield Terminal(program)
    finally:
        program.close(force=True)
