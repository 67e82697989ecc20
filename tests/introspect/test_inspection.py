"""Inspection: Shift-Tab, `name?`, `help(name)`."""

from __future__ import annotations

import pytest

from tests.support.introspected_session import Notebook

CELLS = (
    '''import math, json, collections, datetime
def mean(xs, weights=None, *, strict: bool = False) -> float:
    """The mean.

    Of numbers."""
    return sum(xs) / len(xs)
async def fetch(url): ...
''',
    '''class Robot:
    """A robot."""
    legs = 4
    def __init__(self, name, speed=1):
        """Build one."""
        self.name = name
    def walk(self, steps, *, fast=False) -> int:
        """Walk."""
        return steps
robot = Robot("r2")
data = json.loads('{"a": [1, 2]}')
text = "spam"
''',
)


@pytest.fixture
def cells(notebook: Notebook) -> Notebook:
    return notebook.run(*CELLS)


def test_a_function(cells: Notebook) -> None:
    assert cells.inspect("mean") == (
        "Signature:       mean(xs, weights=None, *, strict: bool=False) -> float\n"
        "Docstring:\nThe mean.\n\nOf numbers.\n"
        "File:            Cell In[1]\n"
        "Type:            function"
    )
    assert "\x1b[31mSignature:\x1b[39m" in cells.inspection("mean").data["text/plain"]


def test_its_source(cells: Notebook) -> None:
    page = cells.inspect("mean", 1)
    assert "Source:\ndef mean(xs, weights=None, *, strict: bool = False) -> float:\n" in page
    assert "    return sum(xs) / len(xs)\n" in page
    assert "Docstring" not in page
    assert "Source" not in cells.inspect("mean", 0)


def test_a_coroutine_function_without_docstring(cells: Notebook) -> None:
    page = cells.inspect("fetch")
    assert "Docstring:       <no docstring>" in page
    assert "Type:            coroutine function" in page


def test_a_class(cells: Notebook) -> None:
    assert cells.inspect("Robot") == (
        "Init signature:  Robot(name, speed=1)\n"
        "Docstring:       A robot.\n"
        "Init docstring:  Build one.\n"
        "File:            Cell In[2]\n"
        "Type:            type"
    )
    assert "    def walk(self, steps" in cells.inspect("Robot", 1)


@pytest.mark.parametrize(
    "code", ["robot.walk", "Robot.walk", "robot.walk(1, ", "Robot('x').walk(", "robot.wa|lk(1)", "robot.walk(1)"]
)
def test_a_method(cells: Notebook, code: str) -> None:
    page = cells.inspect(code)
    assert "Signature:       walk(steps, *, fast=False) -> int" in page
    assert "Cell In[2]" in page


def test_variables(cells: Notebook) -> None:
    page = cells.inspect("data")
    assert page.startswith("Type:            dict\nString form:     {'a': [1, 2]}\nLength:          1\n")
    assert cells.inspect("data['a']").startswith("Type:            list\nString form:     [1, 2]\nLength:          2\n")
    assert cells.inspect("text").startswith("Type:            str\nString form:     'spam'\nLength:          4\n")
    assert cells.inspect("robot") == "Type:            Robot\nFile:            Cell In[2]\nDocstring:       A robot."
    assert cells.inspect("robot.legs").startswith("Type:            int\nString form:     4\n")


@pytest.mark.parametrize(("value", "shown"), [
    ("list(range(1000))", "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, ...]"),
    ("(1,)", "(1,)"),
    ("set()", "set()"),
    ("{1}", "{1}"),
    ("frozenset({1})", "frozenset({1})"),
    ("collections.Counter('aab')", "Counter({'a': 2, 'b': 1})"),
    ("collections.deque([1, 2])", "deque([1, 2])"),
    ("10 ** 400", "an int of more than 60 digits"),
    ("'a' * 1000", repr("a" * 200) + "..."),
    ("[[[1]]]", "[[[...]]]"),
    ("range(5)", "range(0, 5)"),
    ("datetime.date(2020, 1, 2)", "datetime.date(2020, 1, 2)"),
    ("[Robot('a')]", "[<Robot>]"),
    ("None", "None"),
    ("1 + 2j", "(1+2j)"),
    ("b'bytes'", "b'bytes'"),
    ("float('nan')", "nan"),
])  # fmt: skip
def test_short_texts_of_values(cells: Notebook, value: str, shown: str) -> None:
    cells.run(f"value = {value}")
    assert f"String form:     {shown}\n" in cells.inspect("value") + "\n"


@pytest.mark.parametrize(("code", "signature", "word"), [
    ("len", "len(obj, /)", "container"),
    ("math.sqrt", "sqrt(x, /)", "square root"),
    ("math.sqrt(", "sqrt(x, /)", "square root"),
    ("''.join", "join(iterable, /)", "Concatenate"),
    ("[].append(", "append(object, /)", "end of the list"),
    ("data.get", "get(key, default=None, /)", "default"),
    ("text.split(", "split(sep=None, maxsplit=-1)", "Return a list"),
    ("data['a'].append(", "append(object, /)", "end of the list"),
    ("xs = [1]\nxs.append(", "append(object, /)", "end of the list"),
    ("display", "display(*objs, include=None", "display_id"),
    ("input(", "input(prompt='')", "keyboard"),
    ("collections.Counter", "Counter(iterable=None, /, **kwds)", "Dict subclass"),
    ("int", "", "number or string"),
    ("math", "", "mathematical functions"),
    ("datetime.date", "", "date object"),
])  # fmt: skip
def test_builtins_and_modules(cells: Notebook, code: str, signature: str, word: str) -> None:
    page = cells.inspect(code)
    assert signature in page
    assert word in page


