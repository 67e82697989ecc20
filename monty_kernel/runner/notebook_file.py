"""A notebook as JSON text and as nested dicts.

The present format, version 4, is read and written here, as nbformat does it, letter by letter: `import nbformat` takes longer than
running most notebooks. What is of another version goes through nbformat.
"""

from __future__ import annotations

import json
import secrets
from copy import deepcopy
from typing import Any

Node = dict[str, Any]
"""A notebook, a cell or an output: plain dicts, or nbformat's NotebookNodes."""

_TRANSIENT = ("orig_nbformat", "orig_nbformat_minor", "signature")
_TEXT_BESIDE_TEXT = frozenset({"application/javascript", "image/svg+xml"})


class NotebookUnreadable(ValueError):
    """This is no notebook; the message says why."""


def from_json(text: str | bytes) -> Node:
    """The notebook that a file holds, as version 4.

    Raises:
        NotebookUnreadable: it is not JSON, or not a notebook.
    """
    try:
        book: Node = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotebookUnreadable(f"it is not JSON: {error}") from error
    if not isinstance(book, dict) or type(book.get("nbformat")) is not int:
        raise NotebookUnreadable("it has no `nbformat`: not a notebook")
    if book["nbformat"] != 4:
        book = _upgraded(text, book["nbformat"])
    require_shape(book)
    for cell in book["cells"]:
        cell["metadata"].pop("trusted", None)
    for name in _TRANSIENT:
        book["metadata"].pop(name, None)
    give_ids(book)
    return book


def to_json(book: Node) -> bytes:
    """The text of the notebook's file, in UTF-8."""
    shown = {**book, "cells": [_with_split_lines(cell) for cell in book["cells"]]}
    shown["metadata"] = {name: value for name, value in book["metadata"].items() if name not in _TRANSIENT}
    try:
        return _dumps(shown, ensure_ascii=False)
    except UnicodeEncodeError:  # a lone surrogate, which JSON can say and UTF-8 cannot
        return _dumps(shown, ensure_ascii=True)


def give_ids(book: Node) -> None:
    """Give every cell an id of its own, if the notebook's format has ids (4.5)."""
    minor = book.get("nbformat_minor", 0)
    if not isinstance(minor, (int, float)) or minor < 5:
        return
    seen: set[str] = set()
    for cell in book["cells"]:
        if not isinstance(cell.get("id"), str) or cell["id"] in seen:
            cell["id"] = secrets.token_hex(4)
        seen.add(cell["id"])


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
        book = dict(nbformat.reads(text.decode() if isinstance(text, bytes) else text, as_version=4))  # type: ignore[no-untyped-call]
        book["cells"] = [
            deepcopy(cell) for cell in book["cells"]
        ]  # of format 1 it makes all empty ones the same object
        return book
    except Exception as error:  # of many types: what an old notebook lacks is a KeyError or an AttributeError
        said = " ".join(str(error).split()) or type(error).__name__
        raise NotebookUnreadable(f"it is of format version {version} and cannot be brought to 4: {said}") from error


def require_shape(book: Node) -> None:
    """See to it that the notebook has what a run needs of it; what may be left out is filled in, and texts that are lists of lines, as
    in files, are joined.

    Raises:
        NotebookUnreadable: it has not.
    """
    cells = book.get("cells")
    if not isinstance(cells, list):
        raise NotebookUnreadable("it has no list of cells")
    if not isinstance(book.setdefault("metadata", {}), dict):
        raise NotebookUnreadable("its metadata is not an object")
    for number, cell in enumerate(cells, 1):
        problem = _problem(cell)
        if problem:
            raise NotebookUnreadable(f"its cell {number} {problem}")
        _join_lines(cell)


def _problem(cell: object) -> str:
    if not isinstance(cell, dict):
        return "is not an object"
    if not isinstance(cell.get("cell_type"), str):
        return "has no type"
    if not _is_text(cell.get("source")):
        return "has no source"
    if not isinstance(cell.setdefault("metadata", {}), dict):
        return "has metadata that is not an object"
    if cell["cell_type"] == "code":
        cell.setdefault("execution_count", None)
        outputs = cell.setdefault("outputs", [])
        if not isinstance(outputs, list) or not all(isinstance(output, dict) for output in outputs):
            return "has outputs that are not a list of objects"
    return ""


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def _join_lines(cell: Node) -> None:
    if isinstance(cell["source"], list):
        cell["source"] = "".join(cell["source"])
    bundles = cell.get("attachments")
    for bundle in bundles.values() if isinstance(bundles, dict) else ():
        _join_bundle(bundle)
    for output in cell["outputs"] if cell["cell_type"] == "code" else ():
        _join_bundle(output.get("data"))
        if _is_text(output.get("text")):
            output["text"] = "".join(output["text"])


def _join_bundle(bundle: object) -> None:
    for mime, value in bundle.items() if isinstance(bundle, dict) else ():
        is_json = mime == "application/json" or (mime.startswith("application/") and mime.endswith("+json"))
        if not is_json and isinstance(value, list) and _is_text(value):
            bundle[mime] = "".join(value)  # type: ignore[index]


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
