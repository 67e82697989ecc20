"""What Markdown has beyond CommonMark, as front ends show it: tasks, bare addresses, headings that links lead to, no remote picture."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from markdown_it.token import Token
from mdit_py_plugins.footnote.index import footnote_ref

from .markup import may_be_linked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererProtocol
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.utils import EnvType, OptionsDict

DEEPEST = 32
"""Blocks in blocks; what is deeper is shown as it is written."""
_TASK = re.compile(r"\[([ xX])\](?=\s)")
_FOOTNOTE = re.compile(r"\[\^[^\s\]]{1,200}\]")
"""The plugin looks for the end of each as far as the paragraph goes."""
_SIGNS = {" ": "\u2610", "x": "\u2611"}
_BARE = re.compile(
    r"""(?<![\w/@.:+-])(?:(?:https?://|www\.)[^\s<>"'`|]{2,2000}|[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}(?![\w@-]))""",
    re.ASCII,
)
_TRAILING = "?!.,:;*_~"
_ALIGNED = re.compile(r"text-align:(?:left|center|right)")


def rules_plugin(md: MarkdownIt) -> None:
    """Make `md` read and render them. The environment's `docId` comes before every id, its `removed` counts pictures, `headings` says whether those get ids."""
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
    return _FOOTNOTE.match(state.src, state.pos) is not None and footnote_ref(state, silent)


def _finish(state: StateCore) -> None:
    tokens = state.tokens
    ids = _headings(tokens, state.env["docId"]) if state.env["headings"] else {}
    for index, token in enumerate(tokens):
        if token.type == "inline" and token.children:
            if index >= 2 and tokens[index - 2].type == "list_item_open" and tokens[index - 1].type == "paragraph_open":
                _task(token.children)
            token.children = _linked(token.children, ids, state.env["removed"])


def _headings(tokens: Sequence[Token], prefix: str) -> dict[str, str]:
    """Give each heading its id. Returns the fragment that leads to it, as JupyterLab forms it -> the id."""
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
    if first.type == "text" and (found := _TASK.match(first.content)) is not None:
        first.content = _SIGNS[found[1].lower()] + first.content[found.end() :]


def _linked(children: list[Token], ids: dict[str, str], removed: Counter[str]) -> list[Token]:
    """The tokens with bare addresses as links, links within the document to where they lead, pictures from elsewhere as links."""
    made: list[Token] = []
    inside = 0
    for token in children:
        if token.type == "link_open":
            inside += 1
            address = str(token.attrs.get("href", ""))
            if address.startswith("#") and (leads := ids.get(_decoded(address[1:]))) is not None:
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


def _decoded(fragment: str) -> str:
    from urllib.parse import unquote

    return unquote(fragment)


def _bare_addresses(text: str) -> list[Token]:
    made: list[Token] = []
    done = 0
    for found in _BARE.finditer(text):
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
    """An address without the punctuation of the sentence that it ends."""
    closing, opening = address.count(")"), address.count("(")
    while address:
        if address[-1] == ")" and closing > opening:
            closing -= 1
        elif address[-1] not in _TRAILING:
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
    """Aligned as it says; else as in Markdown, since JupyterLab and nbconvert put cells of HTML to the right."""
    token = tokens[index]
    aligned = _ALIGNED.fullmatch(str(token.attrs.get("style", "")))
    style = aligned[0] if aligned else "text-align:" + ("center" if token.tag == "th" else "left")
    return f'<{token.tag} style="{style}">'
