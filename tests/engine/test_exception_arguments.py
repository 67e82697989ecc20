"""Exceptions with other arguments than one text, which Monty's do not take: raised, caught, and shown as in CPython."""

from __future__ import annotations

import pytest

from tests.engine.test_locate import arrows
from tests.support.kernel_client import Kernel


@pytest.mark.parametrize(
    ("raised", "caught", "text"),
    [
        ("ValueError('not allowed:', 7)", "ValueError", "('not allowed:', 7) ('not allowed:', 7)"),
        ("ValueError(3)", "ValueError", "3 (3,)"),
        ("ValueError(None)", "Exception", "None (None,)"),
        ("ValueError(ValueError(2, 3))", "ValueError", "(2, 3) (ValueError('(2, 3)'),)"),
        ("ValueError(*[1, 2])", "ValueError", "(1, 2) (1, 2)"),
        ("ValueError(*['one'])", "ValueError", "one ('one',)"),
        ("ValueError('one')", "ValueError", "one ('one',)"),
        ("ValueError()", "ValueError", " ()"),
        ("SystemExit(3)", "SystemExit", "3 (3,)"),
        ("OSError(2, 'gone', 'a.txt')", "OSError", "[Errno 2] gone: 'a.txt' (2, 'gone')"),
        # a KeyError quotes its text
        ("KeyError(5)", "KeyError", "'5' (5,)"),
    ],
)
def test_it_is_caught_with_its_arguments(kernel: Kernel, raised: str, caught: str, text: str) -> None:
    answer = kernel.run(f"try:\n    raise {raised}\nexcept {caught} as error:\n    print(error, error.args)")
    assert answer.reply["status"] == "ok", answer.reply
    assert answer.text() == f"{text}\n"


def test_finally_runs_and_attributes_are_known(kernel: Kernel) -> None:
    answer = kernel.run(
        "try:\n    raise SystemExit(3)\nexcept SystemExit as error:\n    print(error.code)\nfinally:\n    print('done')"
    )
    assert answer.text() == "3\ndone\n"
    code = "try:\n    raise OSError(17, 'there', 'f')\nexcept OSError as e:\n    print(e.errno, e.strerror, e.filename)"
    assert kernel.run(code).text() == "17 there f\n"
    assert kernel.run("try:\n    raise SystemExit\nexcept SystemExit as e:\n    print(e.args)").text() == "()\n"


@pytest.mark.parametrize(
    ("raised", "caught", "text"),
    [
        ("raise OSError(2, 'gone', 'a.txt')", "FileNotFoundError", "2 gone a.txt (2, 'gone') [Errno 2] gone: 'a.txt'"),
        ("raise OSError(17, 'there')", "FileExistsError", "17 there None (17, 'there') [Errno 17] there"),
        ("raise OSError(5, 'broken')", "OSError", "5 broken None (5, 'broken') [Errno 5] broken"),
        ("raise OSError('only text')", "OSError", "None None None ('only text',) only text"),
        ("open('none')", "OSError", "2 {0} none (2, '{0}') [Errno 2] {0}: 'none'"),
        ("open('it\\'s')", "OSError", "2 {0} it's (2, '{0}') [Errno 2] {0}: \"it's\""),
        ("open('a: \\'\\\\')", "OSError", "2 {0} a: '\\ (2, '{0}') [Errno 2] {0}: \"a: '\\\\\""),
        ("import os; os.rmdir('none')", "Exception", "2 {0} none (2, '{0}') [Errno 2] {0}: 'none'"),
    ],
)
def test_what_a_file_raises_has_its_number_and_name(kernel: Kernel, raised: str, caught: str, text: str) -> None:
    shown = "e.errno, e.strerror, e.filename, e.args, e"
    answer = kernel.run(f"try:\n    {raised}\nexcept {caught} as e:\n    print({shown})")
    assert answer.reply["status"] == "ok", answer.reply
    assert answer.text() == text.format("No such file or directory") + "\n"


def test_a_handler_of_another_cell_finds_the_arguments(kernel: Kernel) -> None:
    kernel.run("def check(n):\n    raise ValueError('negative', n)\ndef stop(): raise OSError(2, 'gone', 'a.txt')")
    caught = kernel.run("try:\n    check(-1)\nexcept Exception as e:\n    found = e.args\nfound")
    assert caught.plain == "('negative', -1)"
    assert kernel.run("try:\n    stop()\nexcept OSError as e:\n    code = e.errno\ncode").plain == "2"
    missing = kernel.run("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    e.errno").reply
    assert (missing["ename"], missing["evalue"]) == (
        "AttributeError",
        "'ZeroDivisionError' object has no attribute 'errno'",
    )


@pytest.mark.parametrize(
    ("code", "name", "message", "places"),
    [
        ("def check(n):\n    raise ValueError(n)\ncheck(3)", "ValueError", "3", ["3: check(3)", "2: ValueError(n)"]),
        ("x = 1; raise KeyError(5)", "KeyError", "5", ["1: KeyError(5)"]),
        ("raise KeyError('a', 1)", "KeyError", "('a', 1)", ["1: KeyError('a', 1)"]),
        ("raise SystemExit(3)", "SystemExit", "3", ["1: SystemExit(3)"]),
        ("raise ValueError(1 / 0, 2)", "ZeroDivisionError", "division by zero", ["1: 1 / 0"]),
    ],
)
def test_uncaught_it_is_shown_without_a_hint(
    kernel: Kernel, code: str, name: str, message: str, places: list[str]
) -> None:
    answer = kernel.run(code)
    assert (answer.reply["ename"], answer.reply["evalue"]) == (name, message)
    assert arrows(answer) == places
    assert "Hint" not in "".join(answer.reply["traceback"])


def test_handlers_inside_each_other_know_their_errors(kernel: Kernel) -> None:
    code = (
        "try:\n    raise ValueError(1, 2)\nexcept ValueError as e:\n    print(e.args)\n"
        "    try:\n        raise KeyError(3)\n    except KeyError as e:\n        print(e.args, [e.args[0]])"
    )
    assert kernel.run(code).text() == "(1, 2)\n(3,) [3]\n"


def test_classes_and_functions_of_ones_own_keep_their_arguments(kernel: Kernel) -> None:
    assert kernel.run("class Warning:\n    def __init__(self, n): self.n = n\nWarning(5).n").plain == "5"
    assert kernel.run("Warning(5).n").plain == "5"
    kernel.run("def OSError(*args): return args")
    assert kernel.run("OSError(1, 2)").plain == "(1, 2)"
    assert kernel.run("def made(TimeoutError): return TimeoutError(7)\nmade(lambda n: n + 1)").plain == "8"


def test_a_class_in_a_variable_gets_a_hint(kernel: Kernel) -> None:
    answer = kernel.run("kind = ValueError\nraise kind(3)")
    assert "An exception in Monty takes one string" in answer.reply["traceback"][-1]


def test_arguments_come_back_with_a_state(kernel: Kernel) -> None:
    kernel.run("def failing():\n    raise ValueError('a', 1)")
    kernel.run("%undo")
    kernel.run("%redo")
    assert kernel.run("try:\n    failing()\nexcept ValueError as e:\n    print(e)").text() == "('a', 1)\n"
