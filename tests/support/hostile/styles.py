"""Styles that load something, move, cover the page or take part in what the page does."""

from __future__ import annotations

from monty_kernel.sanitize import words

from .case import family

_LOADING = {
    **{
        name: f"<b style='display:block;width:9px;height:9px;{name}:url(CANARY)'>x</b>"
        for name in sorted(
            words("""background background-image list-style list-style-image border-image border-image-source mask mask-image -webkit-mask
        -webkit-mask-image -webkit-border-image -webkit-mask-box-image shape-outside clip-path filter backdrop-filter offset-path content
        cursor fill stroke marker-start -webkit-box-reflect src --x""")
        )
    },
    "content of an image": "<img style='content:url(CANARY)'>",
    "a second background": "<b style='background:linear-gradient(red,red),url(CANARY)'>x</b>",
    "a shape by an image": "<b style='float:left;shape-outside:image-set(url(CANARY) 1x)'>x</b>",
    "cross-fade": "<b style='background:cross-fade(url(CANARY),red)'>x</b>",
    "-webkit-cross-fade": "<b style='background:-webkit-cross-fade(url(CANARY),url(CANARY),50%)'>x</b>",
    "-webkit-image-set": "<b style='background:-webkit-image-set(url(CANARY) 1x)'>x</b>",
    "image-set of a string": '<b style=\'background:image-set("CANARY" type("image/png"))\'>x</b>',
    "image()": "<b style='background:image(\"CANARY\")'>x</b>",
    "src()": "<b style='--u:\"CANARY\";background:src(var(--u))'>x</b>",
    "url() with a modifier": "<b style='background:url(\"CANARY\" crossorigin(anonymous))'>x</b>",
    "attr()": "<b title='CANARY' style='background:image-set(attr(title))'>x</b>",
    "paint()": "<b style='background:paint(x,url(CANARY))'>x</b>",
    "element()": "<b style='background:-moz-element(#main),element(#main)'>x</b>",
    "a condition": "<b style='background:if(style(--x):url(CANARY);else:url(CANARY))'>x</b>",
    "a fallback of a variable": "<b style='background:var(--none,url(CANARY))'>x</b>",
    "a variable of a parent": "<i style='--a:url(CANARY)'><b style='background:var(--a)'>x</b></i>",
    "an environment's fallback": "<b style='background:env(x,url(CANARY))'>x</b>",
    "an escape": r"<b style='background:u\72l(CANARY)'>x</b>",
    "an escape with a space": r"<b style='background:\000075rl(CANARY)'>x</b>",
    "an escaped property": r"<b style='b\61 ckground:url(CANARY)'>x</b>",
    "an escaped line break": "<b style='background:url(\"\\\nCANARY\")'>x</b>",
    "capitals": "<b style='BACKGROUND:URL(CANARY)'>x</b>",
    "a comment in a function": "<b style='background:url/**/(CANARY) url(CANARY)'>x</b>",
    "a comment that hides": "<b style='/*;*/background:url(CANARY)/*;*/'>x</b>",
    "a comment that never ends": "<b style='color:red;/*background:red*/background:url(CANARY)/*'>x</b>",
    "a semicolon in a string": "<b style='font-family:\";\";background:url(CANARY)'>x</b>",
    "a semicolon in parentheses": "<b style='color:(;);background:url(CANARY)'>x</b>",
    "a brace": "<b style='color:red}b{background:url(CANARY);} background:url(CANARY)'>x</b>",
    "a bang": "<b style='background:url(CANARY)!important'>x</b>",
    "entities": "<b style='background:&#117;rl&lpar;CANARY&rpar;'>x</b>",
    "an address without a scheme": "<b style='background:url(//canary.invalid/NUMBER)'>x</b>",
    "an address of the server": "<b style='background:url(LOCAL)'>x</b>",
    "an address with a fragment": "<svg><rect width=9 height=9 style='fill:url(CANARY#a)' /></svg>",
    "an address that begins like a fragment": "<b style='background:url(# CANARY)'>x</b><b style='background:url(\"#\"CANARY)'>y</b>",
    "data in an address": "<b style='background:url(data:image/svg+xml,%3Csvg/%3E)'>x</b>",
    "an expression": "<b style='width:expression(PWN);behavior:url(CANARY);-moz-binding:url(CANARY)'>x</b>",
    "a filter of old": "<b style='filter:progid:DXImageTransform.Microsoft.AlphaImageLoader(src=\"CANARY\")'>x</b>",
    "a sheet with an import": "<style>@import url(CANARY);</style>",
    "a sheet with an import in a string": "<style>@import 'CANARY' layer(x) supports(display:block);</style>",
    "a sheet with a namespace": "<style>@namespace url(CANARY);b{background:url(CANARY)}</style><b>x</b>",
    "a sheet with an attribute's value": "<style>input[value^=a],b{background:url(CANARY)}</style><b>x</b>",
    "a sheet with a document": "<style>@document url(http://x){b{color:red}}@font-face{font-family:x;src:url(CANARY)}b{font-family:x}</style><b>x</b>",
    "a sheet with a counter's style": "<style>@counter-style c{system:cyclic;symbols:url(CANARY)}b::before{content:url(CANARY)}</style><b>x</b>",
    "a sheet with a property": "<style>@property --p{syntax:'<url>';inherits:true;initial-value:url(CANARY)}b{background:var(--p)}</style><b>x</b>",
    "a sheet in a svg": "<svg><style>rect{fill:url(CANARY)}@import 'CANARY';</style><rect width=9 height=9 /></svg>",
    "a sheet in a drawing's title": "<svg><title><style>b{background:url(CANARY)}</style></title></svg><b>x</b>",
}

