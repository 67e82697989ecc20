"""`pprint` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

LEAVES = (
    st.integers(-(10**6), 10**6) | st.booleans() | st.none() | st.text("ab c\n'", max_size=30) | st.binary(max_size=3)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text("abc", max_size=9), inner, max_size=5)
    ),
    max_leaves=25,
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "width": st.integers(1, 60),
        "indent": st.integers(0, 4),
        "depth": st.integers(1, 3),
        "compact": st.booleans(),
        "sort_dicts": st.booleans(),
        "underscore_numbers": st.booleans(),
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(VALUES, OPTIONS), min_size=1, max_size=8))
def test_values_are_laid_out_alike(sandboxed: Sandboxed, given: list[tuple[object, dict[str, object]]]) -> None:
    sandboxed.agrees(
        "import pprint\n" + "\n".join(f"pprint.pprint({value!r}, **{options})" for value, options in given)
    )


def test_collections_and_what_else_there_is(sandboxed: Sandboxed) -> None:
    for code in (
        "from collections import Counter\npprint.pprint(Counter('abracadabra' * 30), width=30)",
        "from collections import defaultdict\npprint.pprint(defaultdict(list, {n: [n] * 8 for n in range(8)}))",
        "from collections import deque\npprint.pprint(deque(range(40), 50))\npprint.pprint(deque(range(40)))",
        "pprint.pprint(frozenset(range(40)), indent=3)",
        "pprint.pprint({(1, 2): 'a' * 90, 3: None})",
        "pprint.pprint({2: 1, 'a': 2, None: 3}, sort_dicts=False)",
        "pprint.pp({'b': 1, 'a': 2})",
        "pprint.PrettyPrinter(indent=4, width=20).pprint([['a' * 9] * 3])",
        "pprint.saferepr({2: 1, 1: ['a']})",
        "pprint.pprint([], depth=0)",
        "pprint.PrettyPrinter(indent=-1)",
        "import io\nout = io.StringIO()\npprint.pprint([1, 'a' * 90], stream=out)\nout.getvalue()",
    ):
        sandboxed.agrees("import pprint\n" + code)


def test_a_value_in_itself(sandboxed: Sandboxed) -> None:
    found = sandboxed.run("import pprint\nx = [1]\nx.append(x)\npprint.pformat(x)").result
    assert found is not None
    assert found.startswith("'[1, <Recursion on list with id=")
