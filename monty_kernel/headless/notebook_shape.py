"""What of a notebook comes through: every field is listed here with its type, and outputs that it already had are sanitized.

The fields are those of nbformat's JSON schemas for version 4. Front ends and nbconvert decide by such fields what to do
with a cell, each in its own way (nbconvert takes a `Code` cell for code, and prints any value as an `execution_count`),
so no field is passed on unread. If a field that decides how a cell is treated is wrong, the notebook is refused.
Surplus fields are left out, and one line says so.
"""

from __future__ import annotations

import logging
import math
import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from monty_kernel.outputs.visible_text import visible, visible_line
from monty_kernel.sanitize.sanitizer import TRUST_RUN, sanitized_bundle
from monty_kernel.sanitize.terminal import shown

_log = logging.getLogger(__name__)

Node = dict[str, Any]
"""A notebook, a cell or an output: plain dicts, or nbformat's NotebookNodes."""

MOST_DIGITS = 4300
"""Digits of an int: Python converts no longer one to text or from it."""

TRANSIENT = ("orig_nbformat", "orig_nbformat_minor", "signature")
"""Names in a notebook's metadata that belong to the file it was read from."""

_MOST_NESTED = 200
"""Levels of lists and objects: more than any notebook has, and few enough for Python to write them by recursion."""
_MOST_BITS = int(MOST_DIGITS / math.log10(2))
_MOST_COUNT = 1 << 53  # JavaScript cannot count further
_MOST_MINOR = 1000
_MOST_NAMED = 5

