"""A cell that fails because an earlier one did says so; an import costs only what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monty_kernel.engine.errors.endless import endless
from tests.engine.test_locate import ANSI
from tests.support.kernel_client import Answer, Kernel

WRITE = "write a for loop with a break."


@pytest.fixture(autouse=True)
def fresh(kernel: Kernel) -> Iterator[None]:
    kernel.run("%reset -f")
    yield
    kernel.run("%reset -f")


def note(answer: Answer) -> str:
    """What is said below the error's message, without hints."""
    assert answer.reply["status"] == "error", "it must fail"
    lines = ANSI.sub("", "\n".join(answer.reply["traceback"])).split("\n")
    said = lines[[line.startswith(f"{answer.reply['ename']}: ") for line in lines].index(True) + 1 :]
    return "\n".join(line for line in said if not line.startswith("Hint: "))


def number(answer: Answer) -> str:
    return f"In[{answer.reply['execution_count']}]"


def test_a_name_says_which_cell_it_was_to_come_from(kernel: Kernel) -> None:
    failed = number(kernel.run("before = 1\nimport zlib\nfrom collections import defaultdict\ndef later(): pass"))
    at = f"was to come from {failed}, which failed at `import zlib`."
    assert note(kernel.run("d = defaultdict(list)")) == f"`defaultdict` {at}"
    assert note(kernel.run("sorted([1], key=lambda n: later(n))")) == f"`later` {at}"
    assert kernel.run("before").plain == "1"
    assert note(kernel.run("before_typo")) == ""


def test_what_follows_names_the_first_failure(kernel: Kernel) -> None:
    first = number(kernel.run("import zlib\nlimit = 3"))
    second = number(kernel.run("double = limit * 2"))
    third = number(kernel.run("more = double + 1"))
    because = f"failed because {first} failed at `import zlib`."
    assert note(kernel.run("double")) == f"`double` was to come from {second}, which {because}"
    assert note(kernel.run("more")) == f"`more` was to come from {third}, which {because}"


@pytest.mark.parametrize(
    ("code", "name", "how"),
    [
        ("class Own(dict):\n    pass\nother = 1", "other", "failed at `class Own(dict):`"),
        ("for n in [1]:\n    1 / 0\n    inside = 2", "inside", "failed at `1 / 0`"),
        ("def calls(): 1 / 0\ncalls()\n(a, [b, *c]) = 1, [2]", "c", "failed at `calls()`"),
        ("%time 1 / 0\nafter_magic = 1", "after_magic", "failed at `%time 1 / 0`"),
        ("1 / 0\nwith open('x') as file: pass", "file", "failed at `1 / 0`"),
        ("x = [0] * 10 ** 12\nlarge = 1", "large", "failed (MemoryError)"),
        ("raise KeyboardInterrupt\nstopped = 1", "stopped", "was interrupted at `raise KeyboardInterrupt`"),
        ("def f():\n    return await g()\nawaited = 1", "awaited", "failed at `return await g()`"),
        ("import numpy as np", "np", "failed at `import numpy as np`"),
        ("total = = 1\nbroken = 1", "broken", "failed at `total = = 1`"),
    ],
)
def test_all_kinds_of_failures_explain(kernel: Kernel, code: str, name: str, how: str) -> None:
    failed = number(kernel.run(code))
    assert note(kernel.run(name)) == f"`{name}` was to come from {failed}, which {how}."


def test_a_module_is_explained_although_monty_has_a_guess(kernel: Kernel) -> None:
    failed = number(kernel.run("import zlib\nimport asyncio"))
    answer = kernel.run("await asyncio.sleep(0)")
    assert answer.reply["evalue"].startswith("name 'asyncio' is not defined")
    assert note(answer) == f"`asyncio` was to come from {failed}, which failed at `import zlib`."


def test_an_import_of_everything_may_explain_any_name(kernel: Kernel) -> None:
    failed = number(kernel.run("from numpy import *"))
    said = note(kernel.run("zeros(3)"))
    assert said == f"`zeros` may have been to come from {failed}, which failed at `from numpy import *`."


def test_a_new_session_is_not_explained_by_the_one_before(kernel: Kernel) -> None:
    kernel.run("import zlib\nearlier = 1")
    kernel.run("%reset -f")
    assert note(kernel.run("earlier")) == ""


def test_a_cell_that_was_aborted_explains_too(kernel: Kernel) -> None:
    ids = kernel.queue("input(); import zlib", "aborted = 1", "and_this = 2")
    failed = number(kernel.finish(ids[0]))
    assert [kernel.finish(each).reply["status"] for each in ids[1:]] == ["aborted", "aborted"]
    because = f"did not run, because {failed} failed at `input(); import zlib`."
    assert note(kernel.run("aborted")) == f"`aborted` was to come from a cell that {because}"
    assert note(kernel.run("and_this")) == f"`and_this` was to come from a cell that {because}"
    kernel.run("aborted = 1")
    assert kernel.run("aborted").plain == "1"


OLD = "class Dog:\n    def __init__(self, breed, name): pass\n    def bark(self): return self.voice\nsam = Dog(1, 2)"


