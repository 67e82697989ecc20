"""What an output may use of HTML, SVG and CSS: elements, attributes, and styles that only draw, in the output's own place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from . import words

HTML_TAGS = words("""a abbr address article aside audio b bdi bdo big blockquote br caption center cite code col colgroup data dd del details
    dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark meter nav ol p pre
    progress q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt
    u ul var video""")
SVG_TAGS: Mapping[str, str] = {
    name.lower(): name
    for name in words("""svg a circle clipPath defs ellipse feBlend feColorMatrix feComponentTransfer feComposite
    feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology feOffset
    feTurbulence filter g image line linearGradient marker mask path pattern polygon polyline radialGradient rect stop
    symbol text textPath tspan use""")
}
"""In lower case, as HTML's parser sees them -> as SVG writes them."""

VOID = frozenset({"br", "hr", "img", "col"})
RAW = words("script style title textarea iframe xmp noembed noframes noscript plaintext")
"""Elements whose content is text up to the end tag, whatever it looks like. They are dropped with it."""
WITH_CONTENT = words("template select foreignobject metadata desc math animate object applet")
"""Other elements that are dropped with their content."""
SILENT = words("html body head wbr label acronym title desc metadata doctype nobr")
"""Dropped without a note, since nothing is lost."""

TABLE_PARTS: Mapping[str, frozenset[str]] = {
    "table": frozenset({"caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th"}),
    "thead": frozenset({"tr", "td", "th"}),
    "tbody": frozenset({"tr", "td", "th"}),
    "tfoot": frozenset({"tr", "td", "th"}),
    "tr": frozenset({"td", "th"}),
    "colgroup": frozenset({"col"}),
}
"""What may stand directly in these. Parsers move anything else in front of the table, at a cost that grows with its square."""
ONLY_IN_TABLES = frozenset().union(*TABLE_PARTS.values())

_ROWS = frozenset({"tr", "td", "th"})
_GROUPS = _ROWS | {"thead", "tbody", "tfoot", "caption", "colgroup"}
_TABLE = frozenset({"table"})
_BLOCKS = words("""address article aside blockquote center details div dl figcaption figure footer h1 h2 h3 h4 h5 h6 header hr
    main nav ol p pre section summary table ul""")
