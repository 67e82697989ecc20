"""The prelude that runs in the sandbox: what cells make of builtins' names must not reach it."""

from __future__ import annotations

import ast
import builtins
import inspect
import re

import pytest

from monty_kernel.engine import host, prelude
from monty_kernel.sanitize.sanitizer import MARKDOWN, SHOWN
from tests.support.engine_session import Session

FREE = set(dir(builtins)) - {"format", "id", "open"}  # parameters of Image, of films, and of a printer's groups


@pytest.mark.parametrize("part", prelude.PARTS)
def test_every_builtin_is_guarded_and_no_text_is_changed(part: str) -> None:
    raw = ast.parse(prelude._read(part))
    guarded = ast.parse(prelude.guarded(ast.unparse(raw)))
    for before, after in zip(ast.walk(raw), ast.walk(guarded), strict=True):
        if isinstance(before, ast.Constant):
            assert isinstance(after, ast.Constant) and after.value == before.value
        if isinstance(before, ast.Name) and isinstance(after, ast.Name) and before.id in FREE:
            assert after.id == f"__mk_b_{before.id}", f"add {before.id} to the guarded builtins"


@pytest.mark.parametrize("part", prelude.PARTS)
def test_names_are_marked_as_the_preludes(part: str) -> None:
    known = {"display", "get_ipython", "In", "Out", "_", "__", "___", "_i", "_ii", "_iii", "_ih", "_oh"}
    for node in ast.parse(prelude.source(part)).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node]
        names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
        names = names if isinstance(node, ast.Assign) else [getattr(node, "name", "__mk_")]
        for name in names:
            assert name.startswith("__mk_") or name in known


def test_no_part_takes_a_name_of_another() -> None:
    replaced = {
        "__mk_as_made",
        "__mk_bundle_of",
        "__mk_display_function",
        "__mk_print_pretty",
    }  # placeholders, until a part is fed
    owner = dict.fromkeys(re.findall(r'"(__mk_\w+)"', inspect.getsource(host)), "the host")
    for part in prelude.PARTS:
        for node in ast.parse(prelude._read(part)).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            for name in [*names, getattr(node, "name", "")]:
                assert not name or name in replaced or owner.setdefault(name, part) == part, (name, part)


def display_methods() -> list[tuple[str, str]]:
    """The methods by which an object shows itself, with their MIME types."""
    for node in ast.parse(prelude._read(prelude.SHOWING)).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__mk_METHODS":
            return list(ast.literal_eval(node.value))
    raise AssertionError("showing.py has no __mk_METHODS")


@pytest.mark.parametrize(("method", "mime"), display_methods())
def test_each_display_method_is_called_and_its_type_is_shown(method: str, mime: str) -> None:
    assert mime in SHOWN | {MARKDOWN}
    session = Session()
    try:
        ran = session.run(f"class C:\n    def {method}(self):\n        print('called')\ndisplay(C())")
        assert ran.failure is None
        assert ran.printed == "called\n"
    finally:
        session.engine.close()
