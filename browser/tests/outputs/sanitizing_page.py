"""A page in Chromium with the sanitizer of the browser kernel, bundled as it is shipped."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, cast

from playwright.sync_api import Page, Route

ROOT = Path(__file__).parents[3]
ORIGIN = "http://page.invalid"
_TESTS = ROOT / "browser" / "kernel" / "tests" / "outputs"
_BUNDLES = "all => JSON.stringify(JSON.parse(all).map(([data, metadata]) => window.outputs.bundle(data, metadata)))"
_BLANK = "<!DOCTYPE html><title>outputs</title><body></body><script type=module src=ENTRY></script>"


def bundle_in(folder: Path) -> Path:
    """Bundle the module that the tests call into a folder; the folder."""
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    subprocess.run([ROOT / ".venv" / "bin" / "python", "-m", "browser.shared"], cwd=ROOT, check=True)
    options = ["--bundle", "--minify", "--format=esm", "--splitting", f"--outdir={folder}", "--log-level=warning"]
    subprocess.run([esbuild, _TESTS / "page.ts", _TESTS / "sanitizer_page.ts", *options], cwd=ROOT, check=True)
    return folder


def serve(page: Page, folder: Path, entry: str, *, without: str | None = None) -> None:
    """Open the page that loads `entry`. It is served from the folder, and nothing else of its origin is.

    without: the beginning of the name of modules that cannot be loaded.
    """

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(f"{ORIGIN}/")
        file = folder / path
        if path == "":
            route.fulfill(body=_BLANK.replace("ENTRY", entry), content_type="text/html")
        elif file.is_file() and not (without is not None and path.startswith(without)):
            route.fulfill(path=file, content_type="text/javascript")
        else:
            route.abort()

    page.route(f"{ORIGIN}/**", answer)
    page.goto(f"{ORIGIN}/")
    page.wait_for_function("() => window.outputs || window.Sanitizer")


def in_browser(page: Page, bundles: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[dict[str, Any]]:
    """What the browser's sanitizer makes of bundles with their metadata."""
    # as JSON, which has keys such as `__proto__`
    made = page.evaluate(_BUNDLES, json.dumps(bundles))
    return cast("list[dict[str, Any]]", json.loads(made))
