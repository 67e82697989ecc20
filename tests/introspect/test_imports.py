"""Completion in import statements: Monty's modules, and what the kernel adds."""

from __future__ import annotations

import pytest

from monty_kernel.engine.source.ipython import MEDIA, NAMES
from tests.support.introspected_session import Notebook


def test_import_lists_montys_modules(notebook: Notebook) -> None:
    found = notebook.completions("import ")
    assert {"math", "json", "os", "asyncio", "getpass", "IPython"} <= set(found.matches)
    assert not {"threading", "socket", "subprocess", "numpy"} & set(found.matches)
    assert set(found.types.values()) == {"module"}


def test_every_module_that_is_offered_can_be_imported(notebook: Notebook) -> None:
    for name in set(notebook.complete("import ")) - {"getpass", "IPython"}:
        notebook.run(f"import {name}")


@pytest.mark.parametrize(("code", "there"), [
    ("import ma", "math"),
    ("import json, ma", "math"),
    ("import json as j, ma", "math"),
    ("import os.", "path"),
    ("x = 1; import ma", "math"),
    ("if True:\n    import ma", "math"),
    ("try: import ma", "math"),
    ("from ma", "math"),
    ("from os.", "path"),
    ("from math import sq", "sqrt"),
    ("from math import sin, sq", "sqrt"),
    ("from math import sin as s, sq", "sqrt"),
    ("from math import (sin,\n    sq", "sqrt"),
    ("from os import pa", "path"),
    ("from os.path import jo", "join"),
    ("from math imp", "import"),
    ("from IPython.", "display"),
    ("from IPython import dis", "display"),
    ("from getpass import ", "getpass"),
])  # fmt: skip
def test_what_may_be_imported(notebook: Notebook, code: str, there: str) -> None:
    assert there in notebook.complete(code)


def test_ipython_display_holds_what_the_kernel_supplies(notebook: Notebook) -> None:
    assert set(notebook.complete("from IPython.display import ")) == {*NAMES, *MEDIA}
    assert {"get_ipython", "display"} <= set(notebook.complete("from IPython import "))
    assert notebook.complete("from IPython.display import Au") == ["Audio"]


@pytest.mark.parametrize("code", [
    "import math as m", "from math import sin as s", "from math import sin s", "from nope import ", "import nope.", "from . import ",
    "from .math import ", "from collections import UserD", "import threadi",
])  # fmt: skip
def test_what_may_not(notebook: Notebook, code: str) -> None:
    assert notebook.complete(code) == []


def test_imported_names_are_known_while_busy(notebook: Notebook) -> None:
    notebook.session.remember("from IPython.display import HTML as Page, Markdown")
    notebook.session.busy = True
    assert notebook.complete("Page('a').") == ["data", "metadata"]
    assert notebook.complete("Markdown('a').") == ["data", "metadata"]
