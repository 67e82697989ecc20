"""Introspection runs none of the person's code, and answers anything in an orderly way."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.support.introspected_session import Notebook

pytestmark = pytest.mark.slow

EVIL = """
class Evil:
    'Its every dunder prints and raises.'
    z = 1
    def __init__(self): self.x = {'k': self}
""" + "".join(
    f"    def {name}(self, *args, **kwargs):\n        print('{name} ran')\n        raise ValueError('{name}')\n"
    for name in ["__getattr__", "__getattribute__", "__getitem__", "__contains__", "__iter__", "__next__", "__len__", "__bool__", "__eq__", "__ne__", "__lt__", "__repr__", "__str__", "__format__", "__call__", "__enter__", "__exit__", "__del__", "__dir__", "__class_getitem__", "__get__", "__set__", "__missing__", "__index__", "__int__", "__float__", "__add__", "__radd__", "__instancecheck__", "__subclasscheck__", "__reduce__", "__sizeof__", "__doc__get", "method", "prop"]
)  # fmt: skip

CELLS = (
    EVIL,
    "evil = Evil()\nclass Key:\n    armed = False\n    def __hash__(self):\n        return hash('a')\n    def __eq__(self, other):\n"
    "        if Key.armed:\n            print('Key.__eq__ ran')\n        return False\n",
    "d = {Key(): 1, 'a': evil, 'b': {'c': evil}}\nKey.armed = True\nrow = [evil, d]\npair = (evil,)\n",
    "class Holder:\n    descriptor = Evil()\n    def __init__(self):\n        self.evil = evil\nholder = Holder()\n",
    "def function(a=evil, *, b=1):\n    print('function ran')\n    return evil\n",
)

QUESTIONS = [
    "ev", "evil.", "evil.x.", "evil.x['", "evil['", "evil[", "Evil.", "evil.method(", "evil.prop.", "d['", "d['a'].", "d['b']['",
    "d['b']['c'].", "d[", "row[0].", "row[1]['", "pair[0].", "holder.", "holder.evil.", "holder.descriptor.", "Holder.descriptor.",
    "function(", "function().", "function(1, ", "evil(", "evil + ", "evil.__", "f'{evil.", "[e. for e in row]", "for e in evil:\n    e.",
    "Evil().", "len(evil).", "str(evil).", "type(evil).", "-evil.", "evil.x", "evil", "d", "row", "holder", "function", "Evil",
]  # fmt: skip


def ask_everything(notebook: Notebook) -> None:
    for code in QUESTIONS:
        notebook.complete(code)
        notebook.inspect(code, 1)
        notebook.describe(code.rstrip(".(['"), 1)


def test_no_dunder_of_the_persons_runs(notebook: Notebook) -> None:
    notebook.run(*CELLS)
    notebook.session.printed.clear()
    ask_everything(notebook)
    assert notebook.session.printed == []
    assert notebook.session.refused == []


def test_and_yet_it_says_what_it_can(notebook: Notebook) -> None:
    notebook.run(*CELLS)
    notebook.session.printed.clear()
    assert {"x", "z", "method"} <= set(notebook.complete("evil."))
    assert notebook.complete("d['") == ["a']", "b']"]
    assert "Type:            Evil" in notebook.inspect("evil")
    assert "String form:     {<Key>: 1, 'a': <Evil>, 'b': {'c': <Evil>}}" in notebook.inspect("d")
    assert "evil" in notebook.complete("holder.")
    assert notebook.session.printed == []


def test_builtins_that_the_person_took_over(notebook: Notebook) -> None:
    notebook.run(
        "data = {'key': [1]}\ndef trap(*args, **kwargs):\n    print('a builtin of the person ran')\n    raise ValueError\n"
    )
    taken = "type len repr hasattr getattr locals list dict set tuple int str float bool frozenset range Exception isinstance complex bytes"
    notebook.run(f"{' = '.join(taken.split())} = trap")
    ask_everything(notebook)
    assert notebook.complete("data['") == ["key']"]
    assert "append" in notebook.complete("data['key'].")
    assert "String form:     {'key': [1]}" in notebook.inspect("data")
    assert notebook.session.printed == []


def test_a_session_that_meddles_with_the_prelude_is_not_asked(notebook: Notebook) -> None:
    notebook.run("data = {'key': 1}")
    assert notebook.complete("data['") == ["key']"]
    notebook.run("def __mk_see_look(*a):\n    print('trapped')\n__mk_see_keys = __mk_see_walk = __mk_see_look")
    notebook.complete("data['")
    notebook.inspect("data")
    assert "data" in notebook.complete("dat")
    assert notebook.session.printed == []


@pytest.mark.parametrize(
    "answer", [0, "x", [], [1, 2, 3, 4], [[1]], {"a": 1}, [None] * 4, ["instance", 5, [], {}], ((),), [("a",)], b"x"]
)
def test_answers_of_any_shape(notebook: Notebook, answer: object) -> None:
    async def ask(expression: str) -> object:
        return answer

    notebook.session.ask = ask  # type: ignore[method-assign]
    ask_everything(notebook)


@pytest.mark.parametrize("code", [
    "\0", "x.\0", "\ud800", "'\ud800", "x['\udfff", "a\x0cb", "\r\n\r", "x\r.", "\\", "\\\n", "((((((((", "]]]]]]", "f'{{{{{", "f'{x!r:{y", '"""', "'''\\",
    "\N{ZERO WIDTH JOINER}", "e\N{COMBINING ACUTE ACCENT}", "\N{MATHEMATICAL BOLD SMALL X}.", "\U0001f600", "lambda", "lambda:", "x = (yield", "@",
    "@x\n", "class", "class:", "def", "def f(", "def f(x=", "import", "from", "from .", "from ...", "import a.", "import .", "for", "async", "await",
    "match x:\n case ", "type X = ", "x: ", "x := ", "*", "**", "print(*", "f(**", "x[", "x[:", "x[1:", "{", "{'a':", "0.", "1e", "0x", "...", "....", "x.y.z.",
    "%", "%%", "%%%", "% ", "%\n", "!", "!!", "?", "??", "?%", "%?", "x?", "x??", "x???", "\t", " ", "\n", ";", ";;", ":", ",", "#", "$", "`", "é.", "\xa0x",
    "if x:\n\ty.\n    z.", "x" * 10_000, "(" * 3_000, "[" * 3_000 + "x", "x." * 2_000, "f'{" * 200, "not " * 3_000 + "x", "a" + " " * 50_000 + "b.",
    "x = [" + "1, " * 20_000, "def f():\n" + "    x = 1\n" * 5_000 + "    x.", "'" * 10_001, '"""' + "a\n" * 20_000, "-" * 20_000 + "x.",
])  # fmt: skip
def test_any_code_gets_an_orderly_answer(notebook: Notebook, code: str) -> None:
    notebook.run("x = [1]")
    for cursor in {0, len(code) // 2, len(code)}:
        marked = code[:cursor] + "|" + code[cursor:]
        notebook.complete(marked)
        notebook.inspect(marked)
    asyncio.run(notebook.introspector.is_complete(code))
    notebook.describe(code)


def test_a_cursor_out_of_range(notebook: Notebook) -> None:
    for cursor in (-1, -(10**9), 10**9):
        found = asyncio.run(notebook.introspector.complete("zi", cursor))
        assert found.cursor_start <= found.cursor_end <= 2
        asyncio.run(notebook.introspector.inspect("zip", cursor, 0))


def test_cursors_count_code_points(notebook: Notebook) -> None:
    notebook.run("robot = 1")
    found = notebook.completions("'\U0001f600é'; rob")
    assert (found.matches, found.cursor_start, found.cursor_end) == (("robot",), 6, 9)


def test_a_quarter_of_a_megabyte_of_source(notebook: Notebook) -> None:
    notebook.run("xs = [1]")
    lines = "".join(f"value_{number} = {number}\n" for number in range(12_000))
    assert len(lines) > 200_000
    assert "append" in notebook.complete(lines + "xs.")
    assert notebook.complete(lines + "zi") == ["zip"]
    assert "append" in notebook.complete("xs.|\n" + lines)
    assert "append" in notebook.complete("a = '" + "x" * 200_000 + "'\nxs.")
    assert notebook.complete(lines * 5 + "xs.") == [], "what nobody typed is not read"
    notebook.inspect(lines + "xs")
    notebook.session.remember(lines)
    assert "append" in notebook.complete("xs.")


def test_random_code_in_random_places(notebook: Notebook) -> None:
    notebook.run(*CELLS)
    notebook.session.printed.clear()
    chance = random.Random(7)
    pieces = ["evil", "d", "[", "]", "(", ")", "{", "}", "'", '"', '"""', "f'", ".", ",", ":", "=", "\n", "    ", " ", "#", "%", "%%time", "?", "!", "\\", "def f(a):",
              "class A:", "import ", "from ", "lambda x:", "for e in d:", "if 1:", "\0", "\ud800", "é", "x", "1", "1.5", "@", "*", "await ", "async ", "return "]  # fmt: skip
    for _ in range(300):
        code = "".join(chance.choice(pieces) for _ in range(chance.randrange(1, 25)))
        cursor = chance.randrange(len(code) + 1)
        marked = (code[:cursor] + "|" + code[cursor:]).replace("||", "|")
        notebook.complete(marked)
        notebook.inspect(marked, 1)
    assert notebook.session.printed == []
