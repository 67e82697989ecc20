"""An overlay: a folder whose changes stay in memory, on top of what is on the disk."""

from __future__ import annotations

import errno
import time
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from monty_kernel.engine.written import NOTHING, Layer, Node, Place

from .folder import Info, Parts, is_unreachable, require_short

MOST_BYTES = 1 << 28
"""Bytes that all files of one overlay may have."""
MOST_ENTRIES = 100_000


class Below(Protocol):
    """What an overlay lies on: the methods of `Folder` that only read."""

    def close(self) -> None: ...

    def resolve(self, path: Parts) -> tuple[str, ...]: ...

    def info(self, path: Parts, *, follow: bool = True) -> Info | None: ...

    def read(self, path: Parts) -> bytes: ...

    def names(self, path: Parts) -> list[str]: ...

    def entries(self, path: Parts) -> list[tuple[str, Info]]: ...


class Room(NamedTuple):
    """How much an overlay can have.

    Attributes:
        size: Bytes of all files; None for no limit.
        entries: Files, folders, and what hides files on the disk.
        full: What is said when there is no room left.
        each: Bytes that an entry counts besides its content.
    """

    size: int | None = MOST_BYTES
    entries: int = MOST_ENTRIES
    full: str = f"an overlay can have at most {MOST_BYTES >> 20} MiB"
    each: int = 0


