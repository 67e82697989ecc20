"""Progress bars, whose state comes among what a cell prints to stderr: Monty cannot ask the host in the middle of an iteration.

The bars of the modules `tqdm` and `rich.progress` print records. They are taken out here and become displays. A cell that prints such
a record itself shows a bar, which it may do anyway: its numbers and texts are checked, and the display passes the budget and
the sanitizer like any other.
"""

from __future__ import annotations

import json
import math
import time
import uuid
from collections.abc import Callable
from typing import Any

from ..outputs import ClearOutput, Display, Output, Stream
from ..outputs.meter import BarState, html_of, line_of

BEGIN = "\x1b_monty-bar;"
END = "\x1b\\"
_LONGEST = 12_000  # characters of a record: three texts of 200, of which json writes twelve for one
_LONGEST_TEXT = 200

INTERVAL = 0.1
"""Seconds between two updates of a cell's bars, all of them together."""

MOST_BARS = 50
"""Bars that one cell shows."""

_SMOOTHING = 0.3  # the weight of the last interval in the rate, as in tqdm

Emit = Callable[[Output], None]


class ProgressBars:
    """The bars of one cell. For the sandbox thread.

    Args:
        clock: Seconds, of any beginning.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held = ""  # the beginning of a record whose end is to come
        self._bars: dict[int, _Bar] = {}
        self._vacant: list[_Bar] = []  # shown, and gone: the next bar takes the place
        self._unshown = 0
        self._shown_at = -math.inf

    def emit(self, output: Output, emit: Emit) -> None:
        """Pass on an output without the records in it, and what they say as displays."""
        if isinstance(output, Stream) and output.name == "stderr":
            if self._held or "\x1b" in output.text:
                self._split(self._held + output.text, emit)
                return
        elif self._held:
            self._release(emit)
        if self._bars:
            self._before(output, emit)
        emit(output)

    def finish(self, emit: Emit) -> None:
        """The cell is over: show each bar as it was last."""
        self._release(emit)
        for bar in [*self._bars.values(), *self._vacant]:
            if bar.is_due:
                self._show(bar, emit)
        if self._unshown:
            emit(Stream("stderr", f"[{self._unshown:,} more progress bars are not shown]\n"))

    def _release(self, emit: Emit) -> None:
        held, self._held = self._held, ""
        if held:
            emit(Stream("stderr", held))

    def _before(self, output: Output, emit: Emit) -> None:
        """Bars stand where they began among the other outputs."""
        for bar in self._bars.values():
            if isinstance(output, ClearOutput):
                bar.is_shown = False
            elif not bar.is_shown:
                self._show(bar, emit)

    def _split(self, text: str, emit: Emit) -> None:
        self._held = ""
        position = 0
        while (start := text.find(BEGIN, position)) >= 0:
            end = text.find(END, start)
            if end < 0 and len(text) - start <= _LONGEST:
                self._print(text[position:start], emit)
                self._held = text[start:]
                return
            state = _state(text[start + len(BEGIN) : end]) if 0 <= end - start <= _LONGEST else None
            if state is None:  # nothing that a bar printed
                self._print(text[position : start + len(BEGIN)], emit)
                position = start + len(BEGIN)
                continue
            self._print(text[position:start], emit)
            position = end + len(END)
            self._take(state, emit)
        rest = text[position:]
        cut = rest.rfind("\x1b")
        if cut >= 0 and BEGIN.startswith(rest[cut:]):
            self._held, rest = rest[cut:], rest[:cut]
        self._print(rest, emit)

    def _print(self, text: str, emit: Emit) -> None:
        if text:
            output = Stream("stderr", text)
            self._before(output, emit)
            emit(output)

    def _take(self, state: BarState, emit: Emit) -> None:
        bar = self._bars.get(state.number)
        if bar is None:
            if state.done and not state.leave:
                return
            if self._vacant:
                bar = self._vacant.pop(0)
            elif len(self._bars) < MOST_BARS:
                bar = _Bar()
            else:
                self._unshown += state.done
                return
            self._bars[state.number] = bar
        bar.state, bar.is_due = state, True
        if state.done and not state.leave:
            del self._bars[state.number]
            if not bar.is_shown:
                return
            bar.state = None
            self._vacant.append(bar)
        self._show_next(emit)

    def _show_next(self, emit: Emit) -> None:
        if self._clock() - self._shown_at < INTERVAL:
            return
        waiting = [bar for bar in (*self._bars.values(), *self._vacant) if bar.is_due]
        self._show(min(waiting, key=lambda bar: (bar.is_shown, bar.shown_at)), emit)

    def _show(self, bar: _Bar, emit: Emit) -> None:
        self._shown_at = bar.shown_at = self._clock()
        emit(bar.display())


class _Bar:
    """A place among the outputs, and the bar that has it.

    Attributes:
        state: None if the bar is gone.
        is_due: Whether the front end shows an earlier state.
        is_shown: Whether it has the place at all.
        shown_at: When the front end was last told of it.
    """

    def __init__(self) -> None:
        self.state: BarState | None = None
        self.is_due = False
        self.is_shown = False
        self.shown_at = -math.inf
        self._display_id = uuid.uuid4().hex
        self._number: int | None = None
        self._last = (0.0, 0.0)  # n and seconds when it was last shown
        self._smooth = (0.0, 0.0)

    def display(self) -> Display:
        """What shows it as it is now."""
        update, self.is_shown, self.is_due = self.is_shown, True, False
        state = self.state
        if state is None:
            return Display({"text/plain": "", "text/html": ""}, {}, self._display_id, update)
        rate = None if state.done else self._rate(state)
        data = {"text/plain": line_of(state, rate), "text/html": html_of(state, rate)}
        return Display(data, {}, self._display_id, update)

    def _rate(self, state: BarState) -> float | None:
        if self._number != state.number or state.n < self._last[0]:
            self._number, self._last, self._smooth = state.number, (state.initial, 0.0), (0.0, 0.0)
        done, passed = state.n - self._last[0], state.seconds - self._last[1]
        self._last = state.n, state.seconds
        if done <= 0 or passed <= 0:
            return self._smooth[0] / self._smooth[1] if self._smooth[1] else None
        weight = _SMOOTHING if self._smooth[1] else 1.0
        before = self._smooth
        self._smooth = (
            weight * done + (1 - weight) * before[0],
            weight * passed + (1 - weight) * before[1],
        )
        return self._smooth[0] / self._smooth[1]


# Records --------------------------------------------------------------------------------------------------------------


def _state(text: str) -> BarState | None:
    """What a record says; None if no bar printed it."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict):
        return None
    numbers: dict[str, Any] = {name: said.get(name) for name in _NUMBERS}
    texts: dict[str, Any] = {name: said.get(name) for name in _TEXTS}
    if numbers["total"] is None:
        del numbers["total"]
    if not all(map(_is_number, numbers.values())) or not all(map(_is_short, texts.values())):
        return None
    if not isinstance(numbers["bar"], int) or numbers["seconds"] < 0 or numbers["divisor"] <= 1:
        return None
    return BarState(
        numbers["bar"],
        numbers["n"],
        numbers.get("total"),
        numbers["initial"],
        numbers["seconds"],
        texts["text"],
        texts["unit"],
        numbers["scale"],
        numbers["divisor"],
        texts["postfix"],
        said.get("leave") is True,
        said.get("done") is True,
    )


_NUMBERS = ("bar", "n", "total", "initial", "seconds", "scale", "divisor")
_TEXTS = ("text", "unit", "postfix")

_MOST = 1e18
"""Numbers larger than this count nothing."""


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and -_MOST < value < _MOST


def _is_short(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT
