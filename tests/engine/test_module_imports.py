"""Every form of importing a module that is written for Monty; the browser's kernel rewrites these cells in the same way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, Feed, parse
from monty_kernel.magics.registry import Magics
from tests.support.engine_session import Session


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.engine.close()


FORMS = {
    "import operator\noperator.add(1, 2)": "3",
    "import operator as op\nop.add(1, 2)": "3",
    "import math, operator as op, json\nop.add(math.floor(2.5), len(json.dumps(1)))": "3",
    "from operator import add\nadd(1, 2)": "3",
    "from operator import add as plus, sub\nplus(1, sub(4, 2))": "3",
    "from operator import (\n    add,\n    sub,  # both\n)\nsub(add(2, 2), 1)": "3",
    "from operator import *\nsub(add(2, 2), 1)": "3",
    "if True: import operator; three = operator.add(1, 2)\nthree": "3",
    "def three():\n    from operator import add\n    return add(1, 2)\nthree()": "3",
    "def three():\n    import operator\n    return operator.add(1, 2)\nthree()": "3",
    "try:\n    import operator\nexcept ImportError:\n    operator = None\noperator.add(1, 2)": "3",
    "class Uses:\n    import operator\nUses.operator.add(1, 2)": "3",
    "from functools import wraps\nwraps(len)(max)(1, 2)": "2",
    "from functools import reduce, wraps as copied\nreduce(copied(len)(max), [1, 3, 2])": "3",
    "from functools import *\nreduce(wraps(len)(max), [1, 3, 2])": "3",
    "import functools\nfunctools.wraps(len)(functools.reduce)(max, [1, 3, 2])": "3",
    "import functools as ft\nft.wraps(len)(max)(1, 2)": "2",
    "class Own:\n    wraps = 5\nOwn.wraps, Own().wraps": "(5, 5)",
    "import operator\noperator": "<module 'operator'>",
}


@pytest.mark.parametrize("cell", FORMS)
def test_every_form_of_an_import(session: Session, cell: str) -> None:
    ran = session.run(cell)
    assert ran.failure is None
    assert ran.result == FORMS[cell]


REFUSED = {
    "from operator import nothing_of_it": ("ImportError", "cannot import name 'nothing_of_it' from 'operator'"),
    "from operator import add, nothing_of_it": ("ImportError", "cannot import name 'nothing_of_it' from 'operator'"),
    "import operator\noperator.nothing_of_it": ("AttributeError", "'module' object has no attribute 'nothing_of_it'"),
    "import functools\nfunctools.nothing_of_it": (
        "AttributeError",
        "module 'functools' has no attribute 'nothing_of_it'",
    ),
}


@pytest.mark.parametrize("cell", REFUSED)
def test_what_a_module_lacks(session: Session, cell: str) -> None:
    failure = session.run(cell).failure
    assert failure is not None
    assert (failure.ename, failure.evalue) == REFUSED[cell]


class Granted:
    """A session in which somebody's own modules have these names."""

    remembers_errors = False
    granted = {"operator": ("add",), "functools": ("wraps",)}

    def undefined(self, names: frozenset[str]) -> frozenset[str]:
        return frozenset()

    def asking(self) -> frozenset[str]:
        return frozenset()


@pytest.mark.parametrize("cell", ["import operator", "from operator import add", "from functools import wraps"])
def test_a_granted_module_is_the_persons_own(cell: str) -> None:
    made = parse(CellSource("In[1]", cell), Magics, CellOptions(1, names=Granted()))
    for step in made.steps:
        assert isinstance(step, Feed)
        assert not any(part.startswith(("module ", "gap ", "shipped")) for part in step.parts)
        assert cell in step.text
