"""The history on real files: what is kept, what IPython's tools make of it, and files that misbehave."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.history import HistoryAccessor

from monty_kernel.history.file import TIMEOUT, HistoryFile
from monty_kernel.history.history import DELAY, Entry, History, default_path
from tests.support.waiting import HANGING

LOG = logging.getLogger("history")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "monty_kernel" / "history.sqlite"


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No test may log more than it says."""
    caplog.set_level(logging.INFO)
    yield
    caplog.clear()


def session(path: Path, *sources: str, keep_outputs: bool = False) -> History:
    history = History(path, LOG, keep_outputs=keep_outputs)
    for number, source in enumerate(sources, 1):
        history.add(number, source)
    return history


def past(path: Path, *sources: str) -> None:
    session(path, *sources).close()


def sources(entries: list[Entry]) -> list[object]:
    return [content for _, _, content in entries]


def rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT session, line, source, source_raw FROM history ORDER BY session, line").fetchall()


# What is kept


def test_inputs_are_kept_between_kernels(path: Path) -> None:
    past(path, "a = 1", "a")
    past(path, "b")
    history = session(path, "c")
    assert history.tail(10) == [(1, 1, "a = 1"), (1, 2, "a"), (2, 1, "b"), (3, 1, "c")]
    assert history.tail(2) == [(2, 1, "b"), (3, 1, "c")]
    history.close()
    assert rows(path)[-1] == (3, 1, "c", "c")


