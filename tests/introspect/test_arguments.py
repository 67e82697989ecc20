"""Completion of keyword arguments."""

from __future__ import annotations

import pydantic_monty
import pytest

from tests.support.introspected_session import Notebook

CELLS = """
import json, random
from dataclasses import dataclass
from collections import namedtuple
def mean(xs, weights=None, /, scale=1, *, strict=False, **rest):
    return xs
class Robot:
    def __init__(self, name, speed=1):
        self.name = name
    def walk(self, steps, *, fast=False):
        return steps
robot = Robot("a")
loaded = json.loads('"text"')
alias = mean
@dataclass
class Point:
    x: int
    y: int = 0
Pair = namedtuple("Pair", "left right")
"""


@pytest.mark.parametrize(("code", "arguments"), [
    ("mean(", ["scale=", "strict="]),
    ("mean([1], None, 3, ", ["strict="]),
    ("mean([1], strict=True, ", ["scale="]),
    ("mean([1], s", ["scale=", "strict="]),
    ("mean([1, 2, (3, 4)], {'a': 1}, 'a,b', ", ["strict="]),
    ("mean(\n    [1],\n    sc", ["scale="]),
    ("print(mean(", ["scale=", "strict="]),
    ("alias(", ["scale=", "strict="]),
    ("Robot(", ["name=", "speed="]),
    ("Robot('a', ", ["speed="]),
    ("robot.walk(", ["fast=", "steps="]),
    ("robot.walk(3, ", ["fast="]),
    ("Robot('x').walk(3, ", ["fast="]),
    ("Point(", ["x=", "y="]),
    ("Pair(", ["left=", "right="]),
    ("def local(alpha, beta=1): pass\nlocal(", ["alpha=", "beta="]),
    ("sorted([1], ", ["key=", "reverse="]),
    ("print(1, ", ["end=", "file=", "flush=", "sep="]),
    ("loaded.split(", ["maxsplit=", "sep="]),
    ("'a b'.split(", ["maxsplit=", "sep="]),
    ("[3].sort(", ["key=", "reverse="]),
    ("random.choices([1], ", ["cum_weights=", "k=", "weights="]),
    ("display(1, displ", ["display_id="]),
    ("len(", []),
    ("mean(1 + ", []),
    ("mean(scale=", []),
    ("mean(x.", []),
    ("(", []),
    ("if (", []),
    ("mean[", []),
    ("mean()", []),
])  # fmt: skip
def test_arguments(notebook: Notebook, code: str, arguments: list[str]) -> None:
    notebook.run(CELLS)
    found = notebook.completions(code)
    assert [name for name in found.matches if name.endswith("=")] == arguments
    assert all(found.types[name] == "param" for name in arguments)
    assert list(found.matches[: len(arguments)]) == arguments  # first of all


def test_arguments_that_monty_refuses_are_not_offered(notebook: Notebook) -> None:
    notebook.run("import json")
    offered = notebook.complete("json.dumps(1, ")
    assert "indent=" in offered
    assert "cls=" not in offered
    said = ""
    for name in offered:
        if name.endswith("="):
            try:
                notebook.run(f"json.dumps(1, {name}None)")
            except pydantic_monty.MontyError as error:
                said += str(error)
    assert "keyword argument" not in said


def test_while_the_session_is_busy(notebook: Notebook) -> None:
    notebook.run(CELLS)
    notebook.session.busy = True
    assert notebook.complete("mean([1], None, s") == [
        "scale=",
        "strict=",
        *[n for n in notebook.complete("s") if n.startswith("s")],
    ]
    assert notebook.complete("robot.walk(3, fas")[0] == "fast="
