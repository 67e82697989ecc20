"""`jupyter console` in a terminal: each test is one conversation."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.frontends.environment import KERNEL
from tests.support.frontends.terminal import Terminal, open_terminal


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Terminal]:
    """A console at its first prompt."""
    command = [str(Path(sys.executable).with_name("jupyter")), "console", f"--kernel={KERNEL}"]
    with open_terminal(command, os.environ, tmp_path) as terminal:
        terminal.wait_for(r"^In \[1\]:")
        yield terminal


def test_the_kernel_starts_without_a_word_of_its_own(console: Terminal) -> None:
    assert console.text.startswith("Jupyter console")
    assert "WARNING" not in console.text


def test_results_and_printed_text(console: Terminal) -> None:
    console.type("6 * 7\r")
    console.wait_for(r"^Out\[1\]: 42$")
    console.wait_for(r"^In \[2\]:")
    console.type("print('hello'); _ + 1\r")
    console.wait_for(r"^hello$")
    console.wait_for(r"^Out\[2\]: 43$")
    console.wait_for(r"^In \[3\]:")


def test_what_a_cell_prints_does_not_steer_the_terminal(console: Terminal) -> None:
    console.type("6 * 7\r")
    console.wait_for(r"^Out\[1\]: 42$")
    console.wait_for(r"^In \[2\]:")
    console.type("print('\\x1b[2J\\x1b[H\\x1b]0;evil\\x07', '\\x1b]52;c;AA\\x07', '\\x1b[31mred\\x1b[0m')\r")
    console.wait_for(r"^\\x1b\[2J\\x1b\[H\\x1b\]0;evil\\x07 \\x1b\]52;c;AA\\x07 red$")
    console.wait_for(r"^Out\[1\]: 42$")
    assert console.title != "evil"
    console.type("raise ValueError('\\x1b]0;evil\\x07')\r")
    console.wait_for(r"ValueError: \\x1b\]0;evil\\x07")
    assert console.title != "evil"


def test_an_unfinished_statement_gets_more_lines(console: Terminal) -> None:
    console.type("for word in ['a', 'b']:\r")
    console.wait_for(r"^\s+\.\.\.:")
    console.type("print('word', word)\r\r")
    console.wait_for(r"^word a\nword b$")
    console.wait_for(r"^In \[2\]:")
    console.type("(1 +\r")
    console.wait_for(r"^In \[2\]: \(1 \+\n\s+\.\.\.:")
    console.type("2)\r")
    console.wait_for(r"^Out\[2\]: 3$")


def test_tab_completes(console: Terminal) -> None:
    console.type("temperature_in_paris = 21\r")
    console.wait_for(r"^In \[2\]:")
    console.type("temperature_in_p\t")
    console.wait_for(r"^In \[2\]: temperature_in_paris$")
    console.type("\r")
    console.wait_for(r"^Out\[2\]: 21$")
    console.wait_for(r"^In \[3\]:")
    console.type("import json\r")
    console.wait_for(r"^In \[4\]:")
    console.type("json.du\t")
    console.wait_for(r"dumps")


def test_an_error_names_its_line_and_the_console_goes_on(console: Terminal) -> None:
    console.type("1 / 0\r")
    console.wait_for(r"^ZeroDivisionError: division by zero$")
    console.wait_for(r"Cell In\[1\], line 1")
    console.wait_for(r"^In \[2\]:")
    console.type("'going on'\r")
    console.wait_for(r"^Out\[2\]: 'going on'$")


def test_ctrl_c_interrupts_a_computing_cell_and_keeps_the_session(console: Terminal) -> None:
    console.type("kept = 'kept'\r")
    console.wait_for(r"^In \[2\]:")
    console.type("while True: pass\r\r")
    console.wait_for(r"^In \[2\]: while True: pass")
    # The console gives no sign that the cell has started; a Ctrl-C before that would only clear its input line.
    with pytest.raises(AssertionError, match="Waited"):
        console.wait_for(r"^In \[3\]:", seconds=1.5)
    console.type("\x03")
    console.wait_for(r"KeyboardInterrupt")
    console.wait_for(r"^In \[3\]:")
    console.type("kept\r")
    console.wait_for(r"^Out\[3\]: 'kept'$")


def test_input_asks_in_the_terminal(console: Terminal) -> None:
    console.type("name = input('Who? ')\r")
    console.wait_for(r"^Who\?$")
    console.type("Ada\r")
    console.wait_for(r"^In \[2\]:")
    console.type("name\r")
    console.wait_for(r"^Out\[2\]: 'Ada'$")


def test_a_question_mark_shows_help(console: Terminal) -> None:
    console.type("def area(w, h):\r'Width times height.'\rreturn w * h\r\r")
    console.wait_for(r"^In \[2\]:")
    console.type("area?\r")
    console.wait_for(r"Width times height\.")


@pytest.mark.parametrize("word", ["exit", "quit()"])
def test_a_word_ends_the_console_and_its_kernel(console: Terminal, word: str) -> None:
    console.type(f"{word}\r")
    assert console.wait_for_end() == 0


def test_ctrl_d_ends_the_console_and_its_kernel(console: Terminal) -> None:
    console.type("\x04")
    console.wait_for(r"Do you really want to exit")
    console.type("y\r")
    assert console.wait_for_end() == 0
