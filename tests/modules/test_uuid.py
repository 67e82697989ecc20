"""`uuid` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

FACTS = (
    "[u, str(u), u.int, u.hex, u.bytes, u.bytes_le, u.fields, u.urn, u.version, u.variant, u.node, u.time, u.clock_seq, "
    "int(u), uuid.UUID(bytes=u.bytes) == u, uuid.UUID(bytes_le=u.bytes_le) == u, uuid.UUID(fields=u.fields) == u, "
    "uuid.UUID(u.urn) == u, u == u.int, hash(u) == hash(uuid.UUID(u.hex))]"
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2**128 - 1), min_size=1, max_size=5))
def test_facts_of_an_identifier(sandboxed: Sandboxed, numbers: list[int]) -> None:
    sandboxed.agrees(f"import uuid\n[{FACTS} for u in [uuid.UUID(int=n) for n in {numbers}]]")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=9), min_size=1, max_size=9))
def test_identifiers_of_names(sandboxed: Sandboxed, names: list[str]) -> None:
    sandboxed.agrees(
        f"import uuid\n[(uuid.uuid5(uuid.NAMESPACE_DNS, n), uuid.uuid3(uuid.NAMESPACE_URL, n)) for n in {names!r}]"
    )


def test_what_is_no_identifier(sandboxed: Sandboxed) -> None:
    for arguments in (
        "",
        "'x'",
        "'1' * 32, int=3",
        "int=-1",
        "int=2**128",
        "bytes=b'a'",
        "fields=(1, 2)",
        "'1' * 32, version=9",
    ):
        sandboxed.agrees(f"import uuid\nuuid.UUID({arguments})")


def test_random_ones_do_not_come_from_the_seed(sandboxed: Sandboxed) -> None:
    code = "import random, uuid\nrandom.seed(1)\nmade = [uuid.uuid4() for _ in range(20)] + [uuid.uuid1()]\n"
    first = sandboxed.run(code + "[str(each) for each in made], random.random()").result
    again = sandboxed.run(code + "[str(each) for each in made], random.random()").result
    assert first is not None
    assert again is not None
    (made, after), (others, after_too) = eval(first), eval(again)
    assert len({*made, *others}) == 42
    assert after == after_too
    assert sandboxed.run("[each.version for each in made]").result == str([4] * 20 + [1])
    assert sandboxed.run("{each.variant for each in made}").result == "{'specified in RFC 4122'}"
