"""Writes `schema.json` from the official JSON schema of Vega-Lite: `python -m monty_kernel.sanitize.vega.from_schema FILE`.

The official schema lists what there is, for each property its types and words; which of it may be said is decided here. At each
place the alternatives are put together into one shape, so that a specification is written anew in one walk, without trying
alternatives. That allows more than the official schema does, but only of what is harmless in any combination.

A shape is an object with any of: `number`, `boolean`, `null`: true; `text`: the words allowed, or what `strings.py` calls
the kind of text; `items`: the shape of a list's items; `properties`: the shapes of an object's properties; `named`: the shape of
the values of an object with free names; `data`: true for what `rows.py` reads. Shapes are referred to by their index.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

LEFT_OUT = frozenset(["href", "url", "usermeta", "element", "event", "signals", "events", "locale", "projection", "latitude", "longitude", "latitude2", "longitude2", "sphere", "graticule", "sequence", "globalCursor", "customFormatTypes", "numberFormatType", "timeFormatType", "normalizedNumberFormatType", "tooltipFormat", "formatType", "loader", "geoshape", "timeFormatLocale", "$schema", "debounce", "autocomplete", "placeholder", "markname", "between", "consume", "throttle", "merge", "stream", "source"])  # fmt: skip
"""Properties that no specification needs to be drawn from its own data, and those that load, reach the page or call by name."""

LEFT_OUT_WORDS = frozenset({"image", "geoshape", "geojson", "values"})
"""Marks that load or need a map, and the aggregate that makes a list of all rows in each row."""

KINDS: dict[str, str] = {
    **dict.fromkeys(["expr", "calculate", "test", "labelExpr", "filter", "and", "or", "not"], "expression"),
    **dict.fromkeys(["field", "groupby", "key", "fold", "flatten", "pivot", "joinaggregate", "fields", "as", "lookup", "quantile", "loess", "regression", "density", "on", "impute", "stack", "argmin", "argmax", "repeat", "row", "column", "layer"], "field"),
    **dict.fromkeys(["format", "numberFormat", "timeFormat", "normalizedNumberFormat"], "format"),
    **dict.fromkeys(["param", "name", "views", "data"], "name"),
    **dict.fromkeys(["style", "font", "labelFont", "titleFont", "subtitleFont", "scheme", "ariaRole", "ariaRoleDescription", "fontStyle", "labelFontStyle", "titleFontStyle", "subtitleFontStyle", "id", "type"], "word"),
    **dict.fromkeys(["clear", "translate", "zoom", "legend"], "event"),
    **dict.fromkeys(["value", "datum", "equal", "oneOf", "range", "lt", "lte", "gt", "gte", "domain", "values", "options", "unionWith", "keyvals", "sort", "rangeMin", "rangeMax"], "value"),
    "shape": "path",
    "symbolType": "path",
}  # fmt: skip
"""The kind of text by its property; `text` where it is only shown. Colours are told by their type."""

ANYTHING: Schema = {"type": ["number", "boolean", "null", "string"]}
"""Where the official schema takes any value, one that is not made of others."""
NAMED = frozenset({"bind", "range", "style", "value", ""})
"""Objects whose names are the specification's own. The other ones go to functions that it would call by name."""
_WORDS = {
    "input": ["checkbox", "color", "date", "month", "number", "radio", "range", "select", "text", "time", "week"],
    "toggle": ["event.altKey", "event.ctrlKey", "event.shiftKey", "true", "false"],
    "day": [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
    ],
    "month": [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ],
}
"""Texts that the official schema leaves free, and that stand for more than themselves."""


