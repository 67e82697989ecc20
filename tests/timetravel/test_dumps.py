"""Real sessions' dumps: how little a cell adds, that what comes back runs, and the store's figures.

Times are the best of a few, against twice to ten times what is measured on an idle machine, which `-s` shows.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pydantic_monty
import pytest

from tests.support.stores import opened

KIB = 1024


@pytest.fixture(scope="module")
def pool() -> Iterator[pydantic_monty.Monty]:
    with pydantic_monty.Monty(min_processes=1, max_processes=2) as pool:
        yield pool


def best(of: int, call: Callable[[], object]) -> float:
    """Milliseconds."""
    times = []
    for _ in range(of):
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return min(times)


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

    numbers = iter(range(100, 200))

    def put_again() -> None:
        store.put(session, next(numbers), 5, dumps[-1], {}, label="")

    unchanged = best(5, put_again)
    read = best(3, lambda: store.get(session, 2))
    print(
        f"put of an unchanged one {unchanged:.0f} ms, get {read:.0f} ms, meta {best(3, lambda: store.meta(session, 2)):.1f} ms"
    )
    assert unchanged < 250

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
    added, times = [], []
    for number in range(1, 60):
        small.run(f"x{number % 7} = {number}")
        small.engine.save()
        dump = small.engine._sandbox.dump()
        begun = time.perf_counter()
        added.append(store.put(session, number, number - 1 or None, dump, {"n": number}, label="x").added)
        times.append((time.perf_counter() - begun) * 1000)
    small.engine.close()
    print(
        f"a dump of {len(dump)} bytes: put {sorted(times)[len(times) // 2]:.2f} ms, adds {sorted(added)[len(added) // 2]}"
    )
    assert sorted(times)[len(times) // 2] < 10
    assert sorted(added)[len(added) // 2] < 16 * KIB


@pytest.mark.timeout(300)
def test_a_store_of_10_000_snapshots_opens_at_once(tmp_path: Path) -> None:
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

    opened_in, written_in = best(3, open_and_read), best(3, open_and_write)
    listed_in = best(3, lambda: store.states(session))
    collected_in = best(1, lambda: store.gc())
    print(
        f"open, list, read one: {opened_in:.1f} ms; open and write: {written_in:.1f} ms; list 500: {listed_in:.1f} ms"
    )
    print(f"gc with nothing to do: {collected_in:.1f} ms; thorough: {best(1, lambda: store.gc(thorough=True)):.0f} ms")
    assert opened_in < 50
    assert written_in < 100


def test_importing_it_loads_nothing_heavy() -> None:
    code = (
        "import sys; import monty_kernel.store.store as s; "
        "print([m for m in ('sqlite3', 'zstandard', 'pyfastcdc') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
