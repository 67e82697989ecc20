"""Formulas: the macros with which TeX in a browser links, styles, names and loads lose their name; all others stay.

JupyterLab's MathJax has a filter of its own since 4.5, but one that lets `\\style{cursor:url(...)}` load; older ones have none.

A name can also come about within MathJax: some macros paste texts together, and `\\ce{\\sty$le$}` becomes `\\style`. So the few that only
paste lose their name too, and no beginning of such a name stays before the `$` that `\\ce` takes away.
"""

from __future__ import annotations

import re

from .elements import words

JOINER = "\u2060"
"""Takes no room and is no letter: put inside, it makes markup the text that it is written as."""

_NAMES = words("""href url style class cssId data html require autoload includegraphics unicode mmlToken bbox fcolorbox setOptions
    mathtoolsset csname special action toggle texttip mathtip tooltip newtagform renewtagform""")
"""`fcolorbox` writes its colour into a style as it is, the tag forms put a tag together of pieces."""
_BEGINNINGS = frozenset(name[:length] for name in _NAMES for length in range(1, len(name)))
_MACROS = re.compile(rf"\\(?=(?:{'|'.join(sorted(_NAMES))}|html\w+)(?![A-Za-z])|delimsize)")
r"""`\delimsize` is replaced, whatever stands behind it, by what the reader of `\DeclarePairedDelimiterX` was given."""
_BEFORE_DOLLAR = re.compile(r"\\([A-Za-z]{1,20})(?=\$)")


def safe_tex(text: str) -> tuple[str, int]:
    """`text` with such macros broken, and how many there were."""
    if "\\" not in text:
        return text, 0
    return _MACROS.subn("\\\\" + JOINER, _BEFORE_DOLLAR.sub(_apart, text))


def _apart(found: re.Match[str]) -> str:
    return f"{found[0]} " if found[1] in _BEGINNINGS else found[0]  # TeX takes no notice of a blank behind a name
