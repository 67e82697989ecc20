"""`tabulate` gives the text of the package."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

FORMATS = ["plain", "simple", "grid", "outline", "github", "pipe", "orgtbl", "psql", "pretty", "html", "tsv"]
VALUES = st.one_of(
    st.integers(-2000, 2000),
    st.floats(-1000, 1000).map(lambda value: round(value, 3)),
    st.sampled_from(["", "a", "<b> & c", "1.50", "12", "1,234", "1,234.5", "nan", "True", " x ", "1e5"]),
    st.booleans(),
    st.none(),
)
ROWS = st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(VALUES, min_size=n, max_size=n), min_size=1, max_size=4))
HEADERS = st.sampled_from(["()", "'firstrow'", "'keys'", "['Name', 'x']"])
OPTIONS = st.sampled_from(
    ["", ", floatfmt='.1f'", ", showindex=True", ", missingval='?'", ", numalign='left', stralign='right'",
     ", stralign='center'", ", colalign=('right',)", ", disable_numparse=True", ", intfmt=','",
     ", colglobalalign='center'"]
)  # fmt: skip


@settings(max_examples=15)
@given(st.lists(st.tuples(ROWS, HEADERS, OPTIONS, st.sampled_from(FORMATS)), min_size=20, max_size=40))
def test_lists(sandboxed: Sandboxed, calls: list[tuple[list[list[object]], str, str, str]]) -> None:
    code = "from tabulate import tabulate\nfound = []\n"
    for rows, headers, options, form in calls:
        code += f"found.append(str(tabulate({rows!r}, headers={headers}, tablefmt={form!r}{options})))\n"
    sandboxed.agrees(code + "found")


def test_other_data(sandboxed: Sandboxed) -> None:
    for code in (
        "tabulate([{'a': 1, 'b': 2.5}, {'a': 3, 'c': 'x'}], headers='keys')",
        "tabulate({'a': [1, 2], 'b': ['x']}, headers='keys', tablefmt='github')",
        "tabulate([{'a': 1}], headers={'a': 'A'})",
        "tabulate([{'a': 1}], headers=['A'])",
        "tabulate([], headers=['A', 'B'])",
        "tabulate([])",
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\ntabulate([P(1, 2)], headers='keys')",
        "from datetime import date\ntabulate([[date(2024, 1, 2), 3]], headers=['day', 'n'])",
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: str\ntabulate([P(1, 'a')], headers='keys')",
        "tabulate([[1]], showindex=['x', 'y'])",
    ):
        sandboxed.agrees("from tabulate import tabulate\n" + code)
