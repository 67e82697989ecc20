"""Where Monty's Python differs from Python without an error: what no hint can say, because nothing fails.

`tests/check/test_dialect.py` runs the code of each.
"""

from __future__ import annotations

from typing import NamedTuple


class Difference(NamedTuple):
    """A silent difference.

    Attributes:
        sentence: What to know.
        code: An expression or a cell, and what its last line gives here.
        gives: The text of that value; in CPython it is another.
    """

    sentence: str
    code: str
    gives: str


_CLASS = "class C:\n    def __init__(self): self.n = 1\n    "

DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "Generator expressions, map, zip, filter, enumerate and reversed give lists: they compute everything at once, "
        "so none may be endless.",
        "type(x for x in [1]).__name__ + ' ' + type(map(str, [1])).__name__",
        "'list list'",
    ),
    Difference(
        "__bool__ of your classes is not called: objects are always true.",
        f"{_CLASS}def __bool__(self): return False\nbool(C())",
        "True",
    ),
    Difference(
        "__setattr__ of your classes is not called.",
        f"{_CLASS}def __setattr__(self, name, value): pass\nC().n",
        "1",
    ),
    Difference(
        "In-place operators such as __iadd__ of your classes are not called: a += b calls __add__.",
        f"{_CLASS}def __add__(self, other): return 'add'\n    def __iadd__(self, other): return 'iadd'\n"
        "c = C()\nc += 1\nc",
        "'add'",
    ),
    Difference(
        "Local time is UTC.",
        "import datetime\ndatetime.datetime.now().astimezone().utcoffset()",
        "datetime.timedelta(0)",
    ),
    Difference("round(x, n) rounds the decimal text: round(2.675, 2) is 2.68.", "round(2.675, 2)", "2.68"),
    Difference("sys.platform is 'monty', and the working directory is /.", "import sys\nsys.platform", "'monty'"),
)
"""The differences, the most frequent first."""
