"""The findings as text for people, as JSON, as SARIF and as annotations of GitHub."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from monty_kernel import __version__
from monty_kernel.outputs.log_text import json_for_log
from monty_kernel.outputs.visible_text import visible_line

from .finding import CODES, CheckedNotebook, Finding

FORMAT = 1
"""The version of the JSON."""

_MOST_BYTES = 1 << 24
"""Bytes of a notebook's file in which the lines of its cells are looked for."""

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|\n', re.DOTALL)


class Checked(NamedTuple):
    """The result for a notebook, and the lines of its file on which the source of each cell stands."""

    result: CheckedNotebook
    lines: Mapping[int, Sequence[int]] = {}

    def line(self, finding: Finding) -> int:
        """The line in the notebook's file, from 1; 1 if it is not known."""
        lines = self.lines.get(finding.cell, ())
        return lines[min(finding.line, len(lines)) - 1] if lines else 1


def exit_status(checked: Sequence[Checked]) -> int:
    """0 for no gap, 1 for gaps, 2 if a notebook could not be read."""
    found = {each.result.status for each in checked}
    return 2 if "unreadable" in found else 1 if "gaps" in found else 0


# For people -----------------------------------------------------------------------------------------------------------


def as_text(checked: Sequence[Checked]) -> str:
    """The findings, notebook by notebook."""
    lines: list[str] = []
    for result, _ in checked:
        name = visible_line(result.name)
        if result.problem is not None:
            lines.append(f"{name}: cannot be read: {visible_line(result.problem)}")
            continue
        count = len(result.findings)
        lines.append(f"{name}: {'no gaps' if not count else '1 gap' if count == 1 else f'{count} gaps'}")
        for finding in result.findings:
            place = f"In[{finding.execution_count}], line {finding.line}, column {finding.column}"
            lines.append(f"  {place}: {visible_line(finding.message)} [{finding.code}]")
            lines.append(f"    {visible_line(finding.write)}")
        lines += [f"  not checked: {visible_line(each)}" for each in result.unread]
    return "\n".join(lines) + "\n"


# For programs ---------------------------------------------------------------------------------------------------------


def as_json(checked: Sequence[Checked]) -> bytes:
    """The findings as JSON."""
    return _dumped(
        {"format": FORMAT, "status": exit_status(checked), "notebooks": [each.result.as_json() for each in checked]}
    )


def as_sarif(checked: Sequence[Checked]) -> bytes:
    """The findings as SARIF 2.1.0, with lines of the notebooks' files."""
    driver = {
        "name": "monty-kernel check",
        "version": __version__,
        "rules": [{"id": code, "shortDescription": {"text": meaning}} for code, meaning in CODES.items()],
    }
    notes = [
        {"level": "error", "message": {"text": f"{each.result.name}: {each.result.problem}"}}
        for each in checked
        if each.result.problem is not None
    ]
    invocation = {"executionSuccessful": not notes, "toolExecutionNotifications": notes}
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(each, finding) for each in checked for finding in each.result.findings],
    }
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return _dumped({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _sarif_result(checked: Checked, finding: Finding) -> dict[str, Any]:
    cell = f"In[{finding.execution_count}], line {finding.line}, column {finding.column}"
    return {
        "ruleId": finding.code,
        "level": "warning",
        "message": {"text": f"{cell}: {finding.message}. {finding.write}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(checked.result.name, errors="replace")},
                    "region": {"startLine": checked.line(finding)},
                },
                "logicalLocations": [{"name": f"In[{finding.execution_count}]", "kind": "module"}],
            }
        ],
    }


def as_github(checked: Sequence[Checked]) -> bytes:
    """The findings as commands by which GitHub marks the lines of a pull request.

    All text is escaped as GitHub's own toolkit does it, so that a notebook says nothing but messages.
    """
    lines: list[str] = []
    for each in checked:
        file = _property(each.result.name)
        if each.result.problem is not None:
            lines.append(f"::error file={file}::{_data('cannot be read: ' + each.result.problem)}")
        for finding in each.result.findings:
            cell = f"In[{finding.execution_count}], line {finding.line}"
            head = f"file={file},line={each.line(finding)},title={_property(cell)}"
            lines.append(f"::warning {head}::{_data(f'{finding.message}. {finding.write} [{finding.code}]')}")
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _data(text: str) -> str:
    return visible_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _dumped(value: object) -> bytes:
    try:
        text = json.dumps(value, ensure_ascii=False, indent=1).encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can express and UTF-8 cannot
        text = json.dumps(value, indent=1).encode()
    return json_for_log(text + b"\n")


FORMATS: Mapping[str, Callable[[Sequence[Checked]], bytes]] = {
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}
"""What `monty-kernel check` writes for programs, by the name of the flag."""


# Lines of a notebook's file -------------------------------------------------------------------------------------------


def source_lines(data: bytes) -> dict[int, list[int]]:
    """The line of the file on which each line of a cell's source stands, by the cell's index; empty for a huge file."""
    if len(data) > _MOST_BYTES:
        return {}
    found: dict[int, list[int]] = {}
    for path, line, text in _strings(data):
        if len(path) in (3, 4) and path[0] == "cells" and path[2] == "source" and isinstance(path[1], int):
            lines = found.setdefault(path[1], [])
            count = text.count(b"\\n") if len(path) == 3 else 0
            lines += [line] * (count + 1)
    return found


def _strings(data: bytes) -> Iterator[tuple[tuple[str | int, ...], int, bytes]]:
    """Each text in a JSON file that is a value: the keys and indices that lead to it, its line, and itself as written."""
    path: list[str | int] = []
    key: bytes | None = None
    last: bytes | None = None
    line = 1
    for match in _TOKEN.finditer(data):
        token = match[0]
        if token == b"\n":
            line += 1
            continue
        if token[:1] == b'"':
            if key is not None or (path and isinstance(path[-1], int)):
                yield tuple(path), line, token
            last = token
        elif token == b":":
            key = last
            if path and last is not None:
                path[-1] = last[1:-1].decode("utf-8", "replace")
        elif token in (b"[", b"{"):
            path.append(0 if token == b"[" else "")
            key = None
        elif token in (b"]", b"}"):
            if path:
                path.pop()
            key = None
        elif token == b"," and path:
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else ""
            key = None
        if len(path) > 1_000:
            return
