"""Formulas: the macros with which TeX in a browser links, styles, names and loads lose their name; all others stay.

JupyterLab's MathJax has a filter of its own since 4.5; that of older ones lets `\\style{background:url(...)}` load.
"""

from __future__ import annotations

import re

JOINER = "\u2060"
"""Takes no room and is no letter: put inside, it makes markup the text that it is written as."""

_MACROS = re.compile(
    r"\\(?=(?:href|url|style|class|cssId|data|html\w*|require|autoload|includegraphics|unicode|mmlToken|bbox|setOptions"
    r"|mathtoolsset|csname|special|action|toggle|texttip|mathtip|tooltip)(?![A-Za-z]))"
)


def safe_tex(text: str) -> tuple[str, int]:
    """`text` with such macros broken, and how many there were."""
    return _MACROS.subn("\\\\" + JOINER, text) if "\\" in text else (text, 0)
