"""Which parts of the prelude a cell needs, by the words in its text: sessions that never use a part do not hold it."""

from __future__ import annotations

import re

from .. import prelude
from .ipython import MEDIA, PACKAGE

NOTHING: frozenset[str] = frozenset()
"""What most cells need, once for all: an empty frozenset takes 216 bytes, and a session keeps the feeds of its cells."""

_SHOWING = frozenset({prelude.SHOWING})
_NAMES = _SHOWING | {prelude.NAMES}
_PRETTY = _SHOWING | {prelude.PRETTY}
_MEDIA = _NAMES | {prelude.MEDIA}
_SHELL = _NAMES | {prelude.SHELL}

_NEEDS_NAMES = re.compile(r"IPython|display_id|\b(?:exec|eval)\b")
_MEDIA_NAMES = re.compile(rf"\b(?:{'|'.join(MEDIA)})\b|\bimport[ \t(]++\*")
_MEDIA_ATTRIBUTES = re.compile(rf"\.(?:{'|'.join(MEDIA)})\b")
_PACKAGE_NAMES = re.compile(rf"\b(?:{'|'.join(PACKAGE)})\b|\bIPython[ \t]+import[ \t(]*+\*")


def needed(text: str) -> frozenset[str]:
    """The parts of the prelude that code with this text may name."""
    needs = _NAMES if _NEEDS_NAMES.search(text) else _SHOWING if "display" in text else NOTHING
    if "_repr_pretty_" in text:
        needs |= _PRETTY
    of_ipython = "IPython" in text
    if (of_ipython and _MEDIA_NAMES.search(text)) or ("." in text and _MEDIA_ATTRIBUTES.search(text)):
        needs |= _MEDIA
    if "get_ipython" in text or "last_execution_" in text or (of_ipython and _PACKAGE_NAMES.search(text)):
        needs |= _SHELL
        if "run_cell_magic" in text:
            needs |= {prelude.WRITING}
    return needs


def refreshed(text: str, number: int) -> str:
    """The code that tells the object of `get_ipython()` what became of the cell before, where a cell asks for it."""
    return f"__mk_refresh({number})\n" if "last_execution_" in text else ""
