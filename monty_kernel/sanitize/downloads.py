"""A link that saves a file of the session: the one `data:` link that leaves the kernel, and the kernel alone makes it.

No notebook can write one. What tells it from a cell's text is its type, which no value from the sandbox has, and no
output that a notebook brought along. Where a link crosses to another process as text, its digest crosses beside it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

MOST_BYTES = 4_000_000
"""Bytes of a file that can be saved in this way: the link holds all of them."""

TYPES: Mapping[str, str] = {
    "csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "md": "text/plain", "log": "text/plain",
    "json": "application/json", "jsonl": "application/json", "png": "image/png", "jpg": "image/jpeg",
    "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
}  # fmt: skip
"""The endings of files that can be saved. None of them is a program where it is opened."""

ODD = re.compile(r"[^\w.()+=@-]", re.ASCII)
LONGEST = 100  # characters of the name


class DownloadLink(str):
    """The markup of such a link; the sanitizer passes it on as it is.

    Only `download` makes one, and `recognized` makes one again of a text that was one.
    """

    __slots__ = ()


class NoDownload(ValueError):
    """The file cannot be saved in this way; the message says why."""


def checked_type(name: str, size: int) -> str:
    """The type of a file that can be saved.

    Raises:
        NoDownload: It cannot.
    """
    kind = TYPES.get(name.rpartition(".")[2].lower()) if "." in name else None
    if kind is None:
        raise NoDownload(f"only files that end in {', '.join('.' + ending for ending in TYPES)} can be saved")
    if size > MOST_BYTES:
        raise NoDownload(f"it has {size:,} bytes, and at most {MOST_BYTES:,} can be saved")
    return kind


def download(name: str, data: bytes) -> dict[str, str]:
    """The bundle that shows the link.

    Args:
        name: The file's name, without folders. A browser may save it under this name, so that what could mislead is
            replaced: all but ASCII letters, digits and a few signs, and dots at the beginning.
        data: Its content.

    Raises:
        NoDownload: It cannot be saved in this way.
    """
    kind = checked_type(name, len(data))
    stem, _, ending = name.rpartition(".")
    plain = f"{ODD.sub('_', stem).lstrip('.')[:LONGEST] or 'file'}.{ending.lower()}"
    charset = ";charset=utf-8" if kind.startswith("text/") else ""
    address = f"data:{kind}{charset};base64,{base64.b64encode(data).decode()}"
    shown = html.escape(plain)
    link = f'<a download="{shown}" href="{address}" target="_blank" rel="noopener noreferrer">{shown}</a>'
    size = f"{len(data):,} byte{'s' * (len(data) != 1)}"
    return {"text/plain": f"{plain} ({size})", "text/html": DownloadLink(f"{link} ({size})")}


def digests_of(outputs: Iterable[Mapping[str, Any]]) -> set[str]:
    """The digests of the links among these outputs of cells, which tell `recognized` what was one."""
    return {
        _digest(value)
        for output in outputs
        if isinstance(data := output.get("data"), Mapping)
        for value in data.values()
        if type(value) is DownloadLink
    }


def recognized(data: Mapping[str, Any], digests: Collection[str]) -> dict[str, Any]:
    """A bundle that came as text from another process of ours, in which the links are what they were there.

    Args:
        data: the bundle.
        digests: what `digests_of` said there. Another text with the same digest is the same link.
    """
    return {
        mime: DownloadLink(value) if digests and isinstance(value, str) and _digest(value) in digests else value
        for mime, value in data.items()
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
