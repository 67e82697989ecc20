"""Printed text on its way to a terminal: colours and progress bars stay, all that steers more is made visible."""

from __future__ import annotations

import re

import pyte
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monty_kernel.sanitize.terminal import PrintedText, shown

STEERING = {
    "the cursor up": "\x1b[1A",
    "the cursor to the top": "\x1b[H",
    "the cursor to a place": "\x1b[3;7H",
    "the cursor to a place, the other way": "\x1b[3;7f",
    "the cursor saved and restored": "\x1b7\x1b8",
    "the cursor to a column": "\x1b[1G",
    "a clear screen": "\x1b[2J",
    "a clear screen and its history": "\x1b[3J",
    "a reset": "\x1bc",
    "a soft reset": "\x1b[!p",
    "scrolling": "\x1b[10S",
    "a scroll region": "\x1b[5;5r",
    "inserted lines": "\x1b[99L",
    "deleted lines": "\x1b[99M",
    "a reverse line feed": "\x1bM",
    "the other screen": "\x1b[?1049h",
    "a hidden cursor": "\x1b[?25l",
    "mouse reports": "\x1b[?1000h",
    "bracketed paste off": "\x1b[?2004l",
    "keyboard locked": "\x1b[2h",
    "a window title": "\x1b]0;evil\x07",
    "a window title, ended otherwise": "\x1b]2;evil\x1b\\",
    "a title reported as if typed": "\x1b[21t",
    "a moved window": "\x1b[3;0;0t",
    "an iconified window": "\x1b[2t",
    "the clipboard written": "\x1b]52;c;ZXZpbA==\x07",
    "the clipboard asked for": "\x1b]52;c;?\x07",
    "a link": "\x1b]8;;http://canary.invalid/\x07click\x1b]8;;\x07",
    "a link to a program": "\x1b]8;;file:///usr/bin/evil\x1b\\x\x1b]8;;\x1b\\",
    "a notification": "\x1b]9;evil\x07",
    "a working directory": "\x1b]7;file:///\x07",
    "an image": "\x1b]1337;File=name=eA==:AAAA\x07",
    "a colour asked for": "\x1b]10;?\x07",
    "a palette": "\x1b]4;1;#000000\x07",
    "a device control string": "\x1bP$q\"p\x1b\\",
    "sixel": "\x1bPq#0;2;0;0;0~\x1b\\",
    "a privacy message": "\x1b^x\x1b\\",
    "an application command": "\x1b_Gx\x1b\\",
    "a start of string": "\x1bXx\x1b\\",
    "the terminal's name": "\x1b[c",
    "its version": "\x1b[>q",
    "its status": "\x1b[6n",
    "an answerback": "\x05",
    "a bell": "\x07",
    "another character set": "\x0e\x1b(0",
    "tabs set": "\x1bH",
    "a double height line": "\x1b#3",
    "a vertical tab": "a\x0bb",
    "a form feed": "a\x0cb",
    "NUL": "a\x00b",
    "DEL": "a\x7fb",
    "cancelled sequences": "\x1b[\x18\x1b]\x1a",
    "a C1 introducer": "\x9b2J",
    "a C1 command": "\x9d0;evil\x9c",
    "a C1 device control": "\x90q\x9c",
    "a C1 line feed": "\x84\x85\x8d",
    "an introducer in an introducer": "\x1b\x1b[2J",
    "a colour that is none": "\x1b[31;2J",
    "a private colour": "\x1b[?31m\x1b[>4;2m",
    "a colour with a space": "\x1b[3 1m",
    "repeated text": "x\x1b[9999999b",
    "erasing the screen from here": "\x1b[0J",
}  # fmt: skip
LEFT = re.compile(r"\x1b(?!\[[0-9;:]*m|\[[0-2]?K)|[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")
STAYING = "\x1b[31mred\x1b[0m \x1b[38;2;1;2;3mx\x1b[m 50%\r100%\x1b[K\r\x1b[2K|\b/\b-\tü🐍\n"


@pytest.mark.parametrize("text", STEERING.values(), ids=STEERING.keys())
def test_what_steers_a_terminal_is_written_out(text: str) -> None:
    clean = shown(f"before {text} after")
    assert LEFT.search(text) is not None
    assert LEFT.search(clean) is None
    assert "\\x" in clean


@pytest.mark.parametrize("text", STEERING.values(), ids=STEERING.keys())
@pytest.mark.parametrize("at", range(1, 6))
def test_cut_into_several_prints_it_is_the_same(text: str, at: int) -> None:
    printed = PrintedText()
    pieces = [printed.feed(text[start : start + at]) for start in range(0, len(text), at)]
    assert LEFT.search("".join(pieces) + printed.rest()) is None


def test_colours_and_progress_bars_stay() -> None:
    assert shown(STAYING) == STAYING
    printed = PrintedText()
    assert "".join(printed.feed(char) for char in STAYING) + printed.rest() == STAYING


def test_what_could_become_a_colour_is_held_back_until_it_is_known() -> None:
    printed = PrintedText()
    assert printed.feed("a\x1b[3") == "a"
    assert printed.feed("1mb") == "\x1b[31mb"
    assert printed.feed("c\x1b") == "c"
    assert printed.rest() == "\\x1b"
    assert printed.rest() == ""
    assert printed.feed("\x1b[" + "1;" * 50) == "\\x1b[" + "1;" * 50  # no colour is that long


@given(
    st.lists(
        st.sampled_from(
            ["\x1b", "[", "3", "1", ";", "m", "K", "J", "]", "52;c;", "\x07", "\x9b", "x", "\r", "\n", "?", "\\"]
        ),
        max_size=25,
    ),
    st.randoms(),
)
@example(list("\x1b[31mx"), None)
def test_however_it_is_cut(characters: list[str], random: object) -> None:
    text = "".join(characters)
    printed, clean, start = PrintedText(), "", 0
    while start < len(text):
        stop = start + (random.randint(1, 5) if random is not None else 1)  # type: ignore[attr-defined]
        clean += printed.feed(text[start:stop])
        start = stop
    assert clean + printed.rest() == shown(text)
    assert LEFT.search(shown(text)) is None


def test_a_terminal_that_gets_it_is_not_steered() -> None:
    screen = pyte.Screen(200, 100)
    stream = pyte.Stream(screen)
    stream.feed("first line\r\n")
    for text in STEERING.values():
        stream.feed(shown(text) + "\r\n")
    assert screen.display[0].rstrip() == "first line"
    assert screen.title == ""
    assert screen.cursor.y == len(STEERING) + 1
