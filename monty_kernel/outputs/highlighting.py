"""Colours for code, by Pygments: in a terminal, in a page with nbconvert's style sheet, and in HTML without a style sheet.

Pygments is imported on first use.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from html import escape
from importlib import import_module
from typing import Any

_MOST_IN_A_TERMINAL = 50_000
"""Characters of Python source that get colours."""

MOST_CHARACTERS = 10_000
"""Of one piece of code that gets colours. Lexers do not promise linear time."""
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
"""What a fence may say -> Pygments' name of the lexer. Each was tried with hostile text; other lexers may be slow."""

_STYLES = (  # the first that fits; JupyterLab's name for it, the plain colour, the font
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
_FONTS = {"": "", "bold": "; font-weight:bold", "italic": "; font-style:italic"}
_SLOW = re.compile(rf"[^\n]{{{MOST_IN_A_LINE + 1}}}|\s{{100}}")
"""Long lines and long gaps, which take lexers quadratic time."""


def inline_coloured(code: str, language: str) -> str:
    """Code as HTML with colours in its `style` attributes; without colours if the language is unknown or the code is long.

    There is no style sheet of ours where this is shown. The colours are those of the front end's own editor, which follow its theme.
    Where it defines none, and where JupyterLab's sanitizer removes variables from a notebook that is only opened, plain colours are
    used that can be read on a light and a dark background.
    """
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
    return _pygments()[2].get_lexer_by_name(name, stripnl=False, ensurenl=False)


@lru_cache(512)
def _style(kind: tuple[str, ...]) -> str:
    dotted = ".".join(kind)
    for name, variable, colour, font in _STYLES:
        if f"{dotted}.".startswith(f"{name}."):
            return f"color:{colour}; color:var(--jp-mirror-editor-{variable}-color, {colour}){_FONTS[font]}"
    return ""


def terminal_coloured(source: str) -> str:
    """Python source with ANSI colours; unchanged if it is long."""
    if len(source) > _MOST_IN_A_TERMINAL:
        return source
    pygments, formatters, lexers = _pygments()
    return str(pygments.highlight(source, lexers.PythonLexer(), formatters.TerminalFormatter())).rstrip("\n")


def page_coloured(source: str) -> str:
    """A cell's source as HTML with the classes of nbconvert's style sheet."""
    lexer, formatter = _page_style()
    return str(_pygments()[0].highlight(source, lexer, formatter))


@cache
def _page_style() -> tuple[Any, Any]:
    _, formatters, lexers = _pygments()
    try:
        lexer = import_module("ipython_pygments_lexers").IPython3Lexer()  # comes with IPython since version 9
    except ImportError:
        lexer = lexers.PythonLexer()
    return lexer, formatters.HtmlFormatter(cssclass="highlight hl-ipython3")


def _pygments() -> tuple[Any, Any, Any]:
    """Pygments, its formatters and its lexers; they have no types."""
    return import_module("pygments"), import_module("pygments.formatters"), import_module("pygments.lexers")