def test_file_and_folder_are_the_persons_alone(path: Path) -> None:
    past(path, "secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o644)
    past(path, "more")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_kernel_that_runs_nothing_leaves_nothing(path: Path) -> None:
    history = History(path, LOG)
    assert history.tail() == history.range() == history.range(-1) == history.search() == []
    history.close()
    assert not path.parent.exists()


def test_the_default_place_is_jupyters_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert default_path() == tmp_path / "monty_kernel" / "history.sqlite"


@pytest.mark.parametrize("nowhere", [None, ""])
def test_without_a_path_the_history_lives_in_memory(nowhere: str | None) -> None:
    history = History(nowhere, LOG)
    history.add(1, "x = 1\n")
    history.add(2, "y")
    assert history.tail(5) == [(1, 1, "x = 1"), (1, 2, "y")]
    assert history.range(0, 2) == [(0, 2, "y")]
    assert history.search("*=*") == [(1, 1, "x = 1")]
    history.close()
    assert threading.active_count() == 1 or not any(thread.name == "history" for thread in threading.enumerate())


def test_outputs_are_remembered_and_written_only_when_asked_to(path: Path) -> None:
    history = session(path, "1 + 1", "x = 1")
    history.add_output(1, "2")
    history.add_output(7, "of a cell that left no trace")
    assert history.tail(output=True) == [(1, 1, ("1 + 1", "2")), (1, 2, ("x = 1", None))]
    assert history.range(output=True)[0] == (0, 1, ("1 + 1", "2"))
    history.close()
    assert History(path, LOG).tail(output=True)[0] == (1, 1, ("1 + 1", None))
    history = session(path, "2 + 2", keep_outputs=True)
    history.add_output(1, "4")
    history.close()
    assert History(path, LOG).search("*2 +*", output=True) == [(2, 1, ("2 + 2", "4"))]


def test_long_outputs_are_cut() -> None:
    history = History(None, LOG)
    history.add(1, "big")
    history.add_output(1, "x" * 1_000_000)
    [(_, _, content)] = history.tail(output=True)
    output = str(content[1])
    assert len(output) < 11_000
    assert output.endswith("... cut: 1,000,000 characters")


def test_session_numbers(path: Path) -> None:
    past(path, "one", "uno")
    past(path, "two")
    history = session(path, "three", "drei")
    assert history.session_number() == 3
    assert history.range() == history.range(0, 0) == [(0, 1, "three"), (0, 2, "drei")]
    assert history.range(3) == [(3, 1, "three"), (3, 2, "drei")]
    assert history.range(-1) == history.range(2) == [(2, 1, "two")]
    assert history.range(-2, 2) == [(1, 2, "uno")]
    assert history.range(1, 1, 2) == [(1, 1, "one")]
    assert history.range(0, -1) == [(0, 2, "drei")]
    assert history.range(0, 1, -1) == [(0, 1, "three")]
    assert history.range(-3) == history.range(99) == []
    history.close()


def test_what_is_asked_right_after_a_cell_is_there_already(path: Path) -> None:
    past(path, "old")
    history = session(path, "new")
    assert not [row for row in rows(path) if row[2] == "new"], "not written yet"
    assert sources(history.tail()) == sources(history.search()) == ["old", "new"]
    time.sleep(DELAY + 0.3)
    assert rows(path)[-1] == (2, 1, "new", "new")
    assert sources(history.tail()) == sources(history.search()) == ["old", "new"], "and not twice"
    history.close()


def test_this_session_comes_last_whatever_others_do(path: Path) -> None:
    first = session(path, "first")
    time.sleep(DELAY + 0.3)
    past(path, "other")
    first.add(2, "again")
    assert sources(first.tail()) == ["other", "first", "again"]
    assert sources(first.tail(1)) == ["again"]
    assert sources(first.search("*", n=2)) == ["first", "again"]
    first.close()


# As IPython


def test_ipythons_tools_read_the_file(path: Path) -> None:
    past(path, "a = 1", "def f():\n    return 'é'")
    history = session(path, "a")
    history.close()
    with HistoryAccessor(hist_file=str(path)) as reader:
        assert list(reader.get_tail(5, include_latest=True)) == [
            (1, 1, "a = 1"),
            (1, 2, "def f():\n    return 'é'"),
            (2, 1, "a"),
        ]
        assert list(reader.search("*1")) == [(1, 1, "a = 1")]
        number, start, end, commands, remark = reader.get_session_info(1)
        assert (number, commands, remark) == (1, 2, "")
        assert end is not None
        assert start <= end


def test_ipythons_file_is_read(path: Path) -> None:
    path.parent.mkdir(parents=True)
    with HistoryAccessor(hist_file=str(path)) as ipython:
        ipython.db.execute("INSERT INTO sessions VALUES (NULL, '2024-01-01 00:00:00', NULL, NULL, '')")
        ipython.db.execute("INSERT INTO history VALUES (1, 1, 'get_ipython()', '%time x')")
        ipython.db.execute("INSERT INTO output_history VALUES (1, 1, '5')")
        ipython.db.commit()
    history = session(path, "mine")
    assert history.tail(output=True) == [(1, 1, ("%time x", "5")), (2, 1, ("mine", None))]
    history.close()


SOURCES = ("x = 1", "x", "print(x)", "[x for x in 'abc']", "x", "100%", "a*b", "A*B", "x\ny", "")


@pytest.mark.parametrize(
    "pattern", ["*", "x", "x*", "*x*", "?", "*[*]*", "[ax]*", "[^ax]*", "[!ax]*", "[a-c]*", "*]", "[", "%"]
)
@pytest.mark.parametrize("unique", [False, True])
@pytest.mark.parametrize("n", [None, 0, 1, 3])
def test_search_finds_what_ipythons_finds(path: Path, pattern: str, unique: bool, n: int | None) -> None:
    past(path, *SOURCES)
    past(path, *reversed(SOURCES))
    with HistoryAccessor(hist_file=str(path)) as ipython:
        expected = list(ipython.search(pattern, unique=unique, n=n))
    assert sorted(History(path, LOG).search(pattern, unique=unique, n=n)) == sorted(expected)
    path.unlink()
    past(path, *SOURCES)
    current = session(path, *reversed(SOURCES))
    assert sorted(current.search(pattern, unique=unique, n=n)) == sorted(expected), "the same from memory"
    current.close()


@settings(max_examples=200, deadline=None)
@given(st.text("ab*?[]^!-", max_size=8), st.lists(st.text("ab*[]^!-\n", max_size=6), max_size=5))
def test_a_pattern_means_the_same_in_memory_and_in_sqlite(pattern: str, texts: list[str]) -> None:
    history = History(None, LOG)
    for number, text in enumerate(texts, 1):
        history.add(number, text)
    with closing(sqlite3.connect(":memory:")) as db:
        kept = [text.rstrip("\n") for text in texts]
        expected = [text for text in kept if db.execute("SELECT ? GLOB ?", (text, pattern or "*")).fetchone()[0]]
    assert sources(history.search(pattern)) == expected


# What a message or a notebook may hold


@pytest.mark.parametrize("number", [-1, 0, 2**70, float("inf"), float("nan"), 1.5, "3", [], True])
def test_odd_numbers_from_a_message(path: Path, number: object) -> None:
    n: Any = number
    past(path, "a", "b")
    history = session(path, "c")
    for entries in (
        history.tail(n),
        history.search("*", n=n),
        history.range(n),
        history.range(0, n, n),
        history.range(-1, n),
    ):
        assert len(entries) <= 3
    history.close()


def test_odd_text(path: Path) -> None:
    odd = ["\ud800 lone", "nul \0 nul", "é😀", "x" * 3_000_000, "'; DROP TABLE history; --"]
    history = session(path, *odd)
    assert sources(history.range()) == odd
    assert len(history.search("*lone*")) == len(history.search("*\ud800*")) == len(history.search("*DROP*")) == 1
    history.close()
    kept = sources(History(path, LOG).tail())
    assert kept[:3] == ["\\ud800 lone", "nul \0 nul", "é😀"]
    assert str(kept[3]).endswith("\n# ... cut: 3,000,000 characters")
    assert len(str(kept[3])) < 1_100_000
    assert path.stat().st_size < 3_000_000


def test_patterns_that_could_take_for_ever(path: Path) -> None:
    past(path, "a" * 100_000)
    history = session(path, "a" * 100_000)
    assert history.search("*a" * 400 + "b") == []
    assert history.search("*" * 100_000) == []
    history.close()


# What it costs


def test_nothing_is_opened_or_loaded_for_a_cell(path: Path) -> None:
    code = """if True:
        import logging, os, sys
        from monty_kernel.history.history import History
        history = History(sys.argv[1], logging.getLogger())
        history.add(1, "x")
        print(os.path.exists(sys.argv[1]), "sqlite3" in sys.modules, "IPython" in sys.modules)
        history.close()
    """
    output = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert output.stdout == "False False False\n"
    assert output.stderr == ""


def test_a_long_history_is_searched(path: Path) -> None:
    past(path, "first")
    with closing(sqlite3.connect(path)) as db, db:
        many = ((2 + n // 100, n % 100, f"cell {n} " * 5, f"cell {n} " * 5) for n in range(100_000))
        db.executemany("INSERT INTO history VALUES (?, ?, ?, ?)", many)
    history = session(path, "last")
    assert len(history.tail(1000)) == 1000
    assert len(history.search("*7*", n=10, unique=True)) == 10
    history.close()


# Other kernels


def test_two_kernels_at_once_lose_nothing(path: Path) -> None:
    code = """if True:
        import logging, sys, time
        from monty_kernel.history.history import History
        history = History(sys.argv[1], logging.getLogger())
        for number in range(1, 41):
            history.add(number, f"{sys.argv[2]} {number}")
            time.sleep(0.03)
        history.close()
    """
    kernels = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name], stderr=subprocess.PIPE) for name in "abc"
    ]
    for kernel in kernels:
        assert kernel.communicate(timeout=HANGING)[1] == b""
    found = [str(row[2]) for row in rows(path)]
    assert sorted(found) == sorted(f"{name} {number}" for name in "abc" for number in range(1, 41))
    assert {row[0] for row in rows(path)} == {1, 2, 3}


