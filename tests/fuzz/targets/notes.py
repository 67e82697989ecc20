"""The write-ahead log of a killed kernel: a file of any bytes gives the records that this user signed, in order, and no others."""

from __future__ import annotations

import shutil
import struct
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from monty_kernel.store.log import LogFile, read_log
from monty_kernel.store.signing import Signer
from tests.fuzz.target import Target, mangled

_SIGNER = Signer(bytes(range(32)))
_RECORDS = [{"what": "state", "number": number, "entry": {"source": "é" * number}} for number in range(1, 5)]
_STATES = [b"state" * number if number % 2 else b"" for number in range(1, 5)]


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="monty-fuzz-"))


@cache
def _whole() -> bytes:
    path = _folder() / "session"
    log = LogFile(path, _SIGNER)
    for record, state in zip(_RECORDS, _STATES, strict=True):
        assert log.append(record, state)
    data = path.read_bytes()
    log.truncate(len(_RECORDS))
    log.close()
    return data


def check_notes(data: bytes) -> None:
    """Read a log; its records are the first of those that were appended."""
    path = _folder() / "session"
    path.write_bytes(data)
    found = list(read_log(path, _SIGNER))
    wanted = list(zip(_RECORDS, _STATES, strict=True))
    assert found == wanted[: len(found)], "a record that nobody appended"
    whole = _whole()
    if data.startswith(whole):
        assert len(found) == len(wanted), "records that are whole were left out"


NOTES = Target(
    "notes",
    "a file of any bytes gives the first of the records that were appended, and no others",
    check_notes,
    mangled(_whole()) | st.binary(max_size=200).map(lambda tail: _whole() + tail),
    (_whole(), _whole()[:100], b""),
    (struct.pack("<IQ", 0, 0), struct.pack("<IQ", 0xFFFFFFFF, 1 << 62), _whole()[:44]),
    lambda: shutil.rmtree(_folder(), ignore_errors=True),
)
