"""What the front-end tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: the README's folder when MONTY_SCREENSHOTS=1, else out of the way."""
    if os.environ.get("MONTY_SCREENSHOTS") == "1":
        folder = Path(__file__).parents[2] / "docs" / "images"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return tmp_path_factory.mktemp("images")
