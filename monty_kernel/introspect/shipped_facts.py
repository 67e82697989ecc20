"""What modules that are written for Monty add to the facts about Monty itself."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from typing import NamedTuple

from . import Kind, shipped
from .host_modules import host_module


class Added(NamedTuple):
    """What is added, beside the members of all modules.

    Attributes:
        members: Of each module, those of Monty's included, the names and their kinds.
        arguments: The keyword arguments that functions accept, by full name.
        written: What is written for Monty, by full name.
        docs: The docstrings of the modules that Monty lacks as a whole.
    """

    members: dict[str, Mapping[str, Kind]]
    arguments: dict[str, frozenset[str]]
    written: dict[str, shipped.Member]
    docs: dict[str, str]


def added(modules: Collection[str], montys: Mapping[str, Mapping[str, Kind]]) -> Added:
    """What is there beside Monty's own modules and their members. What Monty has is Monty's."""
    members = dict(montys)
    found: dict[str, shipped.Member] = {}
    docs: dict[str, str] = {}
    for module, its in shipped.modules().items():
        if module not in modules:
            docs[module] = its.doc
            members[module] = {}
            found.update((f"{module}.{name}", member) for name, member in its.members.items())
    for module, its in shipped.gaps().items():
        had = montys.get(module, {})
        given = [name for name in its.members if name not in had or name in its.overrides]
        found.update((f"{module}.{name}", its.members[name]) for name in given)
    for name, member in found.items():
        module, _, own = name.rpartition(".")
        kind = shipped.kind_of(member, getattr(host_module(module), own, None))
        members[module] = {**members.get(module, {}), own: kind}
    arguments = {name: keywords for name, member in found.items() if (keywords := _keywords(member)) is not None}
    return Added({module: dict(sorted(names.items())) for module, names in members.items()}, arguments, found, docs)


def _keywords(member: shipped.Member) -> frozenset[str] | None:
    """The keyword arguments that a function takes; None if it takes any, or if nobody knows."""
    parameters = member.signature.parameters.values() if member.signature is not None else ()
    if member.signature is None or any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters):
        return None
    keyworded = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return frozenset(each.name for each in parameters if each.kind in keyworded)
