"""The site in Firefox: results, interrupts, undo, sanitized outputs, questions, and sessions that outlive their page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver import Firefox
from selenium.webdriver.common.by import By
from selenium.webdriver.firefox.options import Options
from selenium.webdriver.firefox.service import Service
from selenium.webdriver.support.ui import WebDriverWait

from browser.tests.site.served import SITE, static_server

PATIENCE = 120
"""Seconds after which something hangs."""

_STARTED = "return window.jupyterapp !== undefined && window.jupyterapp.serviceManager?.kernelspecs?.specs?.kernelspecs?.monty !== undefined"
_START = """
const [path, done] = arguments;
const manager = window.jupyterapp.serviceManager;
window.jupyterapp.restored
    .then(() => manager.sessions.startNew({path, name: path, type: 'notebook', kernel: {name: 'monty'}}))
    .then(session => { window.session = session; done(true); }, error => done(String(error)));
"""
_RUN = """
const [code, answer, interruptedAfter, done] = arguments;
const kernel = window.session.kernel;
const future = kernel.requestExecute({code, stop_on_error: false, allow_stdin: true});
const outputs = [];
future.onIOPub = message => {
    const {header: {msg_type}, content} = message;
    if (msg_type === 'stream' || msg_type === 'error' || 'data' in content) outputs.push({type: msg_type, ...content});
    if (content.text?.startsWith('go')) setTimeout(() => kernel.interrupt(), interruptedAfter);
};
future.onStdin = message => { if (message.header.msg_type === 'input_request') kernel.sendInputReply({status: 'ok', value: answer}, message.header); };
future.done.then(reply => done({status: reply.content.status, outputs}), error => done(String(error)));
"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    assert (SITE / "index.html").is_file(), "`make site` builds the site"
    with static_server(SITE) as url:
        yield url


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    options = Options()
    options.add_argument("-headless")
    options.binary_location = shutil.which("firefox-esr") or shutil.which("firefox") or ""
    options.set_preference("dom.serviceWorkers.enabled", False)
    driver = Firefox(options=options, service=Service(os.environ["GECKODRIVER"]))
    driver.set_script_timeout(PATIENCE)
    try:
        yield driver
    finally:
        driver.quit()


class Session:
    """A notebook's session in the lab, spoken to with Jupyter's messages."""

    def __init__(self, driver: Firefox, site: str, path: str) -> None:
        self._driver = driver
        driver.get(f"{site}/lab/index.html")
        WebDriverWait(driver, PATIENCE).until(lambda driver: driver.execute_script(_STARTED))
        assert driver.execute_async_script(_START, path) is True

    def run(self, code: str, answer: str = "", interrupted_after: int = 0) -> list[dict[str, Any]]:
        """The outputs of a cell. A cell that prints `go` is interrupted so many milliseconds later."""
        ran = self._driver.execute_async_script(_RUN, code, answer, interrupted_after)
        assert isinstance(ran, dict), ran
        return list(ran["outputs"])

    def value(self, code: str) -> str:
        (output,) = self.run(code)
        return str(output["data"]["text/plain"])


@pytest.fixture
def session(firefox: Firefox, site: str, request: pytest.FixtureRequest) -> Session:
    return Session(firefox, site, f"{request.node.name}.ipynb")


def test_the_repl_shows_a_result(firefox: Firefox, site: str) -> None:
    firefox.get(f"{site}/repl/index.html?kernel=monty&code=1%2B1&execute=1")
    output = WebDriverWait(firefox, PATIENCE).until(
        lambda driver: driver.find_elements(By.CSS_SELECTOR, ".jp-OutputArea-output")
    )
    assert output[0].text == "2"


def test_a_loop_is_interrupted_and_the_session_stays(session: Session) -> None:
    session.run("kept = [1, 2]")
    *_, error = session.run("kept.append(3)\nprint('go')\nwhile True: pass")
    assert error["ename"] == "KeyboardInterrupt"
    assert session.value("kept") == "[1, 2]"
    caught = session.run(
        "import time\ntry:\n    print('go')\n    time.sleep(60)\nexcept KeyboardInterrupt:\n    print('caught')"
    )
    assert "".join(output["text"] for output in caught) == "go\ncaught\n"
    assert session.value("kept") == "[1, 2]"


def test_cells_are_undone_and_files_with_them(session: Session) -> None:
    session.run("scores = [1]\nopen('scores.txt', 'w').write('1')")
    session.run("scores.clear()\nopen('scores.txt', 'w').write('')")
    session.run("%undo")
    assert session.value("scores, open('scores.txt').read()") == "([1], '1')"


def test_what_a_cell_shows_runs_nothing(session: Session, firefox: Firefox) -> None:
    shown = session.run(
        "from IPython.display import HTML\nHTML('<b onclick=\"x()\">b</b><script>window.ran = 1</script>')"
    )
    assert shown[-1]["data"]["text/html"] == "<b>b</b>"
    assert firefox.execute_script("return window.ran === undefined")


def test_memory_is_limited(session: Session) -> None:
    session.run("kept = 1")
    *_, error = session.run("kept = 2\nmany = [0]\nwhile True: many = many + many")
    assert error["ename"] == "MemoryError"
    assert session.value("kept") == "1"


def test_a_cell_asks(session: Session) -> None:
    *_, result = session.run("input('name? ') + '!'", answer="Ada")
    assert result["data"]["text/plain"] == "'Ada!'"


def test_a_session_outlives_its_page(firefox: Firefox, site: str) -> None:
    before = Session(firefox, site, "lasting.ipynb")
    before.run("lasting = 6 * 7")
    after = Session(firefox, site, "lasting.ipynb")
    *_, error = after.run("lasting")
    assert "%resume" in "".join(error["traceback"])
    after.run("%resume", "y")
    assert after.value("lasting") == "42"
