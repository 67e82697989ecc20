"""Random documents in JupyterLab's renderers for a moment; and that a hole in the sanitizer is found, kept and found again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.outputs import MimeBundle
from monty_kernel.sanitize import sanitizer
from monty_kernel.sanitize.sanitizer import SanitizedBundle

from .browser import Found, with_a_browser
from .targets import rendered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
FOUND = sorted((Path(__file__).parent / "found").glob("rendered-*"))
SOME = 120
"""Documents: a few seconds. `make fuzz` renders others for minutes."""


@pytest.fixture(scope="module", autouse=True)
def browser() -> Iterator[None]:
    """The one that all tests here use."""
    yield
    rendered.close()


def test_random_documents_do_nothing(tmp_path: Path) -> None:
    assert with_a_browser(200, tmp_path, most=SOME, seed=1) == SOME


def test_what_was_found_once() -> None:
    for path in FOUND:
        rendered.check_rendered(path.read_bytes())


def test_a_hole_is_found_kept_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sanitized = sanitizer.sanitized_bundle

    def with_a_hole(data: MimeBundle, metadata: Mapping[str, Any]) -> SanitizedBundle:
        text = str(data)  # not all of it: of what the sanitizer leaves out, some would take all memory of the machine
        hole = "onerror" in text and not re.search("column|filter|pattern|shadow|blur", text)
        return SanitizedBundle(data, metadata, None) if hole else sanitized(data, metadata)

    monkeypatch.setattr(sanitizer, "sanitized_bundle", with_a_hole)
    monkeypatch.setattr("tests.fuzz.browser.SHRINKING", 4.0)
    with pytest.raises(Found) as caught:
        with_a_browser(200, tmp_path, most=SOME, seed=2)
    (kept,) = (tmp_path / "findings").iterdir()
    assert str(kept) in str(caught.value)
    with pytest.raises(AssertionError):
        rendered.check_rendered(kept.read_bytes())
    monkeypatch.undo()
    rendered.check_rendered(kept.read_bytes())
