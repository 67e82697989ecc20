"""A notebook with scripts in every place that nbconvert reads, and a folder whose files nbconvert, Jupyter and Python would read."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAYAAACNMs+9AAAAFUlEQVR42mNk+M9Qz0AEYBxVSF+FAAhKDveksOjmAAAAAElFTkSuQmCC"
ACTIVE = (
    "<script>ran()</script>",
    "</script></title></style></textarea></pre><script>ran()</script>",
    '"><img src=http://away.invalid/x onerror=ran()>',
    "' onmouseover='ran()' style='position:fixed;inset:0' x='",
    "x onload=ran() onerror=ran() autofocus onfocus=ran()",
    "<svg><animate onbegin=ran() attributeName=x dur=1s></svg>",
    "<iframe srcdoc='<script>parent.ran()</script>'></iframe>",
    "<a href='javascript:ran()'>x</a>",
    "{{ cycler.__init__.__globals__ }}{% include '/etc/passwd' %}",
    "<link rel=stylesheet href=http://away.invalid/x><meta http-equiv=refresh content='0;url=http://away.invalid/'>",
    "<!--><script>ran()</script>-->",
    "\x1b$B<script>ran()</script>\x1b(J\x00\x0e\x9b\ud800",
)
"""What each place says. `ran()` is what must not happen."""


def cell(kind: str, source: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": kind, "source": source, "metadata": {}, **more}
    if kind == "code":
        made = {"execution_count": 1, "outputs": [], **made}
    return made


def book(*cells: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    """A notebook of format 4.4, whose cells need no ids."""
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": metadata, "cells": list(cells)}


def shows(data: dict[str, Any], metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """A cell that displays a bundle."""
    output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
    return cell("code", "display(it)", outputs=[output])


def hostile_cells(text: str) -> Iterator[dict[str, Any]]:
    """Cells that say `text` wherever a cell can say something."""
    yield cell("markdown", text)
    yield cell("markdown", f"# {text}\n\n[x]({text})\n\n```{text}\n{text}\n```\n\n${text}$")
    yield cell("markdown", f"![x](attachment:{text})", attachments={text: {"image/png": PIXEL}})
    yield cell("markdown", "![x](attachment:x.png)", attachments={"x.png": {"image/png": f'"{text}'}})
    yield cell("markdown", "![x](attachment:x.png)", attachments={"x.png": {"image/svg+xml": text, "text/html": text}})
    yield cell("markdown", "tagged", metadata={"tags": [text, 1, None]}, id=text)
    for mime in ("", "text/html", "text/markdown", "text/latex", "text/restructuredtext", text):
        yield cell("raw", text, metadata={"raw_mimetype": mime, "format": mime, "tags": [text]})
    yield cell(
        "code", text, metadata={"tags": [text], "magics_language": text, "alt": text, "transient": text}, id=text
    )
    yield cell("code", f"%%html\n{text}", execution_count=text)
    for mime in ("text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml", "application/javascript"):
        yield shows({mime: text}, {mime: {"isolated": True}, "isolated": True})
    yield shows({"image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg'>{text}</svg>"})
    yield shows({"application/json": {text: [text]}})
    yield shows({"text/vnd.mermaid": text, "application/pdf": text, text: text})
    yield shows({"application/vnd.jupyter.widget-view+json": {"model_id": text}})
    for mime in ("image/png", "image/jpeg", "image/gif"):
        yield shows({mime: text})
        said = {"width": text, "height": text, "alt": text, "unconfined": text, "needs_background": text}
        yield shows({mime: PIXEL}, {**said, mime: said, "filenames": {mime: f"http://away.invalid/{text}"}})
    yield cell(
        "code",
        "1",
        outputs=[
            {"output_type": "stream", "name": text, "text": text},
            {"output_type": "stream", "name": "stdout", "text": f"\x1b[31m{text}\x1b[38;5;{text}m{text}"},
            {"output_type": "error", "ename": text, "evalue": text, "traceback": [text, f"\x1b[1m{text}"]},
            {"output_type": "error", "ename": text, "evalue": text, "traceback": []},
            {"output_type": "execute_result", "execution_count": text, "data": {"text/plain": text}, "metadata": {}},
            {"output_type": text, "data": {"text/html": text}},
        ],
    )


def hostile_book(text: str) -> dict[str, Any]:
    """A notebook that says `text` in every place."""
    return book(
        *hostile_cells(text),
        title=f"title {text}",
        authors=[{"name": text}],
        widgets={"application/vnd.jupyter.widget-state+json": {"state": {text: text}}},
        language_info={"name": text, "pygments_lexer": text, "codemirror_mode": text},
        kernelspec={"name": text, "display_name": text, "language": text},
        language=text,
    )


_WRITES = "open({marker!r}, 'a').write(__file__ + '\\n')\n"
_MODULES = (
    "nbconvert/__init__.py",
    "nbformat.py",
    "jinja2.py",
    "bs4.py",
    "json.py",
    "sitecustomize.py",
    "usercustomize.py",
    "ipython_pygments_lexers.py",
    "jupyter_nbconvert_config.py",
    "jupyter_config.py",
    "monty_kernel_extras.py",
)
_STYLE = "body { background: url(http://away.invalid/style) }"


def hostile_folder(folder: Path, marker: Path) -> None:
    """Fill `folder` with files that write their name to `marker` when they are run, and templates that say `hijacked`."""
    for name in _MODULES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(_WRITES.format(marker=str(marker)))
    runs = f"echo template >>{shlex.quote(str(marker))}"
    template = f"hijacked {{{{ cycler.__init__.__globals__.os.system({runs!r}) }}}}"
    for place in ("", "nbconvert/templates/", "share/jupyter/nbconvert/templates/", "templates/"):
        for name in ("lab", "classic", "basic", "base"):
            (folder / place / name).mkdir(parents=True, exist_ok=True)
            (folder / place / name / "conf.json").write_text('{"base_template": null}')
            for file in ("index.html.j2", "base.html.j2", "null.j2", "celltags.j2", "mathjax.html.j2"):
                (folder / place / name / file).write_text(template)
    (folder / "index.html.j2").write_text(template)
    (folder / "monty-page.html.j2").write_text(template)
    for place in ("custom", ".jupyter/custom"):
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / place / "custom.css").write_text(_STYLE)
    (folder / "pic.png").write_bytes(b"secret picture")
