"""What a stranger's notebook could hold to run code or load something: Markdown, HTML, SVG, TeX, types and metadata, by kind.

Each is rendered by JupyterLab and by nbconvert, as an output, as a Markdown cell and as a raw cell; those of
`tests.support.hostile.attacks`, which a live session displays, among them.
"""

from __future__ import annotations

from dataclasses import replace

from tests.support.hostile import attacks

from .addresses import ADDRESSES
from .data import DATA
from .drawings import DRAWINGS
from .elements import ELEMENTS
from .fires import FIRES, LEAVES
from .formulas import FORMULAS
from .handlers import HANDLERS
from .parsing import PARSING
from .styles import STYLES
from .texts import TEXTS

_OLD = (
    *attacks.HTML,
    *attacks.SVG,
    *attacks.MARKDOWN,
    *attacks.LATEX,
    *(each for each in attacks.OTHER if each.bundle),
)
_NEW = (*HANDLERS, *ELEMENTS, *PARSING, *STYLES, *DRAWINGS, *ADDRESSES, *TEXTS, *FORMULAS, *DATA)

UNFILLED = (*_OLD, *_NEW)
"""All of them, with the stand-ins."""
ATTACKS = tuple(
    replace(
        attack.filled(number),
        fires=attack.fires or attack.name in FIRES,
        leaves=attack.leaves or attack.name.startswith(LEAVES),
    )
    for number, attack in enumerate(UNFILLED)
)
"""All of them; the number that each tells when it runs, and asks for when it loads, is its place here."""