_ENDS_P = (frozenset({"p"}), frozenset({"table", "td", "th", "caption", "svg"}))
IMPLIED_END: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    **dict.fromkeys(_BLOCKS, _ENDS_P),
    "li": (frozenset({"li"}), frozenset({"ul", "ol", "table"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl", "table"})),
    "td": (frozenset({"td", "th", "caption", "colgroup"}), _TABLE),
    "th": (frozenset({"td", "th", "caption", "colgroup"}), _TABLE),
    "tr": (_ROWS | {"caption", "colgroup"}, _TABLE),
    "thead": (_GROUPS, _TABLE),
    "tbody": (_GROUPS, _TABLE),
    "tfoot": (_GROUPS, _TABLE),
    "colgroup": (frozenset({"caption", "colgroup"}), _TABLE),
    "a": (frozenset({"a"}), frozenset({"table", "td", "th", "svg"})),
}
"""Start tag -> (open elements that it ends, those beyond which it ends none)."""

GLOBAL = words("class dir id lang style title role aria-label aria-hidden aria-labelledby")
HTML_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "a": frozenset({"href"}),
    "img": frozenset({"src", "alt", "width", "height"}),
    "audio": frozenset({"src", "controls", "preload", "loop", "muted"}),
    "video": frozenset({"src", "controls", "preload", "loop", "muted", "width", "height"}),
    "td": frozenset(
        {"colspan", "rowspan", "align", "valign", "width", "height", "bgcolor", "headers", "scope", "nowrap"}
    ),
    "th": frozenset(
        {"colspan", "rowspan", "align", "valign", "width", "height", "bgcolor", "headers", "scope", "nowrap"}
    ),
    "tr": frozenset({"align", "valign", "bgcolor"}),
    "table": frozenset(
        {"border", "cellpadding", "cellspacing", "width", "align", "bgcolor", "frame", "rules", "summary"}
    ),
    "thead": frozenset({"align", "valign"}),
    "tbody": frozenset({"align", "valign"}),
    "col": frozenset({"span", "width", "align"}),
    "colgroup": frozenset({"span", "width", "align"}),
    "caption": frozenset({"align"}),
    "ol": frozenset({"start", "type", "reversed"}),
    "ul": frozenset({"type"}),
    "li": frozenset({"value", "type"}),
    "details": frozenset({"open"}),
    "meter": frozenset({"min", "max", "value", "low", "high", "optimum"}),
    "progress": frozenset({"max", "value"}),
    "time": frozenset({"datetime"}),
    "data": frozenset({"value"}),
    "font": frozenset({"color", "face", "size"}),
    "hr": frozenset({"width", "size", "align", "color"}),
    "p": frozenset({"align"}),
    "div": frozenset({"align"}),
    **{f"h{level}": frozenset({"align"}) for level in range(1, 7)},
}
_SVG_GEOMETRY = words("""amplitude azimuth baseFrequency clipPathUnits cx cy d dx dy exponent filterUnits fx fy gradientTransform
    gradientUnits height in in2 intercept k1 k2 k3 k4 lengthAdjust markerHeight markerUnits markerWidth maskContentUnits
    maskUnits mode numOctaves offset operator order orient overflow pathLength patternContentUnits patternTransform
    patternUnits points preserveAspectRatio primitiveUnits r radius refX refY result rotate rx ry scale seed slope
    spreadMethod startOffset stdDeviation stitchTiles tableValues textLength transform type values version viewBox width x
    x1 x2 y y1 y2""")
_SVG_STYLE = words("""alignment-baseline baseline-shift clip-path clip-rule color color-interpolation color-interpolation-filters
    direction display dominant-baseline fill fill-opacity fill-rule filter flood-color flood-opacity font-family font-size
    font-style font-variant font-weight letter-spacing marker-end marker-mid marker-start mask opacity paint-order
    pointer-events shape-rendering stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap
    stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-anchor text-decoration text-rendering
    transform-origin unicode-bidi vector-effect visibility word-spacing writing-mode""")
SVG_ATTRIBUTES: Mapping[str, str] = {name.lower(): name for name in [*_SVG_GEOMETRY, *_SVG_STYLE]}
"""In lower case -> as SVG writes them; their values are checked as values of CSS."""
SVG_LINKING = frozenset({"use", "lineargradient", "radialgradient", "pattern", "textpath", "filter"})
"""Elements whose `href` may name another in the same drawing."""

CLASSES = words(
    "dataframe alert alert-block alert-info alert-success alert-warning alert-danger mathjax_ignore tex2jax_ignore"
)
"""Classes mean what the front end's style sheets say; others of JupyterLab's cover its whole window."""


# Styles: no address, no escape, and nothing outside of the output -----------------------------------------------------

PLAIN_CHARACTERS = re.compile(r"""[\w\s.,%#+\-*/()'"!]*""", re.ASCII)
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
LOCAL = re.compile(r"""url\(\s*(["']?)#([\w.-]+)\1\s*\)""", re.ASCII | re.IGNORECASE)
FUNCTIONS = words("""blur brightness calc clamp color color-mix conic-gradient contrast cubic-bezier drop-shadow fit-content
    grayscale hsl hsla hue-rotate hwb invert lab lch linear-gradient matrix matrix3d max min minmax oklab oklch opacity
    perspective polygon radial-gradient repeat repeating-linear-gradient repeating-radial-gradient rgb rgba rotate rotatex
    rotatey rotatez saturate scale scalex scaley sepia skew skewx skewy translate translatex translatey var""") | {""}
_FAMILIES = words(
    """align background border caret color fill flex font gap grid hyphens justify letter-spacing line-height
    list-style margin marker mask-type max min opacity outline overflow padding paint-order place rotate row-gap scale
    stop stroke tab-size text transform translate white-space word"""
)
FAMILY = re.compile(rf"(?:{'|'.join(sorted(_FAMILIES))})(?:-[a-z-]+)?")
SINGLE = words("""accent-color alignment-baseline appearance aspect-ratio baseline-shift block-size bottom box-shadow box-sizing
    break-inside caption-side clear clip-path clip-rule color-scheme column-gap cursor direction display dominant-baseline empty-cells
    filter flood-color flood-opacity float font height image-rendering inline-size isolation inset left lighting-color
    mask mix-blend-mode object-fit object-position order overflow-wrap pointer-events position print-color-adjust right
    shape-rendering table-layout top unicode-bidi user-select vector-effect vertical-align visibility width writing-mode
    zoom""")
IN_PLACE = words("""background-color color color-scheme cursor font-style font-variant font-weight list-style-type text-align
    text-align-last vertical-align visibility""")
"""Whatever their values, these draw nothing outside the box that the element has without them."""
LAYERED = words("background background-image box-shadow filter mask mask-image text-shadow")
OF_DRAWINGS = words("""background display fill font height max-height max-width min-height min-width opacity shape-rendering stroke
    text-rendering width""")
"""What a drawing's own tag may say besides, which neither moves it nor shows what lies outside it."""
MANY_TRACKS = re.compile(r"repeat\(\s*\d{4}|\d{5}", re.IGNORECASE)
"""In a grid, more of them than a browser lays out in time. Columns of text are not in the lists at all: a page of them is as many
as its height is of theirs, and within others that many times more."""
MOST_LAYERS = 32
"""Of shadows, gradients or filters in one value, each of which is drawn anew for every letter or pixel."""


def keeps_place(name: str) -> bool:
    """Whether a property of a drawing's own tag leaves it in its place."""
    return name in IN_PLACE or name in OF_DRAWINGS or name.startswith(("font-", "stroke-", "fill-"))


_SHORT = 200
"""Characters of a style attribute that is remembered."""


class Declarations(NamedTuple):
    """What is left of a style attribute, how many declarations are not, and whether something may be drawn outside its box."""

    text: str
    dropped: int
    moves: bool


def safe_value(name: str, text: str, id_prefix: str) -> str | None:
    """The value of a property or an attribute of SVG as it may stay, its `url(#id)` leading to the prefixed id.

    None if it could load or run anything, or lists more layers than a browser draws in time.
    """
    if PLAIN_CHARACTERS.fullmatch(text) is None or "/*" in text:
        return None
    heads = [each.rstrip() for each in LOCAL.sub(" ", text).split("(")[:-1]]
    names = {head[len(head.rstrip(_NAME)) :].lower() for head in heads}  # what is called: the word before each "("
    if not names <= FUNCTIONS or text.count("'") % 2 or text.count('"') % 2 or ("'" in text and '"' in text):
        return None
    if name in LAYERED and text.count("(") + text.count(",") >= MOST_LAYERS and _layers(text) > MOST_LAYERS:
        return None
    return LOCAL.sub(lambda match: f"url(#{id_prefix}{match[2]})", text) if "#" in text else text


def _layers(text: str) -> int:
    depth, parts, functions = 0, 1, 0
    for sign in re.findall(r"[(),]", text):
        functions += sign == "(" and depth == 0
        parts += sign == "," and depth == 0
        depth += (sign == "(") - (sign == ")")
    return max(parts, functions)


def safe_style(style: str, id_prefix: str) -> Declarations:
    """The declarations of a style attribute that may stay; its text unchanged if all may."""
    # a table or a piece of code says the same few again and again
    return (_declarations if len(style) <= _SHORT else _declarations.__wrapped__)(style, id_prefix)


@lru_cache(1024)
def _declarations(style: str, id_prefix: str) -> Declarations:
    kept, dropped, changed, moves = [], 0, False, False
    for declaration in style.split(";"):
        name, colon, given = declaration.partition(":")
        name = name.strip().lower()
        if not name and not colon:
            continue
        fit = safe_value(name, given, id_prefix) if name in SINGLE or FAMILY.fullmatch(name) else None
        if (
            fit is None
            or (name == "position" and fit.strip().lower() not in ("static", "relative", "absolute"))
            or (name.startswith("grid") and MANY_TRACKS.search(fit) is not None)
        ):
            dropped += 1
            continue
        changed |= fit is not given
        moves |= name not in IN_PLACE
        kept.append(f"{name}:{fit.strip()}")
    return Declarations(style if not (dropped or changed) else "; ".join(kept), dropped, moves)
