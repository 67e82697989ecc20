"""The part of a front end that the kernel and the headless run share: what the engine and magics ask of it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from concurrent.futures import CancelledError, Future
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from monty_kernel.engine.access import Answer, NotAskedAgain
from monty_kernel.engine.frontend import StdinUnavailable
from monty_kernel.outputs import Display, Error, MimeBundle, Output, Stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from monty_kernel.engine.limits import SessionLimits
    from monty_kernel.engine.questions import Question
    from monty_kernel.engine.source.cell import Feed
    from monty_kernel.grants.grants import Grants
    from monty_kernel.history.history import History
    from monty_kernel.magics.registry import Magics
    from monty_kernel.session.services import SessionServices
    from monty_kernel.timetravel.travel import TimeTravel
    from monty_kernel.typecheck.checks import TypeCheckMode

_COLOURS = re.compile(r"\x1b\[[\d;]*m")


def unanswerable(*, password: bool) -> Future[str]:
    """The answer to a question where nobody can be asked: it raises StdinUnavailable."""
    answer: Future[str] = Future()
    function = "getpass" if password else "input"
    answer.set_exception(
        StdinUnavailable(f"{function}() was called, but this front end does not support input requests.")
    )
    return answer


class SessionFrontend(ABC):
    """Implements the engine's `Frontend` and the magics' `MagicContext` over three abstract methods.

    All of it is called on the sandbox thread. `payload` is what the cell's reply will hold for the front end.
    """

    def __init__(self, services: SessionServices) -> None:
        self.services = services
        self.payload: list[dict[str, Any]] = []
        self.last_failure: str | None = None

    @abstractmethod
    def emit(self, output: Output) -> None:
        """Take an output of the running cell; may block while it cannot be taken."""

    @abstractmethod
    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Ask the person for a line. The future raises StdinUnavailable where nobody can answer."""

    def ask_question(self, question: Question) -> Future[str]:
        """Ask the person what the kernel itself wants to know, as a line of text."""
        return self.ask(self.services.engine.sanitizer.prompt(question.line), password=False)

    @abstractmethod
    def look_up(self, topic: str, detail_level: int, *, between_feeds: bool) -> str | None:
        """What introspection knows of a name; between two feeds it may look at the session."""

    # The engine's front end

    def magic(self, name: str, args: str) -> object:
        """Run a host-side magic."""
        return self.services.magics.run(name, args, self)

    def help(self, topic: str, kind: str = "") -> str:
        """What `help(topic)` prints: about the name, or else about the class of its value."""
        if not topic:
            return "Type help(name) or name? for help on a name, %lsmagic for the magics."
        if topic[0] in "'\"" and topic[0] == topic[-1] and topic.strip("'\"").replace(".", "").isidentifier():
            topic, kind = topic.strip("'\""), ""  # help('math')
        text = self.look_up(topic, 0, between_feeds=False)
        if not text and kind and kind.isidentifier():
            text = self.look_up(kind, 0, between_feeds=False)
        return _COLOURS.sub("", text or f"No documentation found for {topic!r}.")

    def named(self, text: str, own: bool) -> str | None:
        """How IPython shows a class or a function whose `repr` is `text`."""
        from monty_kernel.introspect.shown import shown_as

        return shown_as(text, self.services.engine.known_cells, own=own)

    def misshown(self, kind: str, method: str, ename: str, evalue: str) -> Error | None:
        """The error to show for a method that raised while an object of the class `kind` was shown."""
        from monty_kernel.engine.errors.tracebacks import render
        from monty_kernel.engine.source import Failure
        from monty_kernel.introspect.shown import place_of_method

        found = place_of_method(kind, method, self.services.engine.known_cells)
        if found is None:
            return None
        frame, exact = found
        note = None if exact else f"It came from {kind}.{method}(). Monty does not say where in it."
        return render(Failure("raised", ename, evalue, (frame,), note))

    def leave(self) -> bool:
        """The cell called `exit()`: the front end decides what that means, the session stays.

        Where nobody sits at a front end, `exit()` fails: a run must not go on as if nothing had been said.
        """
        self._add_payload({"source": "ask_exit", "keepkernel": False})
        return self.is_attended

    @property
    def is_attended(self) -> bool:
        """Whether somebody sits at the front end."""
        return False

    # The magics' context

    @property
    def magics(self) -> Magics:
        """The table of magics."""
        return self.services.magics

    @property
    def limits(self) -> SessionLimits:
        """What the session may use."""
        return self.services.engine.limits

    @property
    def grants(self) -> Grants:
        """What the person granted."""
        return self.services.grants

    @property
    def history(self) -> History:
        """The inputs of this session and of those before it."""
        return self.services.history

    @property
    def travel(self) -> TimeTravel:
        """The states of the session."""
        return self.services.travel

    @property
    def type_check(self) -> TypeCheckMode:
        """Whether cells are type-checked before they run."""
        return self.services.types.mode

    @property
    def resumes_unasked(self) -> bool:
        """Whether what another kernel left under this notebook's path is brought back without a question."""
        return self.services.settings.resume == "allow"

    def feeds_of(self, number: int | None) -> Sequence[Feed]:
        """What the session was fed of a cell; None stands for the cell before this one."""
        return self.services.engine.session.feeds_of(number)

    def resumed(self, message: str, last: int) -> str:
        """A stored session goes on: cells count on from its last one, and its inputs become this session's."""
        self.services.count_from(last)
        self.history.take_up(self.services.engine.session.inputs())
        return message

    def display(self, bundle: MimeBundle) -> None:
        """Show a MIME bundle among the cell's outputs."""
        self.services.engine.show(Display(bundle), self)

    def print(self, text: str) -> None:
        """Print a line to the cell's stdout."""
        self.services.engine.show(Stream("stdout", text + "\n"), self)

    def tell(self, text: str) -> None:
        """Print a line to the cell's stdout, however little the cell may show; the first one of the cell."""
        self.services.engine.budget.admit_once(Stream("stdout", text + "\n"))
        self.print(text)

    def patience(self, text: str) -> AbstractContextManager[object]:
        """Says nothing: nobody waits here."""
        return nullcontext()

    def limit_cell(self, words: Mapping[str, str]) -> None:
        """Set limits of the running cell alone, by name. Raises BadLimit."""
        self.services.engine.budget.tighten(self.limits.of_cell(words))

    def page(self, text: str | MimeBundle) -> None:
        """Show text in the front end's pager."""
        engine = self.services.engine
        data = engine.sanitizer.page({"text/plain": text} if isinstance(text, str) else text)
        if engine.admits(Display(data)):
            self._add_payload({"source": "page", "data": data, "start": 0})

    def _add_payload(self, payload: dict[str, Any]) -> None:
        # as in IPython, only the last of a kind is kept: a cell may page in a loop
        self.payload[:] = [other for other in self.payload if other["source"] != payload["source"]] + [payload]

    def describe(self, topic: str, detail_level: int = 0) -> str | None:
        """What introspection knows of a name; None if nothing. Between two feeds it may look at the session."""
        return self.look_up(topic, detail_level, between_feeds=not self.services.engine.interrupts.running)

    def confirm(self, question: Question) -> bool:
        """The person's answer to a yes-or-no question; no where nobody can answer. Raises KeyboardInterrupt."""
        try:
            return self.ask_person(question) == "yes"
        except (StdinUnavailable, EOFError, NotAskedAgain):
            return False

    def ask_person(self, question: Question) -> Answer:
        """The person's answer to a question of the kernel's."""
        engine = self.services.engine
        engine.sanitizer.end_styles(self.emit)
        try:
            return engine.budget.questions.ask(question, self._send)
        except CancelledError:
            raise KeyboardInterrupt from None

    def _send(self, question: Question) -> str:
        return self.services.engine.interrupts.wait_for(self.ask_question(question))

    def reset(self) -> None:
        """Begin a new, empty session."""
        self.services.engine.start()
