"""Functions of the host inside built-in functions that call back: `map`, `filter`, `sorted`, `min`, `max`, `iter`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.engine.test_locate import ANSI, arrows
from tests.support.kernel_client import Kernel

TOOLS = """
import asyncio

def price(name: str) -> float:
    return float(len(name))

async def fetch(name: str) -> str:
    await asyncio.sleep(0.01)
    return name.upper()
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "tools.py").write_text(TOOLS)
    kernel = Kernel(folder, [f"--MontyKernel.tools={folder / 'tools.py'}"])
    kernel.run("import tools, time\nfrom IPython.display import display")
    kernel.run("def cost(name): return tools.price(name)\ndef twice(name): return 2 * cost(name)\nask = tools.price")
    yield kernel
    kernel.close()


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("list(map(tools.price, ['ab', 'c']))", "[2.0, 1.0]"),
        ("list(map(lambda a, n: cost(a) + n, ['ab', 'c'], [1]))", "[3.0]"),
        ("sorted(['ab', 'c'], key=tools.price)", "['c', 'ab']"),
        ("sorted(['a', 'bb', 'c'], key=twice, reverse=True)", "['bb', 'a', 'c']"),
        ("max(['ab', 'c'], key=lambda n: tools.price(n))", "'ab'"),
        ("min('ab', 'c', key=ask), max('a', 'b', key=ask)", "('c', 'a')"),
        ("min([], key=cost, default=7), max(['ab', 'c'], key=len)", "(7, 'ab')"),
        ("list(filter(lambda n: tools.price(n) > 1, ['ab', 'c']))", "['ab']"),
        ("list(filter(None, ['', 'c']))", "['c']"),
        ("rows = ['ab', 'c']\nrows.sort(key=twice)\nrows", "['c', 'ab']"),
        ("list(map(lambda s: time.sleep(0.01), [1, 2]))", "[None, None]"),
        ("from tools import *\nsorted(['ab', 'c'], key=price)", "['c', 'ab']"),
        ("from os.path import *\nlist(map(isfile, ['/none']))", "[False]"),
        ("from random import *\nlen(list(map(lambda n: randint(1, 6), [1])))", "1"),
        ("def each(call, names): return list(map(call, names))\neach(cost, ['ab'])", "[2.0]"),
        ("left = ['a', 'ab', 'abc']\nlist(iter(lambda: tools.price(left.pop(0)), 3.0))", "[1.0, 2.0]"),
        ("import asyncio\nawait asyncio.gather(*map(tools.fetch, ['a', 'b']))", "['A', 'B']"),
        ('f\'{max(["a", "bb"], key=tools.price)}\'', "'bb'"),
    ],
)
def test_they_work(shop: Kernel, code: str, result: str) -> None:
    answer = shop.run(code)
    assert answer.reply["status"] == "ok", answer.reply
    assert answer.plain == result


@pytest.mark.parametrize(
    "code",
    [
        "import random\nlen(list(map(lambda n: random.random(), [1, 2])))",
        "from random import randint\nlen(list(map(lambda n: randint(1, 6), [1, 2])))",
        "import random\nlen(sorted([1, 2], key=lambda n: random.random()))",
        "import os.path\nlen([*map(os.path.isfile, ['a', 'b'])])",
        "from os.path import isdir\nlen(list(filter(isdir, ['a', 'b']))) + 2",
        "from pathlib import Path\nlen(list(map(lambda p: Path(p).exists(), ['a', 'b'])))",
    ],
)
def test_what_asks_without_looking_like_it_works(start: Callable[..., Kernel], code: str) -> None:
    assert start().run(code).plain == "2"


NUMBERS = "numbers = [" + "1, " * 30_000 + "]\n"  # more than is parsed to look for names
WORDS = "words = '''" + " ".join(f"w{n}" for n in range(30_000)) + "'''\n"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (NUMBERS + "def far(name): return tools.price(name)", "list(map(far, ['ab', 'c']))"),
        (WORDS + "def far(name): return tools.price(name)", "list(map(far, ['ab', 'c']))"),
        # statements that the kernel's own Python may not know
        ("def far[T](name: T): return tools.price(name)", "list(map(far, ['ab', 'c']))"),
        ("def far(name): return tools.price(f'{f'{name}'}')", "list(map(far, ['ab', 'c']))"),
        ("x = 1", 2 * NUMBERS + "def far(name): return tools.price(name)\nlist(map(far, ['ab', 'c']))"),
    ],
    ids=["numbers", "words", "generic", "f-string", "its own"],
)
def test_what_a_cell_defined_that_is_not_parsed_may_ask(
    start: Callable[..., Kernel], tmp_path: Path, cell: str, code: str
) -> None:
    (tmp_path / "tools.py").write_text(TOOLS)
    kernel = start(f"--MontyKernel.tools={tmp_path / 'tools.py'}")
    kernel.run("import tools")
    assert kernel.run(cell).reply["status"] == "ok"
    answer = kernel.run(code)
    assert answer.plain == "[2.0, 1.0]", answer.reply


def test_displays_come_in_order(shop: Kernel) -> None:
    answer = shop.run("list(map(display, [1, 2]))")
    assert [each["data"]["text/plain"] for each in answer.all("display_data")] == ["1", "2"]
    assert answer.plain == "[None, None]"


