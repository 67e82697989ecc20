"""Writes what the native kernel answers, unless that is there already."""

from __future__ import annotations

import sys
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from .cells import ROOT

GENERATED = Path(__file__).parent.parent / "kernel" / "tests" / "generated"


def make(folder: Path, stamp: str, write: Callable[[Path], None]) -> None:
    """Write files into the folder, if the kernel or the cells have changed since. stamp: the file that says what of."""
    folder.mkdir(parents=True, exist_ok=True)
    made_of = folder / stamp
    digest = _digest()
    if made_of.is_file() and made_of.read_text(encoding="utf-8") == digest:
        return
    made_of.unlink(missing_ok=True)
    write(folder)
    made_of.write_text(digest, encoding="utf-8")


def _digest() -> str:
    """What all that is written depends on comes down to."""
    digest = sha256(f"{sys.version} {version('pydantic-monty')}".encode())
    folders = ("monty_kernel", "notebooks", "tests", "browser/conformance")
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.*")):
        if path.suffix in (".py", ".cells", ".ipynb"):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
