"""Exported sessions: a file of any bytes is refused, or becomes a session whose states can be read or are refused."""

from __future__ import annotations

import logging
import shutil
import struct
import tempfile
from functools import cache
from hashlib import blake2b
from pathlib import Path

from hypothesis import strategies as st

from monty_kernel.engine.cell_log import KnownCells
from monty_kernel.magics.registry import Magics
from monty_kernel.store import StateRefused, StoreError, export, session_file  # noqa: F401 - loaded now, to be traced
from monty_kernel.store.compression import codec
from monty_kernel.store.session_file import MAGIC
from monty_kernel.store.store import SnapshotStore
from monty_kernel.timetravel import stored_state
from tests.fuzz.target import JSON, Target, as_json, json_of, mangled

from .store import filled, opened

_MAGICS = Magics()
STRANGER = bytes(32)
"""A key that is not this user's."""
_STATE = b"any bytes: only Monty reads them, in its process"
_META = {"whole": True, "next_feed": 2, "parts": ["core"], "unrecorded": [[1, "x"]], "cells": [["In[1]", "x = 1"]],
         "feeds": {"1": {"label": "In[1]", "text": "x = 1", "parts": [], "maps": [[[0, 0, "__mk_begin(1)\n", None], [5, 5, "\nNone", [0, 1]]]]}}}  # fmt: skip
_ENTRY = {"label": "In[2]", "source": "%time x", "number": 2, "count": 2, "expressions": {"a": "b"}, "entries": [["input", {"tuple": [1, {"bytes": "AA=="}]}]], "failed": False}  # fmt: skip
_CELL = {"number": 1, "parent": None, "created": 1.0, "label": "x", "failed": False, "names": ["n"], "entry": None, "versions": '{"monty":"1"}', "size": 3, "meta": [0], "pieces": [1]}  # fmt: skip
_LATER = {**_CELL, "number": 2, "parent": 1, "names": [], "entry": _ENTRY, "meta": None, "pieces": None}
_SESSION = {"id": "aaaa", "notebook": None, "started": 1.0, "ended": None, "how": "died", "current": 2, "versions": '{"monty":"1"}'}  # fmt: skip


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="monty-fuzz-"))


def _file_of(manifest: object, parts: list[bytes]) -> bytes:
    """A file that is whole, with this manifest and these parts; `lengths` is made to fit if the manifest has none."""
    compress, _ = codec()
    packed = [compress(part) for part in parts]
    if isinstance(manifest, dict):
        manifest = {"lengths": [len(part) for part in packed], **manifest}
    data = compress(as_json(manifest))
    body = MAGIC + b"".join(packed) + data + struct.pack("<Q", len(data))
    return body + blake2b(body, digest_size=32).digest() + bytes(32)


def check_session_file(data: bytes) -> None:
    """Import a file on the person's word and read every state: as it is, and with the bytes as the manifest of a whole file."""
    candidates = [data]
    said = json_of(data)
    if isinstance(said, dict):
        meta = said.pop("meta_of_cells", _META)
        candidates.append(_file_of(said, [as_json(meta), _STATE]))
    for each in candidates:
        shutil.rmtree(_folder() / "snapshots", ignore_errors=True)
        path = _folder() / "file"
        path.write_bytes(each)
        store = opened(_folder())
        try:
            try:
                store.import_(path)
            except StateRefused:
                pass
            else:
                raise AssertionError("a file that nobody signed was taken")
            try:
                info = store.import_(path, trust=True)
            except StateRefused as error:
                assert "\n" not in str(error), "not one line"
                continue
            _read_all(store, info.id)
        finally:
            store.close()


def _read_all(store: SnapshotStore, session: str) -> None:
    for info in store.states(session):
        assert len(info.label) <= 200
        try:
            found = stored_state.read_state(store, session, info.id.number, lambda: _MAGICS)
        except StoreError as error:
            assert "\n" not in str(error), "not one line"
            continue
        assert isinstance(found.snapshot.state, bytes)  # any: the file says which of its parts it is
        KnownCells().of(found.snapshot.cell_log)
        for number in range(5):
            feed = found.snapshot.cell_log.feed(number)
            if feed is not None:
                feed.to_cell(1, 1, 2, 2)
    again = _folder() / "again"
    again.unlink(missing_ok=True)
    try:
        store.export(session, None, again)
        store.import_(again)
    except StateRefused as error:
        assert "\n" not in str(error), "not one line"


@cache
def _exported() -> bytes:
    folder = _folder() / "exported"
    session = filled(folder, STRANGER)
    store = opened(folder, STRANGER)
    store.export(session, None, folder / "file")
    store.close()
    return (folder / "file").read_bytes()


def _changed(base: dict[str, object]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(st.sampled_from(sorted(base)), JSON, max_size=2).map(lambda changes: {**base, **changes})


_MANIFESTS = st.fixed_dictionaries(
    {
        "session": _changed(_SESSION) | JSON,
        "cells": st.tuples(_changed(_CELL), _changed({**_LATER}) | _changed(_ENTRY).map(lambda entry: {**_LATER, "entry": entry})).map(list)
        | JSON,
        "meta_of_cells": _changed(_META)
        | _changed(_META["feeds"]["1"]).map(lambda feed: {**_META, "feeds": {"1": feed}}),  # type: ignore[index]
    }
)  # fmt: skip
_SEED = as_json({"session": _SESSION, "cells": [_CELL, _LATER], "meta_of_cells": _META})
_BARE = as_json({"session": _SESSION, "cells": [_CELL]})
logging.getLogger("fuzz").disabled = True

SESSION_FILES = Target(
    "session_files",
    "a file of any bytes is refused in one line, or its states can be read or are refused; none passes for this user's",
    check_session_file,
    mangled(_exported()) | _MANIFESTS.map(as_json),
    (_SEED, _BARE, _file_of({"session": _SESSION, "cells": [_CELL, _LATER]}, [as_json(_META), _STATE])),
    (MAGIC, *(f'"{name}"'.encode() for name in (*_SESSION, *_CELL, *_META, *_ENTRY, "bytes", "tuple", "dict", "decimal", "set")),
     b"1e400", b"NaN", b"-1", b"null", b"[[", b"{}", b'"\\u0000"', b'"\\ud800"', b"99999999999999999999"),
    lambda: shutil.rmtree(_folder(), ignore_errors=True),
)  # fmt: skip
