"""Bars of `tqdm` and `rich.progress.track` as the front end gets them, and records that no bar printed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from monty_kernel.engine.progress_bars import BEGIN, END, INTERVAL, MOST_BARS, ProgressBars
from monty_kernel.engine.source import Failure
from monty_kernel.outputs import ClearOutput, Display, Output, Stream
from tests.support.engine_session import Session

_TIMES = re.compile(r" ?\[[^\]]*\]\Z")


class Watched(Session):
    """A session that keeps all outputs of a cell."""

    def outputs_of(self, text: str) -> list[Output]:
        """What a cell shows. It must not fail."""
        self.seen: list[Output] = []
        failure = self.run(text).failure
        assert failure is None
        return self.seen

    def emit(self, output: object) -> None:
        assert isinstance(output, (Stream, Display, ClearOutput))
        self.seen.append(output)

    def last_lines(self, text: str) -> list[str]:
        """What the bars of a cell say at its end, without times, in the order in which they stand."""
        return lines_at_end(self.outputs_of(text))


def lines_at_end(outputs: list[Output]) -> list[str]:
    shown: dict[str, str] = {}
    for output in outputs:
        if isinstance(output, Display):
            assert output.display_id is not None
            assert output.update == (output.display_id in shown)
            shown[output.display_id] = _TIMES.sub("", output.data["text/plain"])
    return list(shown.values())


@pytest.fixture(scope="module")
def session() -> Iterator[Watched]:
    session = Watched()
    yield session
    session.engine.close()


LOOPS = {
    "from tqdm import tqdm\nfor n in tqdm(range(3), desc='Squaring', unit='item'): pass": [
        "Squaring: 100%|██████████| 3/3"
    ],
    "import tqdm.auto as t\nfor n in t.trange(4): pass": ["100%|██████████| 4/4"],
    "from tqdm.notebook import tqdm, trange\nfor n in trange(2): pass": ["100%|██████████| 2/2"],
    "from rich.progress import track\nfor n in track([1, 2], description='Working'): pass": [
        "Working: 100%|██████████| 2/2"
    ],
    "for n in tqdm(iter([1, 2, 3])): pass": ["3it"],
    "for n in tqdm(range(8)):\n    if n == 4: break": [" 50%|█████     | 4/8"],
    "with tqdm(total=10) as bar:\n    bar.update(3)\n    bar.update()": [" 40%|████      | 4/10"],
    "with tqdm(total=2, desc='a') as bar:\n    bar.set_description('b')\n    bar.update(2)": [
        "b: 100%|██████████| 2/2"
    ],
    "total = sum(tqdm([1, 2]))\nmost = max(tqdm((4, 5), leave=False))": ["100%|██████████| 2/2"],
    "squares = [n * n for n in tqdm([1, 2])]": ["100%|██████████| 2/2"],
    "for i in tqdm([1, 2], desc='out'):\n    for j in tqdm([1, 2, 3], desc='in'): pass": [
        "out: 100%|██████████| 2/2",
        "in: 100%|██████████| 3/3",
        "in: 100%|██████████| 3/3",
    ],
    "for n in tqdm(range(5), disable=True): pass": [],
    "for n in tqdm([]): pass": ["0it"],
    "bar = tqdm(total=4)\nbar.update(4)\nbar.reset(total=6)\nbar.update(3)": [" 50%|█████     | 3/6"],
}


@pytest.mark.parametrize("cell", LOOPS)
def test_a_bar_ends_in_its_last_state(session: Watched, cell: str) -> None:
    assert session.last_lines(cell) == LOOPS[cell]


def test_a_postfix_stands_at_the_end(session: Watched) -> None:
    session.outputs_of("from tqdm import tqdm")
    outputs = session.outputs_of("with tqdm(total=1) as bar:\n    bar.update()\n    bar.set_postfix(loss=0.12345, n=3)")
    last = [output for output in outputs if isinstance(output, Display)][-1]
    assert last.data["text/plain"].endswith("loss=0.123, n=3]")
    assert "<progress " in last.data["text/html"]


ROUNDS = {
    "for i, n in enumerate(tqdm([5, 6])): print(i, n)": "0 5\n1 6\n",
    "for i, n in enumerate(tqdm([5, 6]), 3): print(i, n)": "3 5\n4 6\n",
    "for i, n in enumerate(tqdm([5, 6]), start=3): print(i, n)": "3 5\n4 6\n",
    "for a, b in zip('xy', tqdm([5, 6])): print(a, b)": "x 5\ny 6\n",
    "for a, b, c in zip(tqdm([5, 6]), 'xy', [7, 8]): print(a, b, c)": "5 x 7\n6 y 8\n",
    "for i, (a, b) in enumerate(zip(tqdm([5, 6]), 'xy')): print(i, a, b)": "0 5 x\n1 6 y\n",
    "print(list(enumerate(tqdm([5]))), list(zip(tqdm([6]), [7])))": "[(0, 5)] [(6, 7)]\n",
    "def enumerate(*values): return [('own', len(values))]\nfor pair in enumerate(tqdm([5])): print(*pair)": "own 1\n",
}


@pytest.mark.parametrize("cell", ROUNDS)
def test_enumerate_and_zip_give_what_they_give(cell: str) -> None:
    session = Watched()
    outputs = session.outputs_of("from tqdm import tqdm\n" + cell)
    session.engine.close()
    printed = "".join(output.text for output in outputs if isinstance(output, Stream))
    assert printed == ROUNDS[cell]


@pytest.mark.parametrize("call", ["enumerate(bar)", "zip(bar, 'abc')", "enumerate(bar, 5)"])
def test_a_bar_is_not_exhausted_before_the_first_round(session: Watched, call: str) -> None:
    outputs = session.outputs_of(
        f"from tqdm import tqdm\nbar = tqdm([1, 2, 3])\nseen = []\nfor each in {call}: seen.append(bar.n)\nprint(seen)"
    )
    assert Stream("stdout", "[0, 1, 2]\n") in outputs
    assert lines_at_end(outputs) == ["100%|██████████| 3/3"]


def test_what_is_written_stands_beside_the_bar(session: Watched) -> None:
    outputs = session.outputs_of(
        "from tqdm import tqdm\nfor n in tqdm([1, 2]):\n    tqdm.write(f'n: {n}')\nbar = tqdm(total=0)\nbar.write('end')"
    )
    assert [output.text for output in outputs if isinstance(output, Stream)] == ["n: 1\n", "n: 2\n", "end\n"]


def test_a_bar_goes_on_in_the_next_cell(session: Watched) -> None:
    assert session.last_lines("from tqdm import tqdm\nbar = tqdm(total=4)\nbar.update()") == [" 25%|██▌       | 1/4"]
    assert session.last_lines("bar.update(2)") == [" 75%|███████▌  | 3/4"]


def test_an_unknown_argument_is_an_error(session: Watched) -> None:
    session.outputs_of("from tqdm import tqdm")
    failure = session.run("tqdm([], colour_of_bar=1)").failure
    assert isinstance(failure, Failure) and failure.ename == "KeyError"


# What reaches the front end -------------------------------------------------------------------------------------------


class Clock:
    """Seconds that pass when it is told so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def record(number: int = 1, **changed: Any) -> str:
    said: dict[str, Any] = {
        "bar": number,
        "n": 1,
        "total": 10,
        "initial": 0,
        "seconds": 1.0,
        "text": "t",
        "unit": "it",
        "scale": False,
        "divisor": 1000,
        "postfix": "",
        "leave": True,
        "done": False,
    }
    return BEGIN + json.dumps(said | changed) + END


