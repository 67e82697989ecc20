"""Kernels for the tests: one shared by a module's tests, and fresh ones where a test breaks things."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from .client import Kernel


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """One kernel for all tests of a module; it must have printed nothing to its stderr by the end."""
    started = Kernel(tmp_path_factory.mktemp("kernel"))
    yield started
    started.close()
    assert started.stderr.read_text() == ""


@pytest.fixture
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Kernel]]:
    """Start kernels of a test's own."""
    kernels: list[Kernel] = []

    def starter(*options: str, **kwargs: object) -> Kernel:
        kernels.append(Kernel(tmp_path_factory.mktemp("kernel"), list(options), **kwargs))  # type: ignore[arg-type]
        return kernels[-1]

    yield starter
    for each in kernels:
        each.close()
