"""Hostile notebooks: the check comes to an end, and says what it did not look at."""

from __future__ import annotations

import pytest

from monty_kernel import check_notebook
from monty_kernel.check import notebook

from .findings import book, places

LAST = "import numpy"
"""The cell after the hostile one, whose gap is found whatever came before."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "x = '\ud800'",
        "x = '\0'",
        "(" * 5_000 + ")" * 5_000,
        "x" + ".a" * 20_000,
        "1+" * 30_000 + "1",
        "\n".join(" " * depth + f"def f{depth}():" for depth in range(95)) + "\n" + " " * 95 + "yield 1",
        "\n".join(f"a{i} = a{(i + 1) % 50} + a{(i + 7) % 50}" for i in range(50)) + "\na0.translate",
        "\n".join(f"def f():\n  a{i} = a{i + 1}\n  a{i} = (a{i + 1}, a{i + 1})\n" for i in range(50)),
        "x = 'a'\n" * 3_000 + "x.translate\n" * 3_000,
        "!ls\n" * 9_000,
        "import " + "a" * 50_000,
        "import " + ", ".join(f"m{i}" for i in range(900)),
        "class A(" + "(" * 2_000,
        "f'" + '{f"' * 50,
        "__mk_magic('!usage', 'x' * 10**9)\n__mk_value = 1",
    ],
    ids=lambda text: repr(text)[:30],
)
def test_a_hostile_cell(text: str) -> None:
    assert (1, 1, 8, "missing-module") in places(text, LAST)


def test_only_so_many_findings_are_listed() -> None:
    checked = check_notebook(book("import " + ", ".join(f"m{i}" for i in range(notebook.MOST_FINDINGS + 500))))
    assert len(checked["findings"]) == notebook.MOST_FINDINGS
    assert checked["unread"]


def test_what_was_not_looked_at_is_named() -> None:
    checked = check_notebook(book("x = 1", "y = '" + "a" * (2 << 20) + "'", LAST))
    assert checked["findings"] == []
    assert checked["unread"][0].startswith("In[2] and what follows")


def test_texts_of_findings_are_short() -> None:
    (finding,) = check_notebook(book("from math import sqrt\nfrom " + "a." * 40 + "b import c"))["findings"]
    assert len(finding["message"]) + len(finding["write"]) < 2_000
