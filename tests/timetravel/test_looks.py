"""%undo passes over cells that are proved to have changed nothing, and over no others; %redo survives them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from monty_kernel.magics.registry import Magics
from monty_kernel.timetravel.looks import look
from tests.support.kernel_client import Kernel
from tests.support.waiting import until

Start = Callable[..., Kernel]


def test_one_undo_brings_back_what_was_looked_for_in_vain(start: Start) -> None:
    kernel = start()
    kernel.run("scores = {'Ann': 3, 'Bob': 5}")
    kernel.run("scores.clear()")
    assert kernel.run("scores").plain == "{}"
    kernel.run("%whos")
    said = kernel.run("%undo").text()
    assert "after In[1]: changed: scores = dict of 2 (was dict of 0)." in said
    assert "In[3] and In[4] changed nothing, so they were passed over." in said
    assert kernel.run("scores").plain == "{'Ann': 3, 'Bob': 5}"


def test_cells_that_changed_something_are_counted(start: Start) -> None:
    kernel = start()
    for code in ("x = [1]", "x", "x.append(2)", "len(x)", "%who", "x.append(3)", "x[0]", "sum(x)"):
        kernel.run(code)
    said = kernel.run("%undo 2").text()
    assert "after In[2]: changed: x = list of 1 (was list of 3)." in said
    assert "In[4], In[5], In[7] and In[8] changed nothing" in said
    assert "Only 1 cell led here" in kernel.run("%undo 2").reply["evalue"]
    assert "at the start: gone: x. In[2] changed nothing, so it was passed over." in kernel.run("%undo").text()
    assert "this is the start" in kernel.run("%undo").reply["evalue"]
    kernel.run("1 + 1")
    assert "There is nothing to undo: no cell has changed anything." in kernel.run("%undo").reply["evalue"]
    assert kernel.run("_").plain == "2"


SETUP = """\
import random, math, json, decimal, itertools
from collections import defaultdict, deque, Counter
from decimal import Decimal
a = [1, [2, 3]]
b = a
c = {'k': (1, 2.5, None), 3: {4, 5}}
words = ['x', 'yy']
queue = deque([1, 2], maxlen=3)
counts = Counter('aab')
price = Decimal('1.10')
_hidden = [1]
def plain(n):
    return n + 1
def clears(n):
    a.clear()
    return n
"""

OBJECTS = """\
d = defaultdict(list)
it = iter([1, 2, 3])
class Box:
    def __init__(self): self.v = [1]
    def __repr__(self):
        seen.append(1)
        return 'Box'
seen = []
box = Box()
boxes = [box]
def keeps(n, got=[]):
    got.append(n)
    return len(got)
def counter():
    n = 0
    def up():
        nonlocal n
        n += 1
        return n
    return up
