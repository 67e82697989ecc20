"""Log lines in which a notebook's text steers nobody: no terminal by control characters, no build service by commands."""

from __future__ import annotations

import logging

from traitlets.config.application import LevelFormatter

from monty_kernel.outputs.log_text import for_log


class VisibleFormatter(LevelFormatter):
    """Formats as traitlets does, tracebacks too, and then makes what it is text that stays text."""

    def format(self, record: logging.LogRecord) -> str:
        """The record's text."""
        return for_log(super().format(record))