_KINDS = ("code", "markdown", "raw")
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}", re.ASCII)
_IMAGE = re.compile(r"image/[a-z0-9][a-z0-9.+-]{0,60}", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*", re.ASCII)
_MIME = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*/[A-Za-z0-9][A-Za-z0-9!#$&^_.+;= -]*", re.ASCII)

_BOOK = frozenset({"nbformat", "nbformat_minor", "metadata", "cells"})
_CELL = frozenset({"cell_type", "id", "metadata", "source"})
_OF_CELL = {
    "code": _CELL | {"outputs", "execution_count"},
    "markdown": _CELL | {"attachments"},
    "raw": _CELL | {"attachments"},
}
_OF_OUTPUT = {
    "stream": frozenset({"output_type", "name", "text"}),
    "error": frozenset({"output_type", "ename", "evalue", "traceback"}),
    "display_data": frozenset({"output_type", "data", "metadata"}),
    "execute_result": frozenset({"output_type", "data", "metadata", "execution_count"}),
}


class NotebookUnreadable(ValueError):
    """This is not a notebook; the message says why."""


def checked(given: Mapping[str, Any], node: Callable[[Node], Node] = dict, name: str = "a notebook") -> Node:
    """A notebook made of the known fields of the given one, with joined texts, and with ids where its format has them.

    One line in the log names what is left out.

    Args:
        given: the content of a file of version 4; parts of it become parts of the result.
        node: converts a plain dict to the kind of dict that the notebook is made of.
        name: the notebook's name for the log.

    Raises:
        NotebookUnreadable: it is not a notebook, or it is ambiguous.
    """
    return _Reading(node, name).book(given)


class _Reading:
    def __init__(self, node: Callable[[Node], Node], name: str) -> None:
        self._node = node
        self._name = name
        self._left_out: list[str] = []

    def book(self, given: Mapping[str, Any]) -> Node:
        if type(given.get("nbformat")) is not int or given["nbformat"] != 4:
            raise NotebookUnreadable("it is not of format 4; nbformat.convert(nb, 4) makes it so")
        minor = given.get("nbformat_minor", 0)
        if type(minor) is not int or not 0 <= minor <= _MOST_MINOR:
            raise NotebookUnreadable(
                f"its nbformat_minor is {_shown(minor)}, and not a whole number from 0 to {_MOST_MINOR:,}"
            )
        if not isinstance(given.get("cells"), list):
            raise NotebookUnreadable("it has no list of cells")
        metadata = given.get("metadata", {})
        if not isinstance(metadata, dict):
            raise NotebookUnreadable("its metadata is not an object")
        _make_plain(given)
        cells = [self._cell(cell, number) for number, cell in enumerate(given["cells"], 1)]
        if minor >= 5:
            _give_ids(cells)
        self._note(given, _BOOK, "the notebook")
        self._say()
        kept = {name: value for name, value in metadata.items() if name not in TRANSIENT}
        return self._node(
            {"nbformat": 4, "nbformat_minor": minor, "metadata": self._node(kept), "cells": [*map(self._node, cells)]}
        )

    def _cell(self, given: Any, number: int) -> Node:
        if not isinstance(given, dict):
            raise NotebookUnreadable(f"its cell {number} is not an object")
        kind = given.get("cell_type")
        if not isinstance(kind, str):
            raise NotebookUnreadable(f"its cell {number} has no type")
        if kind not in _KINDS:
            raise NotebookUnreadable(f"its cell {number} is of type {_shown(kind)}, and not code, markdown or raw")
        source = _text(given.get("source"))
        if source is None:
            raise NotebookUnreadable(f"its cell {number} has no source")
        metadata = given.get("metadata", {})
        if not isinstance(metadata, dict):
            raise NotebookUnreadable(f"its cell {number} has metadata that is not an object")
        where = f"cell {number}"
        self._note(given, _OF_CELL[kind], f"{where}, which is {kind}")
        kept = {name: value for name, value in metadata.items() if name != "trusted"}
        cell: Node = {"cell_type": kind, "metadata": self._node(kept), "source": source}
        if isinstance(given.get("id"), str) and _ID.fullmatch(given["id"]):
            cell["id"] = given["id"]
        if kind == "code":
            cell["execution_count"] = _count(given.get("execution_count"))
            cell["outputs"] = self._outputs(given.get("outputs", []), number)
        elif "attachments" in given:
            cell["attachments"] = self._attachments(given["attachments"], where)
        return cell

    def _outputs(self, given: Any, number: int) -> list[Node]:
        if not isinstance(given, list) or not all(isinstance(output, dict) for output in given):
            raise NotebookUnreadable(f"its cell {number} has outputs that are not a list of objects")
        outputs = []
        for place, output in enumerate(given, 1):
            where = f"output {place} of cell {number}"
            made = self._output(output, where)
            if made is None:
                self._left_out.append(f"{where}, which has an unknown type or lacks a part")
            else:
                outputs.append(self._node(made))
        return outputs

    def _output(self, given: Node, where: str) -> Node | None:
        kind = given.get("output_type")
        if not isinstance(kind, str) or kind not in _OF_OUTPUT:
            return None
        made: Node = {"output_type": kind}
        if kind == "stream":
            text = _text(given.get("text"))
            if text is None:
                return None
            made |= {"name": "stderr" if given.get("name") == "stderr" else "stdout", "text": text}
        elif kind == "error":
            lines = given.get("traceback")
            if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
                return None
            made |= {name: given[name] if isinstance(given.get(name), str) else "" for name in ("ename", "evalue")}
            made["traceback"] = lines
        else:
            data, metadata = given.get("data"), given.get("metadata", {})
            if not isinstance(data, dict) or not isinstance(metadata, dict):
                return None
            made |= {"data": self._bundle(data, where), "metadata": metadata}
            if kind == "execute_result":
                made["execution_count"] = _count(given.get("execution_count"))
        self._note(given, _OF_OUTPUT[kind], where)
        return made

    def _bundle(self, data: Node, where: str) -> Node:
        kept: Node = {}
        for mime, value in data.items():
            # a list is text in lines, except in JSON, which may be anything
            shown = value if _is_json(mime) else _text(value)
            if (shown is None and not _is_json(mime)) or not _MIME.fullmatch(mime):
                self._left_out.append(f"{_shown(mime)} of {where}")
            else:
                kept[mime] = shown
        return self._node(kept)

    def _attachments(self, given: Any, where: str) -> Node:
        kept: Node = {}
        if not isinstance(given, dict):
            self._left_out.append(f"the attachments of {where}, which are not an object")
            given = {}
        for name, bundle in given.items():
            pictures: Node = {}
            for mime, value in bundle.items() if isinstance(bundle, dict) else ():
                text = _text(value)
                if text is not None and (mime == "text/plain" or (_IMAGE.fullmatch(mime) and _BASE64.fullmatch(text))):
                    pictures[mime] = text
            if not isinstance(bundle, dict) or len(pictures) < len(bundle):
                self._left_out.append(f"what is not a picture in the attachment {_shown(name)} of {where}")
            if pictures:
                kept[name] = self._node(pictures)
        return self._node(kept)

    def _note(self, given: Mapping[str, Any], known: frozenset[str], where: str) -> None:
        self._left_out += [f"{_shown(name)} of {where}" for name in given if name not in known]

    def _say(self) -> None:
        if self._left_out:
            more = len(self._left_out) - _MOST_NAMED
            named = "; ".join(self._left_out[:_MOST_NAMED]) + (f"; and {more:,} more" if more > 0 else "")
            _log.warning("%s: left out what does not belong in a notebook: %s.", visible_line(self._name), named)


def _give_ids(cells: list[Node]) -> None:
    """Give every cell an id of its own."""
    seen: set[str] = set()
    for cell in cells:
        if cell.get("id") is None or cell["id"] in seen:
            cell["id"] = secrets.token_hex(4)
        seen.add(cell["id"])


def _make_plain(given: Mapping[str, Any]) -> None:
    """Check that JSON can express all of it and Python can write it. NaN and infinities become None, as in JavaScript.

    There is no recursion, because a stranger decides how deep it is.

    Raises:
        NotebookUnreadable: it holds something else.
    """
    level: list[Any] = [given]
    for _ in range(_MOST_NESTED):
        inside: list[Any] = []
        for box in level:
            items = enumerate(box) if isinstance(box, list) else box.items()
            for key, value in items:
                if isinstance(value, str):
                    pass
                elif isinstance(value, (dict, list)):
                    inside.append(value)
                elif isinstance(value, float):
                    if not math.isfinite(value):
                        box[key] = None
                elif isinstance(value, int):
                    if value.bit_length() > _MOST_BITS:
                        raise NotebookUnreadable(f"a number in it has more than {MOST_DIGITS:,} digits")
                elif value is not None:
                    raise NotebookUnreadable(
                        f"it holds an object of type {type(value).__name__}, which JSON cannot express"
                    )
                if not isinstance(key, str) and not isinstance(box, list):
                    raise NotebookUnreadable(f"a name in it is {_shown(key)}, and not text")
        if not inside:
            return
        level = inside
    raise NotebookUnreadable(f"its values are nested more than {_MOST_NESTED} levels deep")


def _is_json(mime: str) -> bool:
    return mime == "application/json" or (mime.startswith("application/") and mime.endswith("+json"))


def _text(value: object) -> str | None:
    """A text, or the text that a list of its lines makes; None if it is neither."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and type(value) is not bool and 0 <= value < _MOST_COUNT else None


def _shown(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > 64:
        return "a huge number"
    if isinstance(value, (dict, list)):
        return "a list" if isinstance(value, list) else "an object"
    text = visible_line(repr(value[:60] if isinstance(value, str) else value))
    return text if len(text) <= 80 else text[:80] + "…"


def sanitized_outputs(outputs: list[Node], node: Callable[[Node], Node] = dict, *, cell: int = 0) -> list[Node]:
    """The outputs of one cell as they may be shown. Unknown kinds are left out.

    A line on stderr among them says what was left out.

    Args:
        outputs: the cell's outputs.
        node: converts a plain dict to the kind of dict that the notebook is made of.
        cell: the cell's index, which makes the ids in its outputs differ from those of other cells.
    """
    clean: list[Node] = []
    notes: list[str] = []
    for number, output in enumerate(outputs):
        kind = output.get("output_type")
        if kind == "stream":
            clean.append(node({**output, "text": shown(_joined(output.get("text")))}))
        elif kind == "error":
            lines = output.get("traceback")
            traceback = [shown(_joined(line)) for line in lines] if isinstance(lines, list) else []
            said = {name: visible(_joined(output.get(name))) for name in ("ename", "evalue")}
            clean.append(node({**output, **said, "traceback": traceback}))
        elif kind in ("display_data", "execute_result"):
            bundle = sanitized_bundle(
                _bundle(output.get("data")),
                _mapping(output.get("metadata")),
                place=f"kept{cell}-{number}",
                trust=TRUST_RUN,
            )
            clean.append(node({**output, "data": node(dict(bundle.data)), "metadata": node(dict(bundle.metadata))}))
            if bundle.note is not None and bundle.note not in notes:
                notes.append(bundle.note)
    if notes:
        clean.append(node({"output_type": "stream", "name": "stderr", "text": "".join(f"{note}\n" for note in notes)}))
    return clean


def _bundle(data: object) -> dict[str, Any]:
    # in a notebook, text may be a list of its lines
    return {
        mime: value if mime == "application/json" or not isinstance(value, list) else _joined(value)
        for mime, value in _mapping(data).items()
    }


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _joined(text: object) -> str:
    lines = text if isinstance(text, list) else [text]
    return "".join(line for line in lines if isinstance(line, str))
