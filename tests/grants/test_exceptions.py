"""Exceptions of tools as cells get them."""

from __future__ import annotations

import decimal
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.grants.plain import exception_for_cell, without_folders


def raised(call: Any) -> dict[str, str]:
    try:
        call()
    except Exception as error:
        return dict(exception_for_cell(error))
    raise AssertionError("it raised nothing")


class Mine(Exception):
    pass


class Broken(ValueError):
    def __str__(self) -> str:
        raise RuntimeError("no")


class Leaving(ValueError):
    def __str__(self) -> str:
        sys.exit(1)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: 1 / 0, "ZeroDivisionError", "division by zero"),
        (lambda: {}["a b"], "KeyError", "a b"),
        (lambda: Path("/no/such/place").read_text(), "FileNotFoundError", "[Errno 2] No such file or directory"),
        (lambda: json.loads("{"), "json.JSONDecodeError", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (lambda: re.compile("("), "re.PatternError", "missing ), unterminated subpattern at position 0"),
        (lambda: decimal.Decimal("x"), "decimal.InvalidOperation", "[…]"),
        (lambda: b"\xff".decode(), "UnicodeDecodeError", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)  # fmt: skip
def test_a_type_that_monty_has_stays(call: Any, kind: str, message: str) -> None:
    data = raised(call)
    assert data["exc_type"] == kind
    assert data["message"] == message or kind == "decimal.InvalidOperation"


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (Mine("oh"), "RuntimeError", "Mine: oh"),
        (Mine(), "RuntimeError", "Mine"),
        (SystemExit(3), "RuntimeError", "SystemExit: 3"),
        (ConnectionRefusedError(111, "refused", "/run/x.sock"), "OSError", "ConnectionRefusedError: [Errno 111] refused"),
        (Broken(), "ValueError", "Broken: its message could not be made (RuntimeError)"),
        (Leaving(), "ValueError", "Leaving: its message could not be made (SystemExit)"),
        (ValueError("a\nb\x1b[31m" + "c" * 10_000), "ValueError", "a b\\x1b[31m" + "c" * 489 + " …"),
        (ExceptionGroup("many", [Mine()]), "RuntimeError", "ExceptionGroup: many (1 sub-exception)"),
    ],
)  # fmt: skip
def test_any_other_becomes_the_nearest(error: BaseException, kind: str, message: str) -> None:
    data = dict(exception_for_cell(error))
    assert (data["exc_type"], data["message"]) == (kind, message)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in /home/me/keys/id_rsa", "in …/id_rsa"),
        ("'/home/a b/c d.txt' is bad", "'…/c d.txt' is bad"),
        (f"{Path(__file__)}:3", "…/test_exceptions.py:3"),
        ("~/x/y, C:\\Users\\me\\z", "…/y, …/z"),
        ("https://example.org/a/b and 1/2 and a/b", "https://example.org/a/b and 1/2 and a/b"),
        ("//server/share/x", "…/x"),
        ("file:///home/me/x and FILE:/home/me/y and profile:/x", "…/x and …/y and profile:/x"),
    ],
)
def test_folders_are_taken_out(text: str, expected: str) -> None:
    assert without_folders(text) == expected
