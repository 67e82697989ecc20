"""Bundles that are hostile by their types, by values of the wrong type, or by metadata."""

from __future__ import annotations

from monty_kernel.sanitize import words
from tests.support.hostile.attacks import Attack

_BAD = "<img src=LOCAL onerror=PWN>"
_GIF = "R0lGODlhAQABAAAAACwAAAAAAQABAAA="
_ISOLATED = "<script>parent.PWN</script><img src=CANARY onerror=parent.PWN>"

_TYPES = {
    **{
        mime: {mime: "PWN", "text/plain": "-"}
        for mime in sorted(words("""text/javascript application/javascript application/ecmascript text/ecmascript application/x-javascript
        text/x-javascript text/jscript module text/css text/xml application/xml application/xhtml+xml text/x-html text/x-python
        application/x-shockwave-flash application/wasm text/vbscript text/uri-list text/x-markdown text/x-latex application/x-tex"""))
    },
    "HTML with a parameter": {"text/html;charset=utf-7": _BAD, "text/plain": "-"},
    "HTML in capitals": {"TEXT/HTML": _BAD, "text/plain": "-"},
    "HTML with a space": {" text/html": _BAD, "text/html ": _BAD, "text/plain": "-"},
    "XHTML": {"application/xhtml+xml": _BAD, "text/plain": "-"},
    "Vega": {"application/vnd.vega.v5+json": {"$schema": "x", "data": [{"name": "a", "url": "CANARY"}], "marks": [{"type": "image", "encode": {"enter": {"url": {"value": "CANARY"}}}}]}},
    "Vega-Lite": {"application/vnd.vegalite.v5+json": {"data": {"url": "CANARY"}, "mark": {"type": "image", "url": "CANARY"}, "encoding": {}}},
    "Vega-Lite of old": {"application/vnd.vegalite.v4+json": {"data": {"url": "CANARY"}, "mark": "point", "encoding": {}}},
    "Vega-Lite with a link": {"application/vnd.vegalite.v3+json": {"data": {"values": [{"u": "javascript:PWN"}]}, "mark": "point", "encoding": {"href": {"field": "u"}}}},
    "Plotly": {"application/vnd.plotly.v1+json": {"data": [], "layout": {"images": [{"source": "CANARY"}]}}},
    "Bokeh": {"application/vnd.bokehjs_exec.v0+json": "", "application/vnd.bokehjs_load.v0+json": "PWN"},
    "HoloViews": {"application/vnd.holoviews_exec.v0+json": "", "application/vnd.holoviews_load.v0+json": "PWN"},
    "widgets": {"application/vnd.jupyter.widget-view+json": {"model_id": "x", "version_major": 2, "version_minor": 0}, "text/plain": "-"},
    "widgets' state": {"application/vnd.jupyter.widget-state+json": {"state": {"x": {"model_module": "CANARY"}}}},
    "errors": {"application/vnd.jupyter.error": {"ename": _BAD, "evalue": _BAD, "traceback": [_BAD]}},
    "stdout as a type": {"application/vnd.jupyter.stdout": f"{_BAD} \x1b]8;;javascript:PWN\x07x\x1b]8;;\x07"},
    "stderr as a type": {"application/vnd.jupyter.stderr": f"{_BAD} \x1b]8;;javascript:PWN\x07x\x1b]8;;\x07"},
    "geography": {"application/geo+json": {"type": "Feature", "properties": {"popup": _BAD, "url": "CANARY"}}},
    "tables": {"application/vnd.dataresource+json": {"data": [{"x": _BAD}], "schema": {"fields": [{"name": _BAD}]}}},
    "a PDF": {"application/pdf": "JVBERi0xLjQKMSAwIG9iajw8L09wZW5BY3Rpb248PC9TL1VSSS9VUkkoQ0FOQVJZKT4+Pj4="},
    "a diagram": {"text/vnd.mermaid": f'graph TD\nA["{_BAD}"]\nclick A "javascript:PWN"'},
    "a diagram with an image": {"text/vnd.mermaid": 'flowchart LR\nA@{ img: "CANARY", h: 60, w: 60 }'},
    "lines of JSON": {"application/jsonl": f'{{"{_BAD}": 1}}', "text/jsonl": "[1]", "application/json-lines": "{}"},
    "a folder of the server": {"application/vnd.jupyter.directory": "/", "text/x-url": "CANARY"},
    "a video": {"video/mp4": "CANARY", "audio/wav": "CANARY", "text/plain": "-"},
    "an icon": {"image/x-icon": _GIF, "image/avif": _GIF, "image/tiff": _GIF, "text/plain": "-"},
    "LaTeX by another name": {"text/x-tex": r"$\href{javascript:PWN}{x}$", "application/x-latex": r"$\href{javascript:PWN}{x}$"},
    "a type of an attribute": {'text/html" onmouseover="PWN': _BAD, "text/plain": "-"},
    "a type of a tag": {f"{_BAD}/x": "y"},
    "a type without a name": {"": _BAD, "/": _BAD, "text/": _BAD},
    "a type that is a number": {"1": _BAD, "text/plain": "-"},
    "a type of the prototype": {"__proto__": _BAD, "constructor": _BAD, "text/plain": "-"},
}  # fmt: skip

