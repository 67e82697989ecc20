"""Values that hold others twice, and these again: to write them out would take for ever, so what looks does not."""

from __future__ import annotations

import pytest

from monty_kernel.timetravel import differences
from tests.support.engine_session import Session
from tests.support.kernel_client import Kernel

LEVELS = 60

SHARED = {
    "list": "x = [x, x]",
    "tuple": "x = (x, x)",
    "dict": "x = {'a': x, 'b': x}",
    "numbers": "x = {1: x, 2: x}",
    "list of tuples": "x = [(x,), (x,)]",
    "previous two": "x, y = [x, y], x",
    "deque": "x = deque([x, x])",
    "Counter": "x = Counter({1: x, 2: x})",
    "defaultdict": "x = defaultdict(int, {1: x, 2: x})",
    "namedtuple": "x = Pair(x, x)",
    "dataclass": "x = Two(x, x)",
    "values": "x = {1: x, 2: x}.values()",
    "object": "x = Own(x)",
}
IMPORTS = (
    "from collections import *\nfrom dataclasses import dataclass\nPair = namedtuple('Pair', 'a b')\n"
    "@dataclass\nclass Two:\n    a: object\n    b: object\n"
    "class Own:\n    def __init__(self, a): self.a = self.b = a\n"
)
LOOKS = ["%whos", "%who", "%who_ls", "%snapshots", "n = len([x])", "%diff 1", "%undo", "%redo", "%typecheck on", "n"]


@pytest.mark.parametrize("step", SHARED.values(), ids=SHARED)
def test_looking_at_the_session_takes_no_time(kernel: Kernel, step: str) -> None:
    kernel.run("%reset -f")
    kernel.run(IMPORTS + "x = y = []")
    made = kernel.run(f"for _ in range({LEVELS}):\n    {step}\nkept = [1]")
    assert made.reply["status"] == "ok", made.reply
    kernel.run("kept.append(2)")
    kernel.run("len(kept)")
    for code in LOOKS:  # written out, x has more elements than a computer has memory
        assert kernel.run(code).reply["status"] == "ok", code
    kernel.run("%typecheck off")
    assert kernel.run("kept, len(kept)").plain == "([1, 2], 2)"


def test_looking_runs_no_code_of_the_persons(kernel: Kernel) -> None:
    kernel.run("%reset -f")
    kernel.run(
        "class Counter:\n    _fields = ('a',)\n    def called(self, *args): print('called')\n"
        "    keys = values = items = __iter__ = __len__ = __getitem__ = called\n"
        "class deque(object):\n    _fields = ('a',)\n    def __iter__(self): print('called')\n"
        "x = [Counter(), deque()]\nfor _ in range(20):\n    x = [x]\ny = Counter()"
    )
    kernel.run("x.append(1)")
    assert "called" not in kernel.run("%whos").text()
    assert "called" not in kernel.run("%undo").text()


def test_a_survey_that_would_take_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session()
    try:
        session.run(f"x = []\nfor _ in range({LEVELS}):\n    x = [x, x]\nx = [*range(20), x, *range(20)]\nkept = 5")
        monkeypatch.setattr(differences, "MOST_SECONDS", 0.5)
        assert differences.survey(session.engine) is None
        session.engine.recover()
        assert session.run("1").failure is None
    finally:
        session.engine.close()
