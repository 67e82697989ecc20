"""`python -m browser.conformance`: writes what the native kernel makes of the cells, for the tests of the browser's.

Nothing is written again while neither the kernel nor the cells have changed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import errors, source
from .cells import ROOT, cells
from .mistakes import mistakes
from .trees import Trees

FOLDER = Path(__file__).parent.parent / "kernel" / "tests" / "generated"


def main() -> None:
    """Write each collection to a file of its own."""
    parser = argparse.ArgumentParser(prog="python -m browser.conformance", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write [browser/kernel/tests/generated]")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / "made-of.txt"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == _digest():
        return
    stamp.unlink(missing_ok=True)
    texts = cells()
    (folder / "source.json").write_text(json.dumps(list(_sources(texts))), encoding="utf-8")
    (folder / "errors.json").write_text(json.dumps(errors.expected()), encoding="utf-8")
    (folder / "mistakes.json").write_text(json.dumps(mistakes()), encoding="utf-8")
    (folder / "trees.json").write_text(json.dumps(list(_trees(texts))), encoding="utf-8")
    stamp.write_text(_digest(), encoding="utf-8")


def _digest() -> str:
    """What all that is written depends on comes down to."""
    digest = sha256(f"{sys.version} {version('pydantic-monty')}".encode())
    folders = ("monty_kernel", "notebooks", "tests", "browser/conformance")
    for path in sorted(path for folder in folders for path in (ROOT / folder).rglob("*.*")):
        if path.suffix in (".py", ".cells", ".ipynb"):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(texts: list[str]) -> Iterator[dict[str, Any]]:
    for text in texts:
        unknown, known = source.expected(text), source.expected(text, source.Known())
        yield unknown
        if unknown != known | {"known": False}:
            yield known


def _trees(texts: list[str]) -> Iterator[dict[str, Any]]:
    for text in texts:
        with suppress(SyntaxError, ValueError):
            yield {"text": text, "tree": Trees(text).whole()}


if __name__ == "__main__":
    main()
