"""%%writefile, %pwd: files of the session, in its working folder or a mounted one, by code that runs in the sandbox."""

from __future__ import annotations

import argparse

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
    path = "__mk_path(__mk_f)"
    if arguments.append:
        said, written = "'Appending to '", f"({path}.read_text() if {path}.exists() else '') + __mk_t"
    else:
        said, written = f"('Overwriting ' if {path}.exists() else 'Writing ')", "__mk_t"
    # a lambda, so that nothing of it stays in the session but the module
    steps = f"(__mk_b_print({said} + __mk_f), {path}.write_text({written}), None)[2]"
    # the class is an argument, since `exec`, which `get_ipython().run_cell_magic` uses, does not show lambdas what it imports
    call = f"(lambda __mk_path, __mk_f, __mk_t: {steps})(__mk_pathlib.Path, {arguments.file!r}, {text!r})"
    return CellRewrite(before=f"import pathlib as __mk_pathlib; {call}", keep_body=False)


@family.cell("file", *_OPTIONS)
def file(arguments: argparse.Namespace, body: str) -> CellRewrite:
    """Write the text of the cell to a file, like `%%writefile`."""
    return writefile(arguments, body)


@family.line("pwd", looks=True)
def pwd(_: argparse.Namespace) -> Rewrite:
    """Show the working folder of the session, `/work` at first."""
    return Rewrite("import os as __mk_folders", value="__mk_folders.getcwd()")
