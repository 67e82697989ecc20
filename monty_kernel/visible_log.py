"""Log lines in which a notebook's text steers no terminal: control characters are written out, colours included."""

from __future__ import annotations

import logging

from traitlets.config.application import LevelFormatter

from monty_kernel.engine.visible_text import visible


class VisibleFormatter(LevelFormatter):
    """Formats as traitlets does, tracebacks too, and then makes the control characters visible."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's text."""
        return visible(super().format(record))
