"""Programs of random `del` statements, in blocks of every kind, end in Monty as they do in CPython."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.engine.test_unread import in_cpython, in_session
from tests.support.engine_session import Session


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.engine.close()


def statement(random: Random) -> str:
    name, other = random.choices("abcd", k=2)
    key, place = random.randrange(4), random.choice(["0:1", "::2", "-1", ":", "5"])
    return random.choice(
        [
            f"{name} = {key}", f"d[{key}] = {name}", f"x.append({name})", f"log.append('{name}')",
            f"del {name}", f"del {name}, {other}", f"del d[{key}]", f"del x[{place}], {name}", f"del ({name}, x[{place}])",
        ]
    )  # fmt: skip


def line(random: Random) -> str:
    return "; ".join(statement(random) for _ in range(random.randint(1, 3))) + random.choice(["", ";", "  # del"])


CAUGHT = "except (NameError, LookupError, TypeError) as e: log.append(type(e).__name__)"


def block(random: Random, indent: str, depth: int = 0) -> Iterator[str]:
    for _ in range(random.randint(1, 3)):
        kind = random.choice(["line", "line", "if", "else", "for", "try", "def"]) if depth < 3 else "line"
        inside = block(random, indent + random.choice([" ", "    ", "\t"]), depth + 1)
        if kind == "line":
            yield indent + line(random)
        elif kind == "if":
            yield f"{indent}if {random.choice(['x', 'd', '0'])}: {line(random)}"
        elif kind == "else":
            yield f"{indent}if {random.choice(['x', 'd', '0'])}:"
            yield from inside
            yield f"{indent}else: {line(random)}"
        elif kind == "for":
            yield f"{indent}for i in range(2):"
            yield from inside
        elif kind == "try":
            yield f"{indent}try:"
            yield from inside
            yield f"{indent}{CAUGHT}{random.choice(['', '; del e', '; ' + statement(random)])}"
        else:
            yield f"{indent}def f({random.choice(['a=1', 'a=1, b=2', '*c'])}):"
            yield from inside
            yield f"{indent}try: f()"
            yield f"{indent}{CAUGHT}"


@given(st.integers(0, 10_000))
@example(0)
def test_random_programs(session: Session, seed: int) -> None:
    body = block(Random(seed), "  ")
    text = "\n".join(
        ["a = b = c = 1; x = [1, 2, 3, 4]; d = {0: 1, 2: 3}; log = []", "try:", *body, CAUGHT, "log, x, d"]
    )
    session.reset()
    (result, *error), (expected, *raised) = in_session(session, text), in_cpython(text)
    assert error == raised, text
    assert (result or "").replace("\n", "").replace(" ", "") == (expected or "").replace(" ", ""), text
