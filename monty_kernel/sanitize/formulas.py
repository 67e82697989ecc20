r"""Formulas: finds them in Markdown as MathJax does, and disables the macros that link, style, name or load.

A formula stands between `$` and `$`, `$$` and `$$`, `\\(` and `\\)`, `\\[` and `\\]`, or `\begin{x}` and `\end{x}`, its braces
balanced, with no blank line and no backquote in it. Its text is not read as Markdown. Any other `$`, as in a price, is literal. So
MathJax typesets exactly what is rendered as a formula here.

JupyterLab's MathJax has a filter for macros since 4.5, but it lets `\style{cursor:url(...)}` load; older versions have none. A macro's
name can also arise within MathJax: some macros paste texts together, and `\ce{\sty$le$}` becomes `\style`. So the few that only
paste are disabled too, and the beginning of such a name does not stay before the `$` that `\ce` takes away.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from . import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererProtocol
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

IGNORED = "mathjax_ignore tex2jax_ignore"
"""The classes in which MathJax 3 and MathJax 2 look for no formula."""
_BUDGET = "characters that may still be searched for the ends of formulas"
TIMES = 8
"""How often each character may be looked at. Honest text needs fewer searches without a result, and the time stays linear."""
OPENING = re.compile(r"\$\$?|\\\\[(\[]|\\begin\{(?P<name>[A-Za-z]{1,30}\*?)\}")
CLOSING = {"$": "$", "$$": "$$", r"\\(": r"\\)", r"\\[": r"\\]"}
STEP = re.compile(r"\\end\{[A-Za-z]{1,30}\*?\}|\\\\[)\]]|\\[\s\S]?|\$\$?|[{}`]|\n[ \t]*\n")
_UNFINISHED, _NONE = -1, -2
ENDING = ("", *".,;:!?)]")
_LITERAL = re.compile(r"[$\\](?:[\s\S]*[$\\])?")


def formulas_plugin(md: MarkdownIt) -> None:
    """Make `md` read formulas, and keep MathJax from what looks like one."""
    md.inline.ruler.before("escape", "formula", _inline)
    md.block.ruler.before("fence", "formula", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    md.add_render_rule("formula", _render)
    md.add_render_rule("text", _render_text)


def formula_budget(text: str) -> dict[str, int]:
    """What the environment of a document's parser must hold."""
    return {_BUDGET: TIMES * len(text) + 10_000}


def _end(text: str, start: int, env: EnvType) -> int:
    """The end of the formula at `start`; `_UNFINISHED` if the text ends first, `_NONE` if there is no formula."""
    opening = OPENING.match(text, start)
    if opening is None or env[_BUDGET] <= 0:
        return _NONE
    closing = CLOSING[opening[0]] if opening["name"] is None else rf"\end{{{opening['name']}}}"
    depth, position = 0, opening.end()
    for step in STEP.finditer(text, position):
        found, position = step[0], step.end()
        if found[0] in "\n`" or position - start > env[_BUDGET]:
            break
        if found == "{":
            depth += 1
        elif found == "}":
            depth -= 1
            if depth < 0:
                break
        elif depth == 0 and (found == closing or (closing == "$" and found == "$$")):
            end = step.start() + len(closing)
            if text[opening.end() : step.start()].strip() and not (closing == "$" and _money(text, start, end)):
                return end
            break
    else:
        env[_BUDGET] -= len(text) - start
        return _UNFINISHED
    env[_BUDGET] -= position - start
    return _NONE


def _money(text: str, start: int, end: int) -> bool:
    """Whether the two `$` belong to prices or names: "$5 and $10", "5 $ and 6 $", "$HOME and $PATH"."""
    after = text[end : end + 1]
    if after.isdigit():
        return True
    if text[start + 1].isspace():
        return text[max(0, start - 2) : start].strip()[-1:].isdigit()
    return text[end - 2].isspace() and (text[start + 1].isdigit() or not (after.isspace() or after in ENDING))


def _inline(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    end = _end(state.src, state.pos, state.env)
    if end < 0 or end > state.posMax:
        if state.src.startswith("$$", state.pos):  # its second half must not begin another formula
            if not silent:
                state.pending += "$$"
            state.pos += 2
            return True
        return False
    if not silent:
        state.push("formula", "math", 0).content = state.src[state.pos : end]
    state.pos = end
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a formula on lines of its own, so that none of its lines becomes a list, a heading or a table."""
    position = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith(("$$", r"\\[", r"\begin{"), position) or state.is_code_block(start):
        return False
    line, several = start, 4
    after, text = _UNFINISHED, ""
    while after == _UNFINISHED:  # more and more lines, so that the time is proportional to the formula
        first, ahead = line, min(end, line + several)
        while line < ahead and not (state.isEmpty(line) or (line > start and state.sCount[line] < state.blkIndent)):
            line += 1
        if line == first:
            return False
        text = state.getLines(start, line, state.blkIndent, False).lstrip()
        after = _end(text, 0, state.env)
        several *= 4
    if after == _NONE or text[after:].partition("\n")[0].strip():
        return False
    if silent:
        return True
    state.line = start + text.count("\n", 0, after) + 1
    token = state.push("formula", "math", 0)
    token.block = True
    token.content = text[:after]
    token.map = [start, state.line]
    return True


def _render(self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    text = tokens[index].content
    if text.startswith("\\\\"):  # Markdown doubles the backslash, MathJax does not
        text = text[1:-3] + text[-2:]
    formula = _escaped(text)
    return f"<p>{formula}</p>\n" if tokens[index].block else formula


def _render_text(
    self: RendererProtocol, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    return literal(tokens[index].content)


def literal(text: str) -> str:
    """Text as HTML in which MathJax finds no formula."""
    found = _LITERAL.search(text) if "$" in text or "\\" in text else None
    if found is None:
        return _escaped(text)
    ignored = f'<span class="{IGNORED}">{_escaped(found[0])}</span>'
    return _escaped(text[: found.start()]) + ignored + _escaped(text[found.end() :])


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace('"', "&quot;")


# Macros

JOINER = "\u2060"
"""Takes no room and is no letter: put inside, it turns a macro into plain text."""

_NAMES = words("""href url style class cssId data html require autoload includegraphics unicode mmlToken bbox fcolorbox setOptions
    mathtoolsset csname special action toggle texttip mathtip tooltip newtagform renewtagform""")
"""`fcolorbox` writes its colour into a style unchecked, and the tag forms build a tag from pieces."""
BEGINNINGS = frozenset(name[:length] for name in _NAMES for length in range(1, len(name)))
MACROS = re.compile(rf"\\(?=(?:{'|'.join(sorted(_NAMES))}|html\w+)(?![A-Za-z])|delimsize)")
r"""`\delimsize` is replaced by what `\DeclarePairedDelimiterX` was given, whatever follows it."""
BEFORE_DOLLAR = re.compile(r"\\([A-Za-z]{1,20})(?=\$)")


def safe_tex(text: str) -> tuple[str, int]:
    """Disable the forbidden macros in `text`. Returns the text and how many there were."""
    if "\\" not in text:
        return text, 0
    return MACROS.subn("\\\\" + JOINER, BEFORE_DOLLAR.sub(_apart, text))


def _apart(found: re.Match[str]) -> str:
    return f"{found[0]} " if found[1] in BEGINNINGS else found[0]  # TeX ignores a blank after a name
