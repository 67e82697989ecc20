"""Real sessions' dumps: how little a cell adds, that what comes back runs, and how little of a large store is read."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydantic_monty
import pytest

from tests.support.stores import opened

pytestmark = pytest.mark.slow

KIB = 1024


@pytest.fixture(scope="module")
def pool() -> Iterator[pydantic_monty.Monty]:
    with pydantic_monty.Monty(min_processes=1, max_processes=2) as pool:
        yield pool


def test_a_session_of_100_000_rows(pool: pydantic_monty.Monty, tmp_path: Path) -> None:
    store = opened(tmp_path)
    session = store.begin("a.ipynb")
    dumps: list[bytes] = []
    added: list[int] = []

    def keep(monty: pydantic_monty.MontySession) -> None:
        dumps.append(monty.dump())
        number = len(dumps)
        added.append(store.put(session, number, number - 1 or None, dumps[-1], {"cell": number}, label="").added)

    with pool.checkout() as monty:
        monty.feed_run("rows = [{'id': i, 'name': str(i), 'price': i * 1.5} for i in range(100_000)]")
        keep(monty)
        for cell in (
            "1 + 1",
            "rows[50_000]['name'] = 'changed'",
            "rows.append({'id': -1, 'name': '', 'price': 0.0})",
            "rows.sort(key=lambda row: row['name'])",
        ):
            monty.feed_run(cell)
            keep(monty)
    whole, nothing, one_row, append, sort = added
    print(f"a dump of {len(dumps[0]) / 1e6:.1f} MB adds {whole / 1e6:.2f} MB; after 1 + 1 {nothing} bytes,")
    print(f"one row changed {one_row}, one appended {append}, all sorted {sort}")
    assert whole < len(dumps[0]) / 8
    assert max(nothing, one_row, append) <= 64 * KIB

    for number, dump in enumerate(dumps, 1):
        assert store.get(session, number) == (dump, {"cell": number})
    with pool.checkout() as monty:
        monty.load_session(store.get(session, 3)[0])
        assert monty.feed_run("len(rows), rows[50_000]['name'], rows[7]") == (
            100_000,
            "changed",
            {"id": 7, "name": "7", "price": 10.5},
        )


def test_a_small_session(pool: pydantic_monty.Monty, tmp_path: Path) -> None:
    from tests.support.engine_session import Session

    store = opened(tmp_path)
    session = store.begin(None)
    small = Session()
    added = []
    for number in range(1, 60):
        small.run(f"x{number % 7} = {number}")
        small.engine.save()
        dump = small.engine._sandbox.dump()
        added.append(store.put(session, number, number - 1 or None, dump, {"n": number}, label="x").added)
    small.engine.close()
    assert sorted(added)[len(added) // 2] < 16 * KIB


def test_a_store_of_10_000_snapshots_is_opened_without_reading_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(tmp_path)
    base = random.Random(0).randbytes(6000)
    for _ in range(20):
        session = store.begin("a.ipynb")
        for number in range(500):
            store.put(
                session, number, number - 1 if number else None, base + number.to_bytes(4, "big"), {}, label="x = 1"
            )
        store.end(session)
    store.close()

    def open_and_read() -> None:
        other = opened(tmp_path)
        assert len(other.sessions("a.ipynb")) == 20
        other.get(session, 499)
        other.close()

    def open_and_write() -> None:
        other = opened(tmp_path)
        other.put(other.begin(None), 0, None, base, {}, label="")
        other.close()

    steps = 0
    connect = sqlite3.connect

    def counting(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = connect(*args, **kwargs)
        connection.set_progress_handler(count, 100)
        return connection

    def count() -> int:
        nonlocal steps
        steps += 100
        return 0

    monkeypatch.setattr(sqlite3, "connect", counting)
    open_and_read()
    open_and_write()
    assert 0 < steps < 1_000_000, "steps of SQLite's virtual machine; it takes some 220,000"


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys; import monty_kernel.store.store as s; "
        "print([m for m in ('sqlite3', 'zstandard', 'pyfastcdc') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
