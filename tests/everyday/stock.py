"""`python -m tests.everyday.stock [PART]`: writes down what the stock kernel, with CPython 3.11, shows for the cells.

Cells that need packages run only where these are installed; of them nothing is kept, since their pictures and tables are not
compared. Exit status 1 if a cell failed.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from tempfile import TemporaryDirectory

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.support.own_folders import own_folders

from .samples import Sample, samples, shown_in


def main(part: str) -> int:
    """Run the cells whose names have this part, each in a kernel and an empty folder of its own."""
    if sys.version_info[:2] != (3, 11):
        sys.exit("The outputs are those of CPython 3.11.")
    failed = []
    for sample in samples():
        if part not in sample.name:
            continue
        if absent := [name for name in sample.packages if find_spec(name) is None]:
            print(f"{sample.name}: not run, for want of {', '.join(absent)}")
            continue
        try:
            _write(sample)
        except CellExecutionError as error:
            failed.append(sample.name)
            print(f"{sample.name}: {error.ename}: {error.evalue}")
    return 1 if failed else 0


def _write(sample: Sample) -> None:
    book = sample.book
    with TemporaryDirectory() as folder:
        NotebookClient(book, kernel_name="python3", resources={"metadata": {"path": folder}}).execute()
    if not sample.packages:
        sample.output_file.write_text(str(shown_in(book.cells[0].outputs)), encoding="utf-8")


if __name__ == "__main__":
    with own_folders():
        sys.exit(main(*sys.argv[1:2] or [""]))
