"""%%html, %%latex, %%markdown, %%svg: the cell's text is shown as a document, and nothing runs."""

from __future__ import annotations

import argparse

from monty_kernel.engine.source import CellRewrite

from .declare import Family, argument

family = Family("Documents")


@family.cell("html", argument("--isolated", action="store_true", help="let the front end show it in its own frame"))
def html(arguments: argparse.Namespace, body: str) -> CellRewrite:
    """Show the cell as HTML."""
    return _show("text/html", body, '{"text/html": {"isolated": true}}' if arguments.isolated else "")


@family.cell("latex")
def latex(_: argparse.Namespace, body: str) -> CellRewrite:
    """Show the cell as LaTeX: text with formulas between dollar signs."""
    return _show("text/latex", body)


@family.cell("markdown")
def markdown(_: argparse.Namespace, body: str) -> CellRewrite:
    """Show the cell as Markdown."""
    return _show("text/markdown", body)


@family.cell("svg")
def svg(_: argparse.Namespace, body: str) -> CellRewrite:
    """Show the cell as an SVG drawing."""
    return _show("image/svg+xml", body)


def _show(mime: str, body: str, metadata: str = "") -> CellRewrite:
    # a text-only console shows the source; the lambda writes it once, since it may be long
    emit = f"(lambda __mk_t: __mk_emit({{{mime!r}: __mk_t, 'text/plain': __mk_t}}, {{}}, {metadata!r}, None, False))"
    return CellRewrite(before=f"{emit}({body!r})", keep_body=False)
