"""The cells that both kernels are tried with: of the sample notebooks, and every text in the tests that may be one."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

_LONGEST = 4_000  # characters: the tests of limits have their own in each kernel
_WORTH = re.compile(r"\A(?![\w.]*\Z)[^\ud800-\udfff]+\Z")
"""More than a word, and no surrogate: in JSON, two of them are a character."""

_WIDE = 5
"""Of so many cells, one begins with characters of several bytes, and of two units in JavaScript."""

_TESTED = (
    "engine",
    "modules",
    "magics",
    "check",
    "typecheck",
    "introspect",
    "timetravel",
    "jupyter",
    "session",
    "headless",
)


def cells() -> list[str]:
    """Each text once, in an order that does not change."""
    texts = list(dict.fromkeys(text for text in _found() if len(text) <= _LONGEST and _WORTH.search(text)))
    return texts + [f"'😀', 'ä'; {text}" for text in texts[::_WIDE] if "\n" in text]


def _found() -> Iterator[str]:
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield "".join(cell["source"])
    for path in sorted((ROOT / "tests" / "check" / "corpus").glob("*.cells")):
        for book in re.split(r"^# === .*\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
            yield from (cell.rstrip("\n") for cell in re.split(r"^# %%\n", book, flags=re.MULTILINE))
    for room in _TESTED:
        for path in sorted((ROOT / "tests" / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
