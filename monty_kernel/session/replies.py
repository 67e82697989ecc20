"""What came of a cell, as the content of Jupyter messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monty_kernel.engine.source.sources import Failure
from monty_kernel.outputs import Result


def error_content(failure: Failure) -> dict[str, Any]:
    """The `ename`, `evalue` and `traceback` of an error message or an error reply, and its `status`."""
    from monty_kernel.engine.errors.tracebacks import render

    error = render(failure)
    return {"status": "error", "ename": error.ename, "evalue": error.evalue, "traceback": list(error.traceback)}


def expression_contents(found: Mapping[str, Result | Failure]) -> dict[str, dict[str, Any]]:
    """The `user_expressions` of an execute_reply: each has its own result or error."""
    return {
        name: error_content(value)
        if isinstance(value, Failure)
        else {"status": "ok", "data": value.data, "metadata": value.metadata}
        for name, value in found.items()
    }
