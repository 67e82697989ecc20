"""%lsmagic, and help by question mark: name?, name??, %name?."""

from __future__ import annotations

import argparse

from . import MagicContext
from .declare import Family

family = Family()


@family.host("lsmagic")
def lsmagic(_: argparse.Namespace, context: MagicContext) -> None:
    """List all magics. `%name?` explains one."""
    context.print("Available line magics:\n%" + "  %".join(context.magics.line_names()))
    context.print("\nAvailable cell magics:\n%%" + "  %%".join(context.magics.cell_names()))
    context.print("\n%name? shows what a magic does.")


@family.action("?", code="NAME", changes=False)
def describe(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show what is known about a name."""
    _show(arguments.code.text, 0, context)


@family.action("??", code="NAME", changes=False)
def describe_in_detail(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Show what is known about a name, and its source."""
    _show(arguments.code.text, 1, context)


def _show(topic: str, detail_level: int, context: MagicContext) -> None:
    text = None if topic.startswith("%") else context.describe(topic, detail_level)
    text = text or context.magics.help(topic)
    if text is None:
        context.print(f"Object `{topic}` not found.")
    else:
        context.page(text)
