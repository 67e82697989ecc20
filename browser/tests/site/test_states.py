"""Time travel in a site: undo, files that travel along, and sessions that outlive their page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.frontends.jupyterlab import Notebook

from .apps import Lite, answer
from .served import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]


def _shows(notebook: Notebook, source: str, text: str) -> None:
    expect(notebook.outputs(notebook.run(source)).last).to_contain_text(text)


def _keep(notebook: Notebook) -> None:
    """States are stored beside the cells: this magic waits for them."""
    notebook.run("%sessions")


def test_undo_redo_and_restore(lab: Lite) -> None:
    notebook = lab.new_notebook()
    notebook.run("rows = [1, 2]")
    notebook.run("rows.clear()")
    _shows(notebook, "%undo", "The session is as it was after In[1]")
    _shows(notebook, "rows", "[1, 2]")
    _shows(notebook, "%redo", "changed: rows")
    _shows(notebook, "rows", "[]")
    _shows(notebook, "%snapshot empty", "is now named empty")
    _shows(notebook, "%restore 1", "The session is as it was after In[1]")
    _shows(notebook, "%restore empty", "changed: rows")
    _shows(notebook, "%snapshots", "○ In[1]")
    notebook.run("%reset -f")
    _shows(notebook, "rows", "name 'rows' is not defined")
    _shows(notebook, "%undo", "came back: rows")


def test_files_are_read_written_downloaded_and_travel_with_the_session(lab: Lite) -> None:
    notebook = lab.new_notebook()
    notebook.run("from pathlib import Path\nwith open('notes.txt', 'w') as file:\n    file.write('first')")
    notebook.run("Path('notes.txt').write_text('second'); Path('more.txt').write_text('x')")
    _shows(notebook, "open('notes.txt').read(), Path('more.txt').exists()", "('second', True)")
    link = notebook.run("from IPython.display import FileLink\nFileLink('notes.txt')")
    with lab.page.expect_download() as download:
        notebook.outputs(link).locator("a").click()
    assert download.value.suggested_filename == "notes.txt"
    assert download.value.path().read_text() == "second"
    _shows(notebook, "%restore 1", "The session is as it was after In[1]")
    _shows(notebook, "open('notes.txt').read(), Path('more.txt').exists()", "('first', False)")
    _shows(notebook, "open('/etc/passwd')", "FileNotFoundError")


def test_a_session_goes_on_after_its_page_was_reloaded(lab: Lite, visiting: Visitor) -> None:
    lab.write("kept.ipynb")
    page = visiting.page()
    notebook = Lite.notebook(page, lab.url, "kept.ipynb").on_top()
    notebook.run("kept = {'a': 1}\nopen('kept.txt', 'w').write('text')")
    notebook.run("kept['b'] = 2")
    _keep(notebook)
    notebook = Lite.notebook(page, lab.url, "kept.ipynb").on_top()
    _shows(notebook, "kept", "The session before had 'kept'; %resume brings it back.")
    _shows(notebook, "%resume", "came back: kept = dict of 2; files back: kept.txt")
    _shows(notebook, "kept, open('kept.txt').read()", "({'a': 1, 'b': 2}, 'text')")
    _shows(notebook, "%restore 1", "changed: kept")
    _shows(notebook, "kept", "{'a': 1}")
    page.close()


def test_who_does_not_say_yes_resumes_nothing(lab: Lite, visiting: Visitor) -> None:
    lab.write("refused.ipynb")
    page = visiting.page()
    notebook = Lite.notebook(page, lab.url, "refused.ipynb").on_top()
    notebook.run("secret = 1")
    _keep(notebook)
    page.close()
    page = visiting.page()
    notebook = Lite.notebook(page, lab.url, "refused.ipynb").on_top()
    resumed = notebook.start("%resume")
    answer(notebook, resumed, "n")
    notebook.wait_for_number(resumed)
    _shows(notebook, "secret", "name 'secret' is not defined")
    page.close()


def test_two_tabs_of_a_notebook_have_a_session_each(lab: Lite, visiting: Visitor) -> None:
    lab.write("shared.ipynb")
    pages = [visiting.page(), visiting.page()]
    first, second = (Lite.notebook(page, lab.url, "shared.ipynb").on_top() for page in pages)
    first.run("mine = 'first'")
    second.run("mine = 'second'")
    _shows(first, "mine", "'first'")
    first.run("mine = 'changed'")
    second.run("mine = 'other'")
    _shows(first, "%undo", "changed: mine = 'first'")
    _shows(second, "mine", "'other'")
    _shows(second, "%undo", "changed: mine = 'second'")
    _shows(first, "mine", "'first'")
    _shows(second, "%sessions", "states")
    for page in pages:
        page.close()


def test_other_notebooks_are_not_offered_a_session(lab: Lite, visiting: Visitor) -> None:
    lab.write("one.ipynb")
    lab.write("two.ipynb")
    page = visiting.page()
    notebook = Lite.notebook(page, lab.url, "one.ipynb").on_top()
    notebook.run("secret = 1")
    _keep(notebook)
    notebook = Lite.notebook(page, lab.url, "two.ipynb").on_top()
    missing = notebook.run("secret")
    expect(notebook.outputs(missing)).to_contain_text("name 'secret' is not defined")
    expect(notebook.outputs(missing)).not_to_contain_text("%resume")
    page.close()
