"""What a cell asks the person: lines, passwords, and what becomes of a question that nobody answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .apps import Lite, answer, interrupt

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]


def test_input_and_getpass(lab: Lite) -> None:
    notebook = lab.new_notebook()
    asking = notebook.start("name = input('Your name? ')\nfrom getpass import getpass\nsecret = getpass('Code: ')")
    expect(notebook.cell(asking).locator(".jp-Stdin-prompt")).to_have_text("Your name? ")
    answer(notebook, asking, "Monty <b>é</b>")
    code = notebook.cell(asking).locator(".jp-Stdin-prompt", has_text="Code: ")
    expect(code.locator(".jp-Stdin-input")).to_have_attribute("type", "password")
    answer(notebook, asking, "s3cret")
    notebook.wait_for_number(asking)
    expect(notebook.outputs(notebook.run("name, secret"))).to_have_text("('Monty <b>é</b>', 's3cret')")


def test_a_question_is_interrupted_and_the_cell_goes_on(lab: Lite) -> None:
    notebook = lab.new_notebook()
    asking = notebook.start("kept = 1\ntry:\n    input('Well? ')\nexcept KeyboardInterrupt:\n    print('caught', kept)")
    expect(notebook.cell(asking).locator(".jp-Stdin-input")).to_be_visible()
    interrupt(notebook)
    expect(notebook.cell(asking)).to_contain_text("caught 1")
    expect(notebook.outputs(notebook.run("kept"))).to_have_text("1")


def test_a_kernel_is_restarted_while_it_asks(lab: Lite) -> None:
    notebook = lab.new_notebook()
    asking = notebook.start("kept = 1\ninput('Well? ')")
    expect(notebook.cell(asking).locator(".jp-Stdin-input")).to_be_visible()
    lab.command("notebook:restart-kernel")
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(notebook.prompt(asking)).to_have_text("[ ]:")
    lab.on_top()
    expect(notebook.outputs(notebook.run("'kept' in locals()"))).to_have_text("False")