_VALUES = {
    "HTML in a list": {"text/html": ["<script>", "PWN", "</script>"], "text/plain": "-"},
    "HTML in a list that splits a tag": {"text/html": ["<scr", "ipt>PWN</scr", "ipt>"], "text/plain": "-"},
    "HTML in a dict": {"text/html": {"0": "<script>PWN</script>", "length": 1}, "text/plain": "-"},
    "HTML as a number": {"text/html": 1, "text/plain": "-"},
    "HTML as nothing": {"text/html": None, "text/plain": "-"},
    "SVG in a list": {"image/svg+xml": ["<svg onload=PWN>", "</svg>"], "text/plain": "-"},
    "Markdown in a list": {"text/markdown": ["<img src=LOCAL ", "onerror=PWN>"], "text/plain": "-"},
    "LaTeX in a list": {"text/latex": ["$\\hr", "ef{javascript:PWN}{x}$"], "text/plain": "-"},
    "a picture in a list": {"image/png": ["AAAA", '" onerror="PWN'], "text/plain": "-"},
    "a picture in a dict": {"image/png": {"toString": "x"}, "text/plain": "-"},
    "a picture that ends its attribute": {"image/png": f'{_GIF}" onerror="PWN" a="'},
    "a picture that ends its address": {"image/jpeg": "AA=='><script>PWN</script>"},
    "a picture that is an address": {"image/gif": "CANARY"},
    "a picture of another type": {"image/png": "PHN2ZyBvbmxvYWQ9UFdOPg==", "image/webp": "PHNjcmlwdD4="},
    "a picture with a parameter": {"image/png": "AAAA;text/html,<script>PWN</script>"},
    "JSON that is HTML": {"application/json": _BAD},
    "JSON with addresses": {"application/json": {"url": "javascript:PWN", "src": "CANARY", "a": ["data:text/html,x"]}},
    "JSON with a prototype": {"application/json": {"__proto__": {"x": _BAD}, "constructor": {"prototype": 1}}},
    "text with links": {"text/plain": "javascript:PWN http://canary.invalid.example/ file:///etc/passwd"},
    "text with colours": {"text/plain": f'\x1b[31m{_BAD}\x1b[0m \x1b[38;5;1;4mx \x1b[38;2;1;2;3"onclick="PWNm'},
    "text with an address that ends": {"text/plain": 'https://example.org/"onmouseover="PWN"'},
    "text with an address in a terminal's link": {"text/plain": "\x1b]8;;javascript:PWN\x1b\\x\x1b]8;;\x1b\\"},
    "text with a path": {"text/plain": 'File "canary-NUMBER.png", line 1\n/etc/passwd:1'},
    "text in a list": {"text/plain": [_BAD, "<script>PWN</script>"]},
}

