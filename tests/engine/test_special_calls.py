"""Special methods that are called by name: of built-in values, and of classes that define them."""

from __future__ import annotations

import pytest

from tests.support.kernel_client import Kernel

SETUP = """
from collections import Counter, defaultdict, deque
rows, prices, text, kinds = [1, 2, 3], {'a': 1}, 'hello', {1, 2}
class Deck:
    def __getitem__(self, k): return k * 2
    def __len__(self): return 52
    def __str__(self): return 'a deck'
    def __contains__(self, k): return k == 'ace'
class Plain: pass
deck, plain = Deck(), Plain()
"""


@pytest.fixture
def ready(kernel: Kernel) -> Kernel:
    """The module's kernel, with what the cells use."""
    kernel.run(SETUP)
    return kernel


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("rows.__getitem__(0), rows.__getitem__(slice(1, 3)), text.__getitem__(-1)", "(1, [2, 3], 'o')"),
        ("prices.__getitem__('a'), prices.__contains__('b'), kinds.__contains__(2)", "(1, False, True)"),
        ("rows.__len__() + kinds.__len__() + text.__len__() + b'ab'.__len__() + range(4).__len__()", "16"),
        (
            "prices.__setitem__('b', 2), rows.__setitem__(0, 9), prices, rows",
            "(None, None, {'a': 1, 'b': 2}, [9, 2, 3])",
        ),
        ("(5).__str__(), [1, 'a'].__repr__(), None.__repr__()", "('5', \"[1, 'a']\", 'None')"),
        ("Counter('aab').__getitem__('a'), deque([1]).__len__(), defaultdict(list).__getitem__(1)", "(2, 1, [])"),
        ("deck.__getitem__(4), deck.__len__(), deck.__str__(), deck.__contains__('two')", "(8, 52, 'a deck', False)"),
        ("[each.__len__() for each in (rows, text, deck)]", "[3, 5, 52]"),
        ("rows . __getitem__ (\n  1\n)", "2"),
        ("prices.__getitem__('a').__str__()", "'1'"),
        ("f'{rows.__len__()}'", "'3'"),
    ],
)
def test_they_mean_what_they_do_in_python(ready: Kernel, code: str, expected: str) -> None:
    answer = ready.run(code)
    assert answer.plain == expected, answer.reply


@pytest.mark.parametrize(
    ("code", "ename", "evalue"),
    [
        ("rows.__getitem__(7)", "IndexError", "list index out of range"),
        ("prices.__getitem__('z')", "KeyError", "'z'"),
        ("rows.__getitem__('z')", "TypeError", "list indices must be integers or slices, not str"),
        ("(5).__len__()", "AttributeError", "'int' object has no attribute '__len__'"),
        ("kinds.__getitem__(0)", "AttributeError", "'set' object has no attribute '__getitem__'"),
        ("text.__setitem__(0, 'a')", "AttributeError", "'str' object has no attribute '__setitem__'"),
        ("plain.__len__()", "AttributeError", "'Plain' object has no attribute '__len__'"),
    ],
)
def test_errors_are_pythons_and_at_their_place(ready: Kernel, code: str, ename: str, evalue: str) -> None:
    answer = ready.run("x = 1\n" + code)
    assert (answer.reply["ename"], answer.reply["evalue"]) == (ename, evalue)
    shown = "".join(answer.reply["traceback"])
    assert "__mk_" not in shown
    assert "    2 " in shown or "2\x1b" in shown
