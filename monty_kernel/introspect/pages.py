"""How inspection looks: pages of titled fields as IPython lays them out, in text with ANSI colours."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module

_TITLE = "\x1b[31m{}:\x1b[39m"
_WIDTH = 17


def page(fields: Iterable[tuple[str, str | None]]) -> str:
    """Fields that have a text, one after the other; texts of several lines begin on a line of their own."""
    parts = []
    for title, text in fields:
        if text is None or not text.strip():
            continue
        label = _TITLE.format(title)
        if "\n" in text or title in _BELOW:
            parts.append(f"{label}\n{text.rstrip()}")
        else:
            parts.append(f"{label}{' ' * max(1, _WIDTH - len(title) - 1)}{text}")
    return "\n".join(parts)


_BELOW = ("Source",)


def coloured(source: str) -> str:
    """Python source with ANSI colours; as it is when Pygments is missing or the source is long."""
    if len(source) > 50_000:
        return source
    try:
        pygments, formatters, lexers = (import_module(f"pygments{each}") for each in ("", ".formatters", ".lexers"))
    except ImportError:
        return source
    return str(pygments.highlight(source, lexers.PythonLexer(), formatters.TerminalFormatter())).rstrip("\n")


def cell_name(label: str) -> str | None:
    """`In[3]` -> `Cell In[3]`, as tracebacks call it; None for the kernel's own."""
    if label == "<kernel>":
        return None
    return f"Cell {label}" if label.startswith("In[") else label
