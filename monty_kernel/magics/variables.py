"""%who, %who_ls, %whos: the names the session holds. They run inside the sandbox, where the values are."""

from __future__ import annotations

import argparse

from monty_kernel.engine import prelude
from monty_kernel.engine.source.rewrite import Rewrite

from .declare import Family, argument

family = Family()

_TYPES = argument("types", nargs="*", metavar="TYPE", help="show only variables of these types, e.g. int str function")


@family.line("who", _TYPES)
def who(arguments: argparse.Namespace) -> Rewrite:
    """Print the names of the session's variables. Names that begin with an underscore are left out."""
    return _call("__mk_who", arguments)


@family.line("who_ls", _TYPES)
def who_ls(arguments: argparse.Namespace) -> Rewrite:
    """Give the names of the session's variables as a sorted list."""
    return _call("__mk_who_ls", arguments)


@family.line("whos", _TYPES)
def whos(arguments: argparse.Namespace) -> Rewrite:
    """Print the session's variables with their types and what they hold; of collections, their length."""
    return _call("__mk_whos", arguments)


def _call(function: str, arguments: argparse.Namespace) -> Rewrite:
    # only code at the top level sees the session's names: locals() is called where the magic stands
    call = f"{function}(__mk_b_locals(), {arguments.types!r})"
    return Rewrite(before=call, parts=frozenset({prelude.VARIABLES}), is_expression=True)
