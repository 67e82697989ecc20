"""Settings of the stock kernel that many notebooks begin with: they have nothing to set here, and stop no cell."""

from __future__ import annotations

import argparse

from monty_kernel.engine.frontend import UsageError

from .context import MagicContext
from .declare import Family, argument, shortened

family = Family()


@family.host("config", code="[Class.trait = value]")
def config(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Change nothing: a notebook cannot configure this kernel. `%limits` shows its limits and who sets them."""
    setting = arguments.code.text.partition("=")[0].strip()
    if setting != "Completer.use_jedi":  # front ends set it unasked
        context.print("%config has no effect here: this kernel is configured where it is started. See %limits.")


@family.host("autoreload", code="[MODE]")
def autoreload(_: argparse.Namespace, context: MagicContext) -> None:
    """Do nothing: a cell imports no files, so there is nothing that could change and be loaded again."""
    context.print("%autoreload has nothing to do here: cells import no files.")


@family.host("load_ext", argument("extension", metavar="EXTENSION"))
def load_ext(arguments: argparse.Namespace, context: MagicContext) -> None:
    """Refuse: extensions are programs for the stock kernel. `autoreload` alone is let pass; it has nothing to do here."""
    if arguments.extension != "autoreload":
        name = shortened(arguments.extension)
        raise UsageError(f"%load_ext: {name} is a program for the stock kernel, so its magics are missing here.")
    context.print("%load_ext: autoreload has nothing to do here: cells import no files.")


def _setting(name: str, what: str) -> None:
    def setting(_: argparse.Namespace, context: MagicContext) -> None:
        context.print(f"%{name} has no effect here.")

    setting.__doc__ = f"Do nothing: {what} cannot be set here."
    family.host(name, code="[VALUE]")(setting)


for _name, _what in (
    ("colors", "colours"),
    ("pprint", "the layout of results"),
    ("precision", "the digits of results"),
    ("xmode", "the form of tracebacks"),
):
    _setting(_name, _what)
