"""Sanitizes outputs that a notebook already had, of cells that did not run: its author made them.

Whoever gets the written notebook shows it (nbconvert makes HTML of it), and an old output looks like one of this run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monty_kernel.outputs.visible_text import visible
from monty_kernel.sanitize.bundle import TRUST_RUN, sanitized_bundle
from monty_kernel.sanitize.terminal import shown

from .notebook_shape import Node


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
