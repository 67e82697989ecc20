"""Classes whose base is `Enum`, `NamedTuple`, `TypedDict`, `Protocol`, `Generic` or `ABC`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.modules.agreement import Sandboxed

COLOR = (
    "from enum import Enum, auto, unique\n"
    '@unique\nclass Color(Enum):\n    """Colours."""\n    RED = 1\n    GREEN = 2\n    BLUE = auto()\n\n'
    "    def low(self):\n        return self.name.lower()\n"
)
CELLS = [
    COLOR + "Color.RED, list(Color), Color['GREEN'], Color(3), Color.RED.name, Color.RED.value, Color",
    COLOR
    + "str(Color.RED), f'{Color.BLUE:>12}', f'{Color.RED!r}', Color.RED.low(), Color.RED == Color.RED, Color.RED == 1",
    COLOR + "{Color.RED: 'r'}[Color(1)], Color.RED in Color, [c.name for c in Color], Color.RED is Color['RED']",
    COLOR + "Color.__members__['RED'], [name for name in Color.__members__], type(Color.RED).__name__",
    COLOR
    + "def f(c):\n    match c:\n        case Color.RED:\n            return 'red'\n        case _:\n            return 'other'\nf(Color.RED), f(Color.BLUE)",
    COLOR + "Color(9)",
    COLOR + "Color['X']",
    "from enum import Enum, unique\n@unique\nclass C(Enum):\n    A = 1\n    B = 1",
    "import enum\nclass P(enum.IntEnum):\n    LOW = 1\n    HIGH = 5\n    ALSO = 5\nP.HIGH + 1, P.LOW == 1, int(P.HIGH), P.ALSO, list(P), [10, 20][P.LOW], P.HIGH.name, 2 * P.HIGH",
    "from enum import Enum\nclass Planet(Enum):\n    EARTH = (5.9, 6.3)\n    MARS = (6.4, 3.3)\n    def __init__(self, mass, radius):\n        self.mass = mass\n        self.radius = radius\n    def __str__(self):\n        return 'planet ' + self.name\nPlanet.EARTH.mass, str(Planet.MARS), Planet.EARTH.value, Planet((6.4, 3.3))",
    "from enum import Enum as E\nif True:\n    class C(E): X = 'x'\nC.X, C('x')",
    "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    y: int = 0\np = P(1)\np, P(1, 2).y, p._replace(x=5), p == (1, 0)",
    "from typing import TypedDict\nclass M(TypedDict, total=False):\n    name: str\nM(name='a')",
    "from typing import Generic, List, Protocol, TypeVar\nT = TypeVar('T')\nclass S(Generic[T]):\n    def __init__(self):\n        self.items: List[T] = []\n    def push(self, x: T) -> None:\n        self.items.append(x)\nclass G(Protocol):\n    def go(self) -> int: ...\ns = S()\ns.push(3)\ns.items",
    "from abc import ABC, abstractmethod\nclass Shape(ABC):\n    @abstractmethod\n    def area(self): ...\n    def name(self):\n        return 'shape'\ntry:\n    Shape()\nexcept TypeError as e:\n    print('no')",
    "import abc\nclass Plain(abc.ABC):\n    def f(self):\n        return 1\nPlain().f()",
]


@pytest.fixture(scope="module")
def sandboxed() -> Iterator[Sandboxed]:
    """One session for the tests of this file."""
    session = Sandboxed()
    yield session
    session.close()


@pytest.mark.parametrize("code", CELLS)
def test_a_cell_does_what_it_does_in_cpython(sandboxed: Sandboxed, code: str) -> None:
    sandboxed.agrees(code)


def test_an_import_of_an_earlier_cell_is_enough(sandboxed: Sandboxed) -> None:
    sandboxed.run("from enum import Enum\nfrom typing import NamedTuple")
    assert (
        sandboxed.run("class Size(Enum):\n    S = 1\nclass P(NamedTuple):\n    x: int\nSize.S, P(2)").result
        == "(<Size.S: 1>, P(x=2))"
    )


@pytest.mark.parametrize(
    "code",
    [
        "class Enum:\n    pass\nclass C(Enum):\n    A = 1",
        "class C(Protocol):\n    pass",
        "from tools import Enum\nclass C(Enum):\n    A = 1",
        "from typing import NamedTuple\nclass P(NamedTuple):\n    x: int\n    def f(self):\n        return 1",
        "from enum import Enum\nclass C(Enum):\n    A, B = 1, 2",
        "from enum import Enum\nclass C(str, Enum):\n    A = 'a'",
    ],
)
def test_what_would_need_guessing_is_left_alone(sandboxed: Sandboxed, code: str) -> None:
    assert sandboxed.run(code).raised is not None
