"""Notebooks that are hard to run alike: each a list of cells, as (type, source, tags) or just the source of a code cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import nbformat

Cell = str | tuple[str, str, list[str]]

NOTEBOOKS: dict[str, Sequence[Cell]] = {
    "values and prints": [
        "print('one')\nprint('two', end='')",
        "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out again')\n42",
        "x = [list(range(30)), {'key': 'v' * 100}]\nx",
        "x;",
        "_, _1 if False else Out, In[1], _i",
    ],
    "errors": [
        ("code", "1 / 0", ["raises-exception"]),
        ("code", "def f(n):\n    return n[2]\n\ndef g():\n    return f([1])", []),
        ("code", "print('before')\ng()", ["raises-exception"]),
        ("code", "x = (1,\nprint(", ["raises-exception"]),
        ("code", "class A: pass\nclass B(A): pass", ["raises-exception"]),
        ("code", "def r(n): return r(n + 1)\nr(0)", ["raises-exception"]),
        ("code", "raise ValueError('größer\\n\\x1b[31mred\\x07')", ["raises-exception"]),
        (
            "code",
            "try:\n    {}['a']\nexcept KeyError as e:\n    raise RuntimeError('while') from e",
            ["raises-exception"],
        ),
        ("code", "open('/etc/passwd')", ["raises-exception"]),
        ("code", "exec('1/0')", ["raises-exception"]),
        ("code", "undefined_name", []),
        ("code", "print('never')", []),
    ],
    "displays": [
        "from IPython.display import display, HTML, Markdown, JSON, SVG, Latex, clear_output\n"
        "handle = display('first', display_id='one')\ndisplay('other')\ndisplay('again', display_id='one')",
        "display('in another cell', display_id='one')\nhandle.update('changed everywhere')",
        "display(HTML('<b>b</b>'), Markdown('*m*'), Latex('$x$'))\ndisplay(JSON({'a': [1, None, float('nan')]}))",
        "display(SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>'), metadata={'isolated': True})",
        "class Both:\n    def __repr__(self): return 'plain'\n    def _repr_html_(self): return '<i>rich</i>'\nBoth()",
        "h = display(Both(), display_id=True)\nh.update({'a': 1})\nh.display(7)",
        "from IPython.display import update_display\nupdate_display('unknown id', display_id='nobody')\n"
        "handle.update('once more')",
        "print('x')\ndisplay('y')\nprint('z')\nhandle",
    ],
    "cleared": [
        "from IPython.display import display, clear_output\nprint('gone')\nclear_output()\nprint('stays')",
        "for i in range(5):\n    clear_output(wait=True)\n    print('round', i)",
        "print('kept, as nothing follows')\nclear_output(wait=True)",
        "display('shown', display_id='d')\nclear_output(wait=True)\ndisplay('after', display_id='d')",
        "print('a')\nclear_output(wait=True)\n'result'",
        ("code", "print('b')\nclear_output(wait=True)\n1/0", ["raises-exception"]),
        "display('updated here and in the cell before', display_id='d')",
        "clear_output()\nclear_output()\nprint('c')",
    ],
    "five megabytes": ["for i in range(50_000):\n    print('x' * 99)", "'y' * 200_000", "print('z' * 1_000_000)"],
    "input": [
        ("code", "input('Who? ')", ["raises-exception"]),
        ("code", "import getpass\ngetpass.getpass()", ["raises-exception"]),
        "try:\n    input()\nexcept Exception as e:\n    print(type(e).__name__, e)",
    ],
    "magics": [
        "a = 1\nb = [1, 2]\ndef f(): pass",
        "%who",
        "%whos",
        "%lsmagic",
        "%%html\n<b>html</b>",
        "%%markdown\n*md*",
        "%history",
        "%history -n 1-2",
        "%limits",
        ("code", "!ls", ["raises-exception"]),
        ("code", "%pip install numpy", ["raises-exception"]),
        ("code", "%nosuchmagic", ["raises-exception"]),
        ("code", "%%bash\nls", ["raises-exception"]),
        ("code", "%undo x", ["raises-exception"]),
        "len?",
        "f??",
        "nothing_of_this_name?",
        "help(len)",
        "help(f)",
        "%reset -f",
        ("code", "a", ["raises-exception"]),
    ],
    "timing": ["%time sum(range(10))", "%%time\nprint(1)\n2", "%timeit -n 1 -r 2 sum(range(10))"],
    "time travel": [
        "x = [1]",
        "x.append(2)\nx",
        "%undo",
        "x",
        "%redo",
        "x",
        "%snapshot here",
        "x = 'other'",
        "%restore here",
        "x",
        ("code", "%restore nowhere", ["raises-exception"]),
        "%diff 1",
        "%undo 2",
        "x, In[2], Out",
    ],
    "unicode": [
        "s = 'äöü – 日本語 – 🎉👩‍👩‍👧'\nprint(s)\ns",
        "ж = 1\nж",
        "print('\\x1b[31mred\\x1b[0m \\r\\n back\\b\\x07 \\x00')",
        ("code", "print('a\0b')", ["raises-exception"]),
        "print('\\u2028 \\x85 \\x0c')",
    ],
    "not only code": [
        ("markdown", "# Title", []),
        "",
        "   \n\t",
        ("raw", "raw text", []),
        ("code", "print('skipped')", ["skip-execution"]),
        "# a comment only",
        "'the number of this cell is', len(In)",
        ("markdown", "", []),
    ],
    "async": [
        "import asyncio\nasync def f(n):\n    await asyncio.sleep(n / 10)\n    print(n)\n    return n",
        "await asyncio.gather(f(3), f(1), f(2))",
        "import time\ntime.sleep(0.01)\nprint('slept')",
        ("code", "async def bad():\n    await asyncio.sleep(0)\n    1/0\nawait bad()", ["raises-exception"]),
    ],
    "memory limit": [
        "kept = list(range(10))",
        ("code", "kept.append('lost')\nbig = 'x' * 10\nwhile True: big += big", ["raises-exception"]),
        "kept",
        ("code", "big", ["raises-exception"]),
        "%undo",
        "len(In)",
    ],
    "sanitized": [
        "from IPython.display import display, HTML, Markdown, SVG, Javascript\nprint('\\x1b]0;title\\x07\\x1b[31mred\\x1b', end='')",
        "display(HTML('<script>alert(1)</script><b onclick=\"x()\">b</b><img src=http://x.example/y>'))",
        "print('\\x1b[', end='')\ndisplay(Markdown('[x](javascript:alert(1))'))",
        "HTML('<iframe src=x></iframe>')",
        "display({'application/javascript': 'alert(1)', 'text/plain': 'p'}, raw=True)",
        ("code", "print('\\x1b[3', end='')\n1/0", ["raises-exception"]),
    ],
    "leaving": ["x = 1\nexit()", "x"],
    "recorded randomness": [
        "import random\nrandom.seed(3)\nvalues = [random.random() for _ in range(3)]\nvalues",
        "values",
    ],
}


def book(cells: Sequence[Cell]) -> Any:
    """A notebook of our kernel with these cells."""
    made = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    made.metadata["kernelspec"] = {"name": "monty", "display_name": "Python (Monty sandbox)", "language": "python"}
    for given in cells:
        kind, source, tags = ("code", given, []) if isinstance(given, str) else given
        cell = getattr(nbformat.v4, f"new_{kind}_cell")()
        cell["source"] = source
        if tags:
            cell.metadata["tags"] = tags
        made.cells.append(cell)
    return made
