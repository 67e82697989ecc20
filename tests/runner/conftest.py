"""Nothing here sees or leaves files of the person's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.frontends.environment import isolated_environment


@pytest.fixture(autouse=True, scope="package")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in isolated_environment(tmp_path_factory.mktemp("runner")).items():
            patch.setenv(name, value)
        yield
