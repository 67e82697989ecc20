"""A bookshop that a notebook may use: the tools of `notebooks/tools.ipynb`.

This file is yours, not the notebook's: the kernel runs it, with all that you may do, if you say so where the kernel is
started. Cells see what its functions return, and nothing else of it.
"""

from __future__ import annotations

import asyncio

from monty_kernel import tool

CURRENCY = "EUR"

_SECRET = "never shown to a cell: its name begins with an underscore"
_STOCK = {"Emma": (3, 11.5), "Middlemarch": (1, 14.0), "Persuasion": (0, 9.0)}
_orders: list[tuple[str, int]] = []


def titles() -> list[str]:
    """The titles that the shop knows, in the order of the alphabet."""
    return sorted(_STOCK)


def price(title: str, copies: int = 1) -> float:
    """What so many copies of a title cost."""
    return _STOCK[title][1] * copies


async def in_stock(title: str) -> int:
    """How many copies are in stock. Asks the warehouse, which takes its time."""
    await asyncio.sleep(0.2)
    return _STOCK[title][0]


@tool(ask=True)
def order(title: str, copies: int) -> str:
    """Order copies of a title. It costs money, so you are asked before each call."""
    if copies > _STOCK[title][0]:
        raise ValueError(f"only {_STOCK[title][0]} of {title} in stock")
    _orders.append((title, copies))
    return f"order {len(_orders)}: {copies} x {title}"


@tool(deny=True)
def close_shop() -> None:
    """Close the shop. No notebook may, until your configuration says otherwise."""
    _STOCK.clear()
