"""Code in the colours that the front end gives to code, written into the code itself: no style sheet of ours is there.

The colours are those of the front end's own editor, which follow its theme; where it names none, Pygments' default ones.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from typing import Any

MOST_CHARACTERS = 10_000
"""Of one piece of code that is given colours; a lexer's time is not promised to be linear."""
MOST_IN_A_LINE = 500
_LANGUAGES = {
    "python": "python py python3 py3 ipython ipython3",
    "pycon": "pycon", "pytb": "pytb py3tb", "bash": "bash sh zsh shell", "console": "console shell-session",
    "json": "json jsonc", "yaml": "yaml yml", "toml": "toml", "ini": "ini cfg", "sql": "sql", "html": "html", "xml": "xml", "css": "css",
    "javascript": "javascript js jsx", "typescript": "typescript ts tsx", "c": "c", "cpp": "cpp c++",
    "go": "go golang", "rust": "rust rs", "ruby": "ruby rb", "r": "r", "julia": "julia jl", "latex": "latex tex", "diff": "diff patch",
    "docker": "docker dockerfile", "make": "make makefile",
}  # fmt: skip
LANGUAGES = {alias: name for name, aliases in _LANGUAGES.items() for alias in aliases.split()}
"""What a fence may say -> Pygments' name of the lexer. Each was tried with hostile text; of others nobody knows how long they take."""

_STYLES = (  # the first that fits; front ends' names for it, Pygments' colour of it, more
    ("Comment", "comment", "#3d7b7b", "italic"),
    ("Keyword.Constant", "atom", "#008000", ""),
    ("Keyword", "keyword", "#008000", "bold"),
    ("Operator.Word", "keyword", "#008000", "bold"),
    ("Operator", "operator", "#666666", "bold"),
    ("Name.Builtin", "builtin", "#008000", ""),
    ("Name.Exception", "builtin", "#008000", ""),
    ("Name.Function", "def", "#0000ff", ""),
    ("Name.Class", "def", "#0000ff", ""),
    ("Name.Decorator", "meta", "#aa22ff", ""),
    ("Name.Tag", "tag", "#008000", "bold"),
    ("Name.Attribute", "attribute", "#687822", ""),
    ("Literal.String", "string", "#ba2121", ""),
    ("Literal.Number", "number", "#666666", ""),
    ("Generic.Inserted", "string", "#008400", ""),
    ("Generic.Deleted", "error", "#a00000", ""),
    ("Generic.Heading", "header", "#000080", "bold"),
    ("Generic.Subheading", "header", "#800080", "bold"),
    ("Generic.Prompt", "meta", "#000080", "bold"),
    ("Generic.Error", "error", "#e40000", ""),
)
_MORE = {"": "", "bold": "; font-weight:bold", "italic": "; font-style:italic"}
_SLOW = re.compile(rf"[^\n]{{{MOST_IN_A_LINE + 1}}}|\s{{100}}")
"""Long lines and long gaps, on which lexers spend time that grows with the square."""


def coloured(code: str, language: str) -> str:
    """The code as HTML, in colours if the language is known and it is short enough for that."""
    name = LANGUAGES.get(language.lower())
    if name is None or len(code) > MOST_CHARACTERS or _SLOW.search(code) is not None:
        return escape(code)
    parts: list[tuple[str, list[str]]] = []
    for kind, text in _lexer(name).get_tokens(code):
        style = _style(kind) if not text.isspace() else parts[-1][0] if parts else ""
        if parts and parts[-1][0] == style:
            parts[-1][1].append(text)
        else:
            parts.append((style, [text]))
    return "".join(_written(style, escape("".join(texts))) for style, texts in parts)


def _written(style: str, html: str) -> str:
    return f'<span style="{style}">{html}</span>' if style else html


@cache
def _lexer(name: str) -> Any:
    from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped]

    return get_lexer_by_name(name, stripnl=False, ensurenl=False)


@lru_cache(512)
def _style(kind: tuple[str, ...]) -> str:
    dotted = ".".join(kind)
    for name, variable, colour, more in _STYLES:
        if f"{dotted}.".startswith(f"{name}."):
            return f"color:var(--jp-mirror-editor-{variable}-color, {colour}){_MORE[more]}"
    return ""
