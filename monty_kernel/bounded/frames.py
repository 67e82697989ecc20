"""What a kernel and its helper say to each other: frames of plain data and one text, each with its length before it.

A text is not part of the JSON: escaped there, 4 MB of control characters would be six times as long.
"""

from __future__ import annotations

import json
import struct
from io import RawIOBase
from typing import Any, NamedTuple

LONGEST_DATA = 8 << 20
LONGEST_TEXT = 32 << 20
"""Bytes of each that a frame may have."""

_HEAD = struct.Struct(">II")


class BrokenFrame(Exception):
    """The other side has ended in the middle of a frame, or says that it is longer than any may be."""


class Frame(NamedTuple):
    """data: what JSON can hold."""

    data: Any
    text: str = ""


def write_frame(stream: RawIOBase, frame: Frame) -> None:
    """Send a frame.

    Raises:
        OSError: nobody reads.
        ValueError: it would be too long.
    """
    data = json.dumps(frame.data, separators=(",", ":")).encode()
    text = frame.text.encode("utf-8", "surrogatepass")
    if len(data) > LONGEST_DATA or len(text) > LONGEST_TEXT:
        raise ValueError("longer than a frame may be")
    for part in (_HEAD.pack(len(data), len(text)) + data, text):
        left = memoryview(part)
        while left:
            left = left[stream.write(left) :]


def read_frame(stream: RawIOBase) -> Frame | None:
    """Receive a frame; None at the end of the stream.

    Raises:
        BrokenFrame: what comes is no whole frame.
        OSError: the stream cannot be read.
    """
    head = _read(stream, _HEAD.size)
    if not head:
        return None
    if len(head) < _HEAD.size:
        raise BrokenFrame
    data_size, text_size = _HEAD.unpack(head)
    if data_size > LONGEST_DATA or text_size > LONGEST_TEXT:
        raise BrokenFrame
    data, text = _read(stream, data_size), _read(stream, text_size)
    if len(data) < data_size or len(text) < text_size:
        raise BrokenFrame
    try:
        return Frame(json.loads(data), text.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise BrokenFrame from error


def _read(stream: RawIOBase, size: int) -> bytearray:
    """So many bytes, or fewer at the end of the stream."""
    found = bytearray(size)
    at = 0
    with memoryview(found) as view:
        while at < size and (count := stream.readinto(view[at:])):
            at += count
    del found[at:]
    return found
