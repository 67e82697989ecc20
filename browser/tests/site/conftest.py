"""What the tests of the site share: the site, and for each file of tests a profile with the lab open.

What a page logs as an error fails the test.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser

from .apps import Lite
from .served import SITE, Visitor, static_server


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the site."""
    if not (SITE / "index.html").is_file():
        reason = f"There is no site in {SITE}: `make site` builds it."
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with static_server(SITE) as url:
        yield url


@pytest.fixture(scope="module")
def visiting(browser: Browser) -> Iterator[Visitor]:
    """The profile of all tests of a file."""
    visitor = Visitor(browser)
    yield visitor
    visitor.context.close()


@pytest.fixture(scope="module")
def opened(visiting: Visitor, site: str) -> Lite:
    """The lab, in a tab for all tests of a file."""
    return Lite.lab(visiting.page(), site)


@pytest.fixture(autouse=True)
def _no_errors(visiting: Visitor) -> Iterator[None]:
    yield
    errors, visiting.errors = visiting.errors, []
    assert errors == []


@pytest.fixture
def lab(opened: Lite) -> Iterator[Lite]:
    """The lab without open notebooks, kernels and dialogs."""
    yield opened
    opened.shut_down()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails tells what its pages were like: it may have waited in vain, and say only for what."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        visitors = {id(each): each for each in item.funcargs.values() if isinstance(each, Visitor)}
        report.sections += [("pages", visitor.account()) for visitor in visitors.values()]
    return report
