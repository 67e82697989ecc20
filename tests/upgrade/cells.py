"""The cells of the sessions that are stored for the tests of upgrades: whatever a state can hold, in one session."""

from __future__ import annotations

NOTEBOOK = "/work/upgrade.ipynb"
"""The notebook of the session whose kernel was killed."""

EXPORTED = "/work/exported.ipynb"
"""The notebook of the session that ended in good order, was exported and then deleted."""

CELLS = (
    # 1: the classes and functions that stand for IPython's
    "import IPython.display as shown\n"
    "from IPython.display import (DisplayHandle, HTML, Image, JSON, Latex, Markdown, Math, Pretty, SVG,\n"
    "                             clear_output, display, update_display)\n"
    "import asyncio, collections, datetime, decimal, getpass, random, re, time\n"
    "from dataclasses import dataclass\n"
    "from pathlib import Path\n"
    "import bookshop",
    # 2: objects of the prelude
    "PNG = (b'\\x89PNG\\r\\n\\x1a\\n\\x00\\x00\\x00\\rIHDR\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x01\\x08\\x06\\x00\\x00\\x00\\x1f\\x15\\xc4\\x89'\n"
    "       b'\\x00\\x00\\x00\\rIDATx\\x9cc\\xf8\\xff\\xff?\\x00\\x05\\xfe\\x02\\xfe\\xa3^\\xb3\\xa3\\x00\\x00\\x00\\x00IEND\\xaeB`\\x82')\n"
    "documents = {'text/html': HTML('<i>html</i>'), 'text/markdown': Markdown('**bold**'), 'text/latex': Latex('$x^2$'),\n"
    "             'math': Math('y^2'), 'image/svg+xml': SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"1\" height=\"1\"/></svg>'),\n"
    "             'pretty': Pretty('as it is'), 'application/json': JSON({'a': [1, 2]}), 'image/png': Image(PNG)}",
    # 3: handles
    "handle = display(HTML('<b>first</b>'), display_id='of-old')\nanonymous = display('first', display_id=True)",
    # 4: classes that show themselves, and a closure
    "class Account:\n"
    "    rate = 2\n"
    "    def __init__(self, owner):\n        self.owner = owner\n        self.rows = []\n"
    "    def add(self, n):\n        self.rows.append(n * self.rate)\n        return self\n"
    "    def __repr__(self):\n        return f'Account({self.owner!r}, {self.rows})'\n"
    "    def _repr_html_(self):\n        return f'<b>{self.owner}</b>'\n"
    "class Bundle:\n"
    "    def _repr_mimebundle_(self, include=None, exclude=None):\n"
    "        return {'text/plain': 'bundle', 'text/html': '<u>bundle</u>'}\n"
    "class Own:\n    def _ipython_display_(self):\n        display(HTML('<s>own</s>'))\n"
    "def counter(start):\n    count = [start]\n"
    "    def step(by=1):\n        count[0] += by\n        return count[0]\n"
    "    return step\n"
    "step = counter(10)\nstep()\naccount = Account('Emma')\nalias = account.rows",
    # 5: a result, for Out and _
    "account.add(3)",
    # 6: functions of the host, by other names and inside functions
    "show, ask, leave, hidden, clear, update = display, input, exit, getpass.getpass, clear_output, update_display\n"
    "def shows(value):\n    display(value)\n"
    "def asks():\n    return input('your name? ')\n"
    "def sleeps():\n    time.sleep(0.001)\n    return 'slept'\n"
    "async def both():\n    return await asyncio.gather(asyncio.sleep(0.001, 'a'), asyncio.sleep(0.001, 'b'))\n"
    "def helped():\n    help(len)\n"
    "def timed():\n    %time total = sum([1, 2])\n    return total\n"
    "def measured():\n    found = %timeit -o -q -n 1 -r 1 sum([1])\n    return found\n"
    "def limited():\n    %limits\n"
    "def raw():\n    display({'text/plain': 'raw'}, raw=True)\n"
    "price = bookshop.price\ndef order():\n    return bookshop.price('Emma', copies=3)",
    # 7: what magics gave
    "timing = %timeit -o -q -n 2 -r 2 sum(range(10))\nnames = %who_ls dict",
    # 8: iterators that have begun
    "iterator = iter(range(5))\nnext(iterator), next(iterator)\nletters = iter('abc')\nnext(letters)",
    # 9: values of the standard library
    "@dataclass\nclass Point:\n    x: int\n    y: int = 2\n"
    "values = [2**200, decimal.Decimal('1.10'), datetime.date(2026, 2, 28), datetime.timedelta(hours=1), re.compile('a+'),\n"
    "          collections.Counter('abca'), Point(1), Path('/data/a.txt'), {1, 2}, frozenset([3]), b'bytes', 1.5, None, ...]\n"
    "tricky = {'list': []}\ntricky['list'].append(tricky['list'])",
    # 10: files of an overlay
    "Path('/data/new.txt').write_text('new')\ntext = Path('/data/a.txt').read_text()\n"
    "def reads():\n    with open('/data/a.txt') as file:\n        return file.read()",
    # 11, 12: the state of the random numbers; 12 tells what comes next, and is undone
    "random.seed(4)\ndrawn = random.random()",
    "upcoming = random.random()\nupcoming",
    "%undo",
    "%snapshot clean",
    # 13: undone, so that 14 is on a branch of its own
    "branch = 'left'",
    "%undo",
    "branch = 'right'",
    # 15: a document, 16: a cell that fails after it did something, 17: an answer
    "%%markdown\n# A heading",
    "def fails(n):\n    return n / 0\nbefore_the_failure = 'kept'\nfails(1)",
    "word = input('a word? ')\nword",
)
"""Run one after the other; travel and `%snapshot` leave no state, so they are not counted in the numbers above. The last asks."""

PENDING = ("late = [1]", "late.append(input('late? '))", "late.append(random.random())\nlate", "while True: pass")
"""Sent all at once; while the last runs, what the others did is in the notes alone, and then the kernel is killed."""

EXPORTED_CELLS = (
    "from IPython.display import HTML\nkept = [HTML('<b>kept</b>')]",
    "def twice(n):\n    return 2 * n\ntwice(21)",
    "%snapshot answer",
    "kept = 'overwritten'",
)

BOOKSHOP = '''\
"""The tools of the stored sessions and configurations."""

import gc

from monty_kernel import tool


def price(title: str, copies: int = 1) -> float:
    """What so many copies cost."""
    return 1.5 * copies


@tool(deny=True)
def order(title: str) -> str:
    """Buys one."""
    return f"ordered {title}"


def options(section: str) -> dict:
    """The options of the kernel that runs this, as they are: by their names as text, since some are no plain data."""
    gc.unfreeze()  # a kernel that has started freezes what it consists of
    (found,) = (each for each in gc.get_objects() if type(each).__name__ == section)
    return {name: repr(value) for name, value in found.trait_values(config=True).items()}
'''
