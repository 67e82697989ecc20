"""Shows the figures of `matplotlib.pyplot` that a cell drew and did not show, when the cell ends."""

from __future__ import annotations

from .shipped_names import MODULE, variable

FIGURES = MODULE + "matplotlib.pyplot"
"""The part without which a session has no figures."""

SHOW_FIGURES = f"{variable(FIGURES)}.show()\nNone"
"""What such a session is fed when a cell ends."""
