"""What a mount is: a folder of the host, the place where cells see it, and what they may do there. Parsed and judged here.

Some folders are never mounted, whoever asks: those that hold the keys to everything else.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from monty_kernel.engine.questions import is_like_the_kernels

from .plain import short

Mode = Literal["ro", "rw", "overlay"]
MODES: Mapping[str, Mode] = {"ro": "ro", "rw": "rw", "overlay": "overlay"}
MEANING = {"ro": "read", "rw": "read and change", "overlay": "read (what it writes stays in memory)"}

_KEYS = (
    ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".password-store", ".mozilla", ".netrc", ".config/gcloud",
    ".config/gh", ".config/google-chrome", ".config/chromium", ".local/share/keyrings", ".local/bin", ".config/autostart",
    ".config/systemd", ".git-credentials", "Library/Keychains", "Library/LaunchAgents", "bin", ".ipython", ".cargo",
    ".vscode", ".vscode-server", ".config/git", ".config/fish", ".config/nvim", ".local/lib", ".local/share/applications",
)  # fmt: skip
_SYSTEM = (
    "/proc", "/sys", "/dev", "/run", "/etc", "/boot", "/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib",
    "/usr/lib64", "/usr/local/bin", "/usr/local/lib", "/var/spool/cron",
)  # fmt: skip
_EVERYBODYS = ("/home", "/Users")
_PLACE = re.compile(r"/[\w.+@=~#%&-]+(?:[ /][\w.+@=~#%&-]+)*")
"""No `?`, `[` or quote: a place stands in the kernel's question, and must not read like another one."""
_LONGEST_PLACE = 200
_MOST_LOOKED_UP = 1000  # names; a circle of links would never end


class MountRefused(ValueError):
    """A folder is not mounted; the message says why and, if there is something to do, what."""


@dataclass(frozen=True, slots=True)
class MountSpec:
    """What was asked for; nothing of it is checked against the disk yet."""

    host: Path
    place: PurePosixPath
    mode: Mode = "overlay"


def parse_mount(text: str) -> MountSpec:
    """`HOST:SANDBOX[:ro|rw|overlay]`.

    Raises:
        MountRefused: it is something else.
    """
    rest, _, last = text.rpartition(":")
    mode: Mode = "overlay"
    if last in MODES and ":" in rest:
        mode, text = MODES[last], rest
    host, _, place = text.rpartition(":")
    if not host or not place.startswith("/"):
        raise MountRefused(
            f"{text!r} is no mount: say HOST:SANDBOX or HOST:SANDBOX:MODE, as in /home/me/data:/data:ro; "
            "MODE is ro, rw or overlay"
        )
    return MountSpec(Path(host), checked_place(place), mode)


