"""What the kernel logs of a message or a notebook steers no terminal."""

from __future__ import annotations

import logging
import sys
from typing import Any

from monty_kernel.jupyter.app import MontyKernelApp, VisibleFormatter


def _formatted(message: str, *args: object, exc_info: Any = None) -> str:
    return VisibleFormatter("%(message)s").format(
        logging.LogRecord("x", logging.WARNING, "f", 1, message, args, exc_info)
    )


def test_arguments_and_tracebacks_are_made_visible() -> None:
    assert _formatted("said %s", "\x1b]0;evil\x07\n\x1b[31mred\r") == "said \\x1b]0;evil\\x07\n\\x1b[31mred\\r"
    try:
        raise ValueError("\x1b]52;c;AA\x07")
    except ValueError:
        text = _formatted("failed", exc_info=sys.exc_info())
    assert text.startswith("failed\nTraceback")
    assert "ValueError: \\x1b]52;c;AA\\x07" in text


def test_the_kernel_logs_with_it() -> None:
    formatters = MontyKernelApp().get_default_logging_config()["formatters"]
    assert [each["class"] for each in formatters.values()] == ["monty_kernel.jupyter.app.VisibleFormatter"]
