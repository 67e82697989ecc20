"""JupyterLite's applications in a person's terms, and what a notebook holds, as its file would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from tests.support.frontends.jupyterlab import Notebook

_STARTED = "() => window.jupyterapp?.restored.then(() => true)"
# The indicator says `idle` before there is a kernel, too. What is shown is not the current widget in a page that draws
# slowly: JupyterLab gives it the focus before it can have it.
_READY = """() => {
    const { shell } = window.jupyterapp;
    const shown = [...shell.widgets('main')].find(widget => widget.isVisible);
    if (shown && shown !== shell.currentWidget) shell.activateById(shown.id);
    return shown && shown === shell.currentWidget && shown.sessionContext?.session?.kernel?.status === 'idle';
}"""
_UNTIL_TRUE = """async ([source, argument]) => {
    const holds = eval(source);
    while (!(await holds(argument))) await new Promise(next => setTimeout(next, 50));
    return true;
}"""
_RUN_ALL = """async () => {
    const { commands, shell } = window.jupyterapp;
    await commands.execute('notebook:clear-all-cell-outputs');
    window.ranAll = () => [...shell.currentWidget.content.model.cells].every(
        cell => cell.type !== 'code' || !cell.sharedModel.getSource() || cell.executionState === 'idle' && cell.executionCount !== null
    );
    void commands.execute('notebook:run-all-cells'); // which ends early where a cell fails as it should
}"""
_OUTPUTS = """() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells
    .filter(cell => cell.cell_type === 'code').map(cell => cell.outputs)"""
_IN_CONSOLE = """async sources => {
    const console = window.jupyterapp.shell.currentWidget.console;
    const shown = [];
    for (const source of sources) {
        await console.inject(source);
        shown.push(console.cells.get(console.cells.length - 1).model.toJSON().outputs);
    }
    return shown;
}"""
_WRITE = """([path, sources]) => {
    const cells = sources.map(([source, tags], place) => ({
        id: `cell-${place}`, cell_type: 'code', source, metadata: { tags }, outputs: [], execution_count: null
    }));
    const kernelspec = { name: 'monty', display_name: 'Python (Monty)', language: 'python' };
    const content = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    return window.jupyterapp.serviceManager.contents.save(path, { type: 'notebook', format: 'json', content });
}"""
_SHUT_DOWN = """async () => {
    await window.jupyterapp.serviceManager.sessions.shutdownAll();
    for (const widget of [...window.jupyterapp.shell.widgets('main')]) {
        if (widget.context) widget.dispose();
    }
}"""

Output = dict[str, Any]


@dataclass(frozen=True)
class Lite:
    """An application of the site at `url`, in a tab."""

    page: Page
    url: str

    @classmethod
    def lab(cls, page: Page, url: str) -> Lite:
        """Open the lab, and wait for its launcher or what was open in it."""
        page.goto(f"{url}/lab/index.html")
        until_true(page, _STARTED)
        return cls(page, url)

    @classmethod
    def notebook(cls, page: Page, url: str, path: str) -> Lite:
        """Open a notebook in the application that shows one alone."""
        page.goto(f"{url}/notebooks/index.html?path={quote(path)}")
        until_true(page, _STARTED)
        return cls(page, url)

    @classmethod
    def repl(cls, page: Page, url: str, arguments: str = "") -> Lite:
        """Open a console that is nothing else."""
        page.goto(f"{url}/repl/index.html?kernel=monty{arguments}")
        until_true(page, _STARTED)
        expect(page.locator(".jp-CodeConsole-promptCell .cm-content")).to_be_visible()
        until_true(page, _READY)
        return cls(page, url)

    def command(self, name: str, **arguments: Any) -> None:
        """Run a command of the application; what it does may take longer."""
        self.page.evaluate(
            "([name, given]) => { void window.jupyterapp.commands.execute(name, given); }", [name, arguments]
        )

    def new_notebook(self, folder: str = "") -> Notebook:
        """A new notebook on top, whose kernel is ready."""
        tabs = self.page.locator(".jp-NotebookPanel").count()
        self.command("notebook:create-new", kernelName="monty", cwd=folder)
        expect(self.page.locator(".jp-NotebookPanel")).to_have_count(tabs + 1)
        return self.on_top()

    def write(self, path: str, *sources: str, failing: Sequence[str] = ()) -> None:
        """Save a notebook of these cells, those that fail, and an empty one to the site's drive, which the browser keeps."""
        cells = [
            *((source, []) for source in sources),
            *((source, ["raises-exception"]) for source in failing),
            ("", []),
        ]
        self.page.evaluate(_WRITE, [path, cells])

    def open(self, path: str) -> Notebook:
        """A notebook of the site's drive on top, whose kernel is ready."""
        tabs = self.page.locator(".jp-NotebookPanel").count()
        self.command("docmanager:open", path=path)
        expect(self.page.locator(".jp-NotebookPanel")).to_have_count(tabs + 1)
        return self.on_top()

    def on_top(self) -> Notebook:
        """The notebook on top, when its kernel is ready."""
        notebook = Notebook(self.page)
        expect(notebook.cell(0)).to_be_visible()
        until_true(self.page, _READY)
        return notebook

    def run_all(self) -> None:
        """Run all cells of the notebook on top, to their end."""
        self.page.evaluate(_RUN_ALL)
        until_true(self.page, "() => window.ranAll()")

    def outputs(self) -> list[list[Output]]:
        """The outputs of the code cells of the notebook on top."""
        return cast("list[list[Output]]", self.page.evaluate(_OUTPUTS))

    def in_console(self, sources: list[str]) -> list[list[Output]]:
        """Run these one by one in the console on top; their outputs."""
        return cast("list[list[Output]]", self.page.evaluate(_IN_CONSOLE, sources))

    def kernel_name(self) -> Locator:
        """The button that names the kernel of the notebook on top."""
        return Notebook(self.page).panel.locator(".jp-KernelName")

    def shut_down(self) -> None:
        """End all kernels and close all notebooks, unsaved."""
        self.page.evaluate(_SHUT_DOWN)
        expect(self.page.locator(".jp-NotebookPanel")).to_have_count(0)


def until_true(page: Page, function: str, argument: Any = None) -> None:
    """Wait until this function of the page gives something true, at once or by a promise.

    Playwright's own `wait_for_function` takes a promise for true, whatever becomes of it.
    """
    page.wait_for_function(_UNTIL_TRUE, arg=[function, argument])


def interrupt(notebook: Notebook) -> None:
    """Press the button of the toolbar."""
    notebook.toolbar("notebook:interrupt-kernel").click()


def answer(notebook: Notebook, cell: int, text: str) -> None:
    """Answer the question of a running cell."""
    field = notebook.cell(cell).locator(".jp-Stdin-input").last  # that of the question before may still be there
    field.fill(text)
    field.press("Enter")


def say_yes(notebook: Notebook, label: str) -> None:
    """Answer the kernel's own question in its dialog.

    label: What the button for yes says.
    """
    dialog = notebook.page.locator(".mk-Question")
    dialog.get_by_role("button", name=label, exact=True).click()
    expect(dialog).to_have_count(0)
