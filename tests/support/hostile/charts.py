"""What a hostile chart says to run code, to load something, to reach the page, or to keep it busy for ever: one specification each.

The stand-ins are those of `attacks`. An attack of which `fires` is true is known to succeed in JupyterLab as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monty_kernel.sanitize.vega import MIME, NEWER
from tests.support.hostile.attacks import Attack

Spec = dict[str, Any]

ROWS = [{"a": "ABC"[place % 3], "b": place, "c": place % 7, "image": "CANARY"} for place in range(20)]
BASE: Spec = {
    "data": {"values": ROWS},
    "mark": "point",
    "width": 60,
    "height": 60,
    "encoding": {"x": {"field": "b", "type": "quantitative"}, "y": {"field": "c", "type": "quantitative"}},
}
X, Y = BASE["encoding"]["x"], BASE["encoding"]["y"]


def _chart(name: str, /, *, fires: bool = False, metadata: Mapping[str, Any] | None = None, **parts: Any) -> Attack:
    """The plain chart with these properties; None takes one away."""
    spec = {key: value for key, value in {**BASE, **parts}.items() if value is not None}
    return Attack(f"chart: {name}", {MIME: spec}, metadata={MIME: metadata} if metadata else {}, fires=fires)


def _encoding(name: str, /, *, fires: bool = False, mark: Any = "point", **channels: Any) -> Attack:
    return _chart(name, fires=fires, mark=mark, encoding={"x": X, "y": Y, **channels})


def _mark(name: str, /, *, fires: bool = False, **properties: Any) -> Attack:
    return _chart(name, fires=fires, mark={"type": "point", "size": 900, "filled": True, **properties})


def _calculate(expression: str, *, fires: bool = False) -> Attack:
    spec = {
        "transform": [{"calculate": expression, "as": "z"}],
        "encoding": {"x": X, "y": Y, "text": {"field": "z"}},
        "mark": "text",
    }
    return _chart(f"calculates {expression[:60]}", fires=fires, **spec)


def _transforms(name: str, *transforms: Mapping[str, Any], field: str = "z") -> Attack:
    return _chart(name, transform=list(transforms), encoding={"x": X, "y": {"field": field, "type": "quantitative"}})


def _options(name: str, *, fires: bool = False, **options: Any) -> Attack:
    return _chart(f"options: {name}", fires=fires, metadata={"embed_options": options})


def _bound(name: str, /, *, fires: bool = False, **bind: Any) -> Attack:
    return _chart(f"bound: {name}", fires=fires, params=[{"name": "p", "value": "x", "bind": bind}])


LOADING = (
    _chart("data from elsewhere", fires=True, data={"url": "CANARY.json"}),
    _chart("data from the server", fires=True, data={"url": "LOCAL"}),
    _chart("data with a format", fires=True, data={"url": "CANARY", "format": {"type": "topojson", "feature": "x"}}),
    _chart("data looked up", fires=True, transform=[{"lookup": "a", "from": {"data": {"url": "CANARY"}, "key": "a", "fields": ["q"]}}]),
    _chart("data of a layer", fires=True, mark=None, layer=[{"mark": "point", "data": {"url": "CANARY"}}]),
    _chart("a data set that is an address", datasets={"d": {"url": "CANARY"}}, data={"name": "d"}),
    _chart("data that names both", data={"name": "CANARY", "url": "CANARY", "values": ROWS}),
    Attack("chart: an address for a specification", {MIME: "CANARY"}, fires=True),
    Attack("chart: an address in a newer type", {NEWER: "CANARY"}),
    Attack("chart: a list", {MIME: ["CANARY"]}),
    Attack("chart: Vega itself", {"application/vnd.vega.v5+json": {"data": [{"name": "d", "url": "CANARY"}], "marks": []}}, fires=True),
    Attack("chart: an older type", {"application/vnd.vegalite.v4+json": {**BASE, "data": {"url": "CANARY"}}}, fires=True),
    _chart("Vega in disguise", **{"$schema": "https://vega.github.io/schema/vega/v5.json", "data": [{"name": "d", "url": "CANARY"}], "marks": []}, fires=True),
    _encoding("a picture", fires=True, mark="image", url={"field": "image"}),
    _mark("a picture as a mark", fires=True, type="image", url="CANARY", width=20, height=20),
    _encoding("a picture's address as a value", fires=True, mark="image", url={"value": "CANARY"}),
    _encoding("a link", href={"field": "image"}),
    _encoding("a link as a value", href={"value": "javascript:PWN"}),
    _mark("a mark's link", href="javascript:PWN"),
    _chart("a link by a style", config={"point": {"href": "javascript:PWN"}, "style": {"point": {"href": "CANARY"}}}),
    _mark("a tooltip of all data", fires=True, tooltip={"content": "data"}),
    _encoding("a tooltip with a field called image", fires=True, mark={"type": "point", "size": 900, "filled": True}, tooltip=[{"field": "image"}]),
    _encoding("a tooltip with a title", fires=True, mark={"type": "point", "size": 900, "filled": True}, tooltip=[{"field": "a", "title": "image"}]),
    _encoding("a tooltip with an escape", mark={"type": "point", "size": 900}, tooltip=[{"field": "a", "title": "\\u0069mage"}]),
    _encoding("a tooltip with a quote", mark={"type": "point", "size": 900}, tooltip=[{"field": "a", "title": '", "image": "CANARY", "x": "'}]),
    _encoding("a tooltip with a backslash", mark={"type": "point", "size": 900}, tooltip=[{"field": "a", "title": '\\", "image": "CANARY", "x": "'}]),
    _mark("a tooltip that is computed", fires=True, tooltip={"expr": "{image: 'CANARY'}"}),
    _mark("a tooltip that is computed with an escape", fires=True, tooltip={"expr": "{'\\u0069mage': 'CANARY'}"}),
    _encoding("a tooltip of an object", mark={"type": "point", "size": 900, "filled": True}, tooltip={"field": "o"}),
    _chart("a tooltip of rows that hold objects", fires=True, data={"values": [{"b": 1, "c": 1, "o": {"image": "CANARY"}}]}, mark={"type": "point", "size": 900, "filled": True}, encoding={"x": X, "y": Y, "tooltip": {"field": "o"}}),
    _chart("a tooltip by pivot", transform=[{"calculate": "'im' + 'age'", "as": "k"}, {"pivot": "k", "value": "b", "groupby": ["c"]}], mark={"type": "point", "size": 900, "tooltip": {"content": "data"}}, encoding={"x": {"field": "c", "type": "quantitative"}}),
    _chart("a tooltip by a title for counts", config={"countTitle": "image"}, mark={"type": "bar", "tooltip": True}, encoding={"y": {"aggregate": "count"}, "x": X}),
    _chart("data as text with a field called image", data={"values": "b,c,image\n1,1,CANARY", "format": {"type": "csv"}}, mark={"type": "point", "tooltip": {"content": "data"}}),
    _mark("a cursor from elsewhere", cursor="url(CANARY), auto"),
    _mark("a cursor that is computed", fires=True, cursor={"expr": "'url(CANARY), auto'"}),
    _chart("a cursor of the view", view={"cursor": "url(CANARY), auto"}, config={"view": {"cursor": "url(CANARY), auto"}}),
    _mark("a fill from elsewhere", fill="url(CANARY#x)", stroke="url(CANARY#x)"),
    _encoding("colours of the data", color={"field": "image", "scale": None}),
    _chart("a background from elsewhere", background="url(CANARY)"),
    _chart("a font from elsewhere", config={"font": "x;src:url(CANARY)", "axis": {"labelFont": "'}url(CANARY)"}}),
    _chart("a map", mark="geoshape", projection={"type": "mercator"}, data={"graticule": True}),
    _chart("a map from elsewhere", fires=True, mark="geoshape", data={"url": "CANARY", "format": {"type": "topojson", "feature": "f"}}, encoding=None),
)  # fmt: skip

OPTIONS = (
    _chart("usermeta with a loader", usermeta={"embedOptions": {"loader": {"baseURL": "CANARY"}, "config": "CANARY"}}, fires=True),
    _chart("usermeta with a patch", usermeta={"embedOptions": {"patch": "CANARY"}}, fires=True),
    _chart("usermeta with a style", usermeta={"embedOptions": {"defaultStyle": "</style><img src=x onerror=PWN>"}}),
    _chart("usermeta that replaces data", usermeta={"embedOptions": {"patch": [{"op": "add", "path": "/data/0", "value": {"name": "q", "url": "CANARY"}}]}}, fires=True),
    _options("a loader", loader={"baseURL": "CANARY", "http": {"credentials": "include"}}),
    _options("a configuration from elsewhere", config="CANARY", fires=True),
    _options("a patch from elsewhere", patch="CANARY", fires=True),
    _options("a patch", patch=[{"op": "add", "path": "/data/0", "value": {"name": "q", "url": "CANARY"}}], fires=True),
    _options("a style", defaultStyle="@import url(CANARY); </style><img src=x onerror=PWN>"),
    _options("the editor", actions={"editor": True}, editorUrl="javascript:PWN"),
    _options("a header with the source", actions=True, sourceHeader="<script>opener.PWN</script>"),
    _options("a place to bind", bind="body"),
    _options("a renderer", renderer="svg"),
    _options("Vega", mode="vega"),
    Attack("chart: options at the top", {MIME: BASE}, metadata={"embed_options": {"patch": "CANARY"}}),
)  # fmt: skip

PAGE = (
    _bound("an element of the page", element="body", input="text"),
    _bound("an event of the page", element="body", event="keydown"),
    _bound("an image", fires=True, input="image", src="CANARY"),
    _bound("an attribute that runs", fires=True, input="text", onfocus="PWN", autofocus="1"),
    _bound("an attribute with an address", input="submit", formaction="CANARY", form="x"),
    _bound("a file", input="file"),
    _bound("a password", input="password"),
    _bound("options", input="select", options=["<img src=CANARY onerror=PWN>"], labels=["<img src=CANARY>"]),
    _bound("a name", input="range", name="<img src=CANARY onerror=PWN>"),
    *(
        _chart(f"selects on {on}", params=[{"name": "p", "select": {"type": "point", "on": on, "clear": on}}])
        for on in ("window:keydown", "window:mousemove", "document:keypress!", "body:click", "timer{1}", "[window:keydown, window:keyup] > window:mousemove", "click[PWN]")
    ),
    _chart("a stream", params=[{"name": "p", "select": {"type": "interval", "on": {"source": "window", "type": "keydown", "consume": True}, "translate": "window:wheel!"}}]),
    _chart("a stream that filters", params=[{"name": "p", "select": {"type": "point", "on": {"type": "click", "filter": "warn(event)"}, "toggle": "warn(event)"}}]),
    _chart("signals", signals=[{"name": "s", "on": [{"events": "window:keydown", "update": "warn(event)"}]}], config={"signals": [{"name": "t", "update": "warn(1)"}]}),
    _chart("events of the page", config={"events": {"bind": "any", "window": True, "globalCursor": True, "defaults": {"prevent": True}}}),
    _chart("names of the page", name="document.body", params=[{"name": "constructor", "value": 1}, {"name": "__proto__", "value": 1}]),
    _chart("prototypes", data={"values": [{"b": 1, "c": 1, "__proto__": {"polluted": 1}, "constructor": {"prototype": {"x": 1}}}]}, datasets={"__proto__": [{"a": 1}]}),
    _chart("a style of prototypes", config={"style": {"__proto__": {"fill": "red"}, "constructor": {"fill": "red"}}}, mark={"type": "point", "style": "__proto__"}),
)  # fmt: skip

CODE = (
    *(
        _calculate(expression)
        for expression in (
            "datum.constructor.constructor('PWN')()",
            "datum['con' + 'structor']['constructor']('PWN')()",
            "datum[['constructor']]",
            "datum.__proto__.polluted",
            "[].map.constructor('PWN')()",
            "''.sub.call.call({}['constructor'].getOwnPropertyDescriptor, 1)",
            "event.view.eval('PWN')",
            "event.target.ownerDocument.defaultView.PWN",
            "item.mark.group.context.dataflow._el",
            "warn('x')",
            "modify('data', {}, null)",
            "data('source_0')",
            "setdata('source_0', [])",
            "scale('x', 1, event)",
            "{toString: replace('a', 'a', 'PWN')}",
            "{__proto__: {valueOf: 1}}",
            "regexp('(a+)+$')",
            "test(/(a+)+$/, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!')",
            "replace('aaaa', /a/g, 'b')",
            "pad('x', 1e9, 'y')",
            "format(1, '1000000000d')",
            "sequence(1e9)",
            "this.PWN",
            "PWN",
            "globalThis.PWN",
            "`${PWN}`",
            "(() => PWN)()",
            "datum.a = PWN",
            "new Function('PWN')()",
            "datum.b, PWN",
            "datum.b) + PWN + (1",
            "datum['b\\u0022] + PWN + [\\u0022']",
            "containerSize()[0] + screen().width + windowSize()[0]",
            "geoShape('p', datum)",
            "vlSelectionTest('x_store', datum)",
            "encode(item, 'x')",
        )
    ),
    _encoding("a format that breaks out", tooltip=[{"field": "b", "type": "quantitative", "format": '") + warn("PWN'}]),
    _encoding("a date's format that breaks out", text={"field": "b", "type": "temporal", "format": "') + warn('PWN"}, mark="text"),
    _encoding("a format by a function", fires=False, text={"field": "b", "format": "x", "formatType": "warn"}, mark="text"),
    _chart("formats by functions", config={"customFormatTypes": True, "numberFormatType": "warn", "timeFormatType": "warn"}),
    _encoding("a field that breaks out", y={"field": '"] + warn("PWN") + datum["'}),
    _encoding("a field that breaks out singly", y={"field": "'] + warn('PWN') + datum['"}),
    _encoding("a date that breaks out", y={"field": "c", "type": "temporal", "scale": {"domain": [{"year": "warn(1)", "month": "PWN"}, {"year": 2000}]}}),
    _chart("a filter's date that breaks out", transform=[{"filter": {"field": "b", "lt": {"year": "warn(1)", "date": "PWN"}}}]),
    _chart("a way to read that breaks out", data={"values": ROWS, "format": {"parse": {"b": "date:'') + warn('PWN"}}}),
    _encoding("a signal", x={"field": "b", "axis": {"values": {"signal": "warn(1)"}, "title": {"signal": "PWN"}}}),
    _chart("a signal as a value", params=[{"name": "p", "select": "interval", "value": {"x": {"signal": "warn(1)"}}}]),
    _transforms("an imputed field that is an expression", {"impute": "b + warn(1)", "key": "c", "method": "mean"}),
    _encoding("an imputed channel that is an expression", y={"field": "c + warn(1)", "type": "quantitative", "impute": {"method": "mean"}}),
    _chart("a label's expression", encoding={"x": {**X, "axis": {"labelExpr": "warn(datum.label)"}}, "y": Y}),
)  # fmt: skip

MANY = (
    _chart("a sequence", data={"sequence": {"start": 0, "stop": 1e9, "as": "b"}}),
    _chart("a sequence without end", data={"sequence": {"start": 0, "stop": 10, "step": 1e-9}}),
    _chart("a graticule", data={"graticule": {"step": [0.001, 0.001]}}, mark="geoshape"),
    _chart("many rows", data={"values": [{"b": 1, "c": 1}] * 50_000}),
    _transforms("a density", {"density": "b", "steps": 100_000_000, "as": ["b", "z"]}),
    _transforms("an imputation", {"impute": "b", "key": "b", "keyvals": {"start": 0, "stop": 1e9, "step": 1}, "value": 0}),
    _transforms("folds", *[{"fold": ["b", "c", "a"], "as": ["k", "v"]}] * 12),
    _transforms("lists that are flattened", {"joinaggregate": [{"op": "values", "as": "v"}]}, {"flatten": ["v"]}, {"joinaggregate": [{"op": "values", "as": "v"}]}, {"flatten": ["v"]}, {"flatten": ["v"]}),
    _transforms("quantiles", {"quantile": "b", "step": 1e-9}),
    _transforms("a regression", {"regression": "c", "on": "b", "method": "poly", "order": 100_000}),
    _chart("many densities", data={"values": [{"b": place, "c": 1} for place in range(5_000)]}, mark=None, layer=[{"mark": "line", "transform": [{"density": "b", "steps": 500}], "encoding": {"x": {"field": "value"}, "y": {"field": "density"}}}] * 90),
    _chart("long texts in many rows", data={"values": [{"b": place, "c": 1} for place in range(5_000)]}, transform=[{"calculate": "join(sequence(0, 1000, 1), 'xxxxxxxx')", "as": "z"}, {"filter": "indexof(datum.z, 'q') < 0"}]),
    _transforms("texts that double", *[{"calculate": "datum.a + datum.a", "as": "a"}] * 40),
    _chart("parameters that double", params=[{"name": "p0", "value": "xxxxxxxxxx"}, *({"name": f"p{place}", "expr": f"p{place - 1} + p{place - 1}"} for place in range(1, 60))], title={"text": {"expr": "p59"}}),
    _chart("parameters in a circle", params=[{"name": "p", "expr": "q + 1"}, {"name": "q", "expr": "p + 1"}]),
    _encoding("bins", x={"field": "b", "bin": {"maxbins": 1e9}}),
    _encoding("narrow bins", x={"field": "b", "bin": {"step": 1e-9}}, mark="bar"),
    _encoding("bins of a small base", x={"field": "b", "bin": {"base": 1.0000001, "maxbins": 3}}, mark="bar"),
    _transforms("bins of a transform", {"bin": {"step": 1e-9}, "field": "b", "as": "z"}),
    _encoding("ticks", x={**X, "axis": {"tickCount": 1e9}}),
    _encoding("ticks of time", x={"field": "b", "type": "temporal", "axis": {"tickCount": "millisecond"}, "scale": {"domain": [{"year": 1000}, {"year": 3000}]}}),
    _encoding("ticks of steps of time", x={"field": "b", "type": "temporal", "axis": {"tickCount": {"interval": "second", "step": 1}}, "scale": {"domain": [0, 1e14]}}),
    _encoding("a scale's bins", color={"field": "b", "type": "quantitative", "scale": {"type": "bin-ordinal", "bins": {"start": 0, "stop": 1e9, "step": 1}}}),
    _chart("a wide view", width=1e7, height=1e7),
    _chart("a wide step", width={"step": 1e6}, encoding={"x": {"field": "b", "type": "ordinal"}}),
    _chart("much around it", padding=1e7, config={"axis": {"offset": 1e7, "labelFontSize": 1e6}}, title={"text": "x", "offset": 1e7, "fontSize": 1e6}),
    _encoding("far away", x={**X, "scale": {"domain": [0, 0.0001]}}, y={**Y, "scale": {"domain": [0, 0.0001]}}),
    _encoding("far away without a scale", x={"field": "q", "type": "quantitative", "scale": None}),
    _chart("far away by transforms", transform=[{"calculate": "datum.b * 1e7", "as": "q"}], encoding={"x": {"field": "q", "type": "quantitative", "scale": None}, "y": {"field": "q", "type": "quantitative", "scale": None}}),
    _mark("far away by an expression", xOffset={"expr": "1e7"}, yOffset={"expr": "1e7"}, size={"expr": "1e14"}),
    _chart("many facets", data={"values": [{"b": place, "c": 1} for place in range(5_000)]}, encoding={"x": X, "row": {"field": "b"}, "column": {"field": "c"}}),
    _chart("many repeats", mark=None, encoding=None, repeat={"row": ["b", "c"] * 50, "column": ["b", "c"] * 50}, spec={"mark": "point", "encoding": {"x": {"field": {"repeat": "row"}}}}),
    _chart("many layers", mark=None, layer=[{"mark": "point"}] * 5_000),
    _chart("many views", mark=None, encoding=None, hconcat=[{"mark": "point", "encoding": BASE["encoding"]}] * 2_000),
    _mark("short dashes", strokeDash=[1e-9, 1e-9], strokeWidth=3),
    _chart("a locale", config={"locale": {"number": {"decimal": ".", "thousands": ",", "grouping": [1e-300], "currency": ["", ""]}}}),
)  # fmt: skip

CHARTS = tuple(attack.filled(number) for number, attack in enumerate((*LOADING, *OPTIONS, *PAGE, *CODE, *MANY)))


def _deep(levels: int) -> Spec:
    spec: Spec = dict(BASE)
    for _ in range(levels):
        spec = {"vconcat": [spec]}
    return spec


DEEP = _deep(200)
"""Too deep to be written out anywhere else."""
