"""The key that signs this user's snapshots: 32 random bytes in a file that only the user can read."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from contextlib import suppress
from pathlib import Path

from monty_kernel.files.private_folder import make_private

from .errors import StoreUnavailable

SIZE = 32


def user_key(path: Path) -> bytes:
    """The key in the file `path`, which is made on first use, whoever else makes it at the same moment.

    Raises:
        StoreUnavailable: the file cannot be read or made, others could have read or replaced it, or it is no key.
    """
    try:
        private_folder(path.parent)
        for _ in range(3):
            with suppress(FileNotFoundError):
                return _read(path)
            _make(path)
        return _read(path)
    except OSError as error:
        raise StoreUnavailable(f"cannot read or make the key {path}: {error.strerror or error}") from error


def private_folder(folder: Path) -> None:
    """Make the folder, for its owner only.

    Raises:
        OSError: it cannot be made.
        StoreUnavailable: it is another user's, who could put anything there.
    """
    make_private(folder)
    if sys.platform == "win32":
        return  # a profile's folders are private there
    found = folder.stat()
    if found.st_uid != os.geteuid():
        raise StoreUnavailable(f"{folder} belongs to another user; set JUPYTER_DATA_DIR to a folder of your own")
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def _read(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise StoreUnavailable(f"the key {path} is not a regular file; remove it")
        if sys.platform != "win32":
            if found.st_uid != os.geteuid():
                raise StoreUnavailable(
                    f"the key {path} belongs to another user; set JUPYTER_DATA_DIR to a folder of your own"
                )
            if found.st_mode & 0o077:
                raise StoreUnavailable(
                    f"others can read the key {path}, so it proves nothing. If nobody has used it, `chmod 600` it; "
                    "else remove it, and what it signed is refused"
                )
        key = os.read(descriptor, SIZE + 1)
    finally:
        os.close(descriptor)
    if len(key) != SIZE:
        raise StoreUnavailable(f"the key {path} is damaged; remove it for a new one (what it signed is then refused)")
    return key


def _make(path: Path) -> None:
    """Put a key there unless there is one: written under another name first, so nobody reads half a key."""
    fresh = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            os.write(descriptor, secrets.token_bytes(SIZE))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with suppress(FileExistsError):
            os.link(fresh, path)  # unlike a rename, never replaces the key another kernel has just made
    finally:
        fresh.unlink()
