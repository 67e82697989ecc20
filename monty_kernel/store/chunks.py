"""The content of states: cut where the content says so, each chunk stored once, compressed, named by its keyed hash.

What did not change is cut as it was before, so a state adds little to the one before it. The cuts are those of Xia et
al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach" (USENIX ATC 2016), through `pyfastcdc`, which
takes 5 ms for 14 MB. With 4 KiB on average a cell of a small session (53 KB) adds 8 KB, with 8 KiB 12 KB; for large
sessions the two differ by a few KB.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import StateRefused
from .compression import Compress, Damaged, Decompress, codec
from .schema import SnapshotRow, select_in
from .signing import CHUNK_ID, Signer

if TYPE_CHECKING:
    import sqlite3

_AVERAGE = 4096
_LEAST = _AVERAGE // 4

MOST = _AVERAGE * 8
"""Bytes of the largest chunk."""

_MOST_LIST = 1 << 26  # bytes of a list of chunks: a state of 30 GB
_OVERHEAD = 40  # bytes that a row of a chunk takes besides its data

Pieces = Sequence[bytes | memoryview]


def cut(data: bytes) -> list[memoryview]:
    """The chunks of `data`, in order."""
    if len(data) <= _LEAST:  # pyfastcdc does not cut this either
        return [memoryview(data)] if data else []
    from pyfastcdc import FastCDC

    cutter = FastCDC(avg_size=_AVERAGE, min_size=_LEAST, max_size=MOST)
    return [chunk.data for chunk in cutter.cut_buf(data)]


def pack_numbers(numbers: Sequence[int]) -> bytes:
    """Chunk numbers as bytes that compress to almost nothing where they are consecutive, as most are."""
    deltas = [after - before for before, after in zip([0, *numbers], numbers, strict=False)]
    return struct.pack(f"<{len(deltas)}q", *deltas)


def unpack_numbers(packed: bytes) -> list[int]:
    """The numbers that `pack_numbers` packed.

    Raises:
        struct.error: The length is not a multiple of 8 bytes.
    """
    number = 0
    numbers = []
    for delta in struct.unpack(f"<{len(packed) // 8}q", packed):
        number += delta
        numbers.append(number)
    return numbers


@dataclass(frozen=True, slots=True)
class CutState:
    """A state's content, cut and named. Pieces that are probably new are compressed already."""

    pieces: Pieces
    """Those of the metadata first."""
    ids: Sequence[bytes]
    metas: int
    """How many pieces are metadata."""
    size: int
    """Bytes of the state."""
    compressed: Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class PackedState:
    """A state's content as it was read, unchecked."""

    numbers: Sequence[int]
    rows: Mapping[int, tuple[object, object]]
    """The id and the data of each chunk by its number. A chunk that is missing on disk is missing here."""


class Chunks:
    """Cuts, writes, reads and checks content. Any thread may call."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer
        self._local = threading.local()
        self._last: frozenset[bytes] = frozenset()  # the chunks of the state written last
        self._damaged: set[int] = set()  # chunks that were read and are not what their id says

    def compress(self, data: bytes | memoryview) -> bytes:
        """Compress into a zstd frame."""
        return self._codec()[0](data)

    def decompress(self, data: bytes, most: int) -> bytes:
        """The content of a zstd frame, at most so many bytes. Raises Damaged."""
        return self._codec()[1](data, most)

    def cut(self, state: bytes, meta: bytes) -> CutState:
        """Prepare a state and its metadata for `write`, outside any transaction."""
        return self.prepare(cut(state), cut(meta))

    def prepare(self, state: Pieces, meta: Pieces) -> CutState:
        """The same for content that is already in pieces of at most `MOST` bytes."""
        pieces = [*meta, *state]
        chunk_id, compress, last = self._signer.chunk_id, self._codec()[0], self._last
        ids = [chunk_id(piece) for piece in pieces]
        new = {id_: piece for id_, piece in zip(ids, pieces, strict=True) if id_ not in last}
        compressed = {id_: compress(piece) for id_, piece in new.items()}
        return CutState(pieces, ids, len(meta), sum(map(len, state)), compressed)

    def write(
        self, db: sqlite3.Connection, content: CutState, versions: str, cell_tag: bytes
    ) -> tuple[SnapshotRow, bytes, bytes]:
        """Write the chunks that are not there yet.

        Returns:
            The snapshot's row, and the packed lists of the chunks of its metadata and of the state.
        """
        piece_of = dict(zip(content.ids, content.pieces, strict=True))
        # asking for the length makes SQLite read the row, not only the index: a damaged file shows here
        rows = select_in(db, "SELECT hash, id, length(data) FROM chunks WHERE hash IN", list(piece_of))
        there: dict[bytes, int] = {id_: number for id_, number, _ in rows}
        for id_, number in there.items():
            if number in self._damaged:  # writing it again heals all states that have it
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
        meta, state = (self.compress(pack_numbers([there[id_] for id_ in ids])) for ids in (meta_ids, state_ids))
        added += len(meta) + len(state)
        row = SnapshotRow(content.size, added, self._root(state_ids), self._root(meta_ids), versions, cell_tag)
        return row, meta, state

    def read(self, db: sqlite3.Connection, packed_list: bytes) -> PackedState:
        """The content that a packed list names, unchecked. Raises StateRefused."""
        numbers = self.numbers(packed_list)
        rows = select_in(db, "SELECT id, hash, data FROM chunks WHERE id IN", sorted(set(numbers)))
        return PackedState(numbers, {number: (id_, data) for number, id_, data in rows})

    def numbers(self, packed_list: bytes) -> Sequence[int]:
        """The numbers of the chunks in a packed list. Raises StateRefused."""
        try:
            return unpack_numbers(self.decompress(packed_list, _MOST_LIST))
        except (Damaged, struct.error) as error:
            raise StateRefused(f"the list of its parts is damaged ({error})") from error

    def pieces(self, packed: PackedState, root: bytes) -> list[bytes]:
        """The content in pieces, checked against the signature of their ids. Raises StateRefused."""
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
        made: tuple[Compress, Decompress] | None = getattr(self._local, "codec", None)
        if made is None:
            made = self._local.codec = codec()
        return made
