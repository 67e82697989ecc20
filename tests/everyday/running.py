"""Runs a cell in a session of the kernel, without a front end."""

from __future__ import annotations

import re
from typing import NamedTuple

from monty_kernel import run_notebook

from .samples import Sample, Shown, shown_in

_COLOURS = re.compile(r"\x1b\[[\d;]*m")
_HINT = re.compile(r"^Hint: (.*)\Z", re.MULTILINE | re.DOTALL)


class Ran(NamedTuple):
    """What became of a cell.

    Attributes:
        shown: What it showed, until it failed if it did.
        error: The name and the message of its error, "" if it had none.
        hint: What the traceback says to write instead, "" if it does not say.
    """

    shown: Shown
    error: str
    hint: str


def run(sample: Sample) -> Ran:
    """Run the cell in a new session."""
    outputs = run_notebook(sample.book, allow_errors=True).cells[0].outputs
    error = hint = ""
    for output in outputs:
        if output.output_type == "error":
            error = f"{output.ename}: {output.evalue}"
            hint = "".join(_HINT.findall(_COLOURS.sub("", "\n".join(output.traceback))))
    return Ran(shown_in(outputs), error, hint)


def trouble(sample: Sample, ran: Ran) -> str:
    """What is wrong with what a cell did: its error, or where it shows other text than in the stock kernel; "" if nothing is."""
    if ran.error or sample.packages:
        return ran.error
    expected = sample.output_file.read_text(encoding="utf-8")
    if str(ran.shown) == expected:
        return ""
    return f"it shows\n{ran.shown}\ninstead of\n{expected}"
