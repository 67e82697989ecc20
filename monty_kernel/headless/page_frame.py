"""The page around the pieces: nbconvert fills its template with placeholders, and each piece goes where its kind may.

nbconvert's templates load scripts from three other sites, even into the page of an empty notebook. This page loads only
MathJax, and only where there may be a formula. A Content-Security-Policy tells the browser so, as a second line of
defence.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

from jinja2 import DictLoader
from nbconvert.exporters.html import HTMLExporter
from nbformat import from_dict

from .notebook_shape import Node
from .page_notebook import Pieces

MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/"
"""The only address that a page with formulas loads from. nbconvert's `latest.js` would first ask another server for the
newest version."""
_MATHJAX_CONFIG = {
    "TeX": {"equationNumbers": {"autoNumber": "AMS", "useLabelIds": True}},
    "tex2jax": {
        "inlineMath": [["$", "$"], ["\\(", "\\)"]],
        "displayMath": [["$$", "$$"], ["\\[", "\\]"]],
        "processEscapes": True,
        "processEnvironments": True,
        "ignoreClass": "tex2jax_ignore|mathjax_ignore",
    },
    "displayAlign": "center",
    "messageStyle": "none",
    "CommonHTML": {"linebreaks": {"automatic": True}},
}
"""As in nbconvert's templates, where it is a script that MathJax would have to evaluate."""
_MATHJAX_SCRIPT = f"window.MathJax = {json.dumps(_MATHJAX_CONFIG)};"

_FRAME = """\
{% extends 'index.html.j2' %}
{% block html_head_js %}{{ resources.monty_policy }}{% endblock %}
{% block html_head_js_mathjax %}{{ resources.monty_scripts }}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
"""
_IMAGE = re.compile(r"data:image/[a-z+]+;base64,")


class WrongPlace(RuntimeError):
    """A template put a piece where its kind is not allowed, or left it out."""


def framed(book: Node, pieces: Pieces, *, template: str, inputs: bool) -> str:
    """The finished page.

    Args:
        book: what `with_placeholders` made.
        pieces: the HTML that the placeholders stand for.
        template: one of nbconvert's.
        inputs: whether code cells show their source.

    Raises:
        WrongPlace: the template is not one of those that this was made for.
    """
    page = _rendered(book, template=template, inputs=inputs, formulas=pieces.formulas)
    _Places(pieces).check(page)
    return pieces.placed(page)


def _rendered(book: Node, *, template: str, inputs: bool, formulas: bool) -> str:
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name=template,
        template_file="monty-page.html.j2",
        extra_loaders=[DictLoader({"monty-page.html.j2": _FRAME})],
        extra_template_basedirs=[],
        # the pieces are HTML already
        filters=dict.fromkeys(("markdown2html", "highlight_code", "ansi2html", "clean_html", "text_base64"), _as_is),
        exclude_input=not inputs,
        exclude_input_prompt=not inputs,
        exclude_output_prompt=not inputs,
    )
    scripts = (
        f'<script>{_MATHJAX_SCRIPT}</script><script src="{MATHJAX}MathJax.js?config=TeX-AMS_CHTML-full,Safe"></script>'
    )
    resources: dict[str, Any] = {
        "metadata": {"name": "", "path": ""},
        "config_dir": "",  # nbconvert would look there for the person's own style sheet
        "monty_policy": f'<meta http-equiv="Content-Security-Policy" content="{_policy(formulas)}">',
        "monty_scripts": scripts if formulas else "",
    }
    page, _ = exporter.from_notebook_node(from_dict(book), resources)  # type: ignore[no-untyped-call]
    return str(page)


def _as_is(text: str, **_: Any) -> str:
    return text


def _policy(formulas: bool) -> str:
    rules = {
        "default-src": "'none'",
        "img-src": "data:",
        "media-src": "data:",
        "font-src": "data:",
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    if formulas:
        digest = base64.b64encode(hashlib.sha256(_MATHJAX_SCRIPT.encode()).digest()).decode()
        rules["script-src"] = f"'sha256-{digest}' {MATHJAX}"
        rules["font-src"] += f" {MATHJAX}"
        rules["img-src"] += f" {MATHJAX}"
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class _Places(HTMLParser):
    """Checks where the pieces stand: content between tags, values in fitting attributes, the title in the title."""

    def __init__(self, pieces: Pieces) -> None:
        super().__init__(convert_charrefs=False)
        self._pieces = pieces
        self._within = ""

    def check(self, page: str) -> None:
        """Check a page.

        Raises:
            WrongPlace: a piece is missing, or where its kind is not allowed.
        """
        if self._pieces.missing(page):
            raise WrongPlace("a piece of the notebook would not be shown")
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag if tag in ("script", "style", "title") else ""
        for name, value in attrs:
            found = self._pieces.pattern.search(value or "")
            if found is None or value is None:
                continue
            before = value[: found.start()]
            fits = before == "" if name == "alt" else name == "src" and _IMAGE.fullmatch(before) is not None
            self._require(found[0], "attribute", fits and found.end() == len(value), f"<{tag} {name}>")

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        for placeholder in self._pieces.pattern.findall(data):
            kind = "title" if self._within == "title" else "content"
            self._require(placeholder, kind, self._within in ("", "title"), f"<{self._within}>")

    def handle_comment(self, data: str) -> None:
        self._nothing_in(data, "a comment")

    def handle_decl(self, decl: str) -> None:
        self._nothing_in(decl, "a declaration")

    def handle_pi(self, data: str) -> None:
        self._nothing_in(data, "a processing instruction")

    def unknown_decl(self, data: str) -> None:
        self._nothing_in(data, "a declaration")

    def _nothing_in(self, text: str, place: str) -> None:
        if self._pieces.pattern.search(text) is not None:
            raise WrongPlace(f"a piece of the notebook would stand in {place}")

    def _require(self, placeholder: str, kind: str, fits: bool, place: str) -> None:
        if not fits or self._pieces.kind(placeholder) != kind:
            raise WrongPlace(f"a piece of the notebook would stand in {place}")
