"""A notebook's file: JSON text to nested dicts of known fields, and back.

The present format, version 4, is read and written here exactly as nbformat does it, because `import nbformat` takes
longer than running most notebooks. Other versions go through nbformat.
"""

from __future__ import annotations

import json
import os
import re
import stat
from copy import deepcopy
from pathlib import Path
from typing import Any

from .notebook_shape import MOST_DIGITS, TRANSIENT, Node, NotebookUnreadable, checked

MOST_BYTES = 1 << 28
_MOST_VALUES = 2_000_000
"""Values in a notebook. So many small ones take about 400 MB, and a second in which no other thread runs."""
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_STRING_OF_BYTES = re.compile(_STRING.pattern.encode(), re.DOTALL)
_NEWEST = 9  # major version that nbformat is asked about
_TOO_LARGE = f"it is larger than {MOST_BYTES >> 20} MiB"
_TEXT_BESIDE_TEXT = frozenset({"application/javascript", "image/svg+xml"})


def read_notebook(path: Path) -> bytes:
    """The bytes of a notebook's file.

    Raises:
        OSError: it cannot be read.
        NotebookUnreadable: it is larger than any notebook, or it is a pipe, which might never end.
    """
    found = os.stat(path)
    if not (
        stat.S_ISREG(found.st_mode)
        or stat.S_ISDIR(found.st_mode)
        or path.is_relative_to("/dev")
        or path.is_relative_to("/proc")
    ):
        raise NotebookUnreadable("it is not a regular file; `-` reads standard input")
    if found.st_size > MOST_BYTES:
        raise NotebookUnreadable(_TOO_LARGE)
    return path.read_bytes()


def from_json(text: str | bytes, name: str = "a notebook") -> Node:
    """The notebook in a file, as version 4.

    Args:
        text: the file's content.
        name: the file's name for the log.

    Raises:
        NotebookUnreadable: it is not JSON, or not a notebook.
    """
    if len(text) > MOST_BYTES:
        raise NotebookUnreadable(_TOO_LARGE)
    if _values(text) > _MOST_VALUES:
        raise NotebookUnreadable(f"it holds more than {_MOST_VALUES:,} values")
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise NotebookUnreadable(f"it is not JSON: {error}") from error
    except RecursionError as error:
        raise NotebookUnreadable("it is not JSON that can be read: its values are nested too deep") from error
    except UnicodeDecodeError as error:
        raise NotebookUnreadable(f"it is not JSON: {error}") from error
    except ValueError as error:  # Python's limit for the digits of an int
        raise NotebookUnreadable(f"a number in it has more than {MOST_DIGITS:,} digits") from error
    version = found.get("nbformat") if isinstance(found, dict) else None
    if type(version) is not int:
        raise NotebookUnreadable("it is not a notebook: it has no `nbformat` that is a whole number")
    if not 1 <= version <= _NEWEST:
        raise NotebookUnreadable(
            f"its `nbformat` is not a number from 1 to {_NEWEST}: it is not a notebook, or a newer one"
        )
    return checked(found if version == 4 else _upgraded(text, version), name=name)


def _values(text: str | bytes) -> int:
    """An upper estimate of the number of values in a JSON text.

    Counting them by reading it would cost what this is to prevent.
    """
    if len(text) <= _MOST_VALUES:  # a value takes a character at least
        return 0
    if isinstance(text, str):
        structure = _STRING.sub("", text)
        return structure.count(",") + structure.count("[") + structure.count("{")
    structured = _STRING_OF_BYTES.sub(b"", text)
    return structured.count(b",") + structured.count(b"[") + structured.count(b"{")


def to_json(book: Node) -> bytes:
    """The text of the notebook's file, in UTF-8."""
    shown = {**book, "cells": [_with_split_lines(cell) for cell in book["cells"]]}
    shown["metadata"] = {name: value for name, value in book["metadata"].items() if name not in TRANSIENT}
    try:
        return _dumps(shown, ensure_ascii=False)
    except UnicodeEncodeError:  # a lone surrogate, which JSON can express and UTF-8 cannot
        return _dumps(shown, ensure_ascii=True)


def tags(cell: Node) -> list[Any]:
    """The tags of a cell."""
    found = cell["metadata"].get("tags")
    return found if isinstance(found, list) else []


def _dumps(book: Node, *, ensure_ascii: bool) -> bytes:
    text = json.dumps(book, ensure_ascii=ensure_ascii, indent=1, sort_keys=True, separators=(",", ": "))
    return (text + "\n").encode()


def _upgraded(text: str | bytes, version: int) -> Node:
    import nbformat

    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        book = dict(nbformat.reads(decoded, as_version=4))  # type: ignore[no-untyped-call]
        book["cells"] = [
            deepcopy(cell) for cell in book["cells"]
        ]  # of format 1 it makes all empty ones the same object
        return book
    except Exception as error:  # nbformat raises many types: for a missing part KeyError or AttributeError
        said = " ".join(str(error).split()) or type(error).__name__
        raise NotebookUnreadable(f"it is of format version {version} and cannot be brought to 4: {said}") from error


def _with_split_lines(cell: Node) -> Node:
    shown: Node = {**cell, "source": cell["source"].splitlines(True)}
    if "trusted" in cell["metadata"]:
        shown["metadata"] = {name: value for name, value in cell["metadata"].items() if name != "trusted"}
    if isinstance(cell.get("attachments"), dict):
        shown["attachments"] = {name: _split_bundle(bundle) for name, bundle in cell["attachments"].items()}
    if cell["cell_type"] == "code":
        shown["outputs"] = [_split_output(output) for output in cell["outputs"]]
    return shown


def _split_output(output: Node) -> Node:
    if "data" in output:
        return {**output, "data": _split_bundle(output["data"])}
    if output.get("output_type") == "stream" and isinstance(output.get("text"), str):
        return {**output, "text": output["text"].splitlines(True)}
    return output


def _split_bundle(bundle: Any) -> Any:
    if not isinstance(bundle, dict):
        return bundle
    return {
        mime: value.splitlines(True)
        if isinstance(value, str) and (mime.startswith("text/") or mime in _TEXT_BESIDE_TEXT)
        else value
        for mime, value in bundle.items()
    }
