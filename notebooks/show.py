"""`python notebooks/show.py NOTEBOOK...` runs notebooks without a front end and prints cells and outputs as they come."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from monty_kernel.sanitize.terminal import shown

# Of an output's MIME types the first of these that it has is printed; any other is only named.
_READABLE = ("text/plain", "text/markdown", "text/latex")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def say(text: str) -> None:
    """Print at once, nothing that steers the terminal; in colours on a screen only."""
    text = shown(text)
    print(text if sys.stdout.isatty() else _COLOURS.sub("", text), end="", flush=True)


class ShownNotebook(NotebookClient):
    """A notebook that prints itself while it runs."""

    cells_shown = 0

    def show_source(self, cell: Any, cell_index: int) -> None:
        """Print a cell as it starts."""
        if cell.cell_type != "code":
            say(f"\n{cell.source}\n")
            return
        self.cells_shown += 1
        prompt = f"In [{self.cells_shown}]: "
        indented = cell.source.replace("\n", "\n" + " " * len(prompt))
        say(f"\n\x1b[32m{prompt}\x1b[0m{indented}\n")

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Print an output when its message comes."""
        say(_text(msg["msg_type"], msg["content"]))
        return super().process_message(msg, cell, cell_index)


def _text(kind: str, content: dict[str, Any]) -> str:
    if kind == "stream":
        return str(content["text"])
    if kind == "error":
        return "\n".join(content["traceback"]) + "\n"
    if kind in ("execute_result", "display_data", "update_display_data"):
        data = content["data"]
        rich = [mime for mime in data if mime not in _READABLE]
        plain = next((data[mime] for mime in _READABLE if mime in data), "")
        named = f"[{', '.join(rich)}] " if rich else ""
        return f"{named}{plain}\n"
    return ""


def show(path: Path) -> bool:
    """Run and print one notebook; False if a cell failed."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    client = ShownNotebook(notebook, resources={"metadata": {"path": str(path.parent)}})
    client.on_cell_start = client.show_source
    say(f"== {path.name}, kernel {notebook.metadata.kernelspec.name}\n")
    try:
        client.execute()
    except CellExecutionError:
        print(f"\n{path}: the cell above failed.", file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    failures = [name for name in sys.argv[1:] if not show(Path(name))]
    sys.exit(bool(failures))
