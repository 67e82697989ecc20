"""One pool for a module's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monty_kernel.headless.session_pool import SessionPool
from tests.support.checked_session import sessions


@pytest.fixture(scope="module")
def pool() -> Iterator[SessionPool]:
    with sessions() as made:
        yield made