up = counter()
random.seed(1)
"""

LOOKS = [
    "a", "a, b", "a[1][0]", "print(a, c)", "len(a), sum(a[1]), max(words, key=len)", "f'{a[0]:>5} {c!r}'", "a is b",
    "[x * 2 for x in a[1] if x > 2]", "sorted(words, key=lambda w: -len(w))", "{w: len(w) for w in words}",
    "c['k'][0] + 1", "math.sqrt(a[0]), json.dumps(a)", "', '.join(words).upper()", "counts.most_common(1)", "a[99]",
    "assert a == b", "if a:\n    print(a[0])", "%who", "%whos list dict", "%limits", "%audit", "%history", "%snapshots\na",
    "%lsmagic", "# nothing but a remark\na", "display(a)", "a?\nb", "queue, list(queue)", "_hidden",
]  # fmt: skip

CALLS = [
    "a.missing", "a[1] = [2, 3]", "plain(3)", "[plain(x) for x in a[1]]", "%time len(a)", "math.floor(2.5)\nmath.ceil(2.5)", "x_ = None if False else None\n",
    "def plain_(): pass", "a = a", "import math",
]  # fmt: skip

CHANGES = [
    "a.clear()", "a[1].append(4)", "b = [1, a[1]]", "import os; os.environ['A'] = '1'", "a[1] = a", "c[3].add(6)", "c['k'] = (1, 2.5, True)", "z = 1",
    "a[0] = 1.0", "a[0] = True", "c = {3: c[3], 'k': c['k']}", "clears(3)", "(q := 3)",
    "words.sort(reverse=True)", "words[0] = 'x '", "random.random()", "[random.randint(1, 6) for _ in range(2)]",
    "decimal.getcontext().prec = 5", "price / 7", "queue.append(3)", "queue = deque(queue, maxlen=4)", "counts['a'] += 1",
    "def plain(n):\n    return n + 1", "plain = clears", "_hidden.append(2)", "exec('a.clear()')", "for n in a: pass",
    "import math as m", "words = tuple(words)", "print = len", "import sys; sys.argv.append('x')",
]  # fmt: skip

DOUBTS = [
    "next(it)", "list(it)", "2 in it", "print(*it)", "box.v.append(2)", "box.w = 1", "box", "print(box)", "boxes", "f'{box}'",
    "d['new']", "keeps(1)", "up()", "up", "max([3], key=keeps)", "sorted(words, key=keeps)", "random.random()",
    "random.shuffle([1, 2])", "Box.w = 1", "Box()", "[plain(1) for x in boxes]", "seen.append(2)", "setattr(box, 'q', 1)",
]  # fmt: skip


def tried(kernel: Kernel, base: int, cells: list[str]) -> list[str]:
    """Which of these cells count, each run after In[base]."""
    counted = []
    for code in cells:
        kernel.run(f"%restore {base}")
        number = kernel.run(code, stop_on_error=False).reply["execution_count"]
        said = kernel.run("%undo").text()
        if f"after In[{base}]" in said and f"In[{number}]" not in said:
            counted.append(code)
        else:
            assert f"In[{number}] changed nothing, so it was passed over." in said, (code, said)
    return counted


def test_what_changes_plain_data_counts_and_what_does_not_is_passed_over(start: Start) -> None:
    kernel = start()
    kernel.run("first = 1")
    kernel.run(SETUP)
    assert tried(kernel, 2, LOOKS) == []
    assert tried(kernel, 2, CHANGES) == CHANGES
    assert tried(kernel, 2, CALLS) == ["x_ = None if False else None\n", "def plain_(): pass"]


def test_what_cannot_be_compared_counts(start: Start) -> None:
    kernel = start()
    kernel.run("first = 1")
    kernel.run(SETUP + OBJECTS)
    assert tried(kernel, 2, DOUBTS) == DOUBTS
    assert tried(kernel, 2, CHANGES) == CHANGES
    assert tried(kernel, 2, LOOKS) == []  # what they name is plain data, whatever else there is


def test_a_report_says_what_cannot_be_compared(start: Start) -> None:
    kernel = start()
    kernel.run("def keeps(n, got=[]):\n    got.append(n)\nimport random; random.seed(3)\n_hidden = []")
    kernel.run("keeps(1)")
    assert "no difference seen; not compared: keeps." in kernel.run("%undo").text()
    kernel.run("keeps = None")
    kernel.run("random.random()")
    assert "changed: random.getstate()." in kernel.run("%undo").text()
    kernel.run("_hidden.append(1)")
    assert "changed: _hidden." in kernel.run("%undo").text()


def test_an_expression_of_the_front_end_that_ran_with_a_look_counts(start: Start) -> None:
    kernel = start()
    kernel.run("import itertools\nx, it = [1], iter([1, 2])")
    kernel.run("x", user_expressions={"taken": "next(it)"})
    assert "passed over" not in kernel.run("%undo").text()
    assert kernel.run("next(it)").plain == "1"


def test_redo_survives_a_look(start: Start) -> None:
    kernel = start()
    kernel.run("x = [1]")
    kernel.run("x.append(2)")
    kernel.run("x")
    kernel.run("%undo")
    kernel.run("x")
    kernel.run("%whos")
    assert "after In[3]: changed: x = list of 2 (was list of 1)." in kernel.run("%redo").text()
    assert "no cell was undone here" in kernel.run("%redo").reply["evalue"]
    kernel.run("%undo")
    assert kernel.run("x").plain == "[1]"
    number = kernel.run("x.append(3)").reply["execution_count"]
    kernel.run("x")
    said = kernel.run("%redo").reply["evalue"]
    assert f"In[{number}] began a new branch; %restore 3 goes back to the old one." in said
    assert kernel.run("x").plain == "[1, 3]"
    kernel.run("%restore 3")
    assert kernel.run("x").plain == "[1, 2]"
    assert "x = list of 1 (was list of 2)" in kernel.run("%undo").text()
    assert "x = list of 2 (was list of 1)" in kernel.run("%redo").text()


def test_cells_outside_the_history_are_passed_over_too(start: Start) -> None:
    kernel = start()

    def outside(code: str) -> str:
        return kernel.run(code, store_history=False).text()

    for code in ("import itertools\nx, it = [1], iter([1])", "x.clear()", "x", "%whos"):
        outside(code)
    assert "x = list of 1 (was list of 0)" in outside("%undo")
    outside("x")
    assert "x = list of 0 (was list of 1)" in outside("%redo")
    outside("next(it)")
    assert "passed over" not in outside("%undo")


def test_looks_are_passed_over_after_a_kill_too(start: Start) -> None:
    env = {"JPY_SESSION_NAME": "/work/notebook.ipynb"}
    kernel = start(env=env)
    for code in ("x = [1]; def_ = 1", "x.clear()", "x", "%whos", "print(x)"):
        kernel.run(code)
    os.kill(kernel.pid, signal.SIGKILL)
    second = start(env={**env, "JUPYTER_DATA_DIR": str(kernel.folder / "data")})
    second.answer("%resume", "y")
    said = second.run("%undo").text()
    assert "x = list of 1 (was list of 0). In[3], In[4] and In[5] changed nothing" in said
    assert second.run("x").plain == "[1]"


def test_a_written_overlay_counts(start: Start, tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("there")
    kernel = start("--mount", f"{tmp_path}:/data")
    kernel.run("from pathlib import Path")
    kernel.run("Path('/data/there.txt').read_text()")
    assert "at the start" in kernel.run("%undo").text()
    kernel.run("%redo")
    kernel.run("Path('/data/new.txt').write_text('new')")
    assert "changed in the overlay: /data." in kernel.run("%undo").text()


def test_a_file_of_the_working_folder_counts(start: Start) -> None:
    kernel = start()
    kernel.run("text = 'one'")
    kernel.run("with open('out.txt', 'w') as file: file.write(text)\nfile = None")
    kernel.run("from pathlib import Path\nlen(Path('out.txt').read_text())")
    kernel.run("open('out.txt').read()")
    kernel.run("Path('out.txt').write_text('one')")
    assert "files changed: out.txt." in kernel.run("%undo").text()
    said = kernel.run("%undo").text()
    assert "gone: Path" in said and "changed nothing, so it was passed over" in said
    assert "files gone: out.txt" in kernel.run("%undo").text()


def test_after_an_undo_that_fails_the_session_is_where_it_was(start: Start) -> None:
    kernel = start("--MontyKernel.snapshot_memory=50_000", "--MontyKernel.snapshots=memory")
    kernel.run("x = 1")
    for number in range(6):
        kernel.run(f"data = ['{number}' * 1000 + str(i) for i in range(3000)]")
    for _ in range(8):
        kernel.run("plain = len(data)")
    until(lambda: "has been dropped" in kernel.run("%undo 9").reply["evalue"])  # another thread drops states
    assert kernel.run("x, plain, len(data)").plain == "(1, 3000, 3000)"


@pytest.mark.parametrize(
    "source",
    [
        "x = 1", "x += 1", "for x in y: pass", "x.append(1)", "f(x)", "x()", "x.y", "import x", "def f(): pass", "(x := 1)",
        "[0 for x[0] in y]", "[0 for x.y in z]", "await x", "random.random()", "next(x)", "iter(x)", "open('x')", "input()",
        "%time x", "!ls", "%run x", "x.pop()", "(lambda f: f(1))(x)", "[f(1) for f in x]", "print(print.x)", "exec('x')",
        "x.copy().clear()", "type(x)(1)", "x.get(1)(2)", "[len(1) for len in x]", "%who .pop()", "eval('1')",
        "'\0'", "(" * 3000, "x, " * 100_000 + "f()", "%restore 1\nx", "setattr(x, 'y', 1)", "global x", "del x", "x: int",
        "map(f, x)", "`x`", "lambda: (yield)", "with x: pass", "try:\n    x\nfinally:\n    y", "while x: pass", "%limits (x.pop())",
    ],
)  # fmt: skip
def test_sources_that_may_change_something(source: str) -> None:
    found = look(source, Magics().looking)
    assert found is None or not found.is_one(dict.fromkeys([*found.data, *found.modules], "plain"))


def test_names_decide_what_a_look_may_name() -> None:
    found = look("[n for n in data if len(n)], json.dumps(data)", ())
    assert found is not None
    kinds = {"n": "absent", "data": "plain", "len": "absent", "json": "module"}
    assert found.is_one(kinds)
    for name, kind in (("data", "?"), ("data", "absent"), ("len", "?"), ("n", "?"), ("json", "?"), ("json", "plain")):
        assert not found.is_one({**kinds, name: kind})
