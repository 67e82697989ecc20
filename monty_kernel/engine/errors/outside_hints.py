"""Hints for errors about files and the environment, which are the session's own."""

from __future__ import annotations

import posixpath
import re

from ..source import Failure
from .cell_code import failing_text
from .sentences import say

_WRITES = re.compile(r"""['"][wax]b?['"]|\.write_(?:text|bytes)\(|mkdir\(|makedirs\(|^%%(?:write)?file\b""")

_PLAIN = re.compile(r"[\w.][\w.+@=%-]*")
"""The name of a folder that a magic takes without quotes."""


def forbidden_file(failure: Failure, path: str) -> str:
    return say("no_files", path)


def missing_file(failure: Failure, path: str) -> str | None:
    above, _, name = path.rpartition("/")
    if _WRITES.search(failing_text(failure)):
        if above in ("", "/work", "/tmp"):
            return None
        return say("no_folder", above)
    if not name or path.startswith("/tmp/"):
        return None
    return say("unmounted", say("mount_folder") if path[0] == "/" else _mount_for(path))


def _mount_for(path: str) -> str:
    """The `%mount` that shows a file of the notebook's folder, and the file's path then. No folder more than is needed is asked for."""
    names = posixpath.normpath(path).split("/")
    folders = sum(1 for name in names if name == "..")
    if len(names) > folders + 1 and _PLAIN.fullmatch(names[folders]):
        folders += 1
    file = "/".join(names[folders:])
    return say("mount_named", "/".join(names[:folders]), file) if folders else say("mount_here", file)


def environment(failure: Failure, function: str) -> str:
    if function in ("os.environ", "os.getenv"):
        return say("own_environment")
    return say("no_machine", function)


def variable(failure: Failure) -> str | None:
    if not re.search(r"\benviron\s*\[", failing_text(failure)):
        return None
    return say("no_variable")


def argument_of_open(failure: Failure, name: str) -> str:
    """For an argument of `open` beside the mode."""
    return say("no_encoding") if name == "encoding" else say("no_argument_of_open", name)