def checked_place(place: str) -> PurePosixPath:
    """A place in the sandbox, made plain.

    Raises:
        MountRefused: it is not absolute, is `/` itself, or holds what could mislead who reads it in a question.
    """
    path = PurePosixPath(place)
    plain = PurePosixPath("/" + "/".join(path.parts[1:]))
    if (
        not path.is_absolute()
        or ".." in path.parts
        or len(place) > _LONGEST_PLACE
        or not _PLACE.fullmatch(str(plain))
        or short(str(plain), _LONGEST_PLACE) != repr(str(plain))
        or is_like_the_kernels(place)
    ):
        raise MountRefused(
            f"{short(place)} is no place for a mount: say an absolute path below /, such as /data, of letters, digits and .+@=~#%&-_"
        )
    return plain


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A folder that is not mounted, nor one that holds it; nor, if `inside`, one within it."""

    folder: Path
    what: str
    inside: bool = True


def checked_folder(host: Path, forbidden: Iterable[Forbidden] | None = None) -> tuple[Path, int]:
    """A folder's real path, all links resolved, and a descriptor of that very folder, which the caller closes.

    Raises:
        MountRefused: it is none, or one that is never mounted.
    """
    try:
        path = host.expanduser()
        # where it leads is asked of what was opened: a link that changes meanwhile changes nothing
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise MountRefused(f"{str(host)[:300]!r} cannot be mounted: {why}") from None
    try:
        real = Path(os.path.realpath(path))
        if not os.path.samestat(os.fstat(fd), os.stat(real)):
            raise MountRefused(f"{str(host)[:300]!r} changed while it was looked at: try again")
        for each in forbidden_folders() if forbidden is None else forbidden:
            why = _conflict(real, fd, each)
            if why:
                raise MountRefused(f"{str(real)[:300]!r} is not mounted: it {why}")
    except BaseException:
        os.close(fd)
        raise
    return real, fd


def _conflict(real: Path, fd: int, forbidden: Forbidden) -> str | None:
    # by device and inode, so that neither another spelling nor a bind mount gets past
    try:
        there = Path(os.path.realpath(forbidden.folder))
        held = [_identity(each) for each in (there, *there.parents) if each.exists()]
    except OSError:
        return None
    if not there.exists():
        return (
            f"{'is' if there == real else 'holds'} {forbidden.what}"
            if there.is_relative_to(real) and there != real
            else None
        )
    own = os.fstat(fd)
    if (own.st_dev, own.st_ino) == held[0]:
        return f"is {forbidden.what}"
    if (own.st_dev, own.st_ino) in held:
        return f"holds {forbidden.what}"
    if forbidden.inside and held[0] in [_identity(each) for each in real.parents]:
        return f"is inside {forbidden.what}"
    return None


def _identity(path: Path) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


def forbidden_folders() -> Iterator[Forbidden]:
    """Those that would hand over the keys: the home folder, Jupyter's own, the running Python's, and a few that hold secrets."""
    from jupyter_core.paths import jupyter_config_path, jupyter_data_dir, jupyter_path, jupyter_runtime_dir

    homes = {Path.home(), Path(os.path.expanduser("~"))}
    if hasattr(os, "getuid"):
        import pwd

        with suppress(KeyError):
            homes.add(Path(pwd.getpwuid(os.getuid()).pw_dir))
    for home in homes:
        yield Forbidden(home, "your home folder", inside=False)
        for name in _KEYS:
            yield Forbidden(home / name, f"~/{name}, where keys are kept or programs start")
    for folder in {*jupyter_config_path(), *jupyter_path(), jupyter_data_dir(), jupyter_runtime_dir()}:
        yield Forbidden(Path(folder), "a folder of Jupyter's own")
    for folder in {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(sys.executable)}:
        yield Forbidden(Path(folder), "the folder of the running Python")
    for folder in {entry for entry in sys.path if os.path.isdir(entry)}:
        yield Forbidden(Path(folder), "a folder that the running Python imports from")
    ipython = os.environ.get("IPYTHONDIR")
    if ipython:
        yield Forbidden(Path(ipython).expanduser(), "IPython's own folder, where programs start")
    if os.name == "posix":
        for folder in _SYSTEM:
            yield Forbidden(Path(folder), "a folder of the system's")
        for folder in _EVERYBODYS:
            yield Forbidden(Path(folder), "where everybody's home folders are", inside=False)


def folders_looked_into(file: Path) -> Iterator[Path]:
    """The real folders in which the system looks a name up to find a file: who can change one of them can exchange the file."""
    at, todo = Path("/"), list(reversed(Path(os.path.abspath(file)).parts[1:]))
    for _ in range(_MOST_LOOKED_UP):
        if not todo:
            return
        name = todo.pop()
        if name == "..":
            at = at.parent
            continue
        yield at
        try:
            target = Path(os.readlink(at / name))
        except OSError:  # no link, or nothing there
            at /= name
            continue
        todo += reversed(target.parts[1:] if target.is_absolute() else target.parts)
        at = Path("/") if target.is_absolute() else at
