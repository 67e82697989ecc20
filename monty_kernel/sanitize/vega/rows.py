"""The data of a chart: rows written anew as plain values, and what is known of them for the bounds of the chart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from . import UNSAYABLE, Refused
from .told import Told

MOST_ROWS = 20_000
"""Of all tables together."""
MOST_VALUES = 300_000
LONGEST_TEXT = 10_000
MOST_BITS = 1_000
"""Of a whole number. Beyond, JavaScript has no number for it."""
DEEPEST = 5

Row = Any  # a mapping of plain values, or one value


class Tables:
    """All data of one specification."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self._tables: list[list[Row]] = []
        self._values = 0
        self._extents: dict[str, tuple[float, float] | None] = {}
        self.rows = 0
        """Of the largest table."""
        self.widest = 64
        """Characters of the longest text; items of the longest list count as two."""
        self.longest_list = 1

    def read(self, values: object) -> list[Row]:
        """A table anew.

        Raises:
            Refused: it is no list, or there is too much of it.
        """
        if isinstance(values, str):
            raise Refused("data as text (give a list of objects)")
        if isinstance(values, Mapping):
            values = [values]
        if not isinstance(values, list):
            raise Refused("data that is no list of objects")
        if len(values) + sum(map(len, self._tables)) > MOST_ROWS:
            raise Refused(f"data of more than {MOST_ROWS:,} rows")
        table = [self._value(each, 0) for each in values]
        self._tables.append(table)
        self.rows = max(self.rows, len(table))
        return table

    def read_sequence(self, given: object) -> list[Row]:
        """The rows that a generator of numbers stands for. Raises `Refused`."""
        said = given if isinstance(given, Mapping) else {}
        start, stop, step = (said.get(name, other) for name, other in (("start", 0), ("stop", None), ("step", 1)))
        if not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (start, stop, step)):
            raise Refused("a sequence without its numbers")
        count = (stop - start) / step if step and all(abs(each) < 1e15 for each in (start, stop, step)) else math.inf
        if not count <= MOST_ROWS:
            raise Refused(f"data of more than {MOST_ROWS:,} rows")
        name = said.get("as", "data")
        if not isinstance(name, str) or name in UNSAYABLE:
            raise Refused("a sequence without a name")
        return self.read([{name: start + place * step} for place in range(max(0, math.ceil(count)))])

    def _value(self, value: object, depth: int) -> Any:
        self._values += 1
        if self._values > MOST_VALUES:
            raise Refused(f"data of more than {MOST_VALUES:,} values")
        if depth > DEEPEST:
            raise Refused("data that is nested too deeply")
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            if len(value) > LONGEST_TEXT:
                self.told.add("the end of a long text")
                value = value[:LONGEST_TEXT]
            self.widest = max(self.widest, len(value))
            return value
        if isinstance(value, int):
            if value.bit_length() > MOST_BITS:
                raise Refused("a number that is too large")
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, Mapping):
            return self._object(value, depth)
        if isinstance(value, list):
            self.longest_list = max(self.longest_list, len(value))
            before = self._values
            found = [self._value(each, depth + 1) for each in value]
            self.widest = max(self.widest, 32 * (self._values - before))
            return found
        raise Refused("data that is not plain")

    def _object(self, given: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        found = {}
        for key, value in given.items():
            if key in UNSAYABLE or not isinstance(key, str):
                self.told.add("a field with a name of JavaScript's own")
            elif len(key) > 200:
                self.told.add("a field with a long name")
            elif type(value) is str and len(value) <= 64:
                self._values += 1
                found[key] = value
            else:
                found[key] = self._value(value, depth + 1)
        return found

    def is_number(self, field: str) -> bool:
        """Whether each row's field of this name is a number, or missing."""
        return self._extent(field) is not None

    def extent(self, field: str) -> float:
        """How far the numbers of a field are apart; infinity where it has others."""
        extent = self._extent(field)
        return math.inf if extent is None else extent[1] - extent[0]

    def _extent(self, field: str) -> tuple[float, float] | None:
        if field not in self._extents:
            self._extents[field] = self._measured(field)
        return self._extents[field]

    def _measured(self, field: str) -> tuple[float, float] | None:
        low, high = math.inf, -math.inf
        for table in self._tables:
            for row in table:
                value = row.get(field) if isinstance(row, dict) else row
                if isinstance(value, (int, float)):
                    low, high = min(low, value), max(high, value)
                elif value is not None:
                    return None
        return (float(low), float(high)) if low <= high else None

    def distinct(self, field: str) -> int:
        """How many values a field has; missing ones count as one."""
        return max((len({*self._keys(table, field)}) for table in self._tables), default=0)

    @staticmethod
    def _keys(table: list[Row], field: str) -> Iterator[str]:
        for row in table:
            yield repr(row.get(field) if isinstance(row, dict) else row)
