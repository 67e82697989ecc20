"""Sessions as files: whole, one's own or trusted, else refused."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest

from monty_kernel.store import StateRefused, StoreError
from monty_kernel.store.store import SnapshotStore
from tests.support.stores import KEY, content, opened

STRANGER = bytes(32)


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return opened(tmp_path)


def filled(store: SnapshotStore) -> str:
    session = store.begin("/home/me/a.ipynb")
    store.put(session, 1, None, content(1), {"n": 1}, label="one")
    store.journal(session, 2, 1, {"source": "two"}, label="two", failed=True)
    store.journal(session, 3, 1, {"source": "three"}, label="a branch")
    store.put(session, 3, 1, content(3), {"n": 3}, label="a branch")
    store.name(session, 3, "best")
    store.end(session)
    return session


def test_a_session_goes_to_another_user(store: SnapshotStore, tmp_path: Path) -> None:
    session = filled(store)
    file = tmp_path / "session"
    assert store.export(session, None, file) == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0
    other = opened(tmp_path / "other", STRANGER)
    with pytest.raises(StateRefused, match="not signed with your key"):
        other.import_(file)
    assert not (tmp_path / "other").exists()
    info = other.import_(file, trust=True)
    assert (info.id, info.notebook, info.how, info.states, info.last) == (session, None, "closed", 3, 3)
    assert other.get(session, 3) == (content(3), {"n": 3})
    assert other.recovery(session, 2).entries[0].entry == {"source": "two"}
    assert [(s.label, s.failed, s.names, s.parent, s.kind) for s in other.states(session)] == [
        (s.label, s.failed, s.names, s.parent, s.kind) for s in store.states(session)
    ]


def test_ones_own_comes_back_under_another_id(store: SnapshotStore, tmp_path: Path) -> None:
    session = filled(store)
    store.export(session, None, tmp_path / "session")
    info = store.import_(tmp_path / "session")
    assert info.id != session
    assert info.notebook == "/home/me/a.ipynb"
    assert store.get(info.id, 1) == store.get(session, 1)
    store.delete(session)
    assert store.import_(tmp_path / "session").id == session


def test_one_state_with_what_leads_to_it(store: SnapshotStore, tmp_path: Path) -> None:
    session = filled(store)
    store.export(session, 2, tmp_path / "two")
    store.export(session, 3, tmp_path / "three")
    other = opened(tmp_path / "other")
    other.import_(tmp_path / "two")
    assert [state.id.number for state in other.states(session)] == [1, 2]
    assert other.get(session, 1) == (content(1), {"n": 1})
    assert other.session(session).last == 2
    three = other.import_(tmp_path / "three").id
    assert [(state.id.number, state.kind) for state in other.states(three)] == [(1, "dropped"), (3, "snapshot")]
    assert other.meta(three, 1) == {"n": 1}, "what a state's metadata builds on comes along"
    assert [info.last for info in other.sessions()] == [2, 3]


def test_another_version_stays_refused(store: SnapshotStore, tmp_path: Path) -> None:
    session = filled(store)
    store.export(session, None, tmp_path / "session")
    other = opened(tmp_path / "other", versions={"monty": "2", "kernel": "1"})
    other.import_(tmp_path / "session")
    with pytest.raises(StateRefused, match="made with monty"):
        other.get(session, 1)


@pytest.mark.parametrize("trust", [False, True])
def test_no_change_of_a_file_gets_in_or_breaks_anything(store: SnapshotStore, tmp_path: Path, trust: bool) -> None:
    session = filled(store)
    file = tmp_path / "session"
    store.export(session, None, file)
    whole = file.read_bytes()
    chance = random.Random(trust)
    for _ in range(300):
        data = bytearray(whole)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        else:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        file.write_bytes(data)
        with pytest.raises(StateRefused) if not trust else pytest.raises((StateRefused, AssertionError)):
            info = opened(tmp_path / "other").import_(file, trust=trust)
            assert info.states != 3  # only the signature was changed, and the person vouches for the rest


def test_a_forged_file_breaks_nothing(store: SnapshotStore, tmp_path: Path) -> None:
    """As a stranger can make it: whole by its own account, its manifest anything."""
    from monty_kernel.store import session_file
    from monty_kernel.store.chunks import Chunks
    from monty_kernel.store.signing import Signer

    session = filled(store)
    chance = random.Random(5)
    file = tmp_path / "forged"
    odd = [None, -1, 2**70, 1e308, "", "../../x", [], {}, True, "a" * 10_000, "\ud800", float("nan"), [[[]]], ["x"]]
    store.export(session, None, file)
    signer = Signer(STRANGER)
    for _ in range(300):
        with session_file.open_session_file(file, Chunks(signer), signer, trust=True) as (reader, _own):
            manifest = {
                "session": {name: getattr(reader.session, name) for name in session_file.SessionPart.__slots__},
                "cells": [{n: getattr(cell, n) for n in session_file.CellPart.__slots__} for cell in reader.cells],
                "lengths": [b - a for a, b in zip(reader._ends, reader._ends[1:], strict=False)],
            }
        where = chance.choice([manifest, manifest["session"], *manifest["cells"]])
        key = chance.choice(list(where))
        where[key] = chance.choice(odd)
        forged = tmp_path / "forged-2"
        _write(forged, file, manifest, Chunks(signer), signer)
        other = opened(tmp_path / "other", KEY)
        try:
            info = other.import_(forged, trust=True)
        except StoreError:
            continue
        for state in other.states(info.id):
            if state.kind == "snapshot":
                with suppress(StateRefused):
                    assert other.get(info.id, state.id.number)[0] in (content(1), content(3))
        other.delete(info.id)


def _write(to: Path, of: Path, manifest: object, chunks: object, signer: object) -> None:
    from hashlib import blake2b

    from monty_kernel.store import session_file
    from monty_kernel.store.signing import canonical

    whole = of.read_bytes()
    (size,) = session_file._LENGTH.unpack(whole[-session_file._END :][:8])
    data = chunks.compress(canonical(manifest))  # type: ignore[attr-defined]
    body = whole[: -session_file._END - size] + data + session_file._LENGTH.pack(len(data))
    digest = blake2b(body, digest_size=32).digest()
    to.write_bytes(body + digest + bytes(32))
