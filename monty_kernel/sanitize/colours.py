"""Code in the colours that the front end gives to code, written into the code itself: no style sheet of ours is there.

The colours are those of the front end's own editor, which follow its theme. Where it names none, and where JupyterLab's sanitizer
takes variables away from a notebook that is only opened, they are plain ones that can be read on light and on dark ground.
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

_STYLES = (  # the first that fits; JupyterLab's name for it, the plain colour, more
    ("Comment", "comment", "#408080", "italic"),
    ("Keyword.Constant", "atom", "#2e8b2e", ""),
    ("Keyword", "keyword", "#2e8b2e", "bold"),
    ("Operator.Word", "keyword", "#2e8b2e", "bold"),
    ("Operator", "operator", "#7a7a7a", "bold"),
    ("Name.Builtin", "builtin", "#2e8b2e", ""),
    ("Name.Exception", "builtin", "#2e8b2e", ""),
    ("Name.Function", "def", "#4169e1", ""),
    ("Name.Class", "def", "#4169e1", ""),
    ("Name.Decorator", "meta", "#9a4fd0", ""),
    ("Name.Tag", "tag", "#2e8b2e", "bold"),
    ("Name.Attribute", "attribute", "#7a8a2a", ""),
    ("Literal.String", "string", "#c0392b", ""),
    ("Literal.Number", "number", "#7a7a7a", ""),
    ("Generic.Inserted", "string", "#2e8b2e", ""),
    ("Generic.Deleted", "error", "#c0392b", ""),
    ("Generic.Heading", "header", "#4169e1", "bold"),
    ("Generic.Subheading", "header", "#9a4fd0", "bold"),
    ("Generic.Prompt", "meta", "#4169e1", "bold"),
    ("Generic.Error", "error", "#e04040", ""),
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
            return f"color:{colour}; color:var(--jp-mirror-editor-{variable}-color, {colour}){_MORE[more]}"
    return ""
