"""Hints for errors about files and the environment, which are the session's own."""

from __future__ import annotations

import re

from ..source import Failure
from .cell_code import failing_text

UTF_8 = "Monty's Path.read_text() and .write_text() have no encoding= yet: leave it out, since text is UTF-8."


_WRITES = re.compile(r"""['"][wax]b?['"]|\.write_(?:text|bytes)\(|mkdir\(|makedirs\(|^%%(?:write)?file\b""")


def forbidden_file(failure: Failure, path: str) -> str:
    return (
        f"Code in the sandbox cannot open files of this computer, {path!r} included: put the text into a cell, "
        "or ask for the folder with %mount."
    )


def missing_file(failure: Failure, path: str) -> str | None:
    above, _, name = path.rpartition("/")
    if _WRITES.search(failing_text(failure)):
        if above in ("", "/work", "/tmp"):
            return None
        return f"Make its folder first: os.makedirs({above!r}, exist_ok=True)."
    if not name or path.startswith("/tmp/"):
        return None
    asking = f"`%mount . /data` asks for the notebook's folder, and then this file is '/data/{path}'"
    if path[0] == "/":
        asking = "`%mount . /data` asks for the notebook's folder, `%mount FOLDER /data` for another"
    return f"Cells see no file of this computer until you let them: {asking}. %mounts lists what they see."


def environment(failure: Failure, function: str) -> str:
    if function in ("os.environ", "os.getenv"):
        return (
            "The session's own os.environ, which is empty at first, is there in the text of cells: not in what exec() "
            "and eval() are given, and not on the left of |=, where os.environ.update(...) does the same."
        )
    return f"{function} needs the machine itself, which code in the sandbox cannot reach."


def variable(failure: Failure) -> str | None:
    if not re.search(r"\benviron\s*\[", failing_text(failure)):
        return None
    return (
        "os.environ is the session's own and empty at first: code in the sandbox sees no environment variables of this "
        "computer. Set it in a cell, or ask for the value with getpass.getpass()."
    )


def argument_of_open(failure: Failure, name: str) -> str:
    """For an argument of `open` beside the mode."""
    if name == "encoding":
        return "Monty's open() reads and writes UTF-8 only. For ASCII it is the same; read other bytes with mode 'rb'."
    return f"Monty's open() has no {name}= yet: leave it out."