_MOVING = {
    name: f"<div style='{style}'>cover</div>"
    for name, style in {
        "fixed": "position:fixed;inset:0",
        "fixed in capitals": "POSITION:FIXED;inset:0",
        "fixed and important": "position:fixed !important;top:0;left:0;width:999px;height:999px",
        "fixed with a comment": "position:/**/fixed;inset:0",
        "fixed in an escape": r"position:f\69xed;inset:0",
        "fixed by a variable": "--p:fixed;position:var(--p);inset:0",
        "fixed by inheritance": "position:inherit;inset:0",
        "sticky": "position:sticky;top:0;height:900px",
        "sticky of WebKit": "position:-webkit-sticky;top:0",
        "absolute": "position:absolute;inset:-500px;z-index:9999",
        "absolute and wide": "position:absolute;top:-3000px;left:-3000px;width:9999px;height:9999px",
        "relative": "position:relative;top:-300px;left:-300px;width:900px;height:900px",
        "moved by a margin": "margin:-300px;width:900px;height:900px;background:red",
        "moved by a block's margin": "margin-block-start:-300px;margin-inline-start:-300px;height:900px",
        "moved by a trimmed margin": "margin:calc(0px - 300px);height:900px",
        "moved by a transform": "transform:translate(-300px,-300px) scale(9)",
        "moved by a matrix": "transform:matrix(9,0,0,9,-300,-300)",
        "moved in perspective": "transform:perspective(1px) translate3d(0,0,.9px)",
        "translated": "translate:-300px -300px",
        "scaled": "scale:30",
        "rotated": "rotate:90deg;width:999px",
        "zoomed": "zoom:30",
        "an offset": "offset-path:path('M-300 -300');offset-distance:0",
        "an offset's position": "offset:path('M-300 -300') 0;offset-position:0 0",
        "an inset area": "position:absolute;position-area:top left;position-anchor:--x",
        "an anchor": "anchor-name:--a;position:absolute;top:anchor(--b bottom);position-try:flip-block",
        "an outline": "outline:999px solid red",
        "an outline's offset": "outline:9px solid red;outline-offset:300px",
        "a shadow": "box-shadow:0 0 0 999px red",
        "a shadow of text": "text-shadow:-300px -300px red",
        "a dropped shadow": "filter:drop-shadow(-300px -300px 0 red)",
        "a border's image": "border:9px solid;border-image:linear-gradient(red,red) 1;border-image-outset:300px",
        "an indent": "text-indent:-900px",
        "letters apart": "letter-spacing:-99px;direction:rtl",
        "words apart": "word-spacing:-999px",
        "a line of no height": "line-height:0;font-size:300px",
        "a line above": "vertical-align:300px;display:inline-block",
        "a font of any size": "font-size:999px;height:1px;width:1px",
        "a float": "float:left;margin-left:-900px;width:900px;height:900px",
        "a column": "columns:1;column-gap:0;width:1px;white-space:nowrap",
        "a grid": "display:grid;grid-template-columns:0;justify-content:end;width:0",
        "a flexible box": "display:flex;justify-content:center;width:0;white-space:nowrap",
        "contents": "display:contents;position:fixed",
        "a list's sign outside": "display:list-item;list-style-position:outside;padding-left:0;font-size:60px",
        "a caption": "display:table-caption;margin-top:-300px",
        "overflow of nothing": "height:0;width:0;overflow:visible;white-space:nowrap",
        "a clip's margin": "overflow:clip;overflow-clip-margin:999px",
        "a box that can be resized": "resize:both;overflow:auto;width:99px;height:99px",
        "a box that scrolls far": "overflow:scroll;scroll-margin:999px;overscroll-behavior:none",
        "a region to drag": "-webkit-app-region:drag",
        "a top layer": "overlay:auto;display:block;z-index:2147483647;position:absolute;inset:0",
        "a reflection": "-webkit-box-reflect:above 300px",
        "a mask that goes on": "mask:none;mix-blend-mode:difference;isolation:auto",
        "a filter of what is behind": "backdrop-filter:invert(1);position:absolute;inset:-300px",
    }.items()
} | {
    "an svg that overflows": "<svg overflow=visible width=9 height=9><rect x=-900 y=-900 width=9999 height=9999 /></svg>",
    "an svg that overflows by style": "<svg style='overflow:visible' width=9 height=9><rect x=-900 y=-900 width=9999 height=9999 /></svg>",
    "an svg within that overflows": "<svg width=9 height=9><svg overflow=visible><rect x=-900 y=-900 width=9999 height=9999 /></svg></svg>",
    "an svg's transform": "<svg transform='translate(-300,-300) scale(30)' width=9 height=9><rect width=9 height=9 /></svg>",
    "an svg's filter": "<svg overflow=visible width=9 height=9><filter id=f x=-99 y=-99 width=999 height=999><feFlood flood-color=red /></filter><rect filter='url(#f)' width=9 height=9 /></svg>",
    "an svg's marker": "<svg overflow=visible width=9 height=9><marker id=m overflow=visible markerWidth=99 markerHeight=99><rect x=-99 y=-99 width=999 height=999 /></marker><path d='M0 0L9 9' stroke=red marker-start='url(#m)' /></svg>",
    "an image of any size": "<img width=99999 height=99999 style='margin:-300px' src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>",
    "a table of any size": "<table width=9999 style='margin-left:-900px' height=9999><tr><td bgcolor=red>x</table>",
    "a rule of any size": "<hr width=99999 size=99999 style='margin-top:-900px'>",
    "a font of any size by element": "<font size=+99><big><big><big>x</big></big></big></font>",
    "a paragraph within another": "<p style='position:relative'><b style='position:absolute;top:-300px;left:-300px;width:999px;height:999px'>x</b></p>",
    "a box in a summary": "<details open><summary style='position:absolute;top:-300px;width:999px;height:999px'>x</summary></details>",
}

