"""Exceptions with other arguments than one text, which Monty's do not take: raised, caught, and shown as in CPython."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monty_kernel.engine.prelude import EXCEPTIONS
from tests.engine.test_locate import arrows
from tests.engine.test_unread import in_cpython, in_session
from tests.support.engine_session import Session
from tests.support.kernel_client import Kernel


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.engine.close()


@pytest.mark.parametrize(
    ("raised", "caught", "text"),
    [
        ("ValueError('not allowed:', 7)", "ValueError", "('not allowed:', 7) ('not allowed:', 7)"),
        ("ValueError(3)", "ValueError", "3 (3,)"),
        ("ValueError(None)", "Exception", "None (None,)"),
        ("ValueError(KeyError(2))", "ValueError", "2 (KeyError('2'),)"),
        ("ValueError(str(n) for n in [1, 2])", "ValueError", "['1', '2'] (['1', '2'],)"),
        ("ValueError(*[1, 2])", "ValueError", "(1, 2) (1, 2)"),
        ("ValueError(*['one'])", "ValueError", "one ('one',)"),
        ("ValueError('one')", "ValueError", "one ('one',)"),
        ("ValueError()", "ValueError", " ()"),
        ("SystemExit(3)", "SystemExit", "3 (3,)"),
        ("OSError(2, 'gone', 'a.txt')", "OSError", "[Errno 2] gone: 'a.txt' (2, 'gone')"),
        ("KeyError(5)", "KeyError", "5 (5,)"),
        ("KeyError('a', 1)", "KeyError", "('a', 1) ('a', 1)"),
        ("KeyError('five')", "LookupError", "'five' ('five',)"),
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


@pytest.mark.parametrize(
    "code",
    [
        "e = ValueError(1, 2)\ne.args",
        "e = ValueError(1, 2)\ne",
        "KeyError(5)",
        "[ValueError('a', 5), {1: KeyError(None)}, ValueError(KeyError(5), 1), ValueError((1,))]",
        "repr(KeyError(5)), str(KeyError(5)), str(ValueError(KeyError(5)))",
        "e = KeyError(5)\nstr(e), repr(e), f'{e} {e!r} {e!s}', '%s' % e, '%r %s' % (e, 1), '{} {!r}'.format(e, e), format(e)",
        "e = OSError(2, 'm')\ne, str(e), e.errno, e.strerror, e.filename, e.args, type(e)",
        "OSError(2, 'm', 'f').filename, OSError(5, 'm').errno, FileNotFoundError(2, 'm').args",
        "SystemExit(3).code, SystemExit().code, StopIteration(5).value, StopIteration().value",
        "def arguments(e): return e.args\narguments(ValueError(1, 2)), arguments(ValueError('a')), arguments(ValueError())",
        "def f():\n    raise ValueError('a', 1)\ntry:\n    f()\nexcept ValueError as e:\n    last = e\nlast.args, [last]",
        "errors = []\nfor n in range(200):\n    try:\n        raise ValueError('bad', n)\n    except ValueError as e:\n"
        "        errors.append(e)\n[e.args[1] for e in errors] == list(range(200)), errors[7]",
        "try:\n    raise KeyError(5)\nexcept KeyError as e:\n    x = e.__class__.__name__, e.__class__\nx",
        "try:\n    next(iter([]))\nexcept StopIteration as e:\n    x = e.value\nx",
        "e = ImportError('a', name='x')\nrepr(e), str(e), e.args",
        "ValueError(msg='a')",
        "KeyError(*[], **{})",
        "class Point:\n    def __init__(self):\n        self.args = 5\np = Point()\np.args, Point().args",
        "from collections import namedtuple\nnamedtuple('P', 'args errno')(1, 2).errno",
        "x = 5\nx.args",
        "def f(e):\n    return f'{e.args} {e.args!r:>10}'\nf(ValueError(1, 2))",
    ],
)
def test_outside_handlers_it_says_what_it_says_in_cpython(session: Session, code: str) -> None:
    session.reset()
    (result, *error), (expected, *raised) = in_session(session, code), in_cpython(code)
    assert error == raised
    assert "".join((result or "").split()) == "".join((expected or "").split())  # long ones have several lines


def test_a_function_of_an_earlier_cell_finds_arguments(session: Session) -> None:
    session.reset()
    session.run("def why(e): return e.args, e.errno")
    session.run("def made(): return OSError(2, 'gone')")
    assert session.run("why(made())").result == "((2, 'gone'), 2)"
    session.run("error = made()")
    assert session.run("print(error, error.args)").printed == "[Errno 2] gone (2, 'gone')\n"
    assert session.run("error").result == "FileNotFoundError(2, 'gone')"


def test_only_what_is_small_is_kept_of_many(session: Session) -> None:
    session.reset()
    session.run("from decimal import Decimal\nmany = [ValueError('x', n) for n in range(600)]")
    session.run("large = [ValueError([n]) for n in range(100)] + [ValueError('x' * 300, 1) for n in range(20)]")
    assert session.run("len([e for e in many if len(e.args) == 2])").result == "256"
    assert session.run("[type(e.args[0]).__name__ for e in large[:3]], len(large[-1].args)").result == (
        "(['str', 'str', 'str'], 2)"
    )
    assert session.run("many[-1].args, many[0].args").result == "(('x', 599), (\"('x', 0)\",))"


def test_a_session_without_such_exceptions_holds_nothing_for_them(session: Session) -> None:
    session.reset()
    for code in (
        "try:\n    raise ValueError('a')\nexcept ValueError as e:\n    print(e, repr(e), f'{e}')",
        "class Node:\n    def __init__(self, value):\n        self.value, self.args, self.code = value, (), 5\n"
        "    def all(self):\n        return self.args, self.value, self.code\nNode(1).all()",
    ):
        assert session.run(code).failure is None
    assert EXCEPTIONS not in session.engine.session.parts


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


def test_functions_are_still_shown_by_their_names(kernel: Kernel) -> None:
    kernel.run("%reset -f")
    assert kernel.run("KeyError(5)").plain == "KeyError(5)"
    assert kernel.run("def area(r): return r\narea").plain == "<function __main__.area(r)>"
