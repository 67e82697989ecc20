"""Completion of a dict's keys."""

from __future__ import annotations

import pytest

from tests.support.introspected_session import Notebook


@pytest.mark.parametrize(("code", "matches"), [
    ('d["', ['alpha"]', 'al pha"]', 'it\'s"]']),
    ("d['al", ["alpha']", "al pha']"]),
    ("d['al|']", ["alpha", "al pha"]),
    ("d['al|' ]", ["alpha", "al pha"]),
    ("d['al|]", ["alpha'", "al pha'"]),
    ("d['it", ["it\\'s']"]),
    ("d['it\\'", ["it\\'s']"]),
    ("d[r'al", ["alpha']", "al pha']"]),
    ("d['nope", []),
    ("d[\n  'alp", ["alpha']"]),
    ("print(d['alp", ["alpha']"]),
    ("d[4", ["42]"]),
    ("d[4|]", ["42"]),
    ("e['x']['", ["deep']"]),
    ("e['list'][0]['", ["in list']"]),
    ("c['", ["a']", "b']"]),
    ("dd['", ["k']"]),
    ("d['''al", []),
    ("d[b'al", []),
    ("d[f'al", []),
    ("d['a' + 'al", []),
    ("xs['", []),
    ("nope['", []),
    ("d()['", []),
])  # fmt: skip
def test_keys(notebook: Notebook, code: str, matches: list[str]) -> None:
    notebook.run(
        "import collections\nd = {'alpha': 1, 'al pha': 2, \"it's\": 3, 42: 4, 1.5: 5, (1, 2): 6, None: 7, True: 8}",
        "e = {'x': {'deep': 1}, 'list': [{'in list': 1}]}\nc = collections.Counter('ab')\nxs = [1]",
        "dd = collections.defaultdict(list)\ndd['k'].append(1)",
    )
    assert notebook.complete(code) == matches


def test_without_a_quote_keys_come_before_names(notebook: Notebook) -> None:
    notebook.run("d = {'a b': 1, 7: 2}")
    found = notebook.complete("d[")
    assert found[:2] == ["'a b']", "7]"]
    assert "len" in found
    assert notebook.complete("d[|]")[:2] == ["'a b'", "7"]


def test_keys_come_from_the_live_dict(notebook: Notebook) -> None:
    notebook.run("d = {}", "for i in range(3):\n    d[f'key {i}'] = i")
    assert notebook.complete("d['") == ["key 0']", "key 1']", "key 2']"]


def test_keys_that_do_not_print(notebook: Notebook) -> None:
    notebook.run("d = {'line\\nbreak': 1, 'back\\\\slash': 2, 'tab\\t': 3}")
    assert notebook.complete("d['") == ["line\\nbreak']", "back\\\\slash']", "tab\\t']"]


def test_a_million_keys(notebook: Notebook) -> None:
    notebook.run("d = {f'{i:07}': i for i in range(300000)}")
    assert len(notebook.complete("d['")) == 200
    assert notebook.complete("d['00001") == [f"{i:07}']" for i in range(100, 200)]


def test_keys_that_the_code_shows(notebook: Notebook) -> None:
    assert "one']" in notebook.complete("d = {'one': 1, 'two': 2}\nd['")
    notebook.run("d = {'early': 1}")
    notebook.session.busy = True
    assert notebook.complete("d['") == ["early']"]
