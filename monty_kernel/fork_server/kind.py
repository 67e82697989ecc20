"""Which fork server may start a kernel: one whose interpreter was started as the kernel's own would have been.

A forked kernel cannot undo what its interpreter, its libraries and its modules made of the environment when they were loaded.
Those variables, and the interpreter with its flags, make the *kind* of a server; each kind has a server of its own, started
with just these variables. All others are the single kernel's, and no server ever sees them.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MODULE = ("-m", "monty_kernel")
# Flags that act once, at the start. Others (-i, -v, -X, -W, ...) are for somebody who is looking for something.
_FLAGS = re.compile(r"-[BEIOPsS]+")

# What is read while the interpreter starts and the modules are imported; tests/fork_server/test_modules.py keeps watch.
_READ_AT_START = re.compile(
    r"""_?PYTHON.* | LD_.* | LC_.* | LANG | LANGUAGE | MALLOC_.* | GLIBC_.* | OPENSSL_.* | SSL_.*
    | HOME | USER | USERNAME | LOGNAME | XDG_.* | APPDATA | LOCALAPPDATA | ANDROID_.*
    | JUPYTER_.* | IPYTHON.* | TRAITLETS_.* | PYZMQ_.* | ZMQ_.* | TORNADO_.* | LOGFIRE_.* | OTEL_.*""",
    re.VERBOSE,
)
_PATHS = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE")  # relative ones mean another place in each working directory


@dataclass(frozen=True, slots=True)
class Kind:
    """interpreter: its absolute path and flags. variables: its environment, sorted."""

    interpreter: tuple[str, ...]
    variables: tuple[tuple[str, str], ...]


def kind_of(cmd: Sequence[str], env: Mapping[str, str]) -> tuple[Kind, tuple[str, ...]] | None:
    """The kind of server for a kernel that `cmd` would start in `env`, and the kernel's own arguments.

    None if it has to be started by running `cmd`: another program, flags we do not know, an interpreter or a search path that
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
    """Those variables of `env` that a running process cannot take in any more."""
    return tuple(sorted((name, value) for name, value in env.items() if is_read_at_start(name)))


def is_read_at_start(name: str) -> bool:
    """Whether this variable belongs to the kind of a server rather than to a single kernel."""
    return _READ_AT_START.fullmatch(name) is not None


def runs_monty_kernel(cmd: Sequence[str]) -> bool:
    """Whether `cmd` runs Python with our module, however it would have to be started."""
    return _split(cmd) is not None


def can_fork() -> bool:
    """Whether this system is one on which kernels are forked. It needs process descriptors and /proc."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and os.path.isdir("/proc/self/task")


def _split(cmd: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    for place in range(1, len(cmd) - 1):
        if tuple(cmd[place : place + 2]) == _MODULE:
            return tuple(cmd[:place]), tuple(cmd[place + 2 :])
    return None
