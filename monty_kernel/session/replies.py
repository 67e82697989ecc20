"""What both hosts say alike in Jupyter's words: the language, and the contents that tell what came of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monty_kernel.engine.source import Failure
from monty_kernel.outputs import Result

LANGUAGE_INFO: dict[str, Any] = {
    "name": "python",
    "version": "3.14.0",  # of the language that Monty speaks; a test compares it with sys.version in the sandbox
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}
"""The language of the cells, for `kernel_info_reply` and a notebook's metadata."""


def error_content(failure: Failure) -> dict[str, Any]:
    """The `ename`, `evalue` and `traceback` of an error message or an error reply, and its `status`."""
    from monty_kernel.engine.errors.tracebacks import render

    error = render(failure)
    return {"status": "error", "ename": error.ename, "evalue": error.evalue, "traceback": list(error.traceback)}


def expression_contents(values: Mapping[str, Result | Failure]) -> dict[str, dict[str, Any]]:
    """The `user_expressions` of an execute_reply: each has its own result or error."""
    return {
        name: error_content(value)
        if isinstance(value, Failure)
        else {"status": "ok", "data": value.data, "metadata": value.metadata}
        for name, value in values.items()
    }
