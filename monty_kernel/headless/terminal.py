"""Text of a notebook made fit for a terminal: colours at most, nothing that a terminal would obey."""

from __future__ import annotations

import os
import re
from typing import TextIO

from monty_kernel.outputs.log_text import is_log
from monty_kernel.outputs.visible_text import visible

_COLOUR = re.compile(r"(\x1b\[[\d;]*m)")


def for_terminal(text: str, *, colours: bool) -> str:
    """`text` with its control characters written out; its colours stay if they are wanted, and end with it."""
    pieces = _COLOUR.split(text)
    shown = "".join(
        (piece if colours else "") if place % 2 else visible(piece.replace("\r\n", "\n"))
        for place, piece in enumerate(pieces)
    )
    return shown + ("\x1b[0m" if colours and len(pieces) > 1 else "")


def wants_colours(stream: TextIO) -> bool:
    """Whether colours may be written to the stream."""
    return not is_log(stream) and not os.environ.get("NO_COLOR")
