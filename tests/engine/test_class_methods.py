"""`@staticmethod` and `@classmethod`: what classes do in CPython, they do here."""

from __future__ import annotations

import pytest

from tests.modules.agreement import Sandboxed, in_cpython, sandboxed

__all__ = ["sandboxed"]

ALIKE = (
    "class V:\n    def __init__(self, x):\n        self.x = x\n    @classmethod\n    def of(cls, text):\n        return cls(int(text))\n    @staticmethod\n    def twice(n):  # of a number\n        return 2 * n\n    def both(self):\n        return self.twice(self.x), self.of('7').x, V.twice(1)\nV.of('4').both(), V(1).of('3').x, V.twice(n=5)",
    "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int = 0\n\n    @classmethod\n    def parse(cls, text: str) -> 'P':\n        return cls(int(text))\nP.parse('4'), P(4) == P.parse('4')",
    "def made():\n    class C:\n        @staticmethod\n        def f(*a, **k):\n            return a, k\n    return C\nmade().f(1, b=2), made()().f(1)",
    "class C:\n    @staticmethod\n    def f():\n        raise ValueError('no')\nC.f()",
    "if True:\n    class C:\n        @ staticmethod\n        def f():\n            return (1,\n                    2)\n    x = C.f()\nx",
    "class C:\n    count = 0\n    @classmethod\n    def more(cls):\n        cls.count += 1\n        return cls.count\nC.more(), C().more(), C.count",
    "class C:\n    @staticmethod\n    def f(text):\n        return text.translate({97: 98})\nC.f('aha')",
    "staticmethod = lambda f: 5\nstaticmethod(1)",
    "class C:\n    @classmethod\n    def f(cls): return cls.__name__\n\n\nC.f()\n# the end",
)


@pytest.mark.parametrize("code", ALIKE)
def test_it_is_what_cpython_gives(sandboxed: Sandboxed, code: str) -> None:
    sandboxed.agrees(code)


def test_what_is_not_certain_is_left_alone(sandboxed: Sandboxed) -> None:
    for code in (
        "class C:\n    @staticmethod\n    @print\n    def f(): pass",
        "class C:\n    class D:\n        @staticmethod\n        def f(): pass",
    ):
        ended = sandboxed.run(code)
        assert ended.raised is not None and ended.raised[0] == "NotImplementedError"


def test_an_error_stands_where_it_was_raised(sandboxed: Sandboxed) -> None:
    code = "class C:\n    @staticmethod\n    def f():\n        return 1 / 0\nC.f()"
    assert sandboxed.run(code).raised == in_cpython(code).raised
