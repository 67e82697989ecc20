"""A notebook as a page of HTML that runs no code of the notebook's and loads nothing that it names.

A process of its own makes the page. It imports from where Python is installed, reads no folder of the notebook's, and
can be killed. It gets one line of JSON with the options and then a notebook's file on standard input. It answers on
standard output: a line that says `page` or what went wrong, and the page.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from monty_kernel.sanitize.downloads import digests_of

from .notebook_file import from_json, read_notebook
from .notebook_shape import NotebookUnreadable

Template = Literal["lab", "classic", "basic"]
TEMPLATES: tuple[str, ...] = get_args(Template)
SECONDS = 120
MOST_MEMORY = 4 << 30
"""Bytes of address space, which is more than the memory in use."""
MOST_PAGE = 1 << 29
MISSING = "nbconvert is not installed where this Python looks: pip install 'monty-kernel[html]'"
_KEPT = (
    "HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "SYSTEMROOT", "PATH", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL",
    "LC_CTYPE",
)  # fmt: skip
"""The environment variables that the process gets.

JUPYTER_PATH and the like are left out, because a template is code.
"""


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

    Text cells, raw cells, attachments and outputs are turned into HTML in the way the kernel treats outputs. Scripts,
    widgets and pictures from other places are left out, and a line in the page says so. nbconvert makes the page around
    them, in a process of its own. The notebook is not run: `run_notebook` does that. What it returned may show links to
    files (`FileLink`), and the page keeps these; of a notebook that was read from a file it keeps none.

    Args:
        notebook: a notebook of format 4, or the path of one.
        template: "lab" looks like JupyterLab and "classic" like the old Notebook; "basic" is the cells alone, without
            styles, to put into a page of your own.
        title: the page's title, unless the notebook's metadata has one; by default the file's name.
        inputs: whether the source of code cells is shown.

    Raises:
        PageFailed: the file is not a notebook, nbconvert is not installed (`pip install 'monty-kernel[html]'`), or it
            took longer than two minutes.
        ValueError: there is no such template.
        TypeError: the notebook holds a value that JSON cannot express.
        OSError: the file cannot be read.
    """
    if template not in TEMPLATES:
        raise ValueError(f"there is no template {template!r}; there are {', '.join(TEMPLATES)}")
    downloads: list[str] = []
    if isinstance(notebook, Mapping):
        data = json.dumps(notebook).encode()
        name = "Notebook"
        downloads = _downloads_in(notebook)
    else:
        try:
            data = read_notebook(Path(notebook))
        except NotebookUnreadable as error:
            raise PageFailed(str(error)) from error
        name = Path(notebook).stem
    shown_title = name if title is None else title
    options = {"template": template, "title": shown_title, "inputs": inputs, "downloads": downloads}
    return _answer(json.dumps(options).encode() + b"\n" + data).decode()


def _downloads_in(notebook: Mapping[str, Any]) -> list[str]:
    """The digests of the links to files that the kernel made in this process. In a notebook's file there are none."""
    cells = notebook.get("cells")
    return sorted(
        digest
        for cell in (cells if isinstance(cells, list) else ())
        if isinstance(cell, Mapping) and isinstance(outputs := cell.get("outputs"), list)
        for digest in digests_of(output for output in outputs if isinstance(output, Mapping))
    )


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    # some Pythons do not start without it; an entry that is not absolute would mean the working directory
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


def command() -> list[str]:
    """The command that starts the process.

    No environment variable and no working directory adds a place to import from.
    """
    root = str(Path(__file__).resolve().parents[2])
    call = "from monty_kernel.headless.page import answer_request; answer_request()"
    start = f"import sys; sys.path.append({root!r}); {call}"
    return [sys.executable, "-P", "-E", "-c", start]


# In the process that makes the page


def page_from(
    data: bytes, *, template: Any = "lab", title: str = "Notebook", inputs: bool = True, downloads: Sequence[str] = ()
) -> str:
    """The page of a notebook's file, made in this process.

    Args:
        data: the file.
        template: one of nbconvert's.
        title: the page's title, unless the notebook's metadata has one.
        inputs: whether the source of code cells is shown.
        downloads: the digests of the links in it that the kernel made.

    Raises:
        NotebookUnreadable: it is not a notebook.
        WrongPlace: the installed templates are not those that this was made for.
    """
    _forgo_slow_import()
    from .page_frame import framed
    from .page_notebook import Pieces, with_placeholders

    book = from_json(data)
    pieces = Pieces()
    placeholders = with_placeholders(book, pieces, title=title, inputs=inputs, downloads=frozenset(downloads))
    return framed(placeholders, pieces, template=template, inputs=inputs)


def answer_request() -> None:
    """Be the process that makes a page: answer one request on standard input, and end."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not become part of the answer
    _bound()
    try:
        answer = _answer_on_input()
    except Exception as error:
        answer = f"{type(error).__name__}: {error}".replace("\n", " ").encode(errors="replace") + b"\n"
    with out:
        out.write(answer)


def _answer_on_input() -> bytes:
    options = json.loads(sys.stdin.buffer.readline())
    try:
        made = page_from(sys.stdin.buffer.read(), **options).encode(errors="replace")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("nbconvert", "jinja2", "bs4"):
            raise
        return f"{MISSING}\n".encode()
    except NotebookUnreadable as error:
        return f"{error}\n".encode(errors="replace")
    except MemoryError:
        return b"it takes more memory than a page may\n"
    if len(made) > MOST_PAGE:
        return f"the page would have {len(made):,} bytes, more than the {MOST_PAGE:,} that a page may have\n".encode()
    return b"page\n" + made


def _forgo_slow_import() -> None:
    # jsonschema would use it to check addresses. Its import takes 1.5 s, longer than everything else, and no address is
    # checked here.
    if "rfc3987_syntax" not in sys.modules:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]


def _bound() -> None:
    """Make sure that this process ends in time, even when a library hangs or the process that asked is gone."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    if hasattr(signal, "alarm"):
        signal.alarm(SECONDS)
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(ValueError, OSError):  # a tighter limit is set already
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
