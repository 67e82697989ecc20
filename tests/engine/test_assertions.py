"""The message of a failed `assert` is the one that the code gives, and its place is the test's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine.test_unread import in_cpython, in_session
from tests.support.engine_session import Session


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.engine.close()


SETUP = "import os\nx, words = 3, ['b', 'a']\ndef no(v=0): return v\nclass Own:\n    def __init__(self): self.on = 0\n"


@pytest.mark.parametrize(
    "statement",
    [
        "assert x > 5, 'small'",
        "assert x > 1, no_such_name",
        "assert (x > 5), f'{x} is small'",
        "assert no(), 'no'",
        "assert not x, 'truthy'",
        "assert (\n    x >  # why\n    5\n), 'in several lines'",
        "assert x == 3 and \\\n    x == 4, 'two tests'",
        "assert (y := no()), 'walrus'",
        "assert 1 if not x else 0, 'a choice'",
        "assert (lambda: 0), 'never'",
        "assert (lambda: 0)(), 'called'",
        "assert sorted(words, key=str.lower) == words, 'sorted'",
        "assert locals() is None, 'locals'",
        "assert os.environ.get('NO_SUCH'), 'environ'",
        "assert Own().on, 7",
        "assert [], ('a', 1)",
        "assert x > 5, ''",
        "if x: assert 0, 'in a line'; z = 1",
        "for i in [1, 0]: assert i, 'loop'",
        "def check(v):\n    assert v, 'inside'\n    return v\ncheck(1)\ncheck(0)",
        "class C:\n    def m(self): assert self is None, 'method'\nC().m()",
        "try:\n    assert {}, 'caught'\nexcept AssertionError as error:\n    z = str(error)\nassert z == 'caught', z\nz",
        "s = 'assert x, 1'\ns",
        "assert no_such_name, 'missing'",
    ],
)
def test_an_assertion_is_what_it_is_in_cpython(session: Session, statement: str) -> None:
    assert in_session(session, SETUP + statement) == in_cpython(SETUP + statement)


def test_the_place_is_that_of_the_test(session: Session) -> None:
    failure = session.run("x = 3\nif x:\n    assert x > 5, 'small'").failure
    assert failure is not None
    place = failure.frames[-1]
    assert (place.line, place.column, place.end_line, place.end_column) == (3, 12, 3, 17)


def test_without_a_message_the_values_are_shown(session: Session) -> None:
    failure = session.run("x = 3\nassert x > 5").failure
    assert failure is not None
    assert failure.evalue == "assert 3 > 5"
