"""Fixtures: notebooks on real Monty sessions."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pydantic_monty
import pytest

from tests.support.introspected_session import MontySession, Notebook


@pytest.fixture(scope="module")
def pool() -> Iterator[pydantic_monty.Monty]:
    with pydantic_monty.Monty(max_processes=2) as pool:
        yield pool


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is busy with other tests an answer may take its time; the benchmarks look at how much it needs."""
    monkeypatch.setattr("monty_kernel.introspect.analysis.DEADLINE", 30)


@pytest.fixture(autouse=True)
def no_hidden_faults(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The introspector hides its own faults from the front end, not from the tests."""
    caplog.set_level(logging.DEBUG, logger="monty_kernel.introspect")
    yield
    assert not [record for record in caplog.get_records("call") if record.name.startswith("monty_kernel.introspect")]


@pytest.fixture
def notebook(pool: pydantic_monty.Monty) -> Iterator[Notebook]:
    with pool.checkout(limits={"max_suspensions": 10**6}) as monty:
        yield Notebook(MontySession(monty))
