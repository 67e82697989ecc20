"""Random documents in JupyterLab's renderers for a moment; and that a hole in the screen is found, kept and found again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monty_kernel.screening import bundle
from monty_kernel.screening.bundle import ScreenedBundle

from .browser import Found, with_a_browser
from .targets import rendered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
FOUND = sorted((Path(__file__).parent / "found").glob("rendered-*"))
SOME = 300
"""Documents: a few seconds."""


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
    monkeypatch.setattr(bundle, "screened_bundle", lambda data, metadata: ScreenedBundle(data, metadata, None))
    with pytest.raises(Found) as caught:
        with_a_browser(200, tmp_path, most=SOME, seed=2)
    (kept,) = (tmp_path / "findings").iterdir()
    assert str(kept) in str(caught.value)
    with pytest.raises(AssertionError):
        rendered.check_rendered(kept.read_bytes())
    monkeypatch.undo()
    rendered.check_rendered(kept.read_bytes())