class Overlay:
    """Has the methods of `Folder`. Its only links are those on the disk; cells cannot create any."""

    def __init__(self, below: Below, room: Room | None = None) -> None:
        self._below = below
        self._room = room or Room()
        self._nodes: dict[Place, Node] = {}
        self._bytes = 0
        self._frozen: Layer | None = NOTHING
        self._children: dict[Place, dict[str, None]] | None = None  # names by folder, computed when first needed

    @property
    def size(self) -> int:
        """Bytes of all files in the overlay, and what else counts."""
        return self._bytes + self._room.each * len(self._nodes)

    def freeze(self) -> Layer:
        """What was written so far. The object stays the same until the next change."""
        if self._frozen is None:
            self._frozen = dict(self._nodes)
        return self._frozen

    def thaw(self, layer: Layer) -> None:
        """Restore what `freeze` returned."""
        if layer is not self._frozen:
            self._nodes, self._frozen = dict(layer), layer
            self._bytes, self._children = sum(node.size for node in layer.values()), None

    def close(self) -> None:
        """Close the folder. Idempotent."""
        self._below.close()

    def resolve(self, path: Parts) -> tuple[str, ...]:
        """See `Folder`."""
        plain = _plain(path)
        for length in range(len(plain) + 1):
            node = self._nodes.get(plain[:length])
            if node is not None and (node.kind != "folder" or node.fresh or length == len(plain)):
                return plain  # only the disk has links
        try:
            return self._below.resolve(path)
        except FileNotFoundError:
            return plain  # one of its folders exists only in the overlay

    def _itself(self, path: Parts) -> tuple[str, ...]:
        """The path with its links resolved, except that it may be a link itself."""
        return (*self.resolve(path[:-1]), *path[-1:])

    def info(self, path: Parts, *, follow: bool = True) -> Info | None:
        """See `Folder`."""
        try:
            plain = self.resolve(path) if follow else self._itself(path)
        except OSError as error:
            if is_unreachable(error):
                return None
            raise
        node = self._covering(plain)
        if node is None:
            return self._below.info(plain, follow=follow)
        return None if node.kind == "gone" else _info(node)

    def read(self, path: Parts) -> bytes:
        """See `Folder`."""
        plain = self.resolve(path)
        node = self._covering(plain)
        if node is None:
            return self._below.read(plain)
        if node.kind == "gone":
            raise _missing()
        if node.kind == "folder":
            raise IsADirectoryError(errno.EISDIR, "Is a directory")
        return b"".join(node.data)

    def write(self, path: Parts, data: bytes, *, append: bool = False) -> None:
        """See `Folder`."""
        plain = self.resolve(path)
        self._require_parent(plain)
        found = self.info(plain)
        if found is not None and found.kind == "folder":
            raise IsADirectoryError(errno.EISDIR, "Is a directory")
        if found is not None and found.kind != "file":
            raise PermissionError(errno.EACCES, "Permission denied: it is neither a file nor a folder")
        before: tuple[bytes, ...] = ()
        if append and found is not None:
            node = self._nodes.get(plain)
            before = node.data if node is not None else (self._below.read(plain),)
            if len(before) > 1000:
                before = (b"".join(before),)
        size = sum(map(len, before)) + len(data)
        self._put(plain, Node("file", (*before, data) if data else before, size, time.time()))

    def names(self, path: Parts) -> list[str]:
        """See `Folder`."""
        plain = self._listable(path)
        names = set() if self._is_fresh(plain) else set(self._below.names(plain))
        for name in self._written_in(plain):
            (names.discard if self._nodes[(*plain, name)].kind == "gone" else names.add)(name)
        return sorted(names)

    def _listable(self, path: Parts) -> tuple[str, ...]:
        plain = self.resolve(path)
        found = self.info(plain)
        if found is None:
            raise _missing()
        if found.kind != "folder":
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory")
        return plain

    def _written_in(self, plain: tuple[str, ...]) -> list[str]:
        """The names in a folder that have an entry in the overlay."""
        if self._children is None:
            self._children = {}
            for each in self._nodes:
                if each:
                    self._children.setdefault(each[:-1], {})[each[-1]] = None
        return list(self._children.get(plain, ()))

    def _written_below(self, plain: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The paths in a folder, and in those below it, that have an entry. Only folders have any."""
        waiting = [plain]
        while waiting:
            folder = waiting.pop()
            for name in self._written_in(folder):
                yield (*folder, name)
                waiting.append((*folder, name))

    def entries(self, path: Parts) -> list[tuple[str, Info]]:
        """See `Folder`."""
        plain = self._listable(path)
        found = {} if self._is_fresh(plain) else dict(self._below.entries(plain))
        for name in self._written_in(plain):
            node = self._nodes[(*plain, name)]
            found.pop(name, None)
            if node.kind != "gone":
                found[name] = _info(node)
        return sorted(found.items())

    def make_folder(self, path: Parts) -> None:
        """See `Folder`."""
        plain = self._itself(path)
        self._require_parent(plain)
        if self.info(plain, follow=False) is not None:
            raise FileExistsError(errno.EEXIST, "File exists")
        self._put(plain, Node("folder", modified=time.time(), fresh=True))

    def remove_file(self, path: Parts) -> None:
        """See `Folder`."""
        plain = self._itself(path)
        found = self.info(plain, follow=False)
        if found is None:
            raise _missing()
        if found.kind == "folder":
            raise IsADirectoryError(errno.EISDIR, "Is a directory")
        self._hide(plain)

    def remove_folder(self, path: Parts) -> None:
        """See `Folder`."""
        plain = self._itself(path)
        if not plain:
            raise OSError(errno.EBUSY, "Is the mounted folder itself")
        found = self.info(plain, follow=False)
        if found is None:
            raise _missing()
        if found.kind != "folder":
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory")
        if self.names(plain):
            raise OSError(errno.ENOTEMPTY, "Directory not empty")
        for each in list(self._written_below(plain)):
            self._set(each, None)
        self._hide(plain)

    def rename(self, path: Parts, target: Parts) -> None:
        """See `Folder`. A folder on the disk is not moved, since all of it would have to be read."""
        plain, new = self._itself(path), self._itself(target)
        found, there = self.info(plain, follow=False), self.info(new, follow=False)
        if found is None:
            raise _missing()
        self._require_parent(new)
        if plain == new:
            return
        if found.kind == "folder":
            if not self._is_fresh(plain):
                raise OSError(errno.EXDEV, "an overlay does not move folders that are on the disk")
            if new[: len(plain)] == plain:
                raise OSError(errno.EINVAL, "Invalid argument")
            if there is not None and (there.kind != "folder" or self.names(new)):
                raise OSError(errno.ENOTEMPTY, "Directory not empty")
        elif there is not None and there.kind == "folder":
            raise IsADirectoryError(errno.EISDIR, "Is a directory")
        self._move(plain, new, found)

    def _move(self, plain: tuple[str, ...], new: tuple[str, ...], found: Info) -> None:
        below = list(self._written_below(plain)) if found.kind == "folder" else []
        moved = {each: self._nodes[each] for each in (plain, *below) if each in self._nodes}
        if not moved:
            data = self.read(plain)
            moved = {plain: Node("file", (data,), len(data), found.modified)}
        goals = {(*new, *each[len(plain) :]): node for each, node in moved.items()}
        frozen, before = self._frozen, {each: self._nodes.get(each) for each in (plain, *moved, *goals)}
        try:
            for each in moved:  # first, so that it fits
                self._set(each, None)
            self._hide(plain)
            for goal, node in goals.items():
                require_short(goal, 0)
                self._put(goal, node)
        except OSError:
            for each, was in before.items():
                self._set(each, was)
            self._frozen = frozen
            raise

    def _covering(self, plain: tuple[str, ...]) -> Node | None:
        """The entry that decides about a path: its own, or one that hides it; None if the disk decides."""
        own = self._nodes.get(plain)
        if own is not None:
            return own
        for length in range(len(plain) - 1, -1, -1):
            node = self._nodes.get(plain[:length])
            if node is not None and (node.kind != "folder" or node.fresh):
                return Node("gone")
        return None

    def _is_fresh(self, plain: tuple[str, ...]) -> bool:
        return any(
            node is not None and node.fresh
            for node in (self._nodes.get(plain[:length]) for length in range(len(plain), -1, -1))
        )

    def _require_parent(self, plain: tuple[str, ...]) -> None:
        if not plain:
            raise IsADirectoryError(errno.EISDIR, "Is the mounted folder itself")
        parent = self.info(plain[:-1])
        if parent is None:
            raise _missing()
        if parent.kind != "folder":
            raise NotADirectoryError(errno.ENOTDIR, "Not a directory")
        if len(plain[-1].encode()) > 255:
            raise OSError(errno.ENAMETOOLONG, "File name too long")
        if "\0" in plain[-1]:
            raise ValueError("embedded null byte")
        require_short(plain, 0)

    def _put(self, plain: tuple[str, ...], node: Node) -> None:
        before, room = self._nodes.get(plain), self._room
        total = self._bytes + node.size - (before.size if before is not None else 0)
        count = len(self._nodes) + (before is None)
        if (room.size is not None and total + room.each * count > room.size) or count > room.entries:
            raise OSError(errno.ENOSPC, f"No space left: {room.full}")
        fresh = node.fresh or (node.kind == "folder" and before is not None and before.fresh)
        self._set(plain, node._replace(fresh=fresh))

    def _hide(self, plain: tuple[str, ...]) -> None:
        """Have nothing at a path. Only what is on the disk needs an entry for that."""
        self._set(plain, None)
        if self._covering(plain) is None and self._below.info(plain, follow=False) is not None:
            self._put(plain, Node("gone"))

    def _set(self, plain: tuple[str, ...], node: Node | None) -> None:
        """Have this entry at a path, or none."""
        before = self._nodes.pop(plain, None) if node is None else self._nodes.get(plain)
        if before is node:
            return
        if node is not None:
            self._nodes[plain] = node
        self._bytes += (node.size if node is not None else 0) - (before.size if before is not None else 0)
        self._frozen = None
        if self._children is not None and plain and (before is None or node is None):
            names = self._children.setdefault(plain[:-1], {})
            if node is not None:
                names[plain[-1]] = None
            elif len(names) > 1:
                del names[plain[-1]]
            else:
                del self._children[plain[:-1]]


def _missing() -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, "No such file or directory")


def _info(node: Node) -> Info:
    return Info(node.kind, node.size, 0o644 if node.kind == "file" else 0o755, node.modified)


def _plain(path: Parts) -> tuple[str, ...]:
    plain: list[str] = []
    for name in path:
        if name == "..":
            if not plain:
                raise PermissionError(errno.EACCES, "Permission denied: it leads out of the mounted folder")
            plain.pop()
        elif name not in ("", "."):
            plain.append(name)
    return tuple(plain)
