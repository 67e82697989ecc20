"""Small notebooks for the programs that run notebooks without a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from .environment import KERNEL, display_name

SESSION = (
    "import json\nvisits = {'Mon': 120, 'Tue': 98}\nprint('counting')",
    "sum(visits.values())",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>bold</b>'))\njson.dumps(visits)",
)


def notebook(*sources: str, tags: dict[int, list[str]] | None = None) -> Any:
    """A notebook of our kernel with these code cells (none: an empty one); `tags` maps a cell's index to its tags."""
    book = nbformat.v4.new_notebook()  # type: ignore[no-untyped-call]
    book.metadata["kernelspec"] = {"name": KERNEL, "display_name": display_name(), "language": "python"}
    for index, source in enumerate(sources or ("",)):
        cell = nbformat.v4.new_code_cell(source)  # type: ignore[no-untyped-call]
        cell.metadata["tags"] = (tags or {}).get(index, [])
        book.cells.append(cell)
    return book


def write(book: Any, folder: Path, name: str = "session.ipynb") -> Path:
    """Save the notebook and return where."""
    path = folder / name
    nbformat.write(book, path)  # type: ignore[no-untyped-call]
    return path


def read(path: Path) -> Any:
    """A saved notebook."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def outputs(cell: Any) -> list[tuple[str, Any]]:
    """A cell's outputs as (type, what matters of it): text of streams, plain text of data, name of errors."""
    return [(output.output_type, _gist(output)) for output in cell.outputs]


def _gist(output: Any) -> Any:
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return output.ename
    return output.data.get("text/html", output.data.get("text/plain"))


SESSION_OUTPUTS: list[list[tuple[str, Any]]] = [
    [("stream", "counting\n")],
    [("execute_result", "218")],
    [("display_data", "<b>bold</b>"), ("execute_result", '\'{"Mon": 120, "Tue": 98}\'')],
]
