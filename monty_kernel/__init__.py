"""A Jupyter kernel whose cells run in Monty, a sandboxed Python interpreter."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["tool"]

if TYPE_CHECKING:
    from monty_kernel.grants.decorator import tool


def __getattr__(name: str) -> Any:
    if name == "tool":  # for tools files; a kernel's start need not wait for it
        from monty_kernel.grants.decorator import tool

        return tool
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
