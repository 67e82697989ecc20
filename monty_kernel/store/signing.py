"""How the store signs: JSON in one canonical form, keyed hashes, and the file that holds this user's key.

The hashes are BLAKE2b (RFC 7693). Each purpose has hashes of its own, so that none can stand for another, and a hash
covers the types and lengths of its fields, so that no two different lists of fields have the same one.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import stat
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any, Protocol

from monty_kernel.files.private import require_private

from . import StoreUnavailable

TAG = 32
"""Bytes of a signature."""

CHUNK_ID = 16
"""Bytes of a chunk's id."""

KEY = 32
"""Bytes of a user's key."""

Field = str | bytes | int | float | bool | None


class _Hash(Protocol):
    def digest(self) -> bytes: ...


class Signer:
    """Signs with one key.

    Raises:
        ValueError: The key has fewer than 16 bytes.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a key has at least 16 bytes")
        self._key = key
        self._chunk: Callable[[bytes | memoryview], _Hash] = partial(
            blake2b, digest_size=CHUNK_ID, key=key, person=b"chunk"
        )

    def chunk_id(self, data: bytes | memoryview) -> bytes:
        """The id of a chunk, made from its content. Without the key nobody can make two chunks with one id."""
        return self._chunk(data).digest()

    def tag(self, purpose: str, *fields: Field) -> bytes:
        """The signature of the fields."""
        data = b"".join(map(_encoded, fields))
        return blake2b(data, digest_size=TAG, key=self._key, person=purpose.encode()).digest()


def same(one: object, other: bytes) -> bool:
    """Whether two signatures are equal, in constant time."""
    return isinstance(one, bytes) and hmac.compare_digest(one, other)


def _encoded(value: Field) -> bytes:
    if value is None:
        return b"n"
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, int):
        kind, data = b"i", str(value).encode()
    elif isinstance(value, float):
        kind, data = b"d", struct.pack("<d", value)
    elif isinstance(value, str):
        kind, data = b"s", value.encode("utf-8", "surrogatepass")
    else:
        kind, data = b"b", value
    return kind + struct.pack("<Q", len(data)) + data


def storable(text: str) -> str:
    r"""Text that SQLite accepts: lone surrogates are escaped, as `\udc80`."""
    return text.encode(errors="backslashreplace").decode()


def canonical(value: object) -> bytes:
    """JSON that is always the same for the same value.

    Raises:
        TypeError, ValueError: The value cannot be expressed in JSON.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def json_object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object.

    Raises:
        ValueError: The data is something else.
    """
    try:
        value = json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    return value


def user_key(path: Path) -> bytes:
    """Read the user's key, `KEY` random bytes. The first call makes it, also when several processes call at once.

    Raises:
        StoreUnavailable: The file cannot be read or made, others could have read or replaced it, or it is not a key.
    """
    try:
        require_private(path.parent)
        for _ in range(3):
            with suppress(FileNotFoundError):
                return _read_key(path)
            _make_key(path)
        return _read_key(path)
    except OSError as error:
        raise StoreUnavailable(f"cannot read or make the key {path}: {error.strerror or error}") from error


def _read_key(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise StoreUnavailable(f"the key {path} is not a regular file; remove it")
        if sys.platform != "win32":
            if status.st_uid != os.geteuid():
                raise StoreUnavailable(
                    f"the key {path} belongs to another user; set JUPYTER_DATA_DIR to a folder of your own"
                )
            if status.st_mode & 0o077:
                raise StoreUnavailable(
                    f"others can read the key {path}, so it proves nothing. If nobody has read it, run `chmod 600` on "
                    "it; otherwise remove it, and the states that it signed will be refused"
                )
        key = os.read(descriptor, KEY + 1)
    finally:
        os.close(descriptor)
    if len(key) != KEY:
        raise StoreUnavailable(
            f"the key {path} is damaged; remove it to get a new one (the states that it signed will be refused)"
        )
    return key


def _make_key(path: Path) -> None:
    """Put a key there unless one exists. It is written under another name first, so that nobody reads half a key."""
    fresh = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        try:
            os.write(descriptor, secrets.token_bytes(KEY))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with suppress(FileExistsError):
            os.link(fresh, path)  # unlike a rename, this never replaces the key that another kernel has just made
    finally:
        fresh.unlink()
