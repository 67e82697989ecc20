"""What may be mounted: the description of a mount is parsed, and its folder is opened, unless the kernel must not share it.

That is a folder with keys in it, or one that the kernel trusts.
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

from monty_kernel.engine.access import is_like_the_kernels

from .plain import one_line, short

Mode = Literal["ro", "rw", "overlay"]
MODES: Mapping[str, Mode] = {"ro": "ro", "rw": "rw", "overlay": "overlay"}

PLACE = re.compile(r"/[\w.+@=~#%&-]+(?:[ /][\w.+@=~#%&-]+)*")
"""Without `?`, `[` and quotes: the place is shown in the kernel's question and must not look like another question."""
LONGEST_PLACE = 200


class MountRefused(ValueError):
    """A folder is not mounted; the message says why and, if possible, what to do."""


@dataclass(frozen=True, slots=True)
class MountSpec:
    """A requested mount, not yet checked against the disk."""

    host: Path
    place: PurePosixPath
    mode: Mode = "overlay"


def parse_mount(text: str) -> MountSpec:
    """Parse `HOST:SANDBOX[:ro|rw|overlay]`.

    Raises:
        MountRefused: the text does not have this form.
    """
    rest, _, last = text.rpartition(":")
    mode: Mode = "overlay"
    if last in MODES and ":" in rest:
        mode, text = MODES[last], rest
    host, _, place = text.rpartition(":")
    if not host or not place.startswith("/"):
        raise MountRefused(
            f"{text!r} is not a mount: use HOST:SANDBOX or HOST:SANDBOX:MODE, such as /home/me/data:/data:ro; "
            "MODE is ro, rw or overlay"
        )
    return MountSpec(Path(host), checked_place(place), mode)


def checked_place(place: str) -> PurePosixPath:
    """A place in the sandbox, normalized.

    Raises:
        MountRefused: it is not absolute, is `/` itself, or could mislead the reader of a question.
    """
    path = PurePosixPath(place)
    plain = PurePosixPath("/" + "/".join(path.parts[1:]))
    if (
        not path.is_absolute()
        or ".." in path.parts
        or len(place) > LONGEST_PLACE
        or not PLACE.fullmatch(str(plain))
        or short(str(plain), LONGEST_PLACE) != repr(str(plain))
        or is_like_the_kernels(place)
    ):
        raise MountRefused(
            f"{short(place)} cannot be a mount's place. Use an absolute path such as /data, "
            "of letters, digits and .+@=~#%&-_"
        )
    return plain


_KEYS = (
    ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".password-store", ".mozilla", ".netrc",
    ".config/gcloud", ".config/gh", ".config/google-chrome", ".config/chromium", ".local/share/keyrings",
    ".local/bin", ".config/autostart", ".config/systemd", ".git-credentials", "Library/Keychains",
    "Library/LaunchAgents", "bin", ".ipython", ".cargo", ".vscode", ".vscode-server", ".config/git", ".config/fish",
    ".config/nvim", ".local/lib", ".local/share/applications",
)  # fmt: skip
_SYSTEM = (
    "/proc", "/sys", "/dev", "/run", "/etc", "/boot", "/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin",
    "/usr/lib", "/usr/lib64", "/usr/local/bin", "/usr/local/lib", "/var/spool/cron",
)  # fmt: skip
_EVERYBODYS = ("/home", "/Users")
_CACHES = ("jedi", "parso", "monty-kernel", "monty_kernel")
"""Folders of caches with parsed modules that completion unpickles."""

_MOST_LOOKED_UP = 1000  # names; a circle of links would otherwise never end
_LONGEST = 300  # characters of a path in an error message


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A folder that is never mounted, nor a folder that contains it, nor (with `inside`) one within it."""

    folder: Path
    what: str
    inside: bool = True


def why_forbidden(real: Path, fd: int, mode: Mode, own_files: Iterable[Path] = ()) -> str | None:
    """Why a folder is not mounted, as the rest of the sentence "it is not mounted…", or None if it may be.

    Args:
        real: its real path.
        fd: its descriptor.
        mode: how it would be mounted.
        own_files: files that cells must not change.
    """
    for each in (*_keys(), *_trusted()):
        if (why := _conflict(real, fd, each)) is not None:
            return f": it {why}"
    if mode != "rw":
        return None
    for file in own_files:
        if any(folder.is_relative_to(real) for folder in folders_looked_into(file)):
            return f" to be changed: {one_line(file.name, 100)} is in it, which cells must not change"
    for each in _imported():
        if (why := _conflict(real, fd, each)) is not None:
            return f" to be changed: it {why}"
    return None


def _conflict(real: Path, fd: int, forbidden: Forbidden) -> str | None:
    # compares device and inode, so that another spelling or a bind mount makes no difference
    try:
        there = Path(os.path.realpath(forbidden.folder))
        held = [_identity(each) for each in (there, *there.parents) if each.exists()]
    except OSError:
        return None
    if not there.exists():
        return f"holds {forbidden.what}" if there.is_relative_to(real) and there != real else None
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


def _keys() -> Iterator[Forbidden]:
    """The home folder, Jupyter's folders, and folders with secrets or with programs that start by themselves."""
    from jupyter_core.paths import jupyter_config_path, jupyter_data_dir, jupyter_path, jupyter_runtime_dir

    for home in _homes():
        yield Forbidden(home, "your home folder", inside=False)
        for name in _KEYS:
            yield Forbidden(home / name, f"~/{name}, where keys are kept or programs start")
    for folder in {*jupyter_config_path(), *jupyter_path(), jupyter_data_dir(), jupyter_runtime_dir()}:
        yield Forbidden(Path(folder), "a folder of Jupyter's own")
    ipython = os.environ.get("IPYTHONDIR")
    if ipython:
        yield Forbidden(Path(ipython).expanduser(), "IPython's own folder, where programs start")
    if os.name == "posix":
        for folder in _SYSTEM:
            yield Forbidden(Path(folder), "a folder of the system")
        for folder in _EVERYBODYS:
            yield Forbidden(Path(folder), "the folder of all home folders", inside=False)


