"""A file of tools, and cells that use them."""

from __future__ import annotations

SHOP = '''
from monty_kernel import tool

_calls = []

def price(title: str, copies: int = 1) -> float:
    """What so many copies cost."""
    _calls.append(title)
    return 9.5 * copies + 0 * len(_calls)

def calls() -> int:
    return len(_calls)

async def later(n: int) -> int:
    return n + 1

@tool(ask=True)
def order(title: str) -> str:
    return "ordered " + title
'''
CELLS = ("import shop\nshop.price('Emma', copies=2)", "await shop.later(1)", "shop.price('x')\nshop.calls()")
