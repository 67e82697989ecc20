"""Findings as the person sees them: a warning before the cell's output, or the error of a cell that was not run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monty_kernel.engine.errors.excerpts import mark
from monty_kernel.engine.source.source_map import split_lines
from monty_kernel.engine.source.sources import Failure, SourceFrame
from monty_kernel.outputs.visible_text import cut, visible

ERROR = "TypeCheckError"
MOST = 20
"""Findings that are shown of one cell; the others are counted."""

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the checker found in a cell. rule: its name, as `# ty: ignore[rule]` takes it."""

    frame: SourceFrame
    rule: str
    message: str

    @property
    def sentence(self) -> str:
        """What is wrong, and by which rule."""
        return f"{visible(cut(self.message, _LONGEST))} [{self.rule}]"


def warning(findings: Sequence[Finding]) -> str:
    """The findings as text for standard error, without a line break at its end."""
    return "\n".join([*map(_shown, findings[:MOST]), *_rest(findings)])


def refusal(findings: Sequence[Finding]) -> Failure:
    """The failure of a cell that has these findings, and was therefore not run."""
    first, others = findings[0], findings[1:]
    said = ["The cell was not run, since %typecheck is strict."]
    if others:
        said = [*map(_shown, others[: MOST - 1]), *_rest(findings), *said]
    return Failure("syntax", ERROR, first.sentence, (first.frame,), "\n".join(said))


def _shown(finding: Finding) -> str:
    frame = finding.frame
    lines = split_lines(frame.cell.text) if frame.cell else []
    head = f"Type check: {frame.cell.label if frame.cell else '<string>'}, line {frame.line}: {finding.sentence}"
    if not 1 <= frame.line <= len(lines):
        return head
    line = lines[frame.line - 1]
    indent = len(line) - len(line.lstrip())
    stop = frame.end_column - 1 if frame.end_line <= frame.line else len(line.rstrip())
    text, carets = mark(line.lstrip(), frame.column - 1 - indent, stop - indent)
    return f"{head}\n    {text}\n    {carets}"


def _rest(findings: Sequence[Finding]) -> list[str]:
    more = len(findings) - MOST
    return [f"Type check: {more} more {'finding' if more == 1 else 'findings'}."] if more > 0 else []
