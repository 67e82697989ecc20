"""A notebook as a page of HTML that runs no code of the notebook's and loads nothing that it names."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from .notebook_file import read_notebook
from .notebook_shape import NotebookUnreadable
from .page_process import SECONDS, command

Template = Literal["lab", "classic", "basic"]
TEMPLATES: tuple[str, ...] = get_args(Template)
_KEPT = (
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "SYSTEMROOT",
    "PATH",
    "TMPDIR",
    "TEMP",
    "TMP",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
)
"""Of the environment. No JUPYTER_PATH and the like: a template is code."""


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How a batch makes pages: see `page_of`."""

    template: Template = "lab"
    inputs: bool = True


class PageFailed(Exception):
    """No page could be made; the message says why."""


def page_of(
    notebook: Mapping[str, Any] | str | os.PathLike[str],
    template: Template = "lab",
    *,
    title: str | None = None,
    inputs: bool = True,
) -> str:
    """The notebook as a page, as nbconvert makes it, but safe to open whoever wrote the notebook.

    What the notebook says is made into HTML as an output of the kernel is: text cells, raw cells, attachments and outputs alike. Scripts,
    widgets and pictures from elsewhere are left out, and a line in the page says so. nbconvert fills in the page around it, in a process of
    its own. It is not run: see `run_notebook`.

    Args:
        notebook: of nbformat 4, or the path of a file.
        template: "lab" looks like JupyterLab, "classic" like the old Notebook; "basic" is the cells alone, without styles, for a page
            of yours.
        title: of the page, unless the notebook's metadata have one; the file's name by default.
        inputs: whether the source of code cells is shown.

    Raises:
        PageFailed: the file is not a notebook, nbconvert is not installed (`pip install 'monty-kernel[html]'`), or it took longer than two
            minutes.
        ValueError: there is no such template.
        TypeError: the notebook holds what JSON cannot say.
        OSError: the file cannot be read.
    """
    if template not in TEMPLATES:
        raise ValueError(f"there is no template {template!r}; there are {', '.join(TEMPLATES)}")
    if isinstance(notebook, Mapping):
        data = json.dumps(notebook).encode()
        name = "Notebook"
    else:
        try:
            data = read_notebook(Path(notebook))
        except NotebookUnreadable as error:
            raise PageFailed(str(error)) from error
        name = Path(notebook).stem
    options = {"template": template, "title": name if title is None else title, "inputs": inputs}
    return _answer(json.dumps(options).encode() + b"\n" + data).decode()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # some Pythons do not start without; an entry that is not absolute means the working directory
    libraries = [each for each in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if os.path.isabs(each)]
    return kept | ({"LD_LIBRARY_PATH": os.pathsep.join(libraries)} if libraries else {})


def _answer(request: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="monty-page-") as empty:
        try:
            ended = subprocess.run(
                command(),
                input=request,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=empty,  # nbconvert takes templates from its working directory
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for the command, which writes what has run
                timeout=SECONDS + 5,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise PageFailed(f"the page was not finished in {SECONDS} seconds") from error
    if ended.returncode == -getattr(signal, "SIGALRM", 0):
        raise PageFailed(f"the page was not finished in {SECONDS} seconds")
    said, _, page = ended.stdout.partition(b"\n")
    if said == b"page":
        return page
    if said:
        raise PageFailed(said.decode(errors="replace"))
    raise PageFailed(f"the process that makes the page ended without an answer, with status {ended.returncode}")
