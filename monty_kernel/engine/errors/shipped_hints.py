"""Hints about the modules that are written for Monty: names that they lack, and imports that nothing rewrote."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from ..shipped_modules import shipped
from ..shipped_names import GAP, GAPS, MODULE, MODULES
from ..source import Failure
from .cell_code import failing_text, parse
from .host_python import has_member
from .sentences import say

_OF_IPYTHON = "IPython"
_OWNER = re.compile(r"(\w[\w.]*)\.\w+")


def lacks(module: str) -> Mapping[str, str]:
    """What to write instead of names that a module's file says it lacks; empty if nothing is written for the module."""
    parts = [MODULE + module] * (module in MODULES) + [GAP + module] * (module in GAPS)
    return {name: sentence for part in parts for name, sentence in shipped(part).lacks.items()}


def missing_name(module: str, name: str) -> str | None:
    """For a name of a module that is written for Monty, or of one of Monty's that has names written for it."""
    sentence = lacks(module).get(name)
    if sentence is None and module in MODULES and has_member(module, name):
        sentence = say("by_hand")
    return None if sentence is None else say("lacks", module, name, sentence)


def missing_attribute(failure: Failure, name: str) -> str | None:
    """For an attribute of an object that stands for a module."""
    owner = _OWNER.match(failing_text(failure))
    module = "" if owner is None else _imported_as(failure, owner[1])
    if module.partition(".")[0] == _OF_IPYTHON:
        return say("of_ipython")
    if module in MODULES:
        return missing_name(module, name)
    found = [hint for each in MODULES if name in lacks(each) and (hint := missing_name(each, name)) is not None]
    return found[0] if len(found) == 1 else None


def _imported_as(failure: Failure, name: str) -> str:
    """The module that the failing cell imports under a name; the name itself if it imports none."""
    cell = failure.frames[-1].cell if failure.frames else None
    tree = parse(cell.text) if cell is not None else None
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname == name:
                    return alias.name
    return name


def only_in_cells(name: str) -> str | None:
    """For an import in a text that `exec` or `eval` runs, of a module that cells can import."""
    return say("only_in_cells", name) if name in MODULES else None