def _trusted() -> Iterator[Forbidden]:
    """Where the kernel loads code or pickles from: the running Python, itself, the caches of completion."""
    for folder in {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(sys.executable)}:
        yield Forbidden(Path(folder), "the folder of the running Python")
    yield Forbidden(Path(__file__).parents[1], "a folder of this kernel's own")
    caches = [os.environ.get("XDG_CACHE_HOME", ""), *(str(home / ".cache") for home in _homes())]
    caches += [str(home / "Library" / "Caches") for home in _homes()] if sys.platform == "darwin" else []
    own = {os.path.join(folder, name) for folder in filter(os.path.isabs, caches) for name in _CACHES}
    jedi = sys.modules.get("jedi.settings")  # a temporary folder if the usual one is not writable
    for cache in {*own, *filter(None, [getattr(jedi, "cache_directory", None)])}:
        yield Forbidden(Path(cache), "where completion keeps parsed modules")


def _imported() -> Iterator[Forbidden]:
    """Further folders that cells must not change: the import path, those of loaded modules, that of temporary files.

    The import path begins with the folder of the script that runs, beside which a person keeps what it is to work on.
    """
    import tempfile

    for entry in filter(os.path.isabs, dict.fromkeys(sys.path)):  # one that does not exist yet could be created
        folder = os.path.dirname(entry) if os.path.isfile(entry) else entry
        yield Forbidden(Path(folder), "a folder that the running Python imports from")
    yield Forbidden(Path(tempfile.gettempdir()), "the folder of temporary files", inside=False)
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    for folder in {os.path.dirname(file) for file in files if isinstance(file, str) and os.path.isabs(file)}:
        yield Forbidden(Path(folder), "a folder that the running Python has imported from")


def _homes() -> set[Path]:
    homes = {Path.home(), Path(os.path.expanduser("~"))}
    if hasattr(os, "getuid"):
        import pwd

        with suppress(KeyError):
            homes.add(Path(pwd.getpwuid(os.getuid()).pw_dir))
    return homes


def folders_looked_into(file: Path) -> Iterator[Path]:
    """The real folders in which the system looks up a name to find a file.

    A change to any of them can replace the file.
    """
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
        except OSError:  # not a link, or nothing there
            at /= name
            continue
        todo += reversed(target.parts[1:] if target.is_absolute() else target.parts)
        at = Path("/") if target.is_absolute() else at


class OpenFolder:
    """An open folder, which stays the same whatever is renamed. `path` is its real path when it was opened.

    The descriptor is closed when the context ends, unless it was detached before.
    """

    def __init__(self, fd: int, path: Path) -> None:
        self._fd = fd
        self.path = path

    def __enter__(self) -> OpenFolder:
        return self

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            os.close(self.detach())

    def detach(self) -> int:
        """The descriptor, which the caller must close."""
        fd, self._fd = self._fd, -1
        return fd


def open_folder(host: Path, mode: Mode, own_files: Iterable[Path] = ()) -> OpenFolder:
    """Open a folder for mounting.

    Args:
        host: the folder; `~` is expanded.
        mode: how it will be mounted.
        own_files: files that cells must not change.

    Raises:
        MountRefused: it is not a folder, or is never mounted in this mode.
    """
    try:
        path = host.expanduser()
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        raise MountRefused(f"there is no folder {short(_absolute(path), _LONGEST)}") from None
    except NotADirectoryError:
        raise MountRefused(f"{short(_absolute(path), _LONGEST)} is not a folder") from None
    except (OSError, ValueError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise MountRefused(f"{short(str(host), _LONGEST)} cannot be mounted: {why}") from None
    try:
        real = _real_path(fd, path)
        if not os.path.samestat(os.fstat(fd), os.stat(real)):
            raise MountRefused(f"{short(str(host), _LONGEST)} changed while it was being examined: try again")
        why = why_forbidden(real, fd, mode, own_files)
        if why is not None:
            raise MountRefused(f"{short(str(real), _LONGEST)} is not mounted{why}")
    except BaseException as error:
        os.close(fd)
        if isinstance(error, OSError):
            raise MountRefused(f"{short(str(host), _LONGEST)} changed while it was being examined: try again") from None
        raise
    return OpenFolder(fd, real)


def _absolute(path: Path) -> str:
    try:
        return os.path.abspath(path)
    except OSError:  # the working directory is gone
        return str(path)


def _real_path(fd: int, path: Path) -> Path:
    """The real path of the descriptor. The system is asked if it knows, so that no link can change meanwhile."""
    try:
        return Path(os.readlink(f"/proc/self/fd/{fd}"))
    except OSError:
        return Path(os.path.realpath(path))
