"""%%html, %%latex, %%markdown, %%svg: the cell's text is shown as it is, and nothing runs."""

from __future__ import annotations

import argparse

from monty_kernel.engine.source.rewrite import CellRewrite

from .declare import Family, argument

family = Family()


@family.cell(
    "html", argument("--isolated", action="store_true", help="let the front end show it in a frame of its own")
)
def html(arguments: argparse.Namespace, body: str) -> CellRewrite:
    """Show the cell as HTML."""
    return _shown("text/html", body, '{"text/html": {"isolated": true}}' if arguments.isolated else "")


@family.cell("latex")
def latex(_: argparse.Namespace, body: str) -> CellRewrite:
    """Show the cell as LaTeX: text with formulas between dollar signs."""
    return _shown("text/latex", body)


@family.cell("markdown")
def markdown(_: argparse.Namespace, body: str) -> CellRewrite:
    """Show the cell as Markdown."""
    return _shown("text/markdown", body)


@family.cell("svg")
def svg(_: argparse.Namespace, body: str) -> CellRewrite:
    """Show the cell as an SVG drawing."""
    return _shown("image/svg+xml", body)


def _shown(mime: str, body: str, metadata: str = "") -> CellRewrite:
    # a console, which shows text alone, shows the source; that is written once, as it may be long
    emit = f"(lambda __mk_t: __mk_emit({{{mime!r}: __mk_t, 'text/plain': __mk_t}}, {{}}, {metadata!r}, None, False))"
    return CellRewrite(before=f"{emit}({body!r})", keep_body=False)
