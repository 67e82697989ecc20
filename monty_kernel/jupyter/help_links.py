"""The documents in the front end's Help menu: parts of the page that stands beside the kernelspec.

A Jupyter server serves that page as `kernelspecs/NAME/help.html`, below its base URL. A browser resolves what the kernel
sends against the address of the notebook, which may be at any depth, so only an address that begins with the base URL
leads there. The kernel is told neither of the two. The kernelspec knows its own name and puts it into the kernel's
environment. The server writes its base URL into the file that tells `jupyter server list` about it, in the same folder as
the connection files. Where one of them is unknown, nobody could follow a link, and there is none: in a console, in VS
Code, behind a gateway.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

HELP_PAGE = "help.html"
"""The file in the kernelspec's folder. `docs/help_page.py` makes it when the package is built."""

SPEC_NAME = "MONTY_KERNEL_SPEC"
"""The environment variable with which a kernelspec that has the page tells its name."""

DOCUMENTS = (
    ("Monty: Running Cells", "running-cells"),
    ("Monty: What the Language Lacks", "language"),
    ("Monty: Magics", "magics"),
    ("Monty: Time Travel", "time-travel"),
    ("Monty: Tools and Folders You Can Grant", "grants"),
    ("Monty: Front Ends", "front-ends"),
    ("Monty: Troubleshooting", "troubleshooting"),
)
"""What the menu says, and the part of the page."""

HelpLink = dict[str, str | bool]


def documents(connection_file: Path | None, environ: Mapping[str, str]) -> list[HelpLink]:
    """The links to the documents, as `help_links` has them; none where they would lead nowhere.

    Args:
        connection_file: the kernel's.
        environ: the kernel's environment variables.
    """
    name = environ.get(SPEC_NAME, "")
    base_url = None if connection_file is None else _base_url(connection_file.parent, environ)
    if base_url is None or not name:
        return []
    page = f"{base_url}kernelspecs/{name}/{HELP_PAGE}"
    # JupyterHub forbids frames, in which JupyterLab would show it
    apart: HelpLink = {"newBrowserTab": True} if "JUPYTERHUB_SERVICE_PREFIX" in environ else {}
    return [{"text": text, "url": f"{page}#{part}", **apart} for text, part in DOCUMENTS]


def _base_url(folder: Path, environ: Mapping[str, str]) -> str | None:
    """The base URL of the server that started the kernel for a notebook or a console of its own; None if none did."""
    parent = environ.get("JPY_PARENT_PID", "")
    if not parent.isdecimal() or "JPY_SESSION_NAME" not in environ:
        return None
    try:
        found = json.loads((folder / f"jpserver-{parent}.json").read_text(encoding="utf-8"))["base_url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) and found.startswith("/") and "//" not in found else None
