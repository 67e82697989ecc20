"""Random documents: Markdown, HTML, SVG and TeX that a grammar mixes of the pieces of the collection of attacks.

An attack's pieces are put into one another's places: within a fence's name, an attribute, a cell of a table, a formula. Then
characters are left out, doubled, or written as entities.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random

from tests.support.hostile import UNFILLED
from tests.support.hostile.case import MIME, text_of

_CUTS = re.compile(r"(?<=[>\n])|(?=[<\[!`$|\\])|(?<=[)\]])")
_AROUND = (
    "{0}", "{0}{1}", "{0}\n\n{1}", "{0} {1}", "<div>{0}</div>", "<p>\n{0}\n</p>", "<b title='{0}'>{1}</b>", '<b title="{0}">{1}</b>',
    "<a href='{0}'>{1}</a>", "<b style='{0}'>{1}</b>", "<b class='{0}'>{1}</b>", "<svg>{0}</svg>", "<svg><g fill='{0}'>{1}</g></svg>",
    "<svg><foreignObject>{0}</foreignObject>{1}</svg>", "<math><mtext>{0}</mtext></math>", "<table><tr><td>{0}<td>{1}</table>",
    "<details><summary>{0}</summary>{1}</details>", "<!--{0}-->{1}", "<style>{0}</style>{1}", "<![CDATA[{0}]]>{1}", "<{0}>{1}", "</{0}>{1}",
    "- {0}\n- {1}", "> {0}\n> {1}", "# {0}\n\n{1}", "[{0}]({1})", "![{0}]({1})", "[{0}][{1}]\n\n[{1}]: {0}", "<{0}>", "**{0}** _{1}_", "~~{0}~~ `{1}`",
    "```{0}\n{1}\n```", "~~~{0}\n{1}\n~~~", "|{0}|{1}|\n|-|:-:|\n|{1}|{0}|", "x[^1]\n\n[^1]: {0}", "- [ ] {0}\n- [x] {1}", "    {0}\n{1}", "&#60;{0}&gt;{1}",
    "${0}$", "$${0}$$ {1}", "\\({0}\\)", "\\begin{{align}}{0}\\end{{align}}", "$\\text{{{0}}}{1}$", "$\\href{{{0}}}{{{1}}}$", "$\\style{{{0}}}{{{1}}}$",
)  # fmt: skip
_LENGTH = 4_000
"""Characters of a document at most: so that many are rendered in a second."""


@cache
def _pieces() -> tuple[str, ...]:
    texts = {text for attack in UNFILLED if 0 < len(text := text_of(attack)) < 600}
    return tuple(sorted(texts | {piece for text in texts for piece in _CUTS.split(text) if piece}))


def document(random: Random) -> dict[str, str]:
    """A bundle of one type. What its code calls and its addresses ask for still has the stand-ins of the collection."""
    kind = random.choices(("html", "markdown", "svg", "latex"), (35, 45, 13, 7))[0]
    text = _mixed(random, random.randint(1, 4))[:_LENGTH]
    if kind == "svg":
        text = f"<svg xmlns='http://www.w3.org/2000/svg'>{text}</svg>"
    return {MIME[kind]: text}


def _mixed(random: Random, depth: int) -> str:
    if depth == 0 or random.random() < 0.15:
        return _changed(random, random.choice(_pieces()))
    around = random.choice(_AROUND)
    return around.format(_mixed(random, depth - 1), _mixed(random, depth - 1))


def _changed(random: Random, piece: str) -> str:
    if not piece or random.random() < 0.7:
        return piece
    place = random.randrange(len(piece))
    end = place + random.randint(1, 4)
    change: Callable[[str], str] = random.choice(_CHANGES)
    return piece[:place] + change(piece[place:end]) + piece[end:]


_CHANGES: tuple[Callable[[str], str], ...] = (
    lambda text: "",
    lambda text: text + text,
    str.swapcase,
    lambda text: "".join(f"&#{ord(each)};" for each in text),
    lambda text: "".join(f"&#x{ord(each):x}" for each in text),
    lambda text: "\n".join(text),
    lambda text: "\\" + text,
    lambda text: f"{text}\x00",
    lambda text: f"\u2060{text}",
    lambda text: f'"{text}',
    lambda text: f"'{text}",
    lambda text: f"{text}\t",
)
