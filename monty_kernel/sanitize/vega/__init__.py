"""What passes of a chart in Vega-Lite: its specification is written anew, so that it loads nothing, runs nothing and stays small.

`screen.py` does it; `schema.json` says what a specification may hold, `functions.json` what an expression may call.
"""

from __future__ import annotations

MIME = "application/vnd.vegalite.v5+json"
NEWER = "application/vnd.vegalite.v6+json"
"""What JupyterLab draws, and what libraries write by now: it is taken too, and becomes the former."""

UNSAYABLE = frozenset(["__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "prototype", "toJSON", "toLocaleString", "toString", "valueOf"])  # fmt: skip
"""Names that stand for something in any object of JavaScript: no field, key or parameter has one."""


class Refused(ValueError):
    """This part of a specification cannot be said. The message is what a person is told: words of ours and plain names."""


class NotDrawn(Exception):
    """A chart cannot be shown at all. The message says why."""