def test_a_loop_over_iter_asks_as_it_goes(shop: Kernel) -> None:
    code = (
        "left = ['a', 'ab', 'abc']\n"
        "def step():\n    print('asked')\n    return tools.price(left.pop(0))\n"
        "for cost_now in iter(step, 3.0):\n    print(cost_now)\nelse:\n    print('end', cost_now)"
    )
    assert shop.run(code).text() == "asked\n1.0\nasked\n2.0\nasked\nend 2.0\n"
    left = shop.run("left = ['a', 'abc']\nfor n in iter(step, 3.0):\n    break\nleft").plain
    assert left == "['abc']"


@pytest.mark.parametrize(
    "code",
    [
        "for n in iter(Stock().step, 3):\n    print(n)",
        "for n in iter(lambda stock=Stock(): stock.step(), 3):\n    print(n)",
        "stock = Stock()\nfor n in iter(stock.step, 3):\n    stock.step = lambda: 9\n    print(n)",
    ],
)
def test_a_loop_over_iter_never_asks_for_its_function_anew(shop: Kernel, code: str) -> None:
    shop.run(
        "class Stock:\n    def __init__(self):\n        print('made')\n        self.left = 0\n"
        "    def step(self):\n        self.left += 1\n        assert self.left < 9\n        tools.price('a')\n        return self.left"
    )
    answer = shop.run(code)
    assert answer.reply["ename"] == "NotImplementedError"  # not a loop that makes one for each round
    assert answer.text() == "made\n"


def test_a_file_that_is_not_there_is_missed_there(shop: Kernel) -> None:
    answer = shop.run("list(map(lambda p: open(p), ['/x']))")
    assert answer.reply["ename"] == "FileNotFoundError"
    assert arrows(answer)[-1] == "1: open(p)"


def test_an_objects_repr_may_ask_when_it_is_shown(shop: Kernel) -> None:
    shop.run("class Item:\n    def __repr__(self):\n        return f'costs {tools.price(\"ab\")}'")
    assert shop.run("Item()").plain == "costs 2.0"
    assert shop.run("[Item(), {1: Item()}]").plain == "[costs 2.0, {1: costs 2.0}]"
    assert shop.run("display(Item())").all("display_data")[0]["data"]["text/plain"] == "costs 2.0"
    assert shop.run("Item").plain == "__main__.Item"


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("str(Item())", "Monty cannot wait for the host inside __repr__"),
        ("from itertools import groupby\nlist(groupby(['a'], key=cost))", "compute the keys first"),
        ("found = iter(cost, 1)\nnext(found)", "Monty cannot wait for the host"),
        ("eval('list(map(cost, [\"a\"]))')", "Monty cannot wait for the host"),
    ],
)
def test_where_it_cannot_be_had_a_hint_says_what_to_write(shop: Kernel, code: str, hint: str) -> None:
    if "iter(cost" in code:
        shop.run("def cost_of_a(): return cost('a')")
        code = code.replace("iter(cost,", "iter(cost_of_a,")
    answer = shop.run(code)
    assert answer.reply["ename"] == "NotImplementedError"
    text = ANSI.sub("", "\n".join(answer.reply["traceback"]))
    assert re.search(rf"Hint: .*{re.escape(hint)}", text), text
    assert "__mk_" not in text


def test_random_says_that_it_is_seeded_first(start: Callable[..., Kernel]) -> None:
    kernel = start()
    answer = kernel.run("import random\nclass Dice:\n    def __str__(self): return str(random.random())\nstr(Dice())")
    assert answer.reply["evalue"].startswith("the first call of random asks the host")
    assert "call random.random() before" in answer.reply["traceback"][-1]
    assert kernel.run("x = random.random()\nfloat(str(Dice())) < 1").plain == "True"


def test_what_never_asks_is_left_as_it_is(start: Callable[..., Kernel]) -> None:
    kernel = start()
    kernel.run("def key(n): return -n\nsorted([1, 2], key=key), list(map(lambda n: n + 1, [1])), max([1], key=key)")
    assert kernel.run("sorted([1, 2], key=lambda n: key(n))").plain == "[2, 1]"
    assert kernel.run("'__mk_map' in __mk_b_locals()").plain == "False", "no part for it was fed"


def test_names_of_ones_own_are_left_alone(shop: Kernel) -> None:
    assert shop.run("def map(call, items): return 'mine'\nmap(tools.price, ['a'])").plain == "'mine'"
    assert shop.run("map(tools.price, ['a'])").plain == "'mine'"
    assert shop.run("def inner(sorted): return sorted(['a'], key=tools.price)\ninner(lambda *a, key: 'own')").plain == (
        "'own'"
    )


def test_errors_keep_their_places(shop: Kernel) -> None:
    answer = shop.run("def bad(n):\n    return tools.price(n) / 0\nx = 1; sorted(['a'], key=bad)")
    assert arrows(answer) == ["3: sorted(['a'], key=bad)", "2: tools.price(n) / 0"]
    answer = shop.run("min([], key=cost)")
    assert (answer.reply["ename"], arrows(answer)) == ("ValueError", ["1: min([], key=cost)"])


def test_states_with_such_calls_come_back(shop: Kernel, tmp_path: Path) -> None:
    shop.run("kept = sorted(['abc', 'ab', 'c'], key=tools.price)")
    shop.run("kept.clear()")
    shop.run("%undo")
    assert shop.run("kept").plain == "['c', 'ab', 'abc']"
