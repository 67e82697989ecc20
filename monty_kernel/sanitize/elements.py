"""The elements and attributes of HTML and SVG that an output may use."""

from __future__ import annotations

from collections.abc import Mapping


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


HTML_TAGS = words("""a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup data dd del details
    dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark meter nav ol p pre
    progress q rp rt ruby s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt
    u ul var""")
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
