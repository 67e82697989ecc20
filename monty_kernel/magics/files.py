"""%%writefile, %pwd: files of the session, in its working folder or a mounted one, by code that runs in the sandbox."""

from __future__ import annotations

import argparse

from monty_kernel.engine import prelude
from monty_kernel.engine.source import CellRewrite, Rewrite

from .declare import Family, argument

family = Family("Files")

_OPTIONS = (
    argument("-a", "--append", action="store_true", help="add the text to the file"),
    argument("file", metavar="FILE", help="a path in the working folder, or in a mounted folder"),
)


@family.cell("writefile", *_OPTIONS)
def writefile(arguments: argparse.Namespace, body: str) -> CellRewrite:
    """Write the text of the cell to a file: of the working folder, or of a folder that cells may write to."""
    text = body if body.endswith("\n") else body + "\n"
    call = f"__mk_write_file({arguments.file!r}, {text!r}, {arguments.append})"
    return CellRewrite(before=call, keep_body=False, parts=frozenset({prelude.WRITING}))


@family.cell("file", *_OPTIONS)
def file(arguments: argparse.Namespace, body: str) -> CellRewrite:
    """Write the text of the cell to a file, like `%%writefile`."""
    return writefile(arguments, body)


@family.line("pwd", looks=True)
def pwd(_: argparse.Namespace) -> Rewrite:
    """Show the working folder of the session, `/work` at first."""
    return Rewrite("import os as __mk_folders", value="__mk_folders.getcwd()")
