"""A running cell is stopped with the toolbar's button, and the session is kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .apps import Lite, interrupt

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]


def test_a_loop_is_interrupted_and_the_session_kept(lab: Lite) -> None:
    notebook = lab.new_notebook()
    notebook.run("kept = [1]")
    looping = notebook.start("kept.append(2)\nprint('looping')\nwhile True: pass")
    expect(notebook.outputs(looping)).to_contain_text("looping")
    interrupt(notebook)
    expect(notebook.outputs(looping).last).to_contain_text("KeyboardInterrupt")
    expect(notebook.outputs(looping).last).to_contain_text("The session is as it was before this cell.")
    expect(notebook.outputs(notebook.run("kept"))).to_have_text("[1]")


def test_a_cell_that_waits_keeps_what_it_did(lab: Lite) -> None:
    notebook = lab.new_notebook()
    waiting = notebook.start("done = ['before']\nimport time\nprint('sleeping')\ntime.sleep(1000)")
    expect(notebook.outputs(waiting)).to_contain_text("sleeping")
    interrupt(notebook)
    expect(notebook.outputs(waiting).last).to_contain_text("KeyboardInterrupt")
    expect(notebook.outputs(notebook.run("done"))).to_have_text("['before']")


def test_what_caught_the_first_interrupt_is_stopped_by_the_second(lab: Lite) -> None:
    notebook = lab.new_notebook()
    notebook.run("kept = [1]")
    stubborn = notebook.start(
        "import time\ntry:\n    print('sleeping')\n    time.sleep(1000)\nexcept KeyboardInterrupt:\n"
        "    print('caught')\n    kept.append(2)\n    while True: pass"
    )
    expect(notebook.outputs(stubborn)).to_contain_text("sleeping")
    interrupt(notebook)
    expect(notebook.outputs(stubborn)).to_contain_text("caught")
    interrupt(notebook)
    expect(notebook.outputs(stubborn).last).to_contain_text("KeyboardInterrupt")
    expect(notebook.outputs(notebook.run("kept"))).to_have_text("[1]")


def test_cells_that_wait_behind_an_interrupted_one_do_not_run(lab: Lite) -> None:
    notebook = lab.new_notebook()
    looping = notebook.start("print('looping')\nwhile True: pass")
    behind = notebook.start("print('ran')")
    expect(notebook.outputs(looping)).to_contain_text("looping")
    interrupt(notebook)
    expect(notebook.outputs(looping).last).to_contain_text("KeyboardInterrupt")
    expect(notebook.prompt(behind)).to_have_text("[ ]:")
    expect(notebook.outputs(notebook.run("2 + 2"))).to_have_text("4")
    expect(notebook.outputs(behind)).to_have_count(0)


def test_a_memory_bomb_costs_its_own_cell_alone(lab: Lite) -> None:
    notebook = lab.new_notebook()
    notebook.run("kept = [1]")
    for bomb in ("kept.append(2)\n[0] * 1_000_000_000", "kept.append(3)\ntext = 'a'\nwhile True: text += text"):
        failed = notebook.run(bomb)
        expect(notebook.outputs(failed)).to_contain_text("MemoryError")
        expect(notebook.outputs(failed)).to_contain_text("The session is as it was before this cell.")
    expect(notebook.outputs(notebook.run("kept"))).to_have_text("[1]")


def test_restart_and_run_all_while_a_cell_loops(lab: Lite) -> None:
    notebook = lab.new_notebook()
    first = notebook.run("'kept' in locals()")
    notebook.run("kept = 1")
    endless = notebook.start("print('looping')\nwhile True: pass")
    expect(notebook.outputs(endless)).to_contain_text("looping")
    notebook.toolbar("notebook:restart-run-all").click()
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(notebook.outputs(first)).to_have_text("False")
    expect(notebook.prompt(endless)).to_have_text("[*]:")
    expect(notebook.outputs(endless)).to_have_text("looping\n")
    interrupt(notebook)
    expect(notebook.outputs(endless).last).to_contain_text("KeyboardInterrupt")
    expect(notebook.outputs(notebook.run("kept"))).to_have_text("1")


def test_a_session_that_is_shut_down_starts_anew(lab: Lite) -> None:
    notebook = lab.new_notebook()
    notebook.run("kept = 1")
    lab.command("kernelmenu:shutdown")
    expect(lab.kernel_name()).to_contain_text("No Kernel")
    lab.kernel_name().click()
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    lab.on_top()
    expect(notebook.outputs(notebook.run("kept"))).to_contain_text("name 'kept' is not defined")