class Taken:
    """The bars of a cell, and what they let through."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.bars = ProgressBars(self.clock)
        self.outputs: list[Output] = []

    def print(self, text: str, name: str = "stderr") -> None:
        assert name in ("stdout", "stderr")
        self.bars.emit(Stream("stderr" if name == "stderr" else "stdout", text), self.outputs.append)

    def finish(self) -> list[Output]:
        self.bars.finish(self.outputs.append)
        return self.outputs

    @property
    def displays(self) -> list[Display]:
        return [output for output in self.outputs if isinstance(output, Display)]

    @property
    def text(self) -> str:
        return "".join(output.text for output in self.outputs if isinstance(output, Stream))


def test_at_most_ten_updates_a_second_reach_the_front_end() -> None:
    taken = Taken()
    for n in range(1000):
        taken.print(record(n % 7, n=n, total=1000))
        taken.clock.now += 0.002
    assert len(taken.displays) <= 2.0 / INTERVAL + 1
    ends = lines_at_end(taken.finish())
    assert sorted(line.rpartition(" ")[2] for line in ends) == [f"{n}/1000" for n in range(993, 1000)]


def test_a_record_may_come_in_pieces() -> None:
    whole = "before" + record() + "after"
    for cut in range(len(whole) + 1):
        taken = Taken()
        taken.print(whole[:cut])
        taken.print(whole[cut:])
        taken.finish()
        assert taken.text == "beforeafter"
        assert lines_at_end(taken.outputs) == ["t:  10%|█         | 1/10"]


NO_RECORDS = [
    BEGIN,
    BEGIN + END,
    BEGIN + "[]" + END,
    BEGIN + "[" * 5000 + END,
    BEGIN + "x" * 20_000 + END,
    BEGIN + "x" * 20_000,
    "\x1b",
    "\x1b_monty",
    "\x1b_other\x1b\\",
    record(n="1"),
    record(n=float("nan")),
    record(total=float("inf")),
    record(total=10**400),
    record(seconds=-1),
    record(divisor=0),
    record(divisor=1),
    record(text=5),
    record(text="x" * 201),
    record(number=1, bar="1"),
]


@pytest.mark.parametrize("text", NO_RECORDS, ids=range(len(NO_RECORDS)))
def test_what_is_no_record_of_a_bar_is_text(text: str) -> None:
    taken = Taken()
    taken.print("a" + text)
    taken.print("b")
    taken.finish()
    assert taken.text == "a" + text + "b"
    assert not taken.displays


def test_a_forged_record_shows_a_bar_and_nothing_else(session: Watched) -> None:
    forged = record(text="<img src=x onerror=alert(1)>", unit="</progress><script>alert(1)</script>")
    outputs = session.outputs_of(f"import sys\nprint({forged!r}, file=sys.stderr)")
    displays = [output for output in outputs if isinstance(output, Display)]
    assert len(displays) == 1
    shown = displays[0].data["text/html"]
    assert "<script" not in shown and "<img" not in shown and "&lt;img" in shown
    assert set(displays[0].data) == {"text/plain", "text/html"}


def test_a_forged_record_changes_no_display_but_that_of_its_cell(session: Watched) -> None:
    before = session.outputs_of("from tqdm import tqdm\nb = tqdm(total=3)\nh = display(1, display_id='1')")
    after = session.outputs_of(
        f"import sys\nfor n in range(50): print({BEGIN!r} + {record()[len(BEGIN) :]!r}.replace('1', str(n), 1), file=sys.stderr)"
    )
    ids = [{each.display_id for each in outputs if isinstance(each, Display)} for outputs in (before, after)]
    assert not ids[0] & ids[1]


def test_no_more_than_so_many_bars_are_shown() -> None:
    taken = Taken()
    for number in range(MOST_BARS + 9):
        taken.print(record(number, done=True))
    assert len(lines_at_end(taken.finish())) == MOST_BARS
    assert taken.text == "[9 more progress bars are not shown]\n"


def test_bars_that_do_not_stay_share_one_place() -> None:
    taken = Taken()
    for number in range(30):
        for n in range(3):
            taken.print(record(number, n=n, leave=False, done=n == 2))
            taken.clock.now += 0.07
    assert lines_at_end(taken.finish()) == [""]


def test_a_bar_stands_before_what_is_printed_after_it_began() -> None:
    taken = Taken()
    taken.print(record(1))
    taken.print(record(2, text="second"))
    taken.print("later", "stdout")
    assert [type(output).__name__ for output in taken.outputs] == ["Display", "Display", "Stream"]


def test_a_bar_comes_again_after_the_output_was_cleared() -> None:
    taken = Taken()
    taken.print(record(1))
    taken.bars.emit(ClearOutput(), taken.outputs.append)
    taken.clock.now += 1
    taken.print(record(1, n=2))
    assert [output.update for output in taken.displays] == [False, False]
