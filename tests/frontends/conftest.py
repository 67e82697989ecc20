"""Every front-end test runs in an isolated environment, so that it neither sees nor leaves files of the person's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .environment import isolated_environment


@pytest.fixture(scope="session", autouse=True)
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The isolated environment, also in effect for what runs inside the test process (nbclient, papermill)."""
    variables = isolated_environment(tmp_path_factory.mktemp("frontends"))
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(variables):
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        yield variables


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: the README's folder when MONTY_SCREENSHOTS=1, else out of the way."""
    if os.environ.get("MONTY_SCREENSHOTS") == "1":
        folder = Path(__file__).parents[2] / "docs" / "images"
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return tmp_path_factory.mktemp("images")
