"""zstd at level 1, from Python's own library where it has one (3.14)."""

from __future__ import annotations

import sys
from collections.abc import Callable

Compress = Callable[[bytes | memoryview], bytes]
Decompress = Callable[[bytes, int], bytes]

LEVEL = 1


class Damaged(ValueError):
    """The data is not compressed data, or would become larger than it may."""


def codec() -> tuple[Compress, Decompress]:
    """Functions for one thread at a time: compress(data), and decompress(data, the most bytes that may come out).

    The second raises Damaged. It never allocates more than it may, whatever the data claims.
    """
    return _from_python() if sys.version_info >= (3, 14) else _from_package()


def _from_package() -> tuple[Compress, Decompress]:
    import zstandard

    compressor = zstandard.ZstdCompressor(level=LEVEL)
    decompressor = zstandard.ZstdDecompressor()

    def decompress(data: bytes, most: int) -> bytes:
        try:
            size = zstandard.frame_content_size(data)
            if not 0 <= size <= most:
                raise Damaged("its size is not what it was")
            plain = decompressor.decompress(data, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise Damaged(str(error)) from error
        if len(plain) != size:
            raise Damaged("it ends too early")
        return plain

    return compressor.compress, decompress


def _from_python() -> tuple[Compress, Decompress]:
    if sys.version_info < (3, 14):
        raise AssertionError("zstd is in Python since 3.14")
    from compression import zstd  # type: ignore[import-not-found, unused-ignore]

    def compress(data: bytes | memoryview) -> bytes:
        return zstd.compress(data, LEVEL)

    def decompress(data: bytes, most: int) -> bytes:
        try:
            decompressor = zstd.ZstdDecompressor()
            plain = decompressor.decompress(data, max_length=most + 1)
        except zstd.ZstdError as error:
            raise Damaged(str(error)) from error
        if len(plain) > most or not decompressor.eof or decompressor.unused_data:
            raise Damaged("its size is not what it was")
        return plain

    return compress, decompress
