"""`os.environ` and `os.getenv`: a dict of the session's own, empty at first, which travels with the states."""

from __future__ import annotations

import pytest

from tests.support.kernel_client import Kernel


@pytest.fixture
def fresh(kernel: Kernel) -> Kernel:
    """The module's kernel in a new session, with `os` imported."""
    kernel.run("%reset -f")
    kernel.run("import os")
    return kernel


def test_it_is_empty_at_first(fresh: Kernel) -> None:
    for code, expected in (
        ("os.getenv('MODE', 'test')", "'test'"),
        ("os.environ.get('MODE', 'test')", "'test'"),
        ("'CI' in os.environ", "False"),
        ("os.getenv('HOME'), os.getenv('PATH'), os.environ, len(os.environ)", "(None, None, {}, 0)"),
    ):
        assert fresh.run(code).plain == expected, code


def test_it_can_be_written(fresh: Kernel) -> None:
    fresh.run("os.environ['X'] = '1'")
    assert (
        fresh.run("os.environ['X'], os.getenv('X'), 'X' in os.environ, os.environ").plain
        == "('1', '1', True, {'X': '1'})"
    )
    assert (
        fresh.run("os.environ.setdefault('Y', 'z'), os.environ.pop('X'), dict(os.environ)").plain
        == "('z', '1', {'Y': 'z'})"
    )
    assert fresh.run("del os.environ['Y']\nos.environ").plain == "{}"
    assert (
        fresh.run("os.environ.update(A='1', B='2')\n[f'{k}={v}' for k, v in os.environ.items()]").plain
        == "['A=1', 'B=2']"
    )


def test_however_it_is_named(fresh: Kernel) -> None:
    code = "from os import environ, getenv as get, path\nenviron['Y'] = '2'\nget('Y'), os.getenv('Y', default=3), path.join('a', 'b')"
    assert fresh.run(code).plain == "('2', '2', 'a/b')"
    assert fresh.run("import os as system\nsystem.environ is environ, system.getenv('Y')").plain == "(True, '2')"
    assert fresh.run("list(map(os.getenv, ['Y', 'Z']))").plain == "['2', None]"
    assert (
        fresh.run("list(map(os.environ.get, ['Y', 'Z'])), max(['Y'], key=os.environ.get)").plain == "(['2', None], 'Y')"
    )
    assert fresh.run("def f(name):\n    import os\n    return os.environ[name]\nf('Y')").plain == "'2'"
    assert (
        fresh.run(
            "def g():\n    from os import (environ as e,\n                    sep)\n    return e['Y'] + sep\ng()"
        ).plain
        == "'2/'"
    )
    assert fresh.run("%time x = os.environ['Y']\nx").plain == "'2'"


def test_other_objects_keep_theirs(fresh: Kernel) -> None:
    fresh.run(
        "class Box:\n    def __init__(self):\n        self.environ = 5\n    def getenv(self, key):\n        return key * 2\nbox = Box()"
    )
    assert fresh.run("box.environ, box.getenv('a')").plain == "(5, 'aa')"
    assert fresh.run("box.environ = 6\nbox.environ").plain == "6"
    assert fresh.run("(5).environ").reply["evalue"] == fresh.run("five = 5\nfive.environ").reply["evalue"]
    assert fresh.run("unknown.environ").reply["ename"] == "NameError"


def test_it_travels_with_the_states(fresh: Kernel) -> None:
    fresh.run("os.environ['X'] = '1'")
    fresh.run("os.environ['X'] = '2'; changed = True")
    fresh.run("%undo")
    assert fresh.run("os.getenv('X')").plain == "'1'"
    fresh.run("%reset -f")
    assert fresh.run("import os\nos.environ").plain == "{}"


def test_errors_are_pythons_and_have_their_place(fresh: Kernel) -> None:
    answer = fresh.run("x = 1\nos.environ['OPENAI_API_KEY']")
    text = "".join(answer.reply["traceback"])
    assert (answer.reply["ename"], answer.reply["evalue"]) == ("KeyError", "'OPENAI_API_KEY'")
    assert "line 2" in text and "__mk" not in text and "getpass.getpass()" in text
    assert fresh.run("os.getenv(5)").reply["evalue"] == "str expected, not int"
    assert "Hint" not in "".join(fresh.run("{}['environ']").reply["traceback"])
    assert "os.environ.update(...)" in "".join(fresh.run("os.environ |= {'a': 'b'}").reply["traceback"])


def test_a_session_that_does_not_use_it_does_not_have_it(fresh: Kernel) -> None:
    fresh.run("x = 1")
    assert fresh.run("__mk_environ").reply["ename"] == "NameError"
