"""The process that makes a page: it imports from where Python is installed, reads no folder of the notebook's, and can be killed.

It gets one line of JSON (what `page.py` calls options) and a notebook's file on standard input. It answers on standard output: a line
that says `page` or what went wrong, and the page.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

SECONDS = 120
MOST_MEMORY = 4 << 30
"""Of addresses, which are more than what is used."""
MOST_PAGE = 1 << 29
MISSING = "nbconvert is not installed where this Python looks: pip install 'monty-kernel[html]'"


def page(data: bytes, *, template: Any = "lab", title: str = "Notebook", inputs: bool = True) -> str:
    """The page of a notebook's file, made in this process.

    Raises:
        NotebookUnreadable: it is none.
        WrongPlace: the installed templates are not those that this was made for.
    """
    _forgo_slow_import()
    from .notebook_file import from_json
    from .page_frame import framed
    from .page_notebook import Pieces, with_stand_ins

    book = from_json(data)
    pieces = Pieces()
    stand_ins = with_stand_ins(book, pieces, title=title, inputs=inputs)
    return framed(stand_ins, pieces, template=template, inputs=inputs)


def main() -> None:
    """Answer one request and end."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no part of the answer
    _bound()
    try:
        answer = _answer()
    except Exception as error:
        answer = f"{type(error).__name__}: {error}".replace("\n", " ").encode(errors="replace") + b"\n"
    with out:
        out.write(answer)


def _answer() -> bytes:
    from .notebook_shape import NotebookUnreadable

    options = json.loads(sys.stdin.buffer.readline())
    try:
        made = page(sys.stdin.buffer.read(), **options).encode(errors="replace")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("nbconvert", "jinja2", "bs4"):
            raise
        return f"{MISSING}\n".encode()
    except NotebookUnreadable as error:
        return f"{error}\n".encode(errors="replace")
    except MemoryError:
        return b"it takes more memory than a page may\n"
    if len(made) > MOST_PAGE:
        return f"the page would have {len(made):,} bytes, and {MOST_PAGE:,} are the most\n".encode()
    return b"page\n" + made


def _forgo_slow_import() -> None:
    # jsonschema would check addresses with it if it is there. To import it takes 1.5 s, longer than all the rest, and no address is checked.
    if "rfc3987_syntax" not in sys.modules:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]


def _bound() -> None:
    """End this process in time, also where a library does not come back, and when the one that asked is gone."""
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
        with suppress(ValueError, OSError):  # a tighter one is set
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def command() -> list[str]:
    """What starts the process. Neither the working directory nor `PYTHONPATH` nor any other variable adds a place to import from."""
    root = str(Path(__file__).resolve().parents[2])
    start = f"import sys; sys.path.append({root!r}); from monty_kernel.headless.page_process import main; main()"
    return [sys.executable, "-P", "-E", "-c", start]
