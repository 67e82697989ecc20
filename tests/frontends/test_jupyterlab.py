"""JupyterLab in a headless Chromium: what a person sees and does, and the screenshots the README shows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import playwright.sync_api
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.support.frontends.environment import display_name, isolated_environment
from tests.support.frontends.jupyterlab import HEIGHT, WIDTH, Lab, Notebook, browser_page
from tests.support.frontends.notebooks import notebook as notebook_of
from tests.support.frontends.notebooks import write
from tests.support.frontends.server import Server, running_server
from tests.support.waiting import HANGING, until

pytestmark = pytest.mark.browser

AVERAGE = """\
visits = {'Mon': 120, 'Tue': 98, 'Wed': 143, 'Thu': 87}
sum(visits.values()) / len(visits)"""
BARS = """\
class Bars:
    def __init__(self, numbers):
        self.numbers = numbers

    def _repr_html_(self):
        bar = '<div style="background: #5b7fde; height: 1em; width: '
        rows = [f'<tr><td>{name}<td>{n}<td>{bar}{2 * n}px"></div></tr>' for name, n in self.numbers.items()]
        return '<table>' + ''.join(rows) + '</table>'

Bars(visits)"""
GROWTH = """\
def growth(before, after):
    return (after - before) / before

growth(0, visits['Mon'])"""
TRAVEL = (
    "visits = {'Mon': 120, 'Tue': 98, 'Wed': 143, 'Thu': None, 'Fri': 110}",
    "%snapshot counted",
    "visits['Thu'] = 0\naverage = sum(visits.values()) / 5",
    "%restore counted",
    "known = [n for n in visits.values() if n is not None]\naverage = sum(known) / len(known)",
    "%diff 3",
    "visits.clear()",
    "%undo",
)

TOOLS = Path(__file__).parents[1] / "granted" / "bookshop.py"
BOOKSHOP = "Python (Monty, with a bookshop)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("lab")
    install = ["install", "--user", "--name", "monty-bookshop", "--display-name", BOOKSHOP, "--", "--tools", str(TOOLS)]
    environment = isolated_environment(folder)
    subprocess.run([sys.executable, "-m", "monty_kernel.cli", *install], env=environment, check=True, timeout=HANGING)
    # what the extension adds, such as dialogs for questions, has tests of its own
    page_config = Path(environment["JUPYTER_CONFIG_DIR"], "labconfig", "page_config.json")
    page_config.parent.mkdir()
    page_config.write_text('{"disabledExtensions": {"monty-kernel": true}}')
    with running_server("jupyterlab", folder) as server:
        yield server


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[Page]:
    with browser_page() as page:
        yield page


@pytest.fixture
def lab(page: Page, server: Server) -> Iterator[Lab]:
    for left_over in server.root.glob("*.ipynb"):
        left_over.unlink()  # the pictures show the folder
    lab = Lab.open(page, server.url)
    yield lab
    lab.shut_down_kernels()


@pytest.fixture
def notebook(lab: Lab) -> Notebook:
    return lab.new_notebook(display_name())


def _top(height: int) -> FloatRect:
    """The part of the window that a screenshot shows."""
    return {"x": 0, "y": 0, "width": WIDTH, "height": height}


def test_the_launcher_offers_the_kernel_with_its_logo(lab: Lab, images: Path) -> None:
    logo = lab.card(display_name()).locator("img")
    expect(logo).to_be_visible()
    assert logo.evaluate("image => image.naturalWidth") > 0
    lab.page.screenshot(path=images / "launcher.png", clip=_top(470))


def test_cells_share_a_session_and_show_results(notebook: Notebook) -> None:
    notebook.run("numbers = [3, 1, 2]")
    sorted_numbers = notebook.run("sorted(numbers)")
    expect(notebook.prompt(sorted_numbers)).to_have_text("[2]:")
    expect(notebook.outputs(sorted_numbers)).to_have_text("[1, 2, 3]")
    expect(notebook.cell(sorted_numbers).locator(".jp-OutputPrompt")).to_have_text("[2]:")


def test_printed_text_appears_while_the_cell_runs(notebook: Notebook) -> None:
    cell = notebook.start("import time\nfor tick in range(3):\n    print('tick', tick)\n    time.sleep(1.2)")
    expect(notebook.outputs(cell)).to_contain_text("tick 0")
    assert notebook.prompt(cell).inner_text() == "[*]:"
    assert "tick 2" not in notebook.outputs(cell).inner_text()
    notebook.wait_for_number(cell)
    expect(notebook.outputs(cell)).to_have_text("tick 0\ntick 1\ntick 2\n")


def test_an_error_shows_a_coloured_traceback(notebook: Notebook) -> None:
    cell = notebook.run("def share(total, people):\n    return total / people\n\nshare(10, 0)")
    error = notebook.outputs(cell)
    expect(error).to_contain_text("ZeroDivisionError")
    expect(error).to_contain_text("Cell In[1], line 2")
    assert error.locator("[class*=ansi-]").count() >= 3
    after = notebook.run("'still here'")
    expect(notebook.outputs(after)).to_have_text("'still here'")


def test_rich_output(notebook: Notebook) -> None:
    cell = notebook.run(
        "from IPython.display import display, HTML, Markdown\n"
        "display(HTML('<em title=\"proof\">emphatic</em>'))\n"
        "display(Markdown('**strong** words'))"
    )
    expect(notebook.outputs(cell).locator("em[title=proof]")).to_have_text("emphatic")
    expect(notebook.outputs(cell).locator("strong")).to_have_text("strong")


def test_tab_completes_a_name(notebook: Notebook) -> None:
    notebook.run("temperature_in_paris = 21")
    notebook.editor(1).click()
    notebook.page.keyboard.type("temperature_in_p")
    notebook.page.keyboard.press("Tab")
    # JupyterLab drops an answer that takes more than a second, so this also says: in time, on a machine with cold caches.
    expect(notebook.page.locator(".jp-Completer-match")).to_have_text(["temperature_in_paris"])
    notebook.page.keyboard.press("Enter")
    expect(notebook.editor(1)).to_have_text("temperature_in_paris")
    notebook.page.keyboard.press("Shift+Enter")
    expect(notebook.outputs(1)).to_have_text("21")


def test_tab_lists_the_members_of_a_module(notebook: Notebook, images: Path) -> None:
    notebook.run("import json\ntext = json.dumps({'city': 'Paris'})\ntext")
    notebook.editor(1).click()
    notebook.page.keyboard.type("json.")
    menu = notebook.page.locator(".jp-Completer")
    until(lambda: _completes(notebook, menu))
    expect(menu.locator(".jp-Completer-match", has_text="dumps").first).to_be_visible()
    expect(menu.locator(".jp-Completer-match", has_text="loads").first).to_be_visible()
    notebook.page.screenshot(path=images / "completion.png", clip=_top(430))
    notebook.page.keyboard.press("Escape")


def _completes(notebook: Notebook, menu: Locator) -> bool:
    """Press Tab, and see whether a menu comes: a kernel that is busy with much else may answer too late."""
    notebook.page.keyboard.press("Tab")
    with suppress(playwright.sync_api.TimeoutError):
        menu.wait_for(timeout=5_000)
    return menu.is_visible()


def test_the_toolbar_interrupts_a_computing_cell_and_the_session_stays(notebook: Notebook, images: Path) -> None:
    notebook.run("precious = 'three hours of work'")
    endless = notebook.start("while True:\n    pass")
    notebook.wait_until("busy")
    notebook.toolbar("notebook:interrupt-kernel").click()
    notebook.wait_for_number(endless)
    expect(notebook.outputs(endless)).to_contain_text("KeyboardInterrupt")
    kept = notebook.run("precious")
    expect(notebook.outputs(kept)).to_have_text("'three hours of work'")
    notebook.page.screenshot(path=images / "interrupt.png", clip=_top(370))


def test_the_keys_i_i_interrupt_a_sleeping_cell(notebook: Notebook) -> None:
    asleep = notebook.start("import time\ntime.sleep(600)")
    notebook.wait_until("busy")
    notebook.page.keyboard.press("Escape")
    notebook.page.keyboard.press("i")
    notebook.page.keyboard.press("i")
    notebook.wait_for_number(asleep)
    expect(notebook.outputs(asleep)).to_contain_text("KeyboardInterrupt")


def test_the_keys_0_0_restart_the_kernel(notebook: Notebook) -> None:
    notebook.run("forgotten = 1")
    notebook.page.keyboard.press("Escape")
    notebook.page.keyboard.press("0")
    notebook.page.keyboard.press("0")
    notebook.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(notebook.page.locator(".jp-Dialog")).to_have_count(0)
    notebook.wait_until("idle")
    fresh = notebook.run("forgotten")
    expect(notebook.prompt(fresh)).to_have_text("[1]:")
    expect(notebook.outputs(fresh)).to_contain_text("NameError")


def test_input_asks_below_the_cell(notebook: Notebook) -> None:
    cell = notebook.start("name = input('Who is there? ')\nprint('Hello,', name)")
    field = notebook.panel.locator("input.jp-Stdin-input")
    field.fill("Ada")
    field.press("Enter")
    notebook.wait_for_number(cell)
    expect(notebook.outputs(cell).last).to_contain_text("Hello, Ada")


def test_a_tool_that_asks_is_called_after_a_yes_alone(lab: Lab, images: Path) -> None:
    notebook = lab.new_notebook(BOOKSHOP)
    notebook.run("import bookshop\nbookshop.titles()")
    cell = notebook.start("bookshop.order('Emma', copies=2)")
    field = notebook.panel.locator("input.jp-Stdin-input")
    expect(notebook.panel.locator(".jp-Stdin-prompt")).to_contain_text("monty-kernel asks: ")
    expect(notebook.panel.locator(".jp-Stdin-prompt")).to_contain_text("bookshop.order(title='Emma', copies=2)")
    lab.page.screenshot(path=images / "question.png", clip=_top(330))
    field.fill("what is this?")
    field.press("Enter")
    notebook.wait_for_number(cell)
    expect(notebook.outputs(cell).last).to_contain_text("PermissionError")
    again = notebook.start("bookshop.order('Emma', copies=2)")
    field.fill("yes")
    field.press("Enter")
    notebook.wait_for_number(again)
    expect(notebook.outputs(again).last).to_contain_text("2")
    expect(notebook.outputs(notebook.run("%audit")).last).to_contain_text("denied")


def test_snapshots_are_a_table_and_undo_brings_back_what_a_cell_destroyed(notebook: Notebook, images: Path) -> None:
    reports = [notebook.outputs(notebook.run(line)) for line in TRAVEL]
    expect(reports[3]).to_contain_text("as it was after In[1]")
    expect(reports[5]).to_contain_text("~ average = 94.2 -> 117.75")
    expect(reports[7]).to_contain_text("changed: visits = dict of 5 (was dict of 0)")
    table = notebook.outputs(notebook.run("%snapshots")).locator("table")
    expect(table.locator("tbody tr")).to_have_count(5)
    expect(table.locator("tbody tr", has_text="counted")).to_contain_text("In[1]")
    expect(table.locator("tbody tr[style*=bold]")).to_contain_text("In[5]")
    kept = notebook.run("average, len(visits)")
    expect(notebook.outputs(kept)).to_have_text("(117.75, 5)")
    notebook.page.set_viewport_size({"width": WIDTH, "height": HEIGHT + 120})
    notebook.page.keyboard.press("Control+b")
    expect(notebook.page.locator(".jp-FileBrowser")).to_be_hidden()
    notebook.cell(0).scroll_into_view_if_needed()
    notebook.page.screenshot(path=images / "snapshots.png")
    notebook.page.keyboard.press("Control+b")
    notebook.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def test_a_session_worth_a_picture(lab: Lab, server: Server, images: Path) -> None:
    """The README's first screenshot: a result, rich output of a person's own class, an error that names its place."""
    write(notebook_of(), server.root, "visits.ipynb")
    notebook = lab.open_notebook("visits.ipynb")
    average = notebook.run(AVERAGE)
    expect(notebook.outputs(average)).to_have_text("112.0")
    bars = notebook.run(BARS)
    expect(notebook.outputs(bars).locator("table tr")).to_have_count(4)
    error = notebook.run(GROWTH)
    expect(notebook.outputs(error)).to_contain_text("ZeroDivisionError")
    lab.page.set_viewport_size({"width": WIDTH, "height": HEIGHT + 90})
    lab.page.keyboard.press("Control+b")
    expect(lab.page.locator(".jp-FileBrowser")).to_be_hidden()
    notebook.cell(0).scroll_into_view_if_needed()
    lab.page.screenshot(path=images / "notebook.png")


def test_nothing_went_wrong_behind_the_scenes(server: Server) -> None:
    """The kernels' own stderr ends up in the server's log; last in this file, so it sees all that ran before."""
    assert "Traceback" not in server.log.read_text()


def test_a_link_saves_a_file_of_the_session(notebook: Notebook, lab: Lab) -> None:
    cell = notebook.run(
        "from IPython.display import FileLink\nopen('out.csv', 'w').write('a,b\\n')\nFileLink('out.csv')"
    )
    with lab.page.expect_download() as saved:
        notebook.outputs(cell).last.get_by_role("link", name="out.csv").click()
    assert saved.value.suggested_filename == "out.csv"
    assert Path(saved.value.path()).read_bytes() == b"a,b\n"
