"""The content of states in the store: each chunk once, compressed, named by its keyed hash."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .chunks import MOST, cut, pack, unpack
from .compression import Compress, Damaged, Decompress, codec
from .errors import StateRefused
from .records import Stored
from .rows import each
from .signing import CHUNK_ID, Signer

if TYPE_CHECKING:
    import sqlite3

_LIST = 1 << 26  # bytes of a list of chunks: a state of 30 GB
_OVERHEAD = 40  # bytes that a row of a chunk takes besides its data

Pieces = Sequence[bytes | memoryview]


@dataclass(frozen=True, slots=True)
class Cut:
    """A state's content, cut and named; what is probably new is compressed already."""

    pieces: Pieces
    """Those of the metadata first."""
    ids: Sequence[bytes]
    metas: int
    """How many pieces are metadata."""
    size: int
    compressed: Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Packed:
    """A state's content as it was read; None stands for a chunk that is not there."""

    numbers: Sequence[int]
    rows: Mapping[int, tuple[object, object]]
    """The id and the data of each chunk, by its number."""


class Contents:
    """Cuts, writes, reads and checks content. Any thread may call."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._local = threading.local()
        self._last: frozenset[bytes] = frozenset()  # the chunks of the state written last
        self._damaged: set[int] = set()  # chunks met that are not what their id says

    def compress(self, data: bytes | memoryview) -> bytes:
        """As a zstd frame."""
        return self._codec()[0](data)

    def decompress(self, data: bytes, most: int) -> bytes:
        """A zstd frame's content, at most so many bytes. Raises Damaged."""
        return self._codec()[1](data, most)

    def cut(self, state: bytes, meta: bytes) -> Cut:
        """Prepare a state and its metadata for `write`, outside any transaction."""
        return self.named(cut(state), cut(meta))

    def named(self, state: Pieces, meta: Pieces) -> Cut:
        """The same for what is in pieces of at most `MOST` bytes."""
        pieces = [*meta, *state]
        name, compress, last = self._signer.chunk_id, self._codec()[0], self._last
        ids = [name(piece) for piece in pieces]
        new = {id_: piece for id_, piece in zip(ids, pieces, strict=True) if id_ not in last}
        compressed = {id_: compress(piece) for id_, piece in new.items()}
        return Cut(pieces, ids, len(meta), sum(map(len, state)), compressed)

    def write(
        self, db: sqlite3.Connection, content: Cut, versions: str, cell_tag: bytes
    ) -> tuple[Stored, bytes, bytes]:
        """Write the chunks that are not there yet.

        Returns the snapshot's record, and the packed lists of the chunks of its metadata and of the state.
        """
        piece_of = dict(zip(content.ids, content.pieces, strict=True))
        # the length is asked for so that SQLite looks at the row, not only at the index: a damaged file shows here
        found = each(db, "SELECT hash, id, length(data) FROM chunks WHERE hash IN", list(piece_of))
        there: dict[bytes, int] = {id_: number for id_, number, _ in found}
        for id_, number in there.items():
            if number in self._damaged:  # it comes again, and heals all states that have it
                db.execute("UPDATE chunks SET data = ? WHERE id = ?", (self.compress(piece_of[id_]), number))
                self._damaged.discard(number)
        missing = [id_ for id_ in piece_of if id_ not in there]
        added = 0
        if missing:
            (last,) = db.execute("SELECT max(id) FROM chunks").fetchone()
            new = []
            for number, id_ in enumerate(missing, (last or 0) + 1):
                data = content.compressed.get(id_) or self.compress(piece_of[id_])
                new.append((number, id_, data))
                added += len(data) + _OVERHEAD
                there[id_] = number
            db.executemany("INSERT INTO chunks VALUES (?, ?, ?)", new)
        self._last = frozenset(piece_of)
        meta_ids, state_ids = content.ids[: content.metas], content.ids[content.metas :]
        meta, state = (self.compress(pack([there[id_] for id_ in ids])) for ids in (meta_ids, state_ids))
        added += len(meta) + len(state)
        return (
            Stored(content.size, added, self._root(state_ids), self._root(meta_ids), versions, cell_tag),
            meta,
            state,
        )

    def read(self, db: sqlite3.Connection, chunks: bytes) -> Packed:
        """The content that a packed list tells of, unchecked. Raises StateRefused."""
        numbers = self.numbers(chunks)
        rows = each(db, "SELECT id, hash, data FROM chunks WHERE id IN", sorted(set(numbers)))
        return Packed(numbers, {number: (id_, data) for number, id_, data in rows})

    def numbers(self, chunks: bytes) -> Sequence[int]:
        """The chunks in a packed list. Raises StateRefused."""
        try:
            return unpack(self.decompress(chunks, _LIST))
        except (Damaged, struct.error) as error:
            raise StateRefused(f"the list of its parts is damaged ({error})") from error

    def pieces(self, packed: Packed, root: bytes) -> list[bytes]:
        """The content in pieces, checked. Raises StateRefused."""
        plain: dict[int, bytes] = {}
        ids: dict[int, bytes] = {}
        lost = []
        for number in dict.fromkeys(packed.numbers):
            id_, data = packed.rows.get(number, (None, None))
            try:
                piece = self.decompress(data, MOST) if isinstance(data, bytes) else b""
            except Damaged:
                piece = b""
            plain[number], ids[number] = piece, self._signer.chunk_id(piece)
            if isinstance(id_, bytes) and len(id_) == CHUNK_ID and ids[number] != id_:
                self._damaged.add(number)
            if not piece:
                lost.append(number)
        if self._root([ids[number] for number in packed.numbers]) != root:
            what = f"{len(lost)} of its {len(ids)} parts are missing" if lost else "it is not what was stored"
            raise StateRefused(what)
        return [plain[number] for number in packed.numbers]

    def _root(self, ids: Iterable[bytes]) -> bytes:
        return self._signer.tag("content", b"".join(ids))

    def _codec(self) -> tuple[Compress, Decompress]:
        found: tuple[Compress, Decompress] | None = getattr(self._local, "codec", None)
        if found is None:
            found = self._local.codec = codec()
        return found
