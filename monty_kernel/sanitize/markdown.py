"""Renders Markdown here, with one parser, and never in a front end: each front end has its own dialect with its own holes.

The result is HTML that has passed the sanitizer for all HTML. Formulas are in it as TeX, for the front end to typeset. This module
imports markdown-it-py, which takes 45 ms, so it is imported with the first Markdown.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref

from monty_kernel.outputs.highlighting import inline_coloured

from . import Sanitized, check_size
from .formulas import formula_budget, formulas_plugin
from .html import sanitized_html
from .markup import may_be_linked

if TYPE_CHECKING:
    from markdown_it.renderer import RendererProtocol
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.utils import EnvType, OptionsDict

DEEPEST = 32
"""Blocks within blocks. Deeper ones are shown as source."""
TASK = re.compile(r"\[([ xX])\](?=\s)")
FOOTNOTE = re.compile(r"\[\^[^\s\]]{1,200}\]")
"""The plugin searches the rest of the paragraph for the end of each."""
SIGNS = {" ": "\u2610", "x": "\u2611"}
BARE = re.compile(
    r"""(?<![\w/@.:+-])(?:(?:https?://|www\.)[^\s<>"'`|]{2,2000}|[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}(?![\w@-]))""",
    re.ASCII,
)
TRAILING = "?!.,:;*_~"
ALIGNED = re.compile(r"text-align:(?:left|center|right)")
MOST_BRACKETS = 8
"""Brackets within brackets of a line. Each is searched once for every bracket around it."""


def sanitized_markdown(text: str, place: str = "0", *, headings: bool = True) -> Sanitized:
    """Render Markdown as HTML that may be shown.

    Args:
        place: of the text in its document, so that ids differ between equal texts.
        headings: whether headings get ids and links within the text lead to them. Not where all texts of a document share the
            names of headings.

    Raises:
        TooLarge: there is more than may be rendered.
    """
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
    md, within = _with_rules(DEEPEST + 10), _with_rules(MOST_BRACKETS)

    def inline(state: StateCore) -> None:
        for token in state.tokens:
            if token.type == "inline":
                token.children = []
                within.inline.parse(token.content, within, state.env, token.children)

    md.core.ruler.at("inline", inline)
    return md


def _with_rules(nesting: int) -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": True, "maxNesting": nesting}).enable(["table", "strikethrough"])
    # the HTML sanitizer decides what may be linked and loaded, and counts what may not
    md.validateLink = lambda url: True  # type: ignore[method-assign]
    normalized = md.normalizeLink
    md.normalizeLink = lambda url: url if url.startswith("data:") else normalized(url)  # type: ignore[method-assign]
    md.use(formulas_plugin).use(footnote_plugin, inline=False).use(_rules_plugin)
    md.add_render_rule("fence", _render_fence)
    return md


def _render_fence(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
    return f"<pre><code>{inline_coloured(token.content, language)}</code></pre>\n"


# Beyond CommonMark


def _rules_plugin(md: MarkdownIt) -> None:
    """Add what front ends show beyond CommonMark: tasks, bare addresses, headings that links lead to, no remote picture.

    The environment's `docId` precedes every id, `removed` counts pictures, and `headings` says whether headings get ids.
    """
    md.block.ruler.before("table", "deep", _deep)
    md.inline.ruler.at("footnote_ref", _footnote)
    md.core.ruler.push("finish", _finish)
    md.add_render_rule("th_open", _render_cell)
    md.add_render_rule("td_open", _render_cell)


def _deep(state: StateBlock, start: int, end: int, _silent: bool) -> bool:
    if state.level < DEEPEST:
        return False
    token = state.push("code_block", "code", 0)
    token.content = state.getLines(start, end, state.blkIndent, False)
    token.map = [start, end]
    state.line = end
    return True


def _footnote(state: StateInline, silent: bool) -> bool:
    return FOOTNOTE.match(state.src, state.pos) is not None and footnote_ref(state, silent)


def _finish(state: StateCore) -> None:
    tokens = state.tokens
    ids = _headings(tokens, state.env["docId"]) if state.env["headings"] else {}
    for index, token in enumerate(tokens):
        if token.type == "inline" and token.children:
            if index >= 2 and tokens[index - 2].type == "list_item_open" and tokens[index - 1].type == "paragraph_open":
                _task(token.children)
            token.children = _linked(token.children, ids, state.env["removed"])


def _headings(tokens: Sequence[Token], prefix: str) -> dict[str, str]:
    """Give each heading an id. Returns each fragment that leads to a heading, as JupyterLab forms it -> the id."""
    ids: dict[str, str] = {}
    for index, token in enumerate(tokens[:-1]):
        if token.type == "heading_open":
            text = "".join(child.content for child in tokens[index + 1].children or () if child.type != "html_inline")
            name = re.sub(r"[^\w.-]", "", text.strip().replace(" ", "-"))[:200]
            if name and name not in ids:
                ids[name] = f"{prefix}-{name}"
                token.attrSet("id", ids[name])
    return ids


def _task(children: list[Token]) -> None:
    first = children[0]
    if first.type == "text" and (found := TASK.match(first.content)) is not None:
        first.content = SIGNS[found[1].lower()] + first.content[found.end() :]


def _linked(children: list[Token], ids: dict[str, str], removed: Counter[str]) -> list[Token]:
    """Turn bare addresses and remote pictures into links, and lead links within the document to its headings."""
    made: list[Token] = []
    inside = 0
    for token in children:
        if token.type == "link_open":
            inside += 1
            address = str(token.attrs.get("href", ""))
            if address.startswith("#") and (leads := ids.get(unquote(address[1:]))) is not None:
                token.attrSet("href", f"#{leads}")
        elif token.type == "link_close":
            inside -= 1
        elif token.type == "image" and not str(token.attrs.get("src", "")).startswith("data:"):
            removed["linked image"] += 1
            address = str(token.attrs.get("src", ""))
            text = Token("text", "", 0, content=token.content or address)
            made += _link(address, text.content) if not inside and may_be_linked(address) else [text]
            continue
        elif (
            token.type == "text"
            and not inside
            and ("://" in token.content or "www." in token.content or "@" in token.content)
        ):
            made += _bare_addresses(token.content)
            continue
        made.append(token)
    return made


def _bare_addresses(text: str) -> list[Token]:
    made: list[Token] = []
    done = 0
    for found in BARE.finditer(text):
        address = _without_trailing(found[0])
        end = found.start() + len(address)
        scheme = (
            "mailto:" if not address.startswith(("http", "www.")) else "" if address.startswith("http") else "http://"
        )
        if found.start() > done:
            made.append(Token("text", "", 0, content=text[done : found.start()]))
        made += _link(scheme + address, address)
        done = end
    if done < len(text):
        made.append(Token("text", "", 0, content=text[done:]))
    return made


def _without_trailing(address: str) -> str:
    """The address without the punctuation of its sentence."""
    closing, opening = address.count(")"), address.count("(")
    while address:
        if address[-1] == ")" and closing > opening:
            closing -= 1
        elif address[-1] not in TRAILING:
            break
        address = address[:-1]
    return address


def _link(address: str, text: str) -> list[Token]:
    return [
        Token("link_open", "a", 1, attrs={"href": address}),
        Token("text", "", 0, content=text),
        Token("link_close", "a", -1),
    ]


def _render_cell(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Align a cell as it says; else as Markdown does, since JupyterLab and nbconvert align cells of HTML to the right."""
    token = tokens[index]
    aligned = ALIGNED.fullmatch(str(token.attrs.get("style", "")))
    style = aligned[0] if aligned else "text-align:" + ("center" if token.tag == "th" else "left")
    return f'<{token.tag} style="{style}">'
