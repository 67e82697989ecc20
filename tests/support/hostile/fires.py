"""Which attacks are known to succeed in JupyterLab, and which would take the page away."""

from __future__ import annotations

from pathlib import Path

LEAVES = ("html: leaving: ", "html: clobbering: ")
"""How their names begin."""
FIRES = frozenset(Path(__file__).with_name("fires.txt").read_text().splitlines())
"""Names of those whose code ran, or who asked for something, in the control of `test_hostile_renderers.py`."""
