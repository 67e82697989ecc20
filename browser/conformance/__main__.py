"""`python -m browser.conformance`: writes what the native kernel makes of the cells, for the tests of the browser's.

Nothing is written again while neither the kernel nor the cells have changed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import errors, source, timelines
from .cells import cells
from .digest import GENERATED, make
from .mistakes import mistakes
from .trees import Trees


def main() -> None:
    """Write each collection to a file of its own."""
    parser = argparse.ArgumentParser(prog="python -m browser.conformance", description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=GENERATED, help="where to write [browser/kernel/tests/generated]"
    )
    make(parser.parse_args().folder, "made-of.txt", _write)


def _write(folder: Path) -> None:
    texts = cells()
    (folder / "source.json").write_text(json.dumps(list(_sources(texts))), encoding="utf-8")
    (folder / "errors.json").write_text(json.dumps(errors.expected()), encoding="utf-8")
    (folder / "mistakes.json").write_text(json.dumps(mistakes()), encoding="utf-8")
    (folder / "timelines.json").write_text(json.dumps(timelines.expected()), encoding="utf-8")
    (folder / "trees.json").write_text(json.dumps(list(_trees(texts))), encoding="utf-8")


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