def test_parameters_that_monty_refuses_are_not_shown(cells: Notebook) -> None:
    page = cells.inspect("json.dumps")
    assert "indent=None" in page
    assert "cls=" not in page.split("\n")[0]


@pytest.mark.parametrize(
    "code",
    [
        "dir",
        "globals",
        "''.translate",
        "os",
        "threading",
        "nope",
        "nope.x",
        "",
        "1",
        "'text'",
        "# mean",
        "__mk_see_look",
    ],
)
def test_what_is_not_there_is_not_found(cells: Notebook, code: str) -> None:
    assert not cells.inspection(code).found
    assert cells.inspection(code).data == {}


@pytest.mark.parametrize(
    "code",
    [
        "mean(",
        "mean(1, ",
        "mean(1, [2, 3",
        "mean(1, data|)",
        "mean(data|, 1)",
        "mean(\n    1,\n",
        "x = mean(1 + (2",
        "me|an(1)",
        "mean|(1)",
        "mean(1)|",
        "mean('a string|",
    ],
)
def test_in_a_call_the_function_is_described(cells: Notebook, code: str) -> None:
    assert cells.inspect(code).startswith("Signature:       mean(")


def test_an_argument_with_documentation_of_its_own(cells: Notebook) -> None:
    assert "Robot(name" in cells.inspect("mean(Robot|, 1)")
    assert "square root" in cells.inspect("mean(math.sqrt")


def test_aliases_and_the_latest_definition(cells: Notebook) -> None:
    cells.run("average = mean", "def mean(one):\n    'Another.'\n    return one")
    assert "Another." in cells.inspect("mean")
    assert "Cell In[4]" in cells.inspect("mean")
    cells.run("mean = 3")
    assert "String form:     3" in cells.inspect("mean")


def test_definitions_in_blocks(notebook: Notebook) -> None:
    notebook.run(
        "if True:\n    def f(a):\n        'In a block.'\ntry:\n    class C:\n        'Too.'\nexcept ValueError:\n    pass"
    )
    assert "In a block." in notebook.inspect("f")
    assert "Too." in notebook.inspect("C")


def test_dataclasses_and_named_tuples(notebook: Notebook) -> None:
    notebook.run(
        "from dataclasses import dataclass\n@dataclass\nclass Point:\n    'A point.'\n    x: int\n    y: int = 0",
        "from collections import namedtuple\nPair = namedtuple('Pair', 'left right')",
    )
    assert "Init signature:  Point(x: int, y: int = 0)" in notebook.inspect("Point(")
    assert "@dataclass\nclass Point:" in notebook.inspect("Point", 1)
    assert "Pair(left, right)" in notebook.inspect("Pair")


def test_what_only_exec_defined(notebook: Notebook) -> None:
    notebook.run("exec('''class Hidden:\\n    \"Found at run time.\"''')")
    assert "Found at run time." in notebook.inspect("Hidden")


def test_code_that_has_not_run(notebook: Notebook) -> None:
    page = notebook.inspect("def f(alpha):\n    'Not yet.'\nf(")
    assert "f(alpha)" in page
    assert "Not yet." in page


def test_while_the_session_is_busy(cells: Notebook) -> None:
    cells.session.busy = True
    assert "The mean." in cells.inspect("mean")
    assert "walk(steps" in cells.inspect("Robot('x').walk")
    assert "square root" in cells.inspect("math.sqrt")


def test_describe_is_the_same_page(cells: Notebook) -> None:
    assert cells.describe("mean") == cells.inspect("mean")
    assert cells.describe(" mean ", 1) == cells.inspect("mean", 1)
    assert cells.describe("robot.walk") == cells.inspect("robot.walk")
    assert cells.describe("math.sqrt") == cells.inspect("math.sqrt")
    assert cells.describe("len") == cells.inspect("len")
    for name in ("nope", "", "1 +", "mean()", "a\0b", "\ud800", "x" * 100_000, "__mk_see_look"):
        assert cells.describe(name) is None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("json", "JSON (JavaScript Object Notation)"),
        ("json.loads", "Deserialize"),
        ("os.path.join", "path components"),
        ("str.split", "list of the substrings"),
        ("dict.get", "Return the value for key"),
    ],
)
def test_modules_that_are_not_imported_and_methods_of_types_are_described(
    cells: Notebook, name: str, words: str
) -> None:
    assert words in (cells.describe(name) or "")


@pytest.mark.parametrize("name", ["json.nothing", "zlib", "str.translate", "str.nothing", "text.split.x"])
def test_what_monty_lacks_is_not_described(cells: Notebook, name: str) -> None:
    assert cells.describe(name) is None


@pytest.mark.parametrize("name", ["text.translate", "robot.wings", "math.real", "robot.name.translate"])
def test_what_monty_has_not_is_not_described_as_pythons(cells: Notebook, name: str) -> None:
    assert cells.describe(name) is None
    assert not cells.inspection(name).found


def test_a_member_that_the_hosts_python_has_not(cells: Notebook) -> None:
    assert "Type:            function" in cells.inspect("math.sumprod")


def test_a_module_while_the_session_is_busy(cells: Notebook) -> None:
    cells.busy = True
    assert "JSON" in (cells.describe("json") or "")


def test_a_cell_that_asks_waits_however_busy_the_machine_is(cells: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monty_kernel.introspect.analysis.DEADLINE", 0.0)  # as if it took too long
    assert "number of items" in (cells.describe("len") or "")
    assert "The mean." in (cells.describe("mean") or "")
