"""MIME bundles as they leave the sandbox. The prelude makes them, but a cell may have forged them."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from ..outputs import Result


def mime_bundle(data: object, jsons: object) -> dict[str, Any]:
    """The bundle that the prelude built.

    Args:
        data: Texts by MIME type.
        jsons: JSON texts by MIME type; they are parsed.

    Raises:
        TypeError: They are something else: the cell called the prelude's functions itself.
        ValueError: A text is not JSON, or nested too deeply.
    """
    if not (isinstance(data, dict) and isinstance(jsons, dict)):
        raise TypeError("a MIME bundle maps MIME types to text")
    for key, value in (*data.items(), *jsons.items()):
        if not (isinstance(key, str) and isinstance(value, str)):
            raise TypeError("a MIME bundle maps MIME types to text")
    return {**data, **{mime: _parsed(text) for mime, text in jsons.items()}}


def json_object(text: object) -> dict[str, Any]:
    """Metadata, from the JSON text that the prelude made; empty text stands for no metadata.

    Raises:
        TypeError: It is not a JSON object.
        ValueError: It is not JSON, or nested too deeply.
    """
    value = _parsed(text) if isinstance(text, str) and text else {}
    if not isinstance(value, dict):
        raise TypeError(f"metadata must be a dict, not {type(value).__name__}")
    return value


_DEPTH = 200
"""Levels of nested JSON that are shown: `json` recurses, and gives up at about a thousand."""


def _parsed(text: str) -> Any:
    too_deep = f"JSON nested more than {_DEPTH} levels deep cannot be shown"
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError(too_deep) from None
    level = [value] if text.count("[") + text.count("{") > _DEPTH else []
    for _ in range(_DEPTH):
        children = (child for node in level for child in (node.values() if isinstance(node, dict) else node))
        level = [child for child in children if isinstance(child, (dict, list))]
        if not level:
            return value
    raise ValueError(too_deep)


def result_of(bundle: object) -> Result | None:
    """The result that a cell's feed gave; None if it is not a bundle."""
    if not (isinstance(bundle, tuple) and len(bundle) == 3):
        return None
    texts, jsons, metadata = bundle
    with suppress(TypeError, ValueError):  # the cell redefined the prelude's functions: what is forged is not shown
        try:
            return Result(mime_bundle(texts, jsons), json_object(metadata))
        except ValueError:  # nested too deeply
            return Result(mime_bundle(texts, {}))
    return None
