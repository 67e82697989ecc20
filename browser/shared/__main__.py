"""`python -m browser.shared`: writes the shared data, where it is not up to date."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from . import TABLES
from .words import of_a_site

FOLDER = Path(__file__).parent.parent / "kernel" / "src" / "generated"


def main() -> None:
    """Write each table to a file of its own."""
    parser = argparse.ArgumentParser(prog="python -m browser.shared", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write [browser/kernel/src/generated]")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        text = json.dumps(of_a_site(table()), ensure_ascii=False, indent=1) + "\n"
        path = folder / f"{name}.json"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
