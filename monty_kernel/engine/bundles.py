"""A MIME bundle as it leaves the sandbox: text that the prelude made, and nothing that it can be trusted to have made well."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from ..outputs import Result


def mime_bundle(data: object, jsons: object) -> dict[str, Any]:
    """The bundle that the prelude built: texts by MIME type, and JSON texts by MIME type, which are parsed.

    Raises:
        TypeError: it is not of this form, since the cell called the prelude's functions itself.
        ValueError: a text is no JSON, or nested too deeply.
    """
    if not (isinstance(data, dict) and isinstance(jsons, dict)):
        raise TypeError("a MIME bundle maps MIME types to text")
    for key, value in (*data.items(), *jsons.items()):
        if not (isinstance(key, str) and isinstance(value, str)):
            raise TypeError("a MIME bundle maps MIME types to text")
    return {**data, **{mime: _parsed(text) for mime, text in jsons.items()}}


def json_object(text: object) -> dict[str, Any]:
    """Metadata, from the JSON text the prelude made; empty text is no metadata.

    Raises:
        TypeError: it is not a JSON object.
        ValueError: it is no JSON, or nested too deeply.
    """
    value = _parsed(text) if isinstance(text, str) and text else {}
    if not isinstance(value, dict):
        raise TypeError(f"metadata must be a dict, not {type(value).__name__}")
    return value


_DEPTH = 200
"""Levels of nested JSON that are sent on: `json` recurses, and gives up at about a thousand."""


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
    """What a cell's feed gave as its result; None if that is no bundle."""
    if not (isinstance(bundle, tuple) and len(bundle) == 3):
        return None
    texts, jsons, metadata = bundle
    with suppress(TypeError, ValueError):  # the cell redefined the prelude's functions: shown is nothing that is forged
        try:
            return Result(mime_bundle(texts, jsons), json_object(metadata))
        except ValueError:  # nested too deeply
            return Result(mime_bundle(texts, {}))
    return None