_METADATA: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "a frame of its own": ({"text/html": _ISOLATED}, {"isolated": True}),
    "a frame of its own by type": ({"text/html": _ISOLATED}, {"text/html": {"isolated": True}}),
    "a frame of its own for a drawing": ({"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><script>parent.PWN</script></svg>"}, {"image/svg+xml": {"isolated": True}}),
    "a frame of its own for Markdown": ({"text/markdown": _ISOLATED}, {"text/markdown": {"isolated": True}}),
    "a frame of its own, said in words": ({"text/html": _ISOLATED}, {"isolated": "yes", "text/html": {"isolated": 1}}),
    "unconfined": ({"image/png": _GIF}, {"unconfined": True, "image/png": {"unconfined": True, "width": 99999}}),
    "unconfined, as an attribute": ({"image/png": _GIF}, {"image/png": {"unconfined": '"onload="PWN'}}),
    "a background": ({"image/png": _GIF}, {"needs_background": '"onload="PWN', "image/png": {"needs_background": "x y"}}),
    "a background of light": ({"image/png": _GIF}, {"image/png": {"needs_background": "light"}}),
    "a width that ends": ({"image/png": _GIF}, {"image/png": {"width": '1"onload="PWN', "height": "1'onload='PWN"}}),
    "a width of any size": ({"image/png": _GIF}, {"image/png": {"width": 1e9, "height": 1e9}}),
    "a width that is none": ({"image/png": _GIF}, {"image/png": {"width": float("inf"), "height": -1}}),
    "a width for all": ({"image/jpeg": _GIF}, {"width": '1"onload="PWN'}),
    "a text that ends": ({"image/png": _GIF}, {"image/png": {"alt": '"onload="PWN"a="'}, "alt": "<script>PWN</script>"}),
    "a text with a tag": ({"image/svg+xml": "<svg/>"}, {"image/svg+xml": {"alt": _BAD}}),
    "a name of a file": ({"image/png": _GIF}, {"filenames": {"image/png": "../../../LOCAL"}}),
    "a name of a file that ends": ({"image/png": _GIF}, {"filenames": {"image/png": 'x"onload="PWN'}}),
    "a name of a file elsewhere": ({"image/svg+xml": "<svg/>"}, {"filenames": {"image/svg+xml": "CANARY"}}),
    "a part of it": ({"text/html": "<b>x</b>"}, {"fragment": "#main", "text/html": {"fragment": "*"}}),
    "a root of JSON": ({"application/json": {}}, {"application/json": {"root": _BAD, "expanded": True}}),
    "a root that is long": ({"application/json": {}}, {"application/json": {"root": "x" * 100_000}}),
    "tags": ({"text/html": "<b>x</b>"}, {"tags": ['"onclick="PWN', "jp-Dialog"], "class": "jp-Dialog"}),
    "trust": ({"text/html": _BAD}, {"trusted": True, "text/html": {"trusted": True}}),
    "scripts": ({"text/html": "<b>x</b>"}, {"scripts": ["PWN"], "onload": "PWN", "id": "x\"onclick=\"PWN"}),
    "a widget's view": ({"text/plain": "-"}, {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}),
    "options of a chart": ({"application/json": {}}, {"application/vnd.vegalite.v5+json": {"embed_options": {"loader": {"baseURL": "CANARY"}, "actions": True}}}),
    "types within types": ({"text/html": "<b>x</b>"}, {"text/html": {"text/html": {"isolated": True}, "isolated": [1]}}),
    "a prototype": ({"text/html": "<b>x</b>"}, {"__proto__": {"isolated": True}, "constructor": {}}),
    "a style": ({"image/png": _GIF}, {"image/png": {"style": "position:fixed;inset:0", "class": "jp-Dialog"}}),
    "a map of an image": ({"image/png": _GIF}, {"image/png": {"usemap": "#m", "ismap": True, "srcset": "CANARY"}}),
}  # fmt: skip

DATA = (
    *(Attack(f"type: {name}", bundle) for name, bundle in _TYPES.items()),
    *(Attack(f"value: {name}", bundle) for name, bundle in _VALUES.items()),
    *(Attack(f"metadata: {name}", bundle, metadata=metadata) for name, (bundle, metadata) in _METADATA.items()),
)