_MOVED_BY_TIME = {
    name: f"<b style='{style}'>x</b>"
    for name, style in {
        "an animation of the page's": "animation:jp-Spinner-load1 1s infinite",
        "an animation by its longhands": "animation-name:rotate;animation-duration:1s",
        "an animation by scrolling": "animation-timeline:scroll();animation-name:x",
        "an animation of WebKit": "-webkit-animation:rotate 1s",
        "a transition": "transition:all 9s;transition-behavior:allow-discrete",
        "a view's transition": "view-transition-name:root",
        "a view's transition of the page": "view-transition-name:match-element;view-transition-class:x",
        "a timeline for the page": "timeline-scope:all;scroll-timeline:--x;view-timeline:--y",
        "a container's name": "container:x / size",
        "content that is hidden": "content-visibility:auto;contain-intrinsic-size:9px",
        "content that will change": "will-change:transform",
        "a counter of the page": "counter-reset:jp 9;counter-increment:list-item 99",
        "a page's break": "page:x;break-before:page;orphans:9",
        "a speech": "speak:none;cue:url(CANARY);azimuth:left",
        "a theme's variable": "--jp-layout-color1:red;color:var(--jp-layout-color1)",
        "a scheme of colours": "color-scheme:only dark;forced-color-adjust:none",
        "an interaction": "interactivity:inert;pointer-events:all;user-select:none;touch-action:none",
        "a cursor of the page": "cursor:none",
        "a field": "appearance:button;field-sizing:content;caret-color:transparent",
        "a scroller's button": "scroll-marker-group:after;scroll-initial-target:nearest",
        "all": "all:initial;all:unset",
    }.items()
}

_ENDLESS = {
    "columns": "<div style='columns:1px;height:1px'><div style='height:10000000px'>x</div></div>",
    "columns in columns": "<div style='columns:9;height:9px'>" * 20 + "x " * 1000 + "</div>" * 20,
    "shadows": f"<div style='text-shadow:{','.join(['1px 1px 99px red'] * 3000)}'>{'x ' * 3000}</div>",
    "blurs": f"<div style='filter:{'blur(999px) ' * 300}'>{'x ' * 3000}</div>",
}
"""A browser that draws these answers nothing for minutes."""

STYLES = (
    *family("html", "style", _LOADING),
    *family("html", "moved", _MOVING),
    *family("html", "style in time", _MOVED_BY_TIME),
    *family("html", "style without end", _ENDLESS),
)
"""The names of those that would cover or break the page say so: they are not known to run or load anything."""
