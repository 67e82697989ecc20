"""Keyed hashes that bind a state to its content and its place: BLAKE2b (RFC 7693) with the user's key.

Every hash has a purpose of its own, so that none can stand for another, and covers its fields with their types and
lengths, so that no two different lists of fields are hashed alike.
"""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable
from functools import partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from .records import Cell, Stored

TAG = 32
CHUNK_ID = 16

Field = str | bytes | int | float | bool | None


class _Hash(Protocol):
    def digest(self) -> bytes: ...


class Signer:
    """Signs with one key."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("a key has at least 16 bytes")
        self._key = key
        self._chunk: Callable[[bytes | memoryview], _Hash] = partial(
            blake2b, digest_size=CHUNK_ID, key=key, person=b"chunk"
        )

    def chunk_id(self, data: bytes | memoryview) -> bytes:
        """The name of a chunk, by its content. Keyed: nobody else can make two chunks of one name."""
        return self._chunk(data).digest()

    def tag(self, purpose: str, *fields: Field) -> bytes:
        """The signature of the fields."""
        return blake2b(
            b"".join(map(_encoded, fields)), digest_size=TAG, key=self._key, person=purpose.encode()
        ).digest()

    def cell(self, cell: Cell) -> bytes:
        """The signature of a cell's place in the history and of its journal entry."""
        return self.tag("cell", *cell.signed)

    def stored(self, state: Stored) -> bytes:
        """The signature of a snapshot: of its content and, through the cell's signature, of its place."""
        return self.tag("state", state.cell_tag, *state.signed)


def same(one: object, other: bytes) -> bool:
    """Whether two signatures are equal."""
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
