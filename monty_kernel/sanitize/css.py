"""Checks values and declarations of CSS: they may only draw, with no address, no escape, and nothing outside the output's place."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .elements import words

_PLAIN_CHARACTERS = re.compile(r"""[\w\s.,%#+\-*/()'"!]*""", re.ASCII)
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
_LOCAL = re.compile(r"""url\(\s*(["']?)#([\w.-]+)\1\s*\)""", re.ASCII | re.IGNORECASE)
_FUNCTIONS = words("""blur brightness calc clamp color color-mix conic-gradient contrast cubic-bezier drop-shadow fit-content
    grayscale hsl hsla hue-rotate hwb invert lab lch linear-gradient matrix matrix3d max min minmax oklab oklch opacity
    perspective polygon radial-gradient repeat repeating-linear-gradient repeating-radial-gradient rgb rgba rotate rotatex
    rotatey rotatez saturate scale scalex scaley sepia skew skewx skewy translate translatex translatey var""") | {""}
_FAMILIES = words(
    """align background border caret color fill flex font gap grid hyphens justify letter-spacing line-height
    list-style margin marker mask-type max min opacity outline overflow padding paint-order place rotate row-gap scale
    stop stroke tab-size text transform translate white-space word"""
)
_FAMILY = re.compile(rf"(?:{'|'.join(_FAMILIES)})(?:-[a-z-]+)?")
_SINGLE = words("""accent-color alignment-baseline appearance aspect-ratio baseline-shift block-size bottom box-shadow box-sizing
    break-inside caption-side clear clip-path clip-rule color-scheme column-gap cursor direction display dominant-baseline empty-cells
    filter flood-color flood-opacity float font height image-rendering inline-size isolation inset left lighting-color
    mask mix-blend-mode object-fit object-position order overflow-wrap pointer-events position print-color-adjust right
    shape-rendering table-layout top unicode-bidi user-select vector-effect vertical-align visibility width writing-mode
    zoom""")
_IN_PLACE = words("""background-color color color-scheme cursor font-style font-variant font-weight list-style-type text-align
    text-align-last vertical-align visibility""")
"""Whatever their values, these draw nothing outside the box that the element has without them."""


_LAYERED = words("background background-image box-shadow filter mask mask-image text-shadow")
_OF_DRAWINGS = words("""background display fill font height max-height max-width min-height min-width opacity shape-rendering stroke
    text-rendering width""")
"""What a drawing's own tag may say besides, which neither moves it nor shows what lies outside it."""
_MANY_TRACKS = re.compile(r"repeat\(\s*\d{4}|\d{5}", re.IGNORECASE)
"""In a grid, more of them than a browser lays out in time. Columns of text are not in the lists at all: a page of them is as many
as its height is of theirs, and within others that many times more."""
_MOST_LAYERS = 32
"""Of shadows, gradients or filters in one value, each of which is drawn anew for every letter or pixel."""


def stays(name: str) -> bool:
    """Whether a property of a drawing's own tag leaves it in its place."""
    return name in _IN_PLACE or name in _OF_DRAWINGS or name.startswith(("font-", "stroke-", "fill-"))


_SHORT = 200
"""Characters of a style attribute that is remembered."""


class Declarations(NamedTuple):
    """What is left of a style attribute, how many declarations are not, and whether something may be drawn outside its box."""

    text: str
    dropped: int
    moves: bool


def value(text: str, id_prefix: str) -> str | None:
    """A value as it may stay, its `url(#id)` leading to the prefixed id; None if it could load or run anything."""
    if _PLAIN_CHARACTERS.fullmatch(text) is None or "/*" in text:
        return None
    heads = [each.rstrip() for each in _LOCAL.sub(" ", text).split("(")[:-1]]
    names = {head[len(head.rstrip(_NAME)) :].lower() for head in heads}  # what is called: the word before each "("
    if not names <= _FUNCTIONS or text.count("'") % 2 or text.count('"') % 2 or ("'" in text and '"' in text):
        return None
    return _LOCAL.sub(lambda match: f"url(#{id_prefix}{match[2]})", text) if "#" in text else text


def has_many_layers(name: str, text: str) -> bool:
    """Whether a value lists more shadows, gradients or filters than a browser draws in time."""
    if name not in _LAYERED or text.count("(") + text.count(",") < _MOST_LAYERS:
        return False
    depth, parts, functions = 0, 1, 0
    for sign in re.findall(r"[(),]", text):
        functions += sign == "(" and depth == 0
        parts += sign == "," and depth == 0
        depth += (sign == "(") - (sign == ")")
    return max(parts, functions) > _MOST_LAYERS


def declarations(style: str, id_prefix: str) -> Declarations:
    """The declarations of a style attribute that may stay; its text unchanged if all may."""
    return _short_declarations(style, id_prefix) if len(style) <= _SHORT else _declarations(style, id_prefix)


@lru_cache(1024)
def _short_declarations(style: str, id_prefix: str) -> Declarations:
    return _declarations(style, id_prefix)  # a table or a piece of code says the same few again and again


def _declarations(style: str, id_prefix: str) -> Declarations:
    kept, dropped, changed, moves = [], 0, False, False
    for declaration in style.split(";"):
        name, colon, given = declaration.partition(":")
        name = name.strip().lower()
        if not name and not colon:
            continue
        fit = value(given, id_prefix) if name in _SINGLE or _FAMILY.fullmatch(name) else None
        if fit is None or (name == "position" and fit.strip().lower() not in ("static", "relative", "absolute")):
            dropped += 1
            continue
        if name.startswith("grid") and _MANY_TRACKS.search(fit) is not None:
            dropped += 1
            continue
        if has_many_layers(name, fit):
            dropped += 1
            continue
        changed |= fit is not given
        moves |= name not in _IN_PLACE
        kept.append(f"{name}:{fit.strip()}")
    return Declarations(style if not (dropped or changed) else "; ".join(kept), dropped, moves)
