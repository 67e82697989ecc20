"""An engine or a worker that cannot be had costs a line, which says what to do; and what a second kernel fetches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.support.frontends.jupyterlab import Notebook

from .apps import Lite
from .served import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

_WASM = "**/*.wasm"
_WORKER = "**/monty.worker*.js"
_COUNTS = """
    window.compiled = 0;
    for (const name of ['compile', 'compileStreaming']) {
        const compile = WebAssembly[name];
        WebAssembly[name] = (...given) => {
            window.compiled += 1;
            return compile(...given);
        };
    }
"""


@pytest.fixture
def visiting(browser: Browser) -> Iterator[Visitor]:
    """A profile that nobody used before. The browser itself logs what is missing as errors."""
    visitor = Visitor(browser)
    yield visitor
    visitor.context.close()


@pytest.fixture(autouse=True)
def _no_errors() -> None:
    """That is what these tests are about."""


@pytest.fixture
def page(visiting: Visitor) -> Page:
    return visiting.page()


def only_line(notebook: Notebook, code: str = "1 + 1") -> str:
    """The message of an error that is one line."""
    output = notebook.outputs(notebook.run(code)).last
    expect(output).to_contain_text("CannotStart: ")
    text = output.inner_text().strip()
    assert "\n" not in text
    return text.removeprefix("CannotStart: ")


def truncated(route: Route) -> None:
    response = route.fetch()
    route.fulfill(response=response, body=response.body()[:100_000], headers={"content-type": "application/wasm"})


def test_an_engine_that_is_not_there(page: Page, site: str) -> None:
    page.route(_WASM, lambda route: route.fulfill(status=404, body="gone"))
    notebook = Lite.lab(page, site).new_notebook()
    assert "could not be fetched (404" in only_line(notebook)
    page.unroute(_WASM)
    expect(notebook.outputs(notebook.run("1 + 1"))).to_have_text("2")


def test_an_engine_that_cannot_be_reached(page: Page, site: str) -> None:
    page.route(_WASM, lambda route: route.abort())
    notebook = Lite.lab(page, site).new_notebook()
    assert only_line(notebook).endswith("Check the connection, and run the cell again.")
    page.unroute(_WASM)
    expect(notebook.outputs(notebook.run("1 + 1"))).to_have_text("2")


def test_an_engine_that_is_cut_short(page: Page, site: str) -> None:
    page.route(_WASM, truncated)
    notebook = Lite.lab(page, site).new_notebook()
    assert "did not arrive whole, or this browser is too old" in only_line(notebook)
    page.unroute(_WASM)
    expect(notebook.outputs(notebook.run("1 + 1"))).to_have_text("2")


def test_a_worker_whose_script_is_not_there(page: Page, site: str) -> None:
    page.route(_WORKER, lambda route: route.fulfill(status=404, body="gone"))
    notebook = Lite.lab(page, site).new_notebook()
    assert "Monty's worker could not be started: its script" in only_line(notebook)
    page.unroute(_WORKER)
    expect(notebook.outputs(notebook.run("1 + 1"))).to_have_text("2")


def test_a_policy_that_forbids_workers_is_named(page: Page, site: str) -> None:
    def with_policy(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, headers={**response.headers, "content-security-policy": "worker-src 'none'"})

    page.route("**/lab/index.html", with_policy)
    notebook = Lite.lab(page, site).new_notebook()
    assert "worker-src" in only_line(notebook)
    expect(notebook.outputs(notebook.run("2 + 2")).last).to_contain_text("CannotStart")


def test_a_second_kernel_and_a_restart_fetch_and_compile_nothing(visiting: Visitor, site: str) -> None:
    visiting.context.add_init_script(_COUNTS)
    page = visiting.page()
    lite = Lite.lab(page, site)
    first = lite.new_notebook()
    first.run("x = 1")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    second = lite.new_notebook()
    second.run("y = 1")
    lite.command("kernelmenu:restart")
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    expect(second.outputs(second.run("y")).last).to_contain_text("NameError")
    assert page.evaluate("window.compiled") == 1
    assert [url for url in asked if url.endswith(".wasm")] == []
