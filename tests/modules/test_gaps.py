"""What Monty's own modules get: names of `dataclasses`, `typing`, `collections`, `functools`, `datetime` and `collections.abc`, against CPython's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

CLASSES = (
    "from dataclasses import asdict, astuple, dataclass, field, fields, replace\n"
    "@dataclass\nclass A:\n    x: int\n    y: list = field(default_factory=list)\n"
    "@dataclass\nclass B:\n    a: A\n    more: dict\n"
    "b = B(A(1, [2]), {'k': (A(3), [A(4)])})\n"
)


@pytest.mark.parametrize(
    "code",
    [
        CLASSES + "asdict(b)",
        CLASSES + "astuple(b)",
        CLASSES + "replace(b, more={}), replace(b.a, x=7)",
        CLASSES + "[f.name for f in fields(B)], [f.name for f in fields(b.a)]",
        CLASSES + "asdict(b)['a'] is b.a, asdict(b.a)['y'] is b.a.y",
        CLASSES + "asdict(3)",
        CLASSES + "replace(B)",
        CLASSES + "fields(3)",
        "import dataclasses as dc\n@dc.dataclass(frozen=True)\nclass A:\n    x: int\ndc.replace(A(1), x=2), dc.asdict(A(3)), 'a-b'.replace('-', '+')",
        "text = 'q-r'\ntext.replace('-', '+')",
        "from typing import Counter, NamedTuple, NewType, cast, overload\nP = NamedTuple('P', [('x', int), ('y', int)])\nU = NewType('U', int)\nP(1, y=2), U(5), cast(int, 'a')",
        "from typing import TypedDict\nM = TypedDict('M', {'a': int})\nM(a=1)",
        "import typing as t\ndef f(x: t.Mapping[str, int], y: t.Hashable = None) -> t.Iterator[int]:\n    return t.cast(int, x)\nf(1)",
        "import datetime as dt\ndt.datetime(2024, 1, 1, tzinfo=dt.UTC).isoformat()",
        "from datetime import UTC, datetime, timezone\nUTC == timezone.utc",
        "from collections import ChainMap\nc = ChainMap({'a': 1}, {'b': 2, 'a': 3})\nc['z'] = 9\nc['a'], c['b'], list(c), 'q' in c, c.maps[0], dict(c.items()), c.get('q'), c.new_child({'b': 5})['b']",
        "from collections import ChainMap\nChainMap({'a': 1})['b']",
        "from collections import OrderedDict\nd = OrderedDict()\nd['b'] = 1\nd['a'] = 2\nlist(d.items())",
        "from functools import wraps\ndef deco(f):\n    @wraps(f)\n    def wrapper(*args):\n        return f(*args) + 1\n    return wrapper\n@deco\ndef g(x):\n    return x\ng(3)",
        "from functools import singledispatch\n@singledispatch\ndef show(x):\n    return 'other'\n@show.register(int)\ndef _(x):\n    return 'int'\nshow(3), show('a'), show(True)",
        "from collections.abc import Callable, Iterable, Mapping, Sequence\n[isinstance(x, kind) for x in ([], {}, 3, 'a', len, int, (lambda: 1)) for kind in (Callable, Iterable, Mapping, Sequence)]",
        "import collections.abc\ncollections.Counter('aab')",
    ],
)
def test_a_cell_does_what_it_does_in_cpython(sandboxed: Sandboxed, code: str) -> None:
    sandboxed.agrees(code, messages="fields(" not in code)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 99)), max_size=60))
def test_cmp_to_key(sandboxed: Sandboxed, pairs: list[tuple[int, int]]) -> None:
    sandboxed.agrees(
        f"from functools import cmp_to_key\npairs = {pairs!r}\ndef later(a, b):\n    return b[0] - a[0]\n"
        "k = cmp_to_key(later)\nsorted(pairs, key=k), sorted(pairs, key=k, reverse=True), pairs and min(pairs, key=cmp_to_key(later))"
    )


def test_cmp_to_key_where_each_item_lies_between_two_others(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        "from functools import cmp_to_key\nxs = [0, 2 ** 200] + [2 ** (200 - n) for n in range(1, 150)]\n"
        "sorted(xs, key=cmp_to_key(lambda a, b: a - b)) == sorted(xs)"
    )
