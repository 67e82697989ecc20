"""The site that `make site` builds, from a plain static server: no special headers, and no service worker."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, WebError

from tests.support.frontends.jupyterlab import HEIGHT, TIMEOUT_MS, WIDTH

from .account import account

SITE = Path(__file__).parents[2] / "site"
OF_JUPYTERLITE = (
    # it asks for what a site may have, and most have not
    "Failed to load resource: the server responded with a status of 404",
    # in the REPL, which has no notebooks
    "Plugin '@jupyterlab/codemirror-extension:commands' failed to activate",
    # when a notebook is closed that was about to get the focus
    "TypeError: Cannot read properties of null (reading 'footer')",
    # when a notebook is closed whose toolbar is being laid out
    "Error while computing the ReactiveToolbar TypeError: Cannot read properties of null (reading 'widgets')",
)
"""How errors on the console begin that are not this kernel's."""
WITHOUT_SERVICE_WORKERS = "undefined"
"""What JupyterLite throws where they are blocked, and does not catch."""

MOST_TOLD = 200
"""Lines of what a profile's pages told that are kept."""


def _is_of_jupyterlite(stack: str) -> bool:
    """Whether an error was thrown and called in JupyterLite's own bundle, and in no extension.

    JupyterLab has several such errors where a notebook is closed while it is still drawn.
    """
    files = re.findall(r"http\S+/(build|extensions)/", stack)
    return "build" in files and "extensions" not in files


class _Files(SimpleHTTPRequestHandler):
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".wasm": "application/wasm"}
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def static_server(folder: Path) -> Iterator[str]:
    """Serve the files of a folder on a port of this machine; the address, without a slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Visitor:
    """A browser's profile that visits the site. `errors`: what its pages logged as errors or did not catch."""

    def __init__(self, browser: Browser) -> None:
        self.context: BrowserContext = browser.new_context(
            viewport={"width": WIDTH, "height": HEIGHT}, service_workers="block", accept_downloads=True
        )
        self.context.set_default_timeout(TIMEOUT_MS)
        self.errors: list[str] = []
        self._told: deque[str] = deque(maxlen=MOST_TOLD)
        self._unanswered: dict[Request, float] = {}
        self.context.on("console", self._logged)
        self.context.on("weberror", self._not_caught)
        self.context.on("request", self._asked)
        self.context.on("requestfinished", self._answered)
        self.context.on("requestfailed", self._failed)

    def page(self) -> Page:
        """A new tab."""
        return self.context.new_page()

    def account(self) -> str:
        """What there is to know of the pages and of what they told, for whoever reads why a test failed."""
        pages = [f"{page.url}\n{account(page)}" for page in self.context.pages]
        now = time.monotonic()
        waiting = [f"{request.url}, for {now - since:.1f} s" for request, since in self._unanswered.items()]
        return "\n".join([*pages, f"requests without an answer: {waiting}", "what the pages told:", *self._told])

    def _tell(self, what: str) -> None:
        self._told.append(f"{time.strftime('%H:%M:%S')} {what}")

    def _asked(self, request: Request) -> None:
        self._unanswered[request] = time.monotonic()
        if request.is_navigation_request():
            self._tell(f"goes to {request.url}")

    def _answered(self, request: Request) -> None:
        self._unanswered.pop(request, None)

    def _failed(self, request: Request) -> None:
        self._unanswered.pop(request, None)
        self._tell(f"did not get {request.url}: {request.failure}")

    def _not_caught(self, thrown: WebError) -> None:
        stack = thrown.error.stack or ""
        self._tell(f"not caught: {thrown.error} {stack}")
        if str(thrown.error) != WITHOUT_SERVICE_WORKERS and not _is_of_jupyterlite(stack):
            self.errors.append(f"not caught: {thrown.error} {stack}")

    def _logged(self, message: ConsoleMessage) -> None:
        self._tell(f"{message.type}: {message.text}")
        if message.type == "error" and not message.text.startswith(OF_JUPYTERLITE):
            self.errors.append(f"{message.text} ({json.dumps(message.location)})")
