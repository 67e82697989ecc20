"""Answers OS calls about files: finds the mount of a path, and asks its folder or its overlay."""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pydantic_monty as monty

from monty_kernel.engine.written import NOTHING, Written

from .folder import Folder, Info, Parts
from .mounting import Mode, MountRefused, MountSpec, OpenFolder
from .overlay import Overlay
from .quota import Quota
from .working_folder import WORKING, working_folder

if TYPE_CHECKING:
    from pydantic_monty import ExternalResult

_MOST_SCANNED = 20_000
"""Entries that one `glob` or `walk` returns."""
_DEEPEST = 64
_MOST_OPENED = 30_000
"""Folders that one `glob` or `walk` opens, including those on the way to each, since it cannot be interrupted."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Files below a place in the sandbox."""

    place: PurePosixPath
    mode: Mode
    tree: Folder | Overlay

    def parts(self, path: PurePosixPath) -> Parts | None:
        """The parts of a sandbox path below this place, `..` included; None if it is elsewhere."""
        own = self.place.parts
        return path.parts[len(own) :] if path.parts[: len(own)] == own else None


@dataclass(frozen=True, slots=True)
class Mount(Tree):
    """A mounted folder. `host` is its real path, which the question showed. `asked`: the notebook's request, if one led to it."""

    host: Path
    asked: MountSpec | None


