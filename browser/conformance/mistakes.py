"""Typical mistakes of syntax, in the words of the Python that runs this."""

from __future__ import annotations

import ast
from typing import Any

TEXTS = (
    "print 'x'",
    "x = 1\nprint x, 2  # old",
    "print(1",
    "rows = [1, 2\ntotal = 3",
    "a = (1, [2, 3)",
    "a = (1,\n  [2,\n  3)",
    "a = 1)",
    "if x:\nprint(1)",
    "def f():\nreturn 1",
    "for i in range(3):\nprint(i)",
    "class A:\nx = 1",
    "while True:\n",
    "try:\nx = 1",
    "with open('a') as f:\nx",
    "x = 1\n  y = 2",
    "if x:\n    y\n  z",
    "if x:\n    y\n  z = 5  # done\n",
    "x\n\ty",
    "def f():\n        x\n      y\nf()\n",
    "if x:\n    y\n      é = 1; (2\n",
    "name = 'Ann",
    "say = 'it's me'",
    "text = '''a\nb\n",
    "text = r'a",
    "x = “a”",
    "price = 5€",
    "x = 3 × 4",
    "class A\n    pass",
    "def f()\n    pass",
    "s = 'é𝒳'; print(1",
    "pip install pandas",
    "x = 5 +",
    "in.py",
    "x = = 2",
    "0.ipynb",
    "width = 10px",
    "size = 3.5kg + 1",
    "x = 1if y else 2)",
    "x = 2e5 y",
)


def mistakes() -> list[list[Any]]:
    """For each text the error's name, its message, and its place."""
    found: list[list[Any]] = []
    for text in TEXTS:
        try:
            ast.parse(text)
        except SyntaxError as error:
            found.append([text, type(error).__name__, error.msg, error.lineno, error.offset])
    assert len(found) == len(TEXTS)
    return found