@pytest.mark.parametrize(
    ("fails", "then", "name", "how"),
    [
        ("class Dog(dict):\n    pass", "d = Dog()", "Dog", "failed at `class Dog(dict):`"),
        ("class Dog(dict):\n    pass", "[Dog() for n in [1]]", "Dog", "failed at `class Dog(dict):`"),
        ("import zlib\ndef Dog(): pass", "Dog()", "Dog", "failed at `import zlib`"),
        ("sam = missing", "sam[3]", "sam", "failed at `sam = missing`"),
        ("sam: Dog = (1 /\n    0)", "print(sam.bark())", "sam", "failed at `sam: Dog = (1 /`"),
        ("sam = = 1", "sam['x']", "sam", "failed at `sam = = 1`"),
    ],
)
def test_a_name_that_a_failed_cell_left_as_it_was(kernel: Kernel, fails: str, then: str, name: str, how: str) -> None:
    kernel.run(OLD)
    failed = number(kernel.run(fails))
    assert note(kernel.run(then)) == f"`{name}` is still what it was before {failed}, which {how}."


@pytest.mark.parametrize(
    ("cells", "then"),
    [
        (["sam = missing", "sam = 5"], "sam['x']"),
        (["sam = missing", "def f():\n    global sam\n    sam = 5", "f()"], "sam['x']"),
        (["sam = missing", "for sam in [1]: pass"], "sam['x']"),
        (["sam = missing", "%undo"], "sam['x']"),
        (["sam = 5\nmissing"], "sam['x']"),
        (["for sam in [1, 2]:\n    missing"], "sam['x']"),
        (["sam = missing"], "Dog()"),
        (["sam = missing"], "raise ValueError(sam)"),
        (["sam = missing"], "[1][2]"),
        (["def g():\n    sam = 3\nmissing"], "sam['x']"),
    ],
)
def test_nothing_is_said_of_names_that_may_be_new(kernel: Kernel, cells: list[str], then: str) -> None:
    kernel.run(OLD)
    for cell in cells:
        kernel.run(cell)
    assert note(kernel.run(then)) == ""


def test_a_cell_that_never_ends_in_monty_says_so(kernel: Kernel) -> None:
    kernel.run("from itertools import count, cycle, repeat\nimport itertools")
    for code, quoted in [
        ("first = next(i for i in count() if i > 5)", "(i for i in count() if i > 5)"),
        ("e = list(enumerate(itertools.cycle('ab')))", "enumerate(itertools.cycle('ab'))"),
    ]:
        answer = kernel.run(code)
        assert answer.reply["ename"] == "MemoryError"
        shown = ANSI.sub("", "\n".join(answer.reply["traceback"]))
        assert f"`{quoted}` never ends, as Monty makes a list of it at once: write a for loop with a break." in shown
        assert "max_memory=BYTES" not in shown, "more memory would not help"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("(x for x in range(3) for y in count(1))", "(x for x in range(3) for y in count(1))"),
        ("filter(None, count())", "filter(None, count())"),
        ("map(f, repeat(1))", "map(f, repeat(1))"),
        ("map(f, repeat(1), 'ab')", None),
        ("map(f, repeat(1, 3))", None),
        ("zip(count(), 'ab')", None),
        ("(x for x in islice(count(), 5))", None),
        ("(x for x in ['a'].count('a'))", None),
        ("[x for x in count()]", None),
        ("for x in count(): pass", None),
        ("(x for x in count(", None),
    ],
)
def test_only_what_takes_all_of_something_endless_is_named(code: str, found: str | None) -> None:
    assert endless(code) == (found and f"`{found}` never ends, as Monty makes a list of it at once: {WRITE}")


def test_an_import_costs_only_the_names_that_are_missing(kernel: Kernel) -> None:
    answer = kernel.run("import json, zlib, math as m, os.path")
    assert answer.reply["evalue"] == "No module named 'zlib'"
    assert note(answer) == "The rest of this import is there: `json`, `m`, `os`."
    assert kernel.run("json.dumps([m.floor(2.5)]), os.path.join('a', 'b')").plain == "('[2]', 'a/b')"
    answer = kernel.run("from collections import (Counter,\n    UserDict, deque as dq)\nnot_reached = 1")
    assert answer.reply["evalue"].startswith("cannot import name 'UserDict'")
    assert kernel.run("list(dq([1])), Counter('a')['a']").plain == "([1], 1)"
    assert "was to come from" in note(kernel.run("UserDict"))
    assert "was to come from" in note(kernel.run("not_reached"))


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    from collections import UserDict, Counter\nexcept ImportError:\n    pass",
        "def f():\n    from collections import UserDict, Counter\nf()",
        "from zlib import crc32, Counter",
        "from math import nothing, Counter",
    ],
)
def test_nothing_else_is_imported_than_what_the_failed_line_says(kernel: Kernel, code: str) -> None:
    kernel.run(code)
    assert kernel.run("Counter").reply["ename"] == "NameError"


def test_what_was_imported_comes_back_with_the_state(kernel: Kernel) -> None:
    kernel.run("import json, zlib")
    kernel.run("x = 1")
    kernel.run("%undo")
    assert kernel.run("json.dumps(1)").plain == "'1'"
