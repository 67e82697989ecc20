"""Markdown rendered here, by one parser, and never by a front end: each of those has a dialect of its own, with holes of its own.

What leaves is HTML that went through the sanitizer for all HTML. Formulas are in it as TeX, for the front end to typeset.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from .html import sanitized_html
from .sanitized import Sanitized, check_size

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererProtocol
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict


_MOST_BRACKETS = 8
"""Brackets in brackets of a line: each is looked through once for every one that it is in."""


def sanitized_markdown(text: str, place: str = "0", *, headings: bool = True) -> Sanitized:
    """Markdown as HTML that may be shown.

    place: tells outputs apart that lie in one document and may have the same text: their ids differ. headings: whether
    those get ids too, and links within the text lead to them; not where all texts of a document share the names of headings.

    Raises:
        TooLarge: there is more of it than may be rendered.
    """
    from .formulas import formula_budget

    check_size(text)
    removed: Counter[str] = Counter()
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    environment: dict[str, Any] = {
        "docId": f"{digest}-{place}",
        "removed": removed,
        "headings": headings,
        **formula_budget(text),
    }
    sanitized = sanitized_html(_parser().render(text, environment), rendered=True)
    return Sanitized(sanitized.text, sanitized.removed + removed)


@cache
def _parser() -> MarkdownIt:
    from markdown_it.rules_core import (
        StateCore,
    )  # 45 ms with all that belongs to it, and most kernels never show Markdown

    from .markdown_rules import DEEPEST

    md, within = _with_rules(DEEPEST + 10), _with_rules(_MOST_BRACKETS)

    def inline(state: StateCore) -> None:
        for token in state.tokens:
            if token.type == "inline":
                token.children = []
                within.inline.parse(token.content, within, state.env, token.children)

    md.core.ruler.at("inline", inline)
    return md


def _with_rules(nesting: int) -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    from .formulas import formulas_plugin
    from .markdown_rules import rules_plugin

    md = MarkdownIt("commonmark", {"html": True, "maxNesting": nesting}).enable(["table", "strikethrough"])
    # what may be linked and loaded is the HTML sanitizer's to say, which also counts what may not
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    normalized = md.normalizeLink
    md.normalizeLink = lambda url: url if url.startswith("data:") else normalized(url)  # type: ignore[method-assign]
    md.use(formulas_plugin).use(footnote_plugin, inline=False).use(rules_plugin)
    md.add_render_rule("fence", _render_fence)
    return md


def _render_fence(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    from .colours import coloured

    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    return f"<pre><code>{coloured(token.content, language)}</code></pre>\n"
