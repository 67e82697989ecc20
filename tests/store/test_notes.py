"""Notes about states: kept beside the store, signed, bounded, and missed by nobody if their file is damaged."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from monty_kernel.store.log import FOLDER, remove_beside
from monty_kernel.store.notes import MOST, Notes
from monty_kernel.store.signing import Signer

KEY = b"k" * 32
LOG = logging.getLogger("notes")


def _notes(folder: Path, key: bytes = KEY) -> Notes:
    return Notes(folder, Signer(key), LOG)


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Notes]:
    opened = _notes(tmp_path)
    yield opened
    opened.close()


def _file(folder: Path) -> Path:
    return folder / "notes" / "notes-1.sqlite"


def test_what_was_put_comes_back(notes: Notes, tmp_path: Path) -> None:
    notes.put("a", {1: {"cell_id": "x"}, 2: {"é": ["\ud800", None]}})
    notes.put("b", {1: {"other": 1}})
    notes.put("a", {1: {"cell_id": "y"}})
    again = _notes(tmp_path)
    assert again.of("a") == {1: {"cell_id": "y"}, 2: {"é": ["\ud800", None]}}
    assert again.of("b") == {1: {"other": 1}}
    assert again.of("c") == {}
    again.close()


def test_without_notes_there_is_no_file(notes: Notes, tmp_path: Path) -> None:
    assert notes.of("a") == {}
    notes.forget("a")
    notes.keep([])
    assert not _file(tmp_path).exists()


def test_the_file_is_private(notes: Notes, tmp_path: Path) -> None:
    notes.put("a", {1: {}})
    if os.name == "posix":
        assert stat.S_IMODE(_file(tmp_path).stat().st_mode) == 0o600


def test_a_forgotten_session_leaves_nothing(notes: Notes, tmp_path: Path) -> None:
    notes.put("a", {1: {"text": "confidential-text"}})
    notes.put("b", {1: {"kept": 1}})
    notes.forget("a")
    assert notes.of("a") == {}
    notes.keep(["c"])
    assert notes.of("b") == {}


def test_a_session_that_is_deleted_leaves_no_notes(notes: Notes, tmp_path: Path) -> None:
    notes.put("abc", {1: {"text": "confidential"}})
    remove_beside(tmp_path / FOLDER, "abc")
    assert notes.of("abc") == {}


def test_what_another_key_signed_or_somebody_moved_is_not_read(notes: Notes, tmp_path: Path) -> None:
    notes.put("a", {1: {"n": 1}, 2: {"n": 2}})
    other = _notes(tmp_path, b"o" * 32)
    assert other.of("a") == {}
    other.close()
    notes.close()
    with sqlite3.connect(_file(tmp_path)) as db:
        db.execute("UPDATE notes SET number = 3 WHERE number = 1")
        db.execute("INSERT INTO notes VALUES ('a', 'x', 5, NULL), ('a', 4, ?, ?)", (b"data", b"tag"))
    db.close()
    assert notes.of("a") == {2: {"n": 2}}


def test_a_note_that_is_too_large_is_left_out(notes: Notes) -> None:
    notes.put("a", {1: {"random": os.urandom(MOST).hex()}, 2: {"n": 2}})
    assert notes.of("a") == {2: {"n": 2}}


@pytest.mark.parametrize("content", [b"", b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_thrown_away(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes").mkdir(mode=0o700)
    _file(tmp_path).write_bytes(content)
    notes = _notes(tmp_path)
    notes.put("a", {1: {"n": 1}})
    assert notes.of("a") == {1: {"n": 1}}
    notes.close()


def test_a_file_that_cannot_be_used_costs_nothing(tmp_path: Path) -> None:
    _file(tmp_path).mkdir(parents=True)
    notes = _notes(tmp_path)
    notes.put("a", {1: {"n": 1}})
    assert notes.of("a") == {}
