"""What states hold as JSON beside their dump: any JSON is read back as what was meant, or refused with ValueError."""

from __future__ import annotations

from hypothesis import strategies as st

from monty_kernel.engine.engine import Snapshot
from monty_kernel.store import chunks
from monty_kernel.timetravel import stored_state
from tests.fuzz.target import JSON, Target, as_json, json_of

from .session_files import _ENTRY, _META, _changed


def check_state_data(data: bytes) -> None:
    """Read JSON as a snapshot's metadata, and as a journal's entries."""
    try:
        numbers = chunks.unpack_numbers(data[: len(data) // 8 * 8])
    except OverflowError:
        numbers = []
    assert len(numbers) == len(data) // 8
    said = json_of(data)
    if isinstance(said, dict):
        try:
            snapshot = stored_state.snapshot_of(b"", [said])
        except ValueError:
            return
        assert isinstance(snapshot, Snapshot)
        for number in map(int, snapshot.cell_log.own_data["feeds"]):
            feed = snapshot.cell_log.feed(number)
            assert feed is not None
            feed.to_cell(1, 1, 3, 3)
        whole = stored_state.meta_of(snapshot, None)
        again = stored_state.snapshot_of(b"", [whole])
        assert stored_state.meta_of(again, None) == whole, "it does not come back as it was"
    else:
        try:
            entries = stored_state.entries_of(said)
        except ValueError:
            return
        assert all(isinstance(entry, tuple) for entry in entries)


STATE_DATA = Target(
    "state_data",
    "any JSON is read as a state's data and comes back the same, or is refused with ValueError",
    check_state_data,
    _changed(_META).map(as_json) | st.lists(st.lists(JSON, max_size=3), max_size=3).map(as_json) | st.binary(max_size=64),
    (as_json(_META), as_json(_ENTRY["entries"]), as_json([["x", {"decimal": "1.5"}, {"int": "-0x1f"}, {"set": [1]}, {"dict": [[1, {"frozenset": []}]]}]])),
    (*(f'"{name}"'.encode() for name in (*_META, "label", "text", "maps", "parts", "bytes", "tuple", "dict", "decimal", "int", "set", "frozenset", "files", "work", "dump", "file", "folder", "gone")),
     b"NaN", b"1e400", b"-1", b"[[0,0,\"\",null]]"),
)  # fmt: skip
