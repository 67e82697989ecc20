"""Writes a specification of Vega-Lite anew: what `schema.json` knows, each text fit for its place, all of it bounded.

What may not be said is left out with the smallest part that makes sense without it: a property, a condition, a channel, a whole
transform, a view. A chart that has nothing left to draw, or would draw too much, is not drawn.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from monty_kernel.sanitize import words

from . import NotDrawn, Refused, bounds
from .expressions import parse
from .rows import Tables
from .strings import BY_KIND, field, plain_way
from .told import Told, plain_name
from .tree import size, write

SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
MOST_PARTS = 20_000
"""Values in a specification, its data apart."""
MOST_SAID = 10_000
"""Characters of its expressions."""
DEEPEST = 40

_OPTIONS: Mapping[str, Any] = {
    "actions": {"export": {"png": True, "svg": False}, "source": False, "compiled": False, "editor": False},
    "ast": True,
    "renderer": "canvas",
}
"""An SVG that is saved may load what a colour of the data names. The editor would get the data. `ast`: nothing is compiled to code."""

_NEEDED = words("param expr test field as op from mark data input options and or not repeat")
"""Without one of these, the object around it says something else: it is left out as a whole."""
_COMPARED = frozenset(["equal", "oneOf", "range", "lt", "lte", "gt", "gte", "valid"])
"""The same beside a `field`."""
_NEEDED_IN: Mapping[str, str] = {"params": "name", "mark": "type"}
_MADE = frozenset(["key", "value", "density", "prob", "data"])
"""What transforms call their results where the specification does not say it."""
_VIEWS = ("layer", "concat", "hconcat", "vconcat")


class Screened(NamedTuple):
    """A specification that may be shown, and the metadata that goes with it. left_out: what was, by words that a person understands."""

    specification: dict[str, Any]
    options: dict[str, Any]
    left_out: Counter[str]


@cache
def _schema() -> tuple[int, list[dict[str, Any]]]:
    said = json.loads(Path(__file__).with_name("schema.json").read_text())
    return said["root"], said["shapes"]


def screened(given: object) -> Screened:
    """A specification as it may be shown.

    Args:
        given: what JSON can say.

    Raises:
        NotDrawn: nothing of it may be.
    """
    if not isinstance(given, Mapping):
        raise NotDrawn("a specification that is no object")
    return _Writer(given).screened()


class _Writer:
    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self._told = Told()
        self._tables = Tables(self._told)
        self._parts = 0
        self._said = 0
        self._width = 0
        """What the widest value of a field or parameter may take as text."""
        self._rows = 0
        """How many rows a table may have after the transforms so far."""
        self._work = 0
        self._pivots = False
        self._parameters: set[str] = set()
        self._data_sets: dict[str, Any] = {}
        self._read: dict[int, list[Any] | Refused] = {}
        """What became of the tables that stand in the specification, by the id of what says them."""
        self._has_data = False
        self._produced: set[str] = set()
        """Fields that transforms make, so that nothing is known of their values."""
        self._root, self._shapes = _schema()

    def screened(self) -> Screened:
        self._read_tables(self._given, 0)
        self._read_data_sets()
        text = json.dumps(self._given)
        self._pivots = '"pivot"' in text  # its results are named by the data
        self._produced = _names_of_results(self._given)
        specification = self._whole()
        bounds.draw_within(specification, self._tables, self._produced, rows=self._rows, width=self._width)
        text = json.dumps(specification, ensure_ascii=False)
        # vega-tooltip draws the field of that name as a picture from its address
        plain = "image" in text or self._pivots
        options = {**_OPTIONS, **({"tooltip": False} if plain else {})}
        return Screened({"$schema": SCHEMA, **specification}, options, self._told.left_out)

    def _whole(self) -> dict[str, Any]:
        self._width = self._tables.widest
        self._rows = max(1, self._tables.rows)
        self._name_parameters()
        given = {name: value for name, value in self._given.items() if name not in ("$schema", "datasets")}
        try:
            specification = self._object(self._root, given, "", 0)
        except Refused as error:
            raise NotDrawn(str(error)) from error
        if self._data_sets:
            specification["datasets"] = self._data_sets
        if not any(name in specification for name in ("mark", "spec", *_VIEWS)):
            raise NotDrawn(next(iter(self._told.left_out), "a specification without a mark"))
        if not self._has_data:
            raise NotDrawn(next(iter(self._told.left_out), "a specification without data"))
        return specification

    # Data and parameters, which the rest refers to

    def _read_data_sets(self) -> None:
        given = self._given.get("datasets")
        for name, values in given.items() if isinstance(given, Mapping) else ():
            try:
                self._data_sets[BY_KIND["data_set"](name)] = self._tables.read(values)
            except Refused as error:
                self._told.add(str(error))

    def _read_tables(self, given: object, depth: int) -> None:
        """Read all tables, so that all is known of a field before anything is said of it."""
        if depth > DEEPEST:
            raise NotDrawn("a specification that is nested too deeply")
        inside = given.items() if isinstance(given, Mapping) else enumerate(given if isinstance(given, list) else ())
        for name, value in inside:
            if name == "data" and isinstance(value, Mapping) and ("values" in value or "sequence" in value):
                try:
                    rows = (
                        self._tables.read(value["values"])
                        if "values" in value
                        else self._tables.read_sequence(value["sequence"])
                    )
                    self._read[id(value)] = rows
                except Refused as error:
                    self._read[id(value)] = error
            elif name != "datasets":
                self._read_tables(value, depth + 1)

    def _name_parameters(self) -> None:
        """Find the parameters that may be spoken of: those that others define, and no circle of them."""
        waiting: dict[str, str] = {}
        for each in _parameters(self._given):
            name, expression = each.get("name"), each.get("expr")
            try:
                plain = BY_KIND["name"](name) if isinstance(name, str) else None
            except Refused:
                continue  # told where it stands
            if plain is None:
                continue
            if isinstance(expression, str):
                waiting[plain] = expression
            else:
                self._parameters.add(plain)
        self._parameters -= waiting.keys()
        found = True
        while found:
            found = False
            for name, expression in list(waiting.items()):
                try:
                    self._expression(expression)
                except Refused:
                    continue
                self._parameters.add(name)
                del waiting[name]
                found = True

    # The walk

    def _value(self, place: int, given: Any, name: str, depth: int) -> Any:
        """A value of the property `name` anew. Raises `Refused`."""
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise NotDrawn(f"a specification of more than {MOST_PARTS:,} parts")
        if depth > DEEPEST:
            raise NotDrawn("a specification that is nested too deeply")
        shape = self._shapes[place]
        if isinstance(given, str):
            return self._text(shape, given, name)
        if given is None or isinstance(given, (bool, int, float)):
            return self._plain(shape, given, name)
        if "data" in shape:
            return self._data(given)
        if isinstance(given, list) and "items" in shape:
            return self._list(shape["items"], given, name, depth)
        if isinstance(given, Mapping) and ("properties" in shape or "named" in shape):
            return self._object(place, given, name, depth)
        raise Refused(plain_name(name))

    def _plain(self, shape: Mapping[str, Any], given: object, name: str) -> Any:
        which = "null" if given is None else "boolean" if isinstance(given, bool) else "number"
        if which not in shape:
            raise Refused(plain_name(name))
        return bounds.number(name, given) if isinstance(given, (int, float)) and which == "number" else given

    def _text(self, shape: Mapping[str, Any], given: str, name: str) -> str:
        allowed = shape.get("text")
        if isinstance(allowed, list):
            for each in (given, given.lower()):
                if each in allowed:
                    return each
            shown = plain_name(given)
            raise Refused(f"{name} {shown}" if shown == given else plain_name(name))
        if allowed is None:
            raise Refused(plain_name(name))
        if allowed == "expression":
            return self._expression(given, name)
        if name == "param" and given not in self._parameters:
            raise Refused("a parameter that is not defined")
        return BY_KIND[allowed](given)

    def _expression(self, given: str, name: str = "expr") -> str:
        self._said += len(given)
        if self._said > MOST_SAID:
            raise NotDrawn(f"expressions of more than {MOST_SAID:,} characters")
        try:
            tree = parse(given, self._parameters)
            width = size(tree, self._width, self._is_number)
            rows = self._rows if name == "calculate" else 1
            if width > self._tables.widest and width * rows > bounds.MOST_TEXT:
                raise Refused("makes texts or lists that are too long for so many rows")
        except Refused as error:
            raise Refused(f"{plain_name(name)}, which {error}") from error
        if name in ("calculate", "expr"):
            self._width = max(self._width, width)
        return write(tree)

    def _is_number(self, name: str) -> bool:
        return self._tables.is_number(name) and name not in self._produced and not self._pivots

    def _list(self, items: int, given: list[Any], name: str, depth: int) -> list[Any]:
        bounds.length(name, len(given))
        found, refused = [], []
        strict = name in ("and", "or") or not any(isinstance(each, Mapping) for each in given)
        for each in given:
            try:
                found.append(self._value(items, each, name, depth + 1))
            except Refused as error:
                if strict:
                    raise
                refused.append(error)
        if refused and not found:
            raise refused[0]
        for each in refused:
            self._told.add(str(each))
        return found

    def _object(self, place: int, given: Mapping[str, Any], name: str, depth: int) -> dict[str, Any]:
        shape = self._shapes[place]
        properties, named = shape.get("properties", {}), shape.get("named")
        found: dict[str, Any] = {}
        refused: list[Refused] = []
        for key, value in given.items():
            try:
                if name != "mark" and bounds.is_size(key) and isinstance(value, Mapping) and "expr" in value:
                    raise Refused(f"{plain_name(key)} that is computed")
                if key in properties:
                    found[key] = self._value(properties[key], value, key, depth + 1)
                elif named is not None and isinstance(key, str) and key not in ("signal", "expr"):
                    found[field(key)] = self._value(named, value, key, depth + 1)
                else:
                    raise Refused(plain_name(key))
            except Refused as error:
                if name == "transform" or _is_needed(name, key, given):
                    raise
                refused.append(error)
        if refused and not found:
            raise refused[0]
        for each in refused:
            self._told.add(str(each))
        if "impute" in found:
            plain_way(found["impute"] if name == "transform" else found.get("field"))
        if name == "transform":
            self._work += bounds.work_of(found, self._rows)
            if self._work > bounds.MOST_WORK:
                raise Refused("a transform after those that already take long")
            self._rows = bounds.rows_after(found, self._tables, self._rows)
        bounds.fit(name, found)
        return found

    def _data(self, given: object) -> dict[str, Any]:
        if not isinstance(given, Mapping):
            raise Refused("data that is not inline")
        rows = self._read.get(id(given))
        if isinstance(rows, Refused):
            raise rows
        if rows is not None:
            data: dict[str, Any] = {"values": rows}
        elif isinstance(given.get("name"), str) and given["name"] in self._data_sets:
            data = {"name": given["name"]}
        elif "url" in given:
            raise Refused("data from elsewhere (url)")
        else:
            what = next((each for each in ("graticule", "sphere", "name") if each in given), "")
            raise Refused(f"data that is not inline ({what})" if what else "data that is not inline")
        self._has_data = True
        parse = given.get("format", {}).get("parse") if isinstance(given.get("format"), Mapping) else None
        if isinstance(parse, Mapping):
            data["format"] = {"type": "json", "parse": self._parse(parse)}
        return data

    def _parse(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for name, how in given.items():
            try:
                found[field(name)] = BY_KIND["parse"](how) if isinstance(how, str) else None
            except Refused as error:
                self._told.add(str(error))
        return found


def _parameters(given: object) -> list[Mapping[str, Any]]:
    """All that is in lists of parameters, wherever they stand."""
    found: list[Mapping[str, Any]] = []
    for name, value in given.items() if isinstance(given, Mapping) else ():
        if name == "params" and isinstance(value, list):
            found += [each for each in value if isinstance(each, Mapping)]
        elif name not in ("data", "datasets", "encoding"):
            for each in value if isinstance(value, list) else [value]:
                found += _parameters(each)
    return found


def _is_needed(name: str, key: str, given: Mapping[str, Any]) -> bool:
    return key in _NEEDED or _NEEDED_IN.get(name) == key or (key in _COMPARED and "field" in given)


def _names_of_results(given: object) -> set[str]:
    """All names that transforms give to what they make, wherever they stand."""
    found: set[str] = set()
    for name, value in given.items() if isinstance(given, Mapping) else ():
        inside = value if isinstance(value, list) else [value]
        if name in ("as", "fold", "flatten", "impute", "fields"):
            found |= {each for each in inside if isinstance(each, str)}
        if name == "parse" and isinstance(value, Mapping):
            found |= {each for each in value if isinstance(each, str)}
        elif name == "op":
            found |= {"count", f"{value}_{given.get('field')}" if isinstance(given, Mapping) else ""}
        elif name not in ("values", "datasets"):
            for each in inside:
                found |= _names_of_results(each)
    return found | _MADE
