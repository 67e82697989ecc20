"""Notes of a killed kernel: a file of any bytes gives the notes that this user signed, in order, and no others."""

from __future__ import annotations

import shutil
import struct
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from monty_kernel.store.pending import Pending, notes
from monty_kernel.store.signing import Signer
from tests.fuzz.target import Target, mangled

_SIGNER = Signer(bytes(range(32)))
_SAID = [{"what": "state", "number": number, "entry": {"source": "é" * number}} for number in range(1, 5)]
_STATES = [b"state" * number if number % 2 else b"" for number in range(1, 5)]


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="monty-fuzz-"))


@cache
def _whole() -> bytes:
    path = _folder() / "session"
    pending = Pending(path, _SIGNER)
    for said, state in zip(_SAID, _STATES, strict=True):
        assert pending.add(said, state)
    data = path.read_bytes()
    pending.clear(len(_SAID))
    pending.close()
    return data


def check_notes(data: bytes) -> None:
    """Read a file of notes; what comes is the beginning of what was noted."""
    path = _folder() / "session"
    path.write_bytes(data)
    found = list(notes(path, _SIGNER))
    wanted = list(zip(_SAID, _STATES, strict=True))
    assert found == wanted[: len(found)], "a note that nobody made"
    whole = _whole()
    if data.startswith(whole):
        assert len(found) == len(wanted), "notes that are whole were left out"


NOTES = Target(
    "notes",
    "a file of any bytes gives the first of the notes that were made, and no others",
    check_notes,
    mangled(_whole()) | st.binary(max_size=200).map(lambda tail: _whole() + tail),
    (_whole(), _whole()[:100], b""),
    (struct.pack("<IQ", 0, 0), struct.pack("<IQ", 0xFFFFFFFF, 1 << 62), _whole()[:44]),
    lambda: shutil.rmtree(_folder(), ignore_errors=True),
)
