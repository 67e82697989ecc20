"""What both sanitizers make of bundles, to be compared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Page

from monty_kernel.outputs import finite
from monty_kernel.sanitize import markdown
from monty_kernel.sanitize.sanitizer import sanitized_bundle

from .sanitizing_page import in_browser

Bundle = tuple[Mapping[str, Any], Mapping[str, Any]]
"""Data and metadata."""
TOGETHER = 500


def natively(bundles: Iterable[Bundle]) -> list[dict[str, Any]]:
    """What the native sanitizer makes of bundles, without the colours of code."""
    # on a thread of its own: Playwright's has an event loop, where the native kernel does not wait for its helpers
    with ThreadPoolExecutor(1) as thread, patch.object(markdown, "inline_coloured", _uncoloured):
        return list(thread.map(_native, bundles))


def _uncoloured(code: str, _language: str) -> str:
    return escape(code)


def _native(bundle: Bundle) -> dict[str, Any]:
    clean = sanitized_bundle(*bundle)
    made = {"data": dict(clean.data), "metadata": dict(clean.metadata), "note": clean.note}
    copied: dict[str, Any] = json.loads(json.dumps(made))
    return copied


def differences(page: Page, named: Mapping[str, Bundle]) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """By name, those of which the two make something else: what the native one makes, and what the browser's."""
    bundles: Sequence[Bundle] = finite(list(named.values()))
    native = natively(bundles)
    browser = [
        made
        for start in range(0, len(bundles), TOGETHER)
        for made in in_browser(page, bundles[start : start + TOGETHER])
    ]
    pairs = zip(named, native, browser, strict=True)
    return {name: (mine, theirs) for name, mine, theirs in pairs if mine != theirs}