def test_a_killed_kernel_loses_at_most_the_last_second(path: Path) -> None:
    code = """if True:
        import logging, sys, time
        from monty_kernel.history.history import History
        history = History(sys.argv[1], logging.getLogger())
        for number in range(1, 1000):
            history.add(number, str(time.time()))
            print(number, flush=True)
            time.sleep(0.01)
    """
    kernel = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert kernel.stdout is not None
    while int(kernel.stdout.readline()) < 150:
        pass
    kernel.kill()
    killed = time.time()
    kernel.communicate()
    assert killed - float(str(sources(History(path, LOG).tail(1))[0])) < 1


# Files that misbehave. Each costs one line in the log


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "history"]


def test_a_locked_file_is_written_once_it_is_free(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    past(path, "old")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        history = session(path, "a")
        time.sleep(DELAY + 0.8)
        assert sources(history.tail()) == ["a"]
        history.add(2, "b")
        assert sources(history.search()) == ["a", "b"]
        time.sleep(DELAY + 0.8)
        other.execute("ROLLBACK")
    [message] = messages(caplog)
    assert "lives in memory until that changes" in message
    assert "locked" in message
    history.add(3, "c")
    history.close()
    assert sources(History(path, LOG).tail()) == ["old", "a", "b", "c"]


def test_kernels_that_take_turns_in_the_file_are_not_told_of(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    past(path, "past")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # longer than one try waits
        history = session(path, "a")
        time.sleep(DELAY + TIMEOUT + 0.3)
        other.execute("ROLLBACK")
    end = time.monotonic() + 10
    while len(rows(path)) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    assert [row[2] for row in rows(path)] == ["past", "a"], "it is tried again by itself"
    history.close()
    assert not caplog.records


def test_a_locked_file_does_not_hold_up_the_end(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    past(path, "old")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        history = session(path, "a")
        history.close()  # while the other still has it
        history.close()
    assert len(messages(caplog)) == 1


def test_a_damaged_file_is_put_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"this is no database " * 1000)
    history = session(path, "a", "b")
    history.close()
    assert sources(History(path, LOG).tail()) == ["a", "b"]
    [aside] = path.parent.glob("history-corrupt-*.sqlite")
    assert aside.read_bytes().startswith(b"this is no database")
    [message] = messages(caplog)
    assert aside.name in message


def test_a_file_damaged_behind_its_head_is_put_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    past(path, *(f"{n}" * 1000 for n in range(100)))
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = os.urandom(len(damaged) - 4096)
    path.write_bytes(damaged)
    history = session(path, "a")
    assert sources(history.tail()) == ["a"]
    history.close()
    assert "lives in memory" in messages(caplog)[0], "the query said so"
    assert "is damaged" in messages(caplog)[1]
    assert len(messages(caplog)) == 2
    assert sources(History(path, LOG).tail()) == ["a"]


def test_a_disk_that_damages_every_file_is_given_up(
    path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damage(file: HistoryFile) -> sqlite3.Connection:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"this is no database " * 1000)
        file._inode = path.stat().st_ino
        db = sqlite3.connect(path)
        db.execute("SELECT * FROM history")
        return db

    monkeypatch.setattr(HistoryFile, "_open", damage)
    history = session(path, "a")
    history.close()
    assert sources(history.tail()) == ["a"]
    assert len(list(path.parent.glob("history-corrupt-*.sqlite"))) == 2
    assert len(messages(caplog)) == 3


def test_an_empty_file_is_a_new_one(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir(parents=True)
    path.touch()
    past(path, "a")
    assert sources(History(path, LOG).tail()) == ["a"]
    assert not messages(caplog)


def test_another_programs_database_is_left_alone(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE history (precious text)")
        db.execute("INSERT INTO history VALUES ('data')")
    history = session(path, "a")
    assert sources(history.tail()) == ["a"]
    history.close()
    assert len(messages(caplog)) == 1
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT * FROM history").fetchall() == [("data",)]


@pytest.mark.parametrize("where", ["file/history.sqlite", "folder", "/proc/none/history.sqlite", "a\0b"])
def test_a_place_that_cannot_be_written(tmp_path: Path, where: str, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    history = session(tmp_path / where, "a")
    time.sleep(DELAY + 0.3)
    history.add(2, "b")
    assert sources(history.tail()) == sources(history.search()) == ["a", "b"]
    history.close()
    assert len(messages(caplog)) == 1


def test_a_full_disk(path: Path) -> None:
    code = """if True:
        import logging, resource, sys, time
        from monty_kernel.history.history import DELAY, History
        history = History(sys.argv[1], logging.getLogger())
        history.add(1, "small")
        time.sleep(DELAY + 0.4)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, resource.RLIM_INFINITY))
        history.add(2, "x" * 500_000)
        time.sleep(DELAY + 0.4)
        print([len(source) for _, _, source in history.tail()])
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        history.add(3, "later")
        history.close()
    """
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert run.stdout == "[5, 500000]\n"
    assert run.stderr.count("\n") == 1
    assert "lives in memory until that changes" in run.stderr
    assert [len(str(row[2])) for row in rows(path)] == [5, 500_000, 5]


def test_no_more_threads(path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    history = History(path, LOG)
    monkeypatch.setattr(threading.Thread, "start", start)
    history.add(1, "a")
    history.add(2, "b")
    assert sources(history.tail()) == ["a", "b"]
    history.close()
    assert len(messages(caplog)) == 1


def test_python_without_sqlite(path: Path) -> None:
    code = """if True:
        import logging, sys, time
        sys.modules["_sqlite3"] = None
        from monty_kernel.history.history import DELAY, History
        history = History(sys.argv[1], logging.getLogger())
        history.add(1, "a")
        time.sleep(DELAY + 0.3)
        print(history.tail(), history.search(), history.range())
        history.close()
    """
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert run.stdout == "[(1, 1, 'a')] [] [(0, 1, 'a')]\n"
    assert run.stderr.count("\n") == 1