class Files:
    """The files that the cells of a session see: its working folder, and mounts.

    Args:
        changed: called before each change of the host's files, with the operation and the path in the sandbox.
        quota: the limit for what is added to the host's files.
        work_max_bytes: the limit for the working folder; None for no limit.
    """

    def __init__(
        self,
        changed: Callable[[str, str], None] = lambda what, where: None,
        quota: Quota | None = None,
        work_max_bytes: int | None = 1 << 26,
    ) -> None:
        self._mounts: list[Mount] = []
        self._quota = quota or Quota()
        self._changed = changed
        self._work = working_folder(lambda: (mount.place for mount in self._mounts), work_max_bytes)
        self._own = Tree(PurePosixPath("/"), "overlay", self._work)

    @property
    def mounts(self) -> tuple[Mount, ...]:
        """All mounts, in the order in which they were granted."""
        return tuple(self._mounts)

    def check(self, place: PurePosixPath, folder: OpenFolder) -> None:
        """Check that a folder can be mounted at a place beside the other mounts.

        Raises:
            MountRefused: it overlaps another mount.
        """
        for other in self._mounts:
            if place.is_relative_to(other.place) or other.place.is_relative_to(place):
                raise MountRefused(f"{place} overlaps the mount at {other.place}; %unmount {other.place} first")
            if folder.path.is_relative_to(other.host) or other.host.is_relative_to(folder.path):
                raise MountRefused(f"the folder overlaps the folder mounted at {other.place}")

    def mounted_by_asking(self, spec: MountSpec) -> Mount | None:
        """The mount that this very request of a notebook led to.

        The request counts, not the folder: whether another path leads to the same one, a notebook must not find out.
        """
        return next((mount for mount in self._mounts if mount.asked == spec), None)

    def add(self, spec: MountSpec, opened: OpenFolder, *, asked: bool = False) -> Mount:
        """Mount a folder that was opened for this. The mount takes over its descriptor.

        Args:
            asked: whether a notebook asked for it.

        Raises:
            MountRefused: it overlaps another mount.
        """
        self.check(spec.place, opened)
        folder = Folder(opened.detach(), self._quota)
        tree = Overlay(folder) if spec.mode == "overlay" else folder
        mount = Mount(spec.place, spec.mode, tree, opened.path, spec if asked else None)
        self._mounts.append(mount)
        return mount

    def remove(self, place: PurePosixPath) -> bool:
        """Unmount the folder at a place. Returns whether there was one."""
        for mount in self._mounts:
            if mount.place == place:
                self._mounts.remove(mount)
                mount.tree.close()
                return True
        return False

    def close(self) -> None:
        """Unmount everything. Idempotent."""
        while self._mounts:
            self._mounts.pop().tree.close()

    def freeze(self) -> Written:
        """The working folder, and the contents of the overlays, by the place and the host folder of each."""
        overlays = [(mount, mount.tree) for mount in self._mounts if isinstance(mount.tree, Overlay)]
        layers = {(mount.place, mount.host): tree.freeze() for mount, tree in overlays}
        return Written(layers, sum(tree.size for _, tree in overlays), self._work.freeze(), self._work.size)

    def thaw(self, written: Written) -> None:
        """Restore the working folder and the overlays. An overlay that did not exist then becomes empty."""
        self._work.thaw(written.work)
        for mount in self._mounts:
            if isinstance(mount.tree, Overlay):
                mount.tree.thaw(written.layers.get((mount.place, mount.host), NOTHING))

    def call(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> ExternalResult | None:
        """The answer to one of Monty's OS calls, or None if it is not about a file."""
        path = _path_of(args[0]) if args else None
        if path is None or name not in _CALLS:
            return None
        try:
            if not path.is_absolute():  # Monty makes all absolute but the empty one
                raise FileNotFoundError(errno.ENOENT, "No such file or directory")
            call = _Call(self, self.tree_of(path), path, self._changed)
            return {"return_value": _CALLS[name](call, *args, **kwargs)}
        except OSError as error:
            return _failure(error, path)
        except (UnicodeError, ValueError, RuntimeError, TypeError) as error:
            kind: Any = type(error).__name__
            known = kind in ("UnicodeDecodeError", "UnicodeEncodeError", "ValueError", "RuntimeError", "TypeError")
            return {"exc_type": kind if known else "ValueError", "message": str(error)}

    def tree_of(self, path: PurePosixPath) -> Tree:
        """What a path is in: a mount, or the session's own files."""
        return next((mount for mount in self._mounts if mount.parts(path) is not None), self._own)


class _Call:
    """One call about one path in one tree. Its methods have the names of Monty's OS calls."""

    def __init__(self, files: Files, mount: Tree, path: PurePosixPath, changed: Callable[[str, str], None]) -> None:
        self._files = files
        self._mount = mount
        self._tree = mount.tree
        self._path = path
        self._parts: Parts = mount.parts(path) or ()
        self._changed = changed

    def exists(self, path: object) -> bool:
        return self._tree.info(self._parts) is not None

    def is_file(self, path: object) -> bool:
        return self._is("file")

    def is_dir(self, path: object) -> bool:
        return self._is("folder")

    def is_symlink(self, path: object) -> bool:
        found = self._tree.info(self._parts, follow=False)
        return found is not None and found.kind == "link"

    def _is(self, kind: str) -> bool:
        found = self._tree.info(self._parts)
        return found is not None and found.kind == kind

    def open(self, path: object, mode: str) -> monty.MontyFileHandle:
        handle = monty.MontyFileHandle(str(self._path), mode)
        found = self._tree.info(self._parts)
        if mode[:1] in ("w", "a"):
            self._writing(f"open({mode!r})")
            if mode[:1] == "w" or found is None:
                self._tree.write(self._parts, b"")
        elif found is None:
            self._tree.read(self._parts)  # raises the error: it does not exist or cannot be reached
        if found is not None and found.kind == "folder":
            raise IsADirectoryError(errno.EISDIR, "Is a directory")
        if found is not None and found.kind != "file":
            raise PermissionError(errno.EACCES, "Permission denied: it is neither a file nor a folder")
        if "+" in mode:
            self._writing(f"open({mode!r})")
        return handle

    def read_bytes(self, path: object) -> bytes:
        return self._tree.read(self._parts)

    def read_text(self, path: object) -> str:
        return self._tree.read(self._parts).decode()

    def write_bytes(self, path: object, data: bytes) -> int:
        self._writing(f"write {len(data)} bytes")
        self._tree.write(self._parts, data)
        return len(data)

    def write_text(self, path: object, data: str) -> int:
        self.write_bytes(path, data.encode())
        return len(data)

    def append_bytes(self, path: object, data: bytes) -> int:
        self._writing("")  # the log has the opening
        self._tree.write(self._parts, data, append=True)
        return len(data)

    def append_text(self, path: object, data: str) -> int:
        self.append_bytes(path, data.encode())
        return len(data)

    def mkdir(self, path: object, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        self._writing("mkdir")
        if parents:
            for length in range(1, len(self._parts)):
                if self._tree.info(self._parts[:length]) is None:
                    self._tree.make_folder(self._parts[:length])
        if exist_ok and self._is("folder"):
            return
        if not self._parts:
            raise FileExistsError(errno.EEXIST, "File exists")
        self._tree.make_folder(self._parts)

    def unlink(self, path: object, missing_ok: bool = False) -> None:
        self._writing("unlink")
        if not missing_ok or self._tree.info(self._parts, follow=False) is not None:
            self._tree.remove_file(self._parts)

    def rmdir(self, path: object) -> None:
        self._writing("rmdir")
        self._tree.remove_folder(self._parts)

    def rename(self, path: object, target: object) -> None:
        self._writing(f"rename to {target}")
        to = _path_of(target)
        if to is None or self._files.tree_of(to) is not self._mount:
            raise OSError(errno.EXDEV, "Invalid cross-device link: a file cannot be moved out of its mount")
        self._tree.rename(self._parts, self._mount.parts(to) or ())

    def iterdir(self, path: object) -> list[PurePosixPath]:
        return [self._path / name for name in self._tree.names(self._parts)]

    def stat(self, path: object) -> monty.StatResult:
        found = self._tree.info(self._parts)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        if found.kind == "folder":
            return monty.StatResult.dir_stat(stat.S_IFDIR | found.mode, found.modified)
        return monty.StatResult.file_stat(found.size, stat.S_IFREG | found.mode, found.modified)

    def resolve(self, path: object) -> PurePosixPath:
        return self._mount.place.joinpath(*self._tree.resolve(self._parts))

    def absolute(self, path: object) -> PurePosixPath:
        return self._path

    def scan(
        self, path: object, *, max_depth: int | None = None, follow_symlinks: bool = False, **hints: object
    ) -> list[monty.ScanEntry]:
        if self._tree.info(self._parts) is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        entries: list[monty.ScanEntry] = []
        depth = _DEEPEST if max_depth is None else min(max_depth, _DEEPEST)
        for relative, seen, linked in self._tree_below(depth, follow_symlinks):
            if len(entries) == _MOST_SCANNED:
                raise RuntimeError(f"directory scan exceeded {_MOST_SCANNED:,} entries")
            kind = seen.kind if seen is not None else ""
            entries.append(monty.ScanEntry(relative, kind == "folder", kind == "file", linked))
        return entries

    def _tree_below(self, depth: int, follow: bool) -> Iterator[tuple[str, Info | None, bool]]:
        """The path and all below it: the relative path, what it is or links to, and whether it is a link."""
        todo: list[tuple[tuple[str, ...], Info | None]] = [((), self._tree.info(self._parts))]
        opened = 0
        while todo:
            below, own = todo.pop()
            at = self._path.joinpath(*below)
            mount = self._files.tree_of(at)  # what is mounted below is seen too
            tree, parts = mount.tree, mount.parts(at) or ()
            linked = own is not None and own.kind == "link"
            is_listed = own is not None and own.kind == "folder" and len(below) < depth
            opened += len(parts) if linked or is_listed else 0
            if opened > _MOST_OPENED:
                raise RuntimeError("directory scan opened too many folders: scan the folders below it one by one")
            seen = tree.info(parts) if linked else own
            yield "/".join(below), seen, linked
            if seen is None or seen.kind != "folder" or len(below) >= depth or (linked and not follow):
                continue
            try:
                entries = tree.entries(parts)
            except OSError:
                if not below:
                    raise
                continue  # as in Monty's own mounts, a folder that cannot be listed appears empty
            todo += (((*below, name), found) for name, found in reversed(entries))

    def _writing(self, what: str) -> None:
        if self._mount.mode == "ro":
            raise PermissionError(errno.EROFS, f"Read-only file system: {self._mount.place} is mounted read-only")
        if what and self._mount.mode == "rw":
            self._changed(what, str(self._path))


_CALLS: Mapping[str, Callable[..., Any]] = {
    "open": _Call.open,
    **{
        f"Path.{name}": getattr(_Call, name)
        for name in (
            "exists", "is_file", "is_dir", "is_symlink", "read_text", "read_bytes", "write_text", "write_bytes",
            "append_text", "append_bytes", "mkdir", "unlink", "rmdir", "iterdir", "scan", "stat", "rename", "resolve",
            "absolute",
        )
    },
}  # fmt: skip


def _path_of(argument: object) -> PurePosixPath | None:
    if isinstance(argument, monty.MontyFileHandle):
        argument = argument.path
    if isinstance(argument, str):
        argument = PurePosixPath(argument)
    return argument if isinstance(argument, PurePosixPath) else None


def _failure(error: OSError, path: PurePosixPath) -> ExternalResult:
    # names the path as the cell wrote it, or is likely to have: the system's message may have a path of the host
    kinds = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
    kind: Any = next((each.__name__ for each in kinds if isinstance(error, each)), "OSError")
    code = f"[Errno {error.errno}] " if error.errno is not None else ""
    shown = path.relative_to(WORKING) if path.is_relative_to(WORKING) and path != WORKING else path
    name = "" if shown == PurePosixPath() else str(shown)
    return {"exc_type": kind, "message": f"{code}{error.strerror or type(error).__name__}: {name!r}"}
