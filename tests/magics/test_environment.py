"""%env and %set_env: they speak of the session's own `os.environ`, as IPython's do of the process."""

from __future__ import annotations

import ast

import pytest

from tests.support.engine_session import Session
from tests.support.kernel_client import Kernel


def test_nothing_is_set_at_first_and_said_so(session: Session) -> None:
    ran = session.run("%env")
    assert ran.result == "{}"
    assert ran.printed == (
        "No environment variable is set: os.environ is the session's own, and has none of this computer's variables. "
        "%env NAME=VALUE sets one.\n"
    )
    assert session.refusal("%env HOME") == (
        "%env: HOME is not set: os.environ is the session's own, and has none of this computer's variables. "
        "%env NAME=VALUE sets one."
    )


@pytest.mark.parametrize("line", ["%env MODE=a b", "%env MODE = a b ", "%env MODE a b", "%set_env MODE=a b", "%set_env MODE a b"])  # fmt: skip
def test_a_variable_is_set_and_found_by_cells(session: Session, line: str) -> None:
    ran = session.run(line)
    assert (ran.printed, ran.result) == ("env: MODE=a b\n", None)
    assert session.run("import os\nos.environ, os.getenv('MODE')").result == "({'MODE': 'a b'}, 'a b')"
    assert session.run("%env MODE").result == "'a b'"
    assert session.run("mode = %env MODE\nmode").result == "'a b'"
    assert session.run("x = %env\nx").result == "{'MODE': 'a b'}"
    assert session.run("def f():\n    %env MODE\n    return os.environ['MODE']\nf()").result == "'a b'"


def test_what_cells_set_is_listed_and_secrets_are_hidden(session: Session) -> None:
    session.run("import os\nos.environ.update(A='1', API_KEY='2', Auth_Token='3', x_secret='4')")
    ran = session.run("%env")
    assert ran.printed == ""
    assert ast.literal_eval(ran.result or "") == {
        "A": "1",
        "API_KEY": "<hidden>",
        "Auth_Token": "<hidden>",
        "x_secret": "<hidden>",
    }
    assert session.run("os.environ['API_KEY']").result == "'2'"
    assert session.run("%env API_KEY").result == "'2'"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{name}", "two"),
        ("$name", "two"),
        ("<{name}/{1 + n!r}>", "<two/6>"),
        ("{n / 3:.2f}", "1.67"),
        ("$here.parent/x", "/work/x"),
        ("$name:$name", "two:two"),
        ("$$name", "$name"),
        ("{{name}}", "{name}"),
        ("{os.environ['OTHER']}", "o"),
        ("", ""),
        ("a=b", "a=b"),
        ("'quoted'", "'quoted'"),
        # what IPython leaves as it is
        ("$PATH:/opt/bin", "$PATH:/opt/bin"),
        ("{missing} {name}", "{missing} {name}"),
        ("{name", "{name"),
        ("{}", "{}"),
        ("{1/0}", "{1/0}"),
        ('{"a": [1]}', '{"a": [1]}'),
        ("5$", "5$"),
    ],
)
def test_expressions_in_values_are_replaced(session: Session, value: str, expected: str) -> None:
    session.run(
        "import os\nfrom pathlib import Path\nname, n, here = 'two', 5, Path('/work/a')\nos.environ['OTHER'] = 'o'"
    )
    assert session.run(f"%env X={value}").printed == f"env: X={expected}\n"
    assert session.run("os.environ['X']").result == repr(expected)
    assert session.run("%who").printed.split() == ["Path", "here", "n", "name", "os"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("%set_env", "NAME=VALUE is missing"),
        ("%set_env X", "usage is '%set_env NAME=VALUE'"),
        ("%env =1", "usage is '%env NAME=VALUE'"),
        ("%env two words=1", "'two words' cannot be the name of a variable"),
    ],
)
def test_what_cannot_be_set_is_said_so(session: Session, line: str, reason: str) -> None:
    assert reason in session.refusal(line)


def test_a_value_that_is_long_or_nested_is_taken_as_it_is(session: Session) -> None:
    for value in ("{" + "(" * 100_000, "{" + "-" * 9000 + "1}"):  # Monty refuses such text also in a string
        session.run(f"%env X={value}")
        assert "too deeply nested" in str(session.run(f"x = {value!r}").failure)
    for value in ("{1}" * 3000, "$a" * 100_000, "{" + "x" * 9000 + "}"):
        session.run(f"%env X={value}")
        assert session.run("import os\nlen(os.environ['X'])").result == str(len(value))


def test_what_a_cell_replaced_changes_nothing(session: Session) -> None:
    session.run("print = str = dict = None")
    assert session.run("%env X={1}").printed == "env: X=1\n"
    assert session.run("%env X").result == "'1'"


def test_undo_takes_a_variable_back_and_passes_over_a_list(kernel: Kernel) -> None:
    kernel.run("%env X=1")
    kernel.run("%env X=2")
    kernel.run("%env")
    kernel.run("%env X")
    kernel.run("%undo")
    assert kernel.run("%env X").plain == "'1'"
