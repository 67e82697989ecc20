"""Which fork server may start a kernel: one whose interpreter was started as the kernel's own would have been.

A forked kernel cannot undo what its interpreter, its libraries and its modules made of the environment when they were loaded.
Those variables, and the interpreter with its flags, are the *kind* of a server. Each kind has its own server, started with these
variables only. All other variables belong to a single kernel, and no server sees them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MODULE = ("-m", "monty_kernel")
# Flags that act once, at the start. The others (-i, -v, -X, -W, ...) are for debugging.
_FLAGS = re.compile(r"-[BEIOPsS]+")

# Variables that are read while the interpreter starts and modules are imported; tests/fork_server/test_modules.py checks the list.
_READ_AT_START = re.compile(
    r"""_?PYTHON.* | LD_.* | LC_.* | LANG | LANGUAGE | MALLOC_.* | GLIBC_.* | OPENSSL_.* | SSL_.*
    | HOME | USER | USERNAME | LOGNAME | XDG_.* | APPDATA | LOCALAPPDATA | ANDROID_.*
    | JUPYTER_.* | IPYTHON.* | TRAITLETS_.* | PYZMQ_.* | ZMQ_.* | TORNADO_.* | LOGFIRE_.* | OTEL_.*""",
    re.VERBOSE,
)
_PATHS = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE")  # relative paths mean another folder in each working directory


@dataclass(frozen=True, slots=True)
class Kind:
    """interpreter: its absolute path and flags. variables: its environment, sorted."""

    interpreter: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]


def kind_of(cmd: Sequence[str], env: Mapping[str, str]) -> tuple[Kind, tuple[str, ...]] | None:
    """The kind of server for a kernel that `cmd` would start in `env`, and the kernel's own arguments.

    None if the kernel has to be started by running `cmd`: another program, unknown flags, an interpreter or a search path that
    depends on the working directory, or a Python that would look for modules there.
    """
    split = _split(cmd)
    if split is None:
        return None
    interpreter, argv = split
    if not os.path.isabs(interpreter[0]) or not all(map(_FLAGS.fullmatch, interpreter[1:])):
        return None
    if not any(letter in flag for flag in interpreter[1:] for letter in "PI"):
        return None
    for name in _PATHS:
        if name in env and not all(map(os.path.isabs, env[name].split(os.pathsep))):
            return None
    return Kind(interpreter, variables_of(env)), argv


def variables_of(env: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The variables of `env` that have no effect on a running process any more, sorted."""
    return tuple(sorted((name, value) for name, value in env.items() if is_read_at_start(name)))


def is_read_at_start(name: str) -> bool:
    """Whether this variable belongs to the kind of a server rather than to a single kernel."""
    return _READ_AT_START.fullmatch(name) is not None


def runs_monty_kernel(cmd: Sequence[str]) -> bool:
    """Whether `cmd` runs Python with `-m monty_kernel`, even if no server can start it."""
    return _split(cmd) is not None


def can_fork() -> bool:
    """Whether kernels can be forked on this system. It needs process descriptors and /proc."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and os.path.isdir("/proc/self/task")


def _split(cmd: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    for place in range(1, len(cmd) - 1):
        if tuple(cmd[place : place + 2]) == _MODULE:
            return tuple(cmd[:place]), tuple(cmd[place + 2 :])
    return None
