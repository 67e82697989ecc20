"""An exception of a tool as the cell sees it: its type and one line, without the host's paths."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

import pydantic_monty as monty

from .plain import one_line

if TYPE_CHECKING:
    from pydantic_monty import ExternalExceptionData

_READ = 2000  # characters of a message; the rest is dropped
_KNOWN = frozenset(get_args(monty.ExcType))
_NOT_THESE = frozenset({"Exception", "BaseException", "KeyboardInterrupt", "SystemExit"})
_LONG_PATH = re.compile(r"(?<![\w:/\\.…])(?:~|[A-Za-z]:)?(?:[/\\]++[^/\\\s'\"<>:;,()]++)*[/\\]++(?=[^/\\\s'\"<>:;,()])")
_FILE_ADDRESS = re.compile(r"\bfile:/+(?=[^/\s])", re.IGNORECASE)
_SPACED = re.compile(r"(?P<quote>['\"])(?:~|[A-Za-z]:)?[/\\](?:[^'\"]*[/\\])?(?=[^'\"/\\]*(?P=quote))")


def exception_for_cell(error: BaseException) -> ExternalExceptionData:
    """The exception as it is raised in the cell.

    It keeps its type if Monty has that type. Otherwise it becomes the nearest base class that Monty has, and its
    message begins with the name of the original type. Folders of the host are removed from the message.
    """
    own = _name(type(error))
    for kind in type(error).__mro__:
        name = _name(kind)
        if name in _KNOWN and name not in _NOT_THESE:
            break
    else:
        name = "RuntimeError"
    message = _message(error)
    if name != own:
        message = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return {"exc_type": name, "message": message}  # type: ignore[typeddict-item]


def without_folders(text: str) -> str:
    """The text with every absolute path cut to its last part."""
    text = _FILE_ADDRESS.sub("/", text)
    return _LONG_PATH.sub("…/", _SPACED.sub(r"\g<quote>…/", text))


def _message(error: BaseException) -> str:
    try:
        if isinstance(error, OSError) and error.strerror:
            text = f"[Errno {error.errno}] {error.strerror}" if isinstance(error.errno, int) else str(error.strerror)
        elif isinstance(error, KeyError) and len(error.args) == 1:
            text = str(error.args[0])
        else:
            text = str(error)
        return one_line(without_folders(text[:_READ]))
    except BaseException as broken:  # its own __str__ may do anything, also sys.exit()
        return f"its message could not be made ({type(broken).__name__})"


def _name(kind: type) -> str:
    if kind.__module__ in ("builtins", "exceptions"):
        return kind.__name__
    module = {"json.decoder": "json", "re._constants": "re", "re": "re", "sre_constants": "re"}.get(
        kind.__module__, kind.__module__
    )
    return f"{module}.{'PatternError' if (module, kind.__name__) == ('re', 'error') else kind.__name__}"
