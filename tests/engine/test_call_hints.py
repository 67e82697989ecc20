"""Hints for arguments that Python's functions take and Monty's do not, and none for those that Python refuses too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monty_kernel.engine.errors.hints import hint
from tests.support.failing_cells import Cells, monty_cells


@pytest.fixture
def cells() -> Iterator[Cells]:
    with monty_cells() as cells:
        yield cells


LACKING = [
    ("pow(3, -1, 11)", "pow(n, m - 2, m)"),
    ("pow(base=2, exp=3)", "leave their names out"),
    ("__name__ = 'x'", "Monty does not let cells assign __name__ yet"),
    ("ord(b'a')", "data[0]"),
    ("float(b'1.5')", "float(data.decode())"),
    ("int('\u0663')", "unicodedata.digit"),
    ("float('\u0663.5')", "unicodedata.digit"),
    ("b'abc'.find(98)", "data.find(b'a')"),
    ("data = b'abc'\ndata . count(97)", "data.find(b'a')"),
    ("import re\nre.match('(a)(b)?', 'a').groups('-')", "put one in the place of each None"),
    ("import re\np = re.compile('a')\np.search('ba', 1)", "pattern.search(text[start:end])"),
    ("import re\nre.findall(b'a', b'aa')", "data.decode()"),
    ("import tomllib\ntomllib.loads('a = 1.5', parse_float=str)", "tomllib.loads() has no parse_float= yet"),
    ("from tomllib import loads\nloads('a = 1.5', parse_float=str)", "tomllib.loads() has no parse_float= yet"),
    ("import json\njson.loads('1', strict=False)", "json.loads() has no strict= yet"),
    ("import time\ntime.strptime('2024', '%Y')", "strptime('1 1 ' + text, '%d %m ' + format)"),
    ("from datetime import datetime\ndatetime.strptime('12:30', '%H:%M')", "put the missing ones in front"),
    ("from datetime import timedelta\ntimedelta(1) * 2.5", "total_seconds() * factor"),
    ("from datetime import timedelta\n2.5 * timedelta(1)", "total_seconds() * factor"),
    ("import csv, sys\ncsv.writer(sys.stdout)", "write the rows into a file"),
    ("{ValueError('a'): 1}", "Monty's ValueError cannot be a key"),
    ("import re\n{re.match('a', 'a')}", "Monty's re.Match cannot be a key"),
    ("hash(ValueError('a'))", "Monty's ValueError cannot be a key"),
    ("class A:\n    def __format__(self, how): return how\nf'{A():x}'", "does not call __format__"),
    ("ValueError('a').__cause__", "has no __cause__: keep the other exception"),
    ("ValueError('a').__class__", "has no __class__: use type(value)"),
]


@pytest.mark.parametrize(("text", "words"), LACKING)
def test_an_argument_that_monty_lacks(cells: Cells, text: str, words: str) -> None:
    advice = hint(cells.fail(text))
    assert advice is not None and words in advice, advice
    assert "\n" not in advice


@pytest.mark.parametrize(
    "text",
    [
        "pow('a', -1, 11)",
        "ord(5)",
        "ord('ab')",
        "float([])",
        "int('x')",
        "int('\u0641')",
        "float('1,5')",
        "b'abc'.find(1.5, 2, 3, 4)",
        "b'abc'.join([1])",
        "import re\nre.match(5, 'a')",
        "import re\nre.match('(a)', 'a').group(1, 2)",
        "import tomllib\ntomllib.loads('a = 1.5', nosuch=1)",
        "import json\njson.loads('1', nosuch=False)",
        "def loads(a): pass\nloads(b=1)",
        "from datetime import datetime\ndatetime.strptime('2024-13-01', '%Y-%m-%d')",
        "from datetime import datetime\ndatetime.strptime('noon', '%H:%M')",
        "from datetime import datetime\ndatetime.strptime('a' * 5000, '%H:%M')",
        "from datetime import timedelta\ntimedelta(1) * 'a'",
        "import csv\ncsv.writer([])",
        "{[]: 1}",
        "{1: {}, frozenset([1]): {}, (): {}}[[1]]",
        "{set()}",
        "class A: pass\nf'{A():x}'",
        "ValueError('a').nosuch",
        "raise TypeError(\"unhashable type: 'ValueError'\")",
    ],
)
def test_what_python_refuses_too_has_no_hint(cells: Cells, text: str) -> None:
    assert hint(cells.fail(text)) is None