class Reducer:
    """Reads the definitions of the official schema."""

    def __init__(self, definitions: Schema) -> None:
        self._definitions = definitions
        self._known: dict[tuple[str, ...], int] = {}
        self.shapes: list[Schema] = []

    def shape(self, schemas: list[Schema], name: str, owner: str = "") -> int:
        """The index of the shape of a place where any of these may stand. name: the property it is; owner: the one around it."""
        parts: dict[str, Schema] = {}
        for schema in schemas:
            self._spread(schema, parts)
        kind = self._kind(name, owner)
        identity = (kind, owner if name in ("on", "name") else "", *sorted(parts))
        if identity in self._known:
            return self._known[identity]
        place = self._known[identity] = len(self.shapes)
        shape: Schema = {}
        self.shapes.append(shape)
        self._fill(shape, list(parts.values()), name, kind)
        return place

    def _spread(self, schema: Schema, parts: dict[str, Schema]) -> None:
        """The alternatives without references, by their text."""
        if "$ref" in schema:
            target = schema["$ref"].removeprefix("#/definitions/")
            target = target.replace("%3C", "<").replace("%3E", ">")
            if target in ("Data", "DataSource", "InlineData", "UrlData", "NamedData", "Generator", "Datasets"):
                parts["data"] = {"data": True}
            elif target == "Color":
                parts["colour"] = {"colour": True}
            else:
                self._spread(self._definitions[target], parts)
            return
        for either in ("anyOf", "allOf", "oneOf"):
            for each in schema.get(either, ()):
                self._spread(each, parts)
        kept = {key: value for key, value in schema.items() if key not in ("description", "anyOf", "allOf", "oneOf")}
        if kept:
            parts[json.dumps(kept, sort_keys=True)] = kept

    @staticmethod
    def _kind(name: str, owner: str) -> str:
        if name == "on":
            return "field" if owner in ("regression", "loess") else "event"
        if name == "name" and owner == "input":
            return "text"
        return KINDS.get(name, "text")

    def _fill(self, shape: Schema, parts: list[Schema], name: str, kind: str) -> None:
        words: set[str] = set()
        free = False
        items: list[Schema] = []
        properties: dict[str, list[Schema]] = {}
        named: list[Schema] = []
        for part in parts:
            if "data" in part:
                shape["data"] = True
            if "colour" in part:
                free, kind = True, "colour"
            types = part.get("type", ())
            types = [types] if isinstance(types, str) else types
            said = part.get("enum", [part["const"]] if "const" in part else None)
            if said is not None:
                words.update(each for each in said if isinstance(each, str) and each not in LEFT_OUT_WORDS)
                for value in said:
                    if value is None or isinstance(value, (bool, int, float)):
                        shape[_type_of(value)] = True
                continue
            for plain in ("number", "boolean", "null"):
                if plain in types:
                    shape[plain] = True
            free = free or "string" in types
            if "array" in types and "items" in part:
                items += part["items"] if isinstance(part["items"], list) else [part["items"] or ANYTHING]
            for key, value in part.get("properties", {}).items():
                if key not in LEFT_OUT:
                    properties.setdefault(key, []).append(value)
            if isinstance(part.get("additionalProperties"), dict) and name in NAMED:
                named.append(part["additionalProperties"])
        if name in _WORDS:
            shape["text"] = _WORDS[name]
        elif name == "tickCount":
            pass  # by intervals of time, there may be millions
        elif name == "cursor":
            shape["text"] = sorted(words)
        elif free:
            shape["text"] = kind
        elif words:
            shape["text"] = sorted(words)
        if items:
            shape["items"] = self.shape(items, name)
        if properties:
            if name == "cursor":
                return  # a computed one may load
            owner = next((each for each in ("regression", "loess", "input") if each in properties), "")
            shape["properties"] = {key: self.shape(each, key, owner) for key, each in sorted(properties.items())}
        if named:
            shape["named"] = self.shape(named, name)


def _type_of(value: object) -> str:
    if value is None:
        return "null"
    return "boolean" if isinstance(value, bool) else "number"


def main() -> None:
    official = json.loads(Path(sys.argv[1]).read_text())
    reducer = Reducer(official["definitions"])
    root = reducer.shape([{"$ref": official["$ref"]}], "")
    text = json.dumps({"root": root, "shapes": reducer.shapes}, separators=(",", ":"), sort_keys=True)
    Path(__file__).with_name("schema.json").write_text(text.replace("},{", "},\n{") + "\n")


if __name__ == "__main__":
    main()
