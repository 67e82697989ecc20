"""Makes text safe for a log: no line of it is a command to the service that reads the log.

Build services take commands from what a build prints. GitHub obeys a line that begins with `::`, after blanks of any kind, and `##[…]`
anywhere (actions/runner, ActionCommand.cs). Azure and TeamCity obey `##vso[…]` and `##teamcity[…]` anywhere (azure-pipelines-agent,
Command.cs), and Octopus has a similar form. Buildkite looks for `---`, `+++`, `~~~` and `^^^` at the start of a line, journald for
`<3>`. GitLab's and Travis's sections and Jenkins's console notes need a carriage return or an escape character.

So text written here has three properties, which also protect against other services: each line begins with a letter, a digit or one
of a few signs without a meaning; no `##` is followed by a word and a bracket; and tab and newline are the only control characters.
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
"""The start of a line that is quoted from a notebook, or whose own start is not allowed in a log."""

_HARMLESS = re.compile(
    r"[ \t]*(?:$|(?!(?:section|travis)_)[^\W_]|[|(\"'“…/\\]|\.{1,3}[\w/ ]|~/|--?[A-Za-z]|\[[\w-]|`\w)"
)
_COMMAND = re.compile(r"#(?=#[^\s\[#]{0,64}\[)")
_PERHAPS_COMMAND = re.compile(r"#(?=\Z|#[^\s\[#]{0,64}(?:\[|\Z))")
_IN_JSON = re.compile(rb"#(?=#[^\s\[#]{0,64}\[)|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]")
_LONG = 1 << 16  # characters of an unfinished line, after which it is written in parts
_SERVICES = ("CI", "TF_BUILD", "TEAMCITY_VERSION", "JENKINS_URL", "BUILDKITE")


def for_log(text: str) -> str:
    """`text` as it may stand in a log.

    >>> for_log("a\\n::add-mask::a\\nb ##[error]c")
    'a\\n| ::add-mask::a\\nb # #[error]c'
    """
    return "\n".join(map(_line, text.replace("\r\n", "\n").split("\n")))


def quoted(text: str) -> str:
    """`text` as it may stand in a log, with a mark before every line, so that the lines stay aligned."""
    return "\n".join(QUOTE + line for line in text.split("\n"))


def json_for_log(data: bytes) -> bytes:
    """The same JSON in UTF-8, without a command: the characters of one are written as escapes."""
    return _IN_JSON.sub(lambda found: "".join(f"\\u{ord(sign):04x}" for sign in found[0].decode()).encode(), data)


def is_log(stream: TextIO) -> bool:
    """Whether a build service may read the stream. Some services give their builds a terminal."""
    return not stream.isatty() or any(os.environ.get(name) for name in _SERVICES)


def guard_output() -> None:
    """Let everything that this process prints to a log pass `for_log`: messages, tracebacks and Python's own warnings."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, LogStream) and is_log(stream):
            setattr(sys, name, LogStream(stream))


class LogStream(io.TextIOBase):
    """A text stream whose lines pass `for_log` on their way to another stream. Thread-safe.

    Bytes written to its `buffer` are data and pass unchanged.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.RLock()
        self._line = ""  # the part of the last line that is not written yet
        self._begun = False  # whether a part of the last line was written

    def write(self, text: str) -> int:
        """Write the complete lines. The last line is written when its end arrives, or with `flush`."""
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
        """Write the beginning of the last line too."""
        with self._lock:
            if self._line.strip(" \t"):
                self._write_part()
            self._stream.flush()

    def _write_part(self) -> None:
        # the next part is not known, so the line gets a mark, and anything that may become a command is broken up
        part, self._line = _PERHAPS_COMMAND.sub("# ", visible(self._line)), ""
        self._stream.write(part if self._begun else QUOTE + part)
        self._begun = True

    def close(self) -> None:
        """Write the rest. The stream below belongs to the process and stays open."""
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
        """False: nobody watches a log."""
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
