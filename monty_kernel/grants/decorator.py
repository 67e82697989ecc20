"""`@tool`: how a tools file says what a function needs before a notebook may call it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, overload

Permission = Literal["allow", "ask", "deny"]
MARK = "__monty_tool__"

F = TypeVar("F", bound=Callable[..., Any])


@overload
def tool(function: F, /) -> F: ...
@overload
def tool(*, ask: bool = False, deny: bool = False) -> Callable[[F], F]: ...
def tool(function: F | None = None, /, *, ask: bool = False, deny: bool = False) -> F | Callable[[F], F]:
    """Make a function a tool, also one that another module defined; use it as `@tool` or `@tool(ask=True)`.

    ask: the person is asked before each call. deny: no call is let through, until the configuration says otherwise.
    """
    permission: Permission = "deny" if deny else "ask" if ask else "allow"

    def mark(marked: F) -> F:
        setattr(marked, MARK, permission)
        return marked

    return mark if function is None else mark(function)
