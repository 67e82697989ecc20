"""What outputs may contain: the lists, limits and patterns of `monty_kernel.sanitize`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

# the table of `html.unescape`, which HTML's specification has
from html import _invalid_charrefs as _MEANT  # type: ignore[attr-defined]
from html.entities import html5
from types import ModuleType
from typing import Any

from markdown_it.common.utils import MD_TRIM_CHARS

from monty_kernel import sanitize
from monty_kernel.sanitize import (
    allowed,
    downloads,
    drawings,
    formulas,
    html,
    markdown,
    markup,
    sanitizer,
    terminal,
    vega,
)

from .patterns import javascript


def rules() -> dict[str, Any]:
    """All of it, by the module that has it."""
    return {
        "sizes": _constants(sanitize, "MOST_BYTES", "MOST_CHARACTERS"),
        "allowed": {
            "htmlTags": sorted(allowed.HTML_TAGS),
            "svgTags": dict(sorted(allowed.SVG_TAGS.items())),
            "void": sorted(allowed.VOID),
            "raw": sorted(allowed.RAW),
            "withContent": sorted(allowed.WITH_CONTENT),
            "silent": sorted(allowed.SILENT),
            "tableParts": _lists(allowed.TABLE_PARTS),
            "impliedEnd": {
                name: {"ends": sorted(ends), "within": sorted(within)}
                for name, (ends, within) in sorted(allowed.IMPLIED_END.items())
            },
            "global": sorted(allowed.GLOBAL),
            "htmlAttributes": _lists(allowed.HTML_ATTRIBUTES),
            "svgAttributes": dict(sorted(allowed.SVG_ATTRIBUTES.items())),
            "svgLinking": sorted(allowed.SVG_LINKING),
            "classes": sorted(allowed.CLASSES),
        },
        "styles": {
            "functions": sorted(allowed.FUNCTIONS),
            "single": sorted(allowed.SINGLE),
            "inPlace": sorted(allowed.IN_PLACE),
            "layered": sorted(allowed.LAYERED),
            "ofDrawings": sorted(allowed.OF_DRAWINGS),
            "mostLayers": allowed.MOST_LAYERS,
            "patterns": _patterns(allowed, "PLAIN_CHARACTERS", "LOCAL", "FAMILY", "MANY_TRACKS"),
        },
        "markup": {
            **_constants(markup, "DEPTH", "ID_PREFIX", "AMPERSAND", "LESS", "GREATER"),
            "patterns": _patterns(
                markup,
                "UNFIT",
                "LINK",
                "RELATIVE",
                "DATA_IMAGE",
                "DATA_MEDIA",
                "PLAIN_ATTRIBUTE",
                "LONG_REFERENCE",
                "SHORT_NAME",
            ),
            # names that stand for characters also without a semicolon, and numbers that mean another character
            "references": {name: text for name, text in html5.items() if not name.endswith(";")},
            "characters": {str(number): text for number, text in _MEANT.items()},
        },
        "html": {
            **_constants(html, "MOST_RENDERED", "MOST_TAGS", "CONTAINED"),
            "moving": sorted(html.MOVING),
        },
        "drawings": {
            **_constants(drawings, "MOST_DRAWN", "DEEPEST", "PRIMITIVE"),
            "largest": dict(drawings.LARGEST),
            "sources": sorted(drawings.SOURCES),
            "withoutInput": sorted(drawings.WITHOUT_INPUT),
            "withTwo": sorted(drawings.WITH_TWO),
        },
        "formulas": {
            **_constants(formulas, "IGNORED", "TIMES", "JOINER"),
            "closing": dict(formulas.CLOSING),
            "ending": list(formulas.ENDING),
            "beginnings": sorted(formulas.BEGINNINGS),
            "patterns": _patterns(formulas, "OPENING", "STEP", "MACROS", "BEFORE_DOLLAR"),
        },
        "markdown": {
            **_constants(markdown, "DEEPEST", "MOST_BRACKETS", "TRAILING"),
            "signs": dict(markdown.SIGNS),
            "blanks": MD_TRIM_CHARS,  # that the native parser strips
            "patterns": _patterns(markdown, "TASK", "FOOTNOTE", "BARE", "ALIGNED"),
        },
        "terminal": {"patterns": _patterns(terminal, "STEERING", "STAYING", "TURNING", "UNFINISHED")},
        "downloads": {
            **_constants(downloads, "MOST_BYTES", "LONGEST"),
            "types": dict(downloads.TYPES),
            "patterns": _patterns(downloads, "ODD"),
        },
        "outputs": {
            **_constants(sanitizer, "MOST_NOTES", "MOST_PLAIN", "CUT"),
            "pictures": sorted(sanitizer.PICTURES),
            "data": sorted(sanitizer.DATA),
            "shown": sorted(sanitizer.SHOWN - {vega.MIME}),  # the kernel in the browser cannot write charts anew
            "methods": dict(sanitizer.METHODS),
            "patterns": _patterns(sanitizer, "BASE64", "MIME_TYPE", "REPR"),
        },
    }


def _constants(module: ModuleType, *names: str) -> dict[str, object]:
    return {_camel(name): getattr(module, name) for name in names}


def _patterns(module: ModuleType, *names: str) -> dict[str, str]:
    found: dict[str, re.Pattern[str]] = {name: getattr(module, name) for name in names}
    return {_camel(name): javascript(pattern) for name, pattern in found.items()}


def _lists(sets: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    return {name: sorted(members) for name, members in sets.items()}


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(map(str.capitalize, rest))
