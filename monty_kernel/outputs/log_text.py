"""Text that goes to a log and stays text there: no line of it is a command to the service that reads the log.

Build services take commands from what a build prints. GitHub obeys a line that begins with `::`, after blanks of any kind, and
`##[…]` wherever it stands (actions/runner, ActionCommand.cs), Azure and TeamCity `##vso[…]` and `##teamcity[…]` wherever they stand
(azure-pipelines-agent, Command.cs), Octopus the like. Buildkite looks for `---`, `+++`, `~~~` and `^^^` at the beginning of a line, journald
for `<3>`. GitLab's and Travis's sections and Jenkins's console notes need a carriage return or an escape character.

So three things are true of whatever is written here, of those services and of others: a line begins with a letter, a digit or one of a few
signs that mean nothing to anybody; no `##` is followed by a word and a bracket; and there is no control character but tab and newline.
"""

from __future__ import annotations

import io
import os
import re
import sys
import threading
from typing import Any, BinaryIO, TextIO

from monty_kernel.outputs.visible_text import visible

QUOTE = "| "
"""What a line begins with that is quoted from a notebook, or would begin with something else than a log's line may."""

_HARMLESS = re.compile(
    r"[ \t]*(?:$|(?!(?:section|travis)_)[^\W_]|[|(\"'“…/\\]|\.{1,3}[\w/ ]|~/|--?[A-Za-z]|\[[\w-]|`\w)"
)
_COMMAND = re.compile(r"#(?=#[^\s\[#]{0,64}\[)")
_PERHAPS_COMMAND = re.compile(r"#(?=\Z|#[^\s\[#]{0,64}(?:\[|\Z))")
_IN_JSON = re.compile(rb"#(?=#[^\s\[#]{0,64}\[)|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]")
_LONG = 1 << 16  # characters of a line that are waited for
_SERVICES = ("CI", "TF_BUILD", "TEAMCITY_VERSION", "JENKINS_URL", "BUILDKITE")


def for_log(text: str) -> str:
    """`text` as it may stand in a log.

    >>> for_log("a\\n::add-mask::a\\nb ##[error]c")
    'a\\n| ::add-mask::a\\nb # #[error]c'
    """
    return "\n".join(map(_line, text.replace("\r\n", "\n").split("\n")))


def quoted(text: str) -> str:
    """`text` as it may stand in a log, with a mark before each of its lines, so that they stay aligned."""
    return "\n".join(QUOTE + line for line in text.split("\n"))


def json_for_log(data: bytes) -> bytes:
    """JSON in UTF-8 that says the same and holds no command, wherever it is printed: there are other ways to write such characters."""
    return _IN_JSON.sub(lambda found: "".join(f"\\u{ord(sign):04x}" for sign in found[0].decode()).encode(), data)


def is_log(stream: TextIO) -> bool:
    """Whether what is written to the stream may be read by a build service. Some give their builds a terminal."""
    return not stream.isatty() or any(os.environ.get(name) for name in _SERVICES)


def guard_output() -> None:
    """From now on whatever this process prints passes `for_log`, if it goes to a log: messages, tracebacks, Python's own words."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, LogStream) and is_log(stream):
            setattr(sys, name, LogStream(stream))


class LogStream(io.TextIOBase):
    """A text stream whose lines pass `for_log` before they go to another one. Any thread may write.

    What is written to its `buffer` is data and goes there as it is.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.RLock()
        self._line = ""  # the last line as far as it is known and not yet written
        self._begun = False  # whether a part of it has been written

    def write(self, text: str) -> int:
        """Write the lines that are complete; the last one when its end comes, or with `flush`."""
        with self._lock:
            *lines, self._line = (self._line + text).split("\n")
            for line in lines:
                self._stream.write((_rest(line) if self._begun else _line(line.removesuffix("\r"))) + "\n")
                self._begun = False
            if len(self._line) > _LONG:
                self._write_part()
            elif lines:
                self._stream.flush()
        return len(text)

    def flush(self) -> None:
        """Write what is known of the last line too."""
        with self._lock:
            if self._line.strip(" \t"):
                self._write_part()
            self._stream.flush()

    def _write_part(self) -> None:
        # what the next part is cannot be known, so the line gets its mark, and what may become a command is broken
        part, self._line = _PERHAPS_COMMAND.sub("# ", visible(self._line)), ""
        self._stream.write(part if self._begun else QUOTE + part)
        self._begun = True

    def close(self) -> None:
        """Write all that is left. The stream below belongs to the process and stays open."""
        if not self._stream.closed:
            self.flush()

    @property
    def buffer(self) -> BinaryIO:
        """The stream below, for bytes that are data."""
        return self._stream.buffer

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """That of the stream below."""
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """That of the stream below."""
        return self._stream.errors

    def fileno(self) -> int:
        """That of the stream below."""
        return self._stream.fileno()

    def isatty(self) -> bool:
        """False: there is nobody to look at it now."""
        return False

    def writable(self) -> bool:
        """True."""
        return True

    def reconfigure(self, **options: Any) -> None:
        """Change the stream below."""
        self._stream.reconfigure(**options)  # type: ignore[attr-defined]


def _line(line: str) -> str:
    line = _rest(line)
    return line if _HARMLESS.match(line) else QUOTE + line


def _rest(line: str) -> str:
    return _COMMAND.sub("# ", visible(line))
