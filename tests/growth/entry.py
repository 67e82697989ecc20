"""An entry: a place where a notebook supplies text, how to feed it, and the fragments of its language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .shapes import Shape

MEBI = 1 << 20


@dataclass(frozen=True)
class Entry:
    """A place where a notebook supplies text.

    feed: takes a text as the kernel would. tokens: fragments of its language. pairs: what opens and what closes.
    known: shapes that were too much once. limit: characters up to which texts are tried: more is refused or cut before
    anything reads it, or no front end sends it.
    """

    name: str
    feed: Callable[[str], object]
    tokens: Sequence[str] = ()
    pairs: Sequence[tuple[str, str]] = ()
    known: Sequence[Shape] = ()
    limit: int = 4 * MEBI


PYTHON = (
    "x = 1\n", "x", "x.", "x(", "f(x)\n", "if x:\n", "    ", "else:\n", "def f():\n    ", "class A:\n    ", "for i in x:\n  ", "lambda x: ", "import ", "import a\n",
    "from a import b\n", "from . import a\n", "as ", "return ", "await ", "try:\n", "except:\n", "@", "@x\n", "*", "**", ":=", "->", "==", ";", ":", ",", "#", "# x\n", '"', "'", '"""', "'''",
    "f'", "f'{", "f\"{x}\"", "f'''", "rb'", "{{", "}}", "!r", ":>{", "\\", "\\\n", "\\N{", "(", ")", "[", "]", "{", "}", "['", "']", "a, ", "a = ", "k=1, ", "x=", "= ", "_1 ", "_i2 ", "0x", "1e",
    "exit", "not ", "in ", "-", "~", "\n ", "\n  \n", "d[", "'a': ", ">>> ", "... ", "In [1]: ", "...: ", "global x\n", "match x:\n", "case x:\n",
)  # fmt: skip
MAGICS = (
    "%", "%%", "%x", "%time ", "%timeit ", "%%time\n", "%%timeit\n", "%%html\n", "!", "!!", "?", "??", "?x", "x?", "x??", "x = %", "x = !", "-n", " -n", " -n1", " -n 1", " --n=1", " --x", "--", " 1", ".1", " -a.", "\n%",
    "\n!", "\n?", "% ", "%a.", "? ", "x ?", "\\\n", "x, y = %who", "= ", "\n x=",
)  # fmt: skip
