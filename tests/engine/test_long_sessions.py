"""Random sessions, checked cell by cell against what must be true: tracebacks name the right cells and lines, `In`, `Out` and `_`
hold what IPython's would, also after errors, unparsable cells, killed workers, lost cells and restored sessions."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from monty_kernel.engine.engine import Engine, Outcome
from monty_kernel.engine.frontend import NoFrontend
from monty_kernel.engine.limits import Limits
from monty_kernel.engine.source import CellSource, Failure
from monty_kernel.engine.source.cell import CellOptions, parse
from monty_kernel.magics.registry import Magics
from monty_kernel.outputs import Result

pytestmark = pytest.mark.slow


class Frontend(NoFrontend):
    """Swallows what cells print."""

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        raise AssertionError("no cell here asks")

    def ask_question(self, question: object) -> Future[str]:
        raise AssertionError("the kernel has nothing to ask")


@dataclass(frozen=True)
class Memory:
    """What a session must remember. functions: name -> (label of its cell, line of the failing statement)."""

    functions: dict[str, tuple[str, int]] = field(default_factory=dict)
    outs: dict[int, int] = field(default_factory=dict)
    last: tuple[int | str, int | str, int | str] = ("", "", "")


class RandomSession:
    """Runs random cells on an engine and keeps the books beside it."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.engine = Engine(Limits(memory=1 << 28))
        self.engine.start()
        self.frontend = Frontend()
        self.magics = Magics()
        self.count = 0
        self.made = 0
        self.typed: list[str] = [""]
        self.now = self.saved = self.dumped = Memory()

    def close(self) -> None:
        self.engine.close()

    def run(self, text: str, *, remember: bool = True, **expressions: str) -> Outcome:
        self.count += remember
        number = self.count + (not remember)
        if remember:
            self.typed.append(text)
        source = CellSource(f"In[{number}]", text)
        cell = parse(source, lambda: self.magics, CellOptions(number, begin=remember))
        self.engine.recover()
        return self.engine.run(
            cell,
            self.frontend,
            number=number if remember else 0,
            expressions=expressions,
            act=lambda _: self.engine.start(),
        )

    def settle(self) -> None:
        if self.engine.save(dump=self.random.random() < 0.6):
            self.dumped = self.now
        self.saved = self.now

    def kill_worker(self) -> None:
        pid = self.engine._sandbox._pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while self.engine._sandbox.is_alive():
            time.sleep(0.001)

    # Pieces of cells

    def padding(self) -> str:
        lines = [
            "", "# é漢 comment", "x = 1", "text = '''a\n\n  b'''", "y = [\n  1,\n  2]", "%time z = 1", "z = 'é漢'; w = 2", "x = 1 + \\\n  2",
            "if True:\n\tx = 3", "_2 if 2 in Out else 0", "from IPython.display import HTML", "f'{1!r:>{10}}'", "x = 2 ; len(In)", "%config A.b = 1",
        ]  # fmt: skip
        return "".join(self.random.choice(lines) + "\n" for _ in range(self.random.randint(0, 5)))

    def shown(self, number: int, value: int) -> None:
        last = self.now.last
        self.now = replace(self.now, outs={**self.now.outs, number: value}, last=(value, last[0], last[1]))

    # What a person does

    def define(self) -> None:
        self.made += 1
        name, padding = f"f{self.made}", self.padding()
        before = self.random.choice(["", "    # a comment\n", "    u = '''\n    '''\n", "    %time u = 1\n    w = 2\n"])
        text = f"{padding}def {name}(v=0):\n{before}    return (1 +\n            1 / v)\n"
        outcome = self.run(text, remember=self.random.random() < 0.9)
        assert outcome.failure is None, (text, outcome)
        line = padding.count("\n") + 1 + before.count("\n") + 2
        functions = {**self.now.functions, name: (self.label(text), line)}
        self.now = replace(self.now, functions=functions)

    def label(self, text: str) -> str:
        return f"In[{self.count + (self.typed[-1] != text)}]"

    def call(self) -> None:
        if not self.now.functions:
            return
        name = self.random.choice(sorted(self.now.functions))
        padding = self.padding()
        code = self.random.choice(
            ["{}()", "  ({}())".lstrip(), "x = {}()", "[{}() for i in range(3)]", "%time {}()", "q = 'é漢', {}()"]
        )
        text = padding + code.format(name) + self.random.choice(["", "\n", "\n\n# end", ";"])
        remember = self.random.random() < 0.9
        failure = self.run(text, remember=remember).failure
        assert failure is not None and failure.ename == "ZeroDivisionError", (text, failure)
        label = f"In[{self.count + (not remember)}]"
        self.check(failure, [(label, padding.count("\n") + 1), self.now.functions[name]])

    def check(self, failure: Failure, places: list[tuple[str, int]]) -> None:
        found = [(frame.cell.label if frame.cell else "", frame.line) for frame in failure.frames]
        assert list(dict.fromkeys(found)) == places, (failure, places)

    def fail(self) -> None:
        padding = self.padding()
        failure = self.run(padding + "[\n 1,\n undefined_name\n]").failure
        assert failure is not None
        self.check(failure, [(f"In[{self.count}]", padding.count("\n") + 3)])

    def mistype(self) -> None:
        padding = self.padding().replace("%", "#")
        text, line = self.random.choice(
            [("x = (", 1), ("\nx = 1 1", 2), ("class A(B): pass", 1), ("del x.y", 1), ("y = 1\nyield 5", 2)]
        )
        failure = self.run(padding + text).failure
        assert failure is not None and failure.kind == "syntax", (padding + text, failure)
        self.check(failure, [(f"In[{self.count}]", padding.count("\n") + line)])

    def show(self) -> None:
        value = self.random.randint(0, 10**9)
        remember = self.random.random() < 0.8
        outcome = self.run(self.padding() + str(value), remember=remember)
        assert outcome.result is not None and outcome.result.data["text/plain"] == str(value)
        self.shown(self.count + (not remember), value)

    def ask_expressions(self) -> None:
        outcome = self.run("x = 1", good="1 + 1", bad="1 / 0", wrong="1 +")
        good, bad, wrong = (outcome.expressions[name] for name in ("good", "bad", "wrong"))
        assert isinstance(good, Result) and good.data["text/plain"] == "2"
        assert isinstance(bad, Failure) and [frame.line for frame in bad.frames] == [1]
        assert isinstance(wrong, Failure) and wrong.ename == "SyntaxError"

    def look(self) -> None:
        self.engine.session.evaluate("[1, 2]", {"part": "__mk_look = 1"})

    def reset(self) -> None:
        self.made += 1
        text = f"{self.padding()}%reset -f\n{self.padding()}def f{self.made}(v=0):\n    return 1 / v\n"
        assert self.run(text).failure is None
        self.now = Memory({f"f{self.made}": (f"In[{self.count}]", text.count("\n"))})
        self.typed = [""] * len(self.typed)
        text = f"x = 1\n{self.padding()}%reset -f\n{self.padding()}undefined_name"
        failure = self.run(text).failure
        assert failure is not None
        self.check(failure, [(f"In[{self.count}]", text.count("\n") + 1)])
        self.now = Memory()
        self.typed = [""] * len(self.typed)

    # What befalls the session

    def kill_between(self) -> None:
        self.kill_worker()

    def lose(self) -> None:
        """The worker dies after a cell, before that can be saved: the cell is run again, or what is said of it is true."""
        shows = self.random.choice(["123456", "import time\n123456 + 0 * time.time_ns()"])
        self.run(f"{self.padding()}{shows}")
        self.kill_worker()
        self.engine.save()
        said = self.engine.recover() or ""
        if "before it" in said:
            self.now = self.saved
        elif "last saved" in said:
            self.now = self.dumped
        else:
            assert "after the last cell" in said
            self.shown(self.count, 123456)

    def interrupt(self) -> None:
        delay = self.random.choice([0.0, 0.001, 0.02])

        def soon() -> None:
            time.sleep(delay)
            while not self.engine.interrupts.interrupt():
                time.sleep(0.0001)

        threading.Thread(target=soon).start()
        failure = self.run(self.padding() + "def f_gone(): pass\nwhile True: pass").failure
        assert failure is not None and failure.ename == "KeyboardInterrupt"

    def crash(self) -> None:
        threading.Timer(0.02, self.kill_worker_anyhow).start()
        failure = self.run("def f_gone(): pass\nwhile True: pass").failure
        assert failure is not None and failure.kind == "crashed"

    def kill_worker_anyhow(self) -> None:
        pid = self.engine._sandbox._pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)

    # Checks

    def examine(self) -> None:
        outcome = self.run("(list(In), dict(Out), _, __, ___, 'f_gone' in list(locals()))")
        assert outcome.result is not None, outcome
        inputs, outs, *last, gone = _literal(outcome.result)
        assert inputs == self.typed
        assert {key: value for key, value in outs.items() if isinstance(value, int)} == self.now.outs
        assert tuple(last) == self.now.last
        assert not gone
        # what was shown is itself in Out and in _ now: make both simple again
        kept = {key: value for key, value in self.now.outs.items() if key != self.count}
        self.run(f"Out.pop({self.count}); None")
        self.now = replace(self.now, outs=kept, last=("shown", self.now.last[0], self.now.last[1]))
        self.run("__mk_last[0] = _ = 'shown'")


def _literal(result: Result) -> Any:
    import ast

    return ast.literal_eval(str(result.data["text/plain"]))


@pytest.mark.parametrize("seed", range(int(os.environ.get("SEEDS", "4"))))
def test_a_random_session(seed: int) -> None:
    session = RandomSession(seed)
    deeds: list[tuple[int, Callable[[], None]]] = [
        (8, session.define), (10, session.call), (4, session.fail), (5, session.mistype), (8, session.show), (2, session.ask_expressions),
        (4, session.look), (2, session.kill_between), (2, session.lose), (1, session.crash), (2, session.interrupt),
        (1, session.reset), (5, session.examine),
    ]  # fmt: skip
    try:
        for _ in range(int(os.environ.get("STEPS", "120"))):
            (deed,) = session.random.choices([each for _, each in deeds], [weight for weight, _ in deeds])
            deed()
            session.settle()
    finally:
        session.close()
