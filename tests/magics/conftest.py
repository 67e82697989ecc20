from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.engine_session import Session


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.engine.close()
