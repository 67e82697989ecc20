"""A Jupyter kernel whose cells run in Monty, a sandboxed Python interpreter.

`run_notebook` and `run_notebook_async` run notebooks from Python, `end_workers` ends what they started, `page_of` makes
a page of a notebook, and `check_notebook` finds what one needs that the sandbox lacks. `tool` marks functions that
notebooks may call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monty_kernel.check.notebook import check_notebook
    from monty_kernel.grants.tool_files import tool
    from monty_kernel.headless.api import end_workers, run_notebook, run_notebook_async
    from monty_kernel.headless.page import page_of

__version__ = "0.1.0"
__all__ = ["__version__", "check_notebook", "end_workers", "page_of", "run_notebook", "run_notebook_async", "tool"]


def __getattr__(name: str) -> Any:
    # not before they are asked for: a kernel starts without them
    if name in ("end_workers", "run_notebook", "run_notebook_async"):
        from monty_kernel.headless import api

        return getattr(api, name)
    if name == "check_notebook":
        from monty_kernel.check.notebook import check_notebook

        return check_notebook
    if name == "page_of":
        from monty_kernel.headless.page import page_of

        return page_of
    if name == "tool":
        from monty_kernel.grants.tool_files import tool

        return tool
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
