"""What the person grants to cells, as the engine sees it, and how the kernel asks them about it.

The package `grants` implements `Access`. `questions.py` has the questions. Each looks so that no cell can imitate it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from ..outputs.visible_text import cut, visible
from .written import Written

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pydantic_monty import ExternalModule, ExternalResult, ExternalSettledResult

    from .questions import Question

T = TypeVar("T")

Answer = Literal["yes", "no", "always"]


class Asking(Protocol):
    """What a granted function may do while the cell waits for it."""

    def ask(self, question: Question) -> Answer:
        """The person's answer. Raises `NotAskedAgain`, `StdinUnavailable`, `EOFError` or `KeyboardInterrupt`."""

    def wait_for(self, future: Future[T]) -> T:
        """The future's result. Raises `KeyboardInterrupt`, or what the future raises."""


class Access(Protocol):
    """What the person granted to cells. Called on the sandbox thread."""

    @property
    def modules(self) -> Mapping[str, ExternalModule]:
        """What cells may import besides Monty's own modules."""

    def cell_starts(self, cell: str) -> None:
        """A cell starts, with this label."""

    def notices(self) -> list[str]:
        """What the person is to be told about their grants, once."""

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], asking: Asking
    ) -> ExternalResult | Future[ExternalSettledResult]:
        """Answer `module.function(...)`, now or later. Only `KeyboardInterrupt` is raised."""

    def file(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> ExternalResult | None:
        """Answer a file operation of a cell; None if the file was not granted."""

    def freeze(self) -> Written:
        """What was written in memory so far."""

    def thaw(self, written: Written) -> None:
        """Make it what it was then, as far as it is still granted."""

    def interrupted(self) -> None:
        """Calls whose answers were pending have been cancelled."""

    def close(self) -> None:
        """The session is over. Idempotent; from any thread."""


class NoAccess:
    """Nothing is granted.

    Args:
        more: Makes what answers instead from now on. It is called when a cell first uses a file. Without it, there is
            no working folder either.
    """

    modules: Mapping[str, ExternalModule] = {}

    def __init__(self, more: Callable[[], Access] | None = None) -> None:
        self._more = more

    def cell_starts(self, cell: str) -> None:
        """Nothing to note."""

    def notices(self) -> list[str]:
        """Nothing to tell."""
        return []

    def call(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], asking: Asking) -> ExternalResult:
        """Refuse."""
        return {"exc_type": "PermissionError", "message": f"{name}() is not granted to this session"}

    def file(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> ExternalResult | None:
        """Grant no file but those of the working folder."""
        return None if self._more is None else self._more().file(name, args, kwargs)

    def freeze(self) -> Written:
        """Nothing was written."""
        return _NOTHING_WRITTEN

    def thaw(self, written: Written) -> None:
        """Restore the working folder, if anything was in it."""
        if written.work and self._more is not None:
            self._more().thaw(written)

    def interrupted(self) -> None:
        """Nothing to note."""

    def close(self) -> None:
        """Nothing to close."""


_NOTHING_WRITTEN = Written()


# Questions ------------------------------------------------------------------------------------------------------------

OF_A_CELL = "(this cell asks) "
"""A cell's prompt that looks like the kernel's begins with it instead."""

MOST_REFUSALS = 3
"""After so many refusals the person is not asked any more for this cell."""

LONGEST = 20_000  # characters of a cell's prompt that are shown
_COLOUR = re.compile(r"(\x1b\[[0-9;]*m)")

LOOKALIKES = str.maketrans(
    {
        "м": "m", "ᴍ": "m", "о": "o", "ο": "o", "օ": "o", "ᴏ": "o", "0": "o", "п": "n", "ո": "n", "ᴎ": "n", "ɴ": "n", "η": "n",
        "т": "t", "τ": "t", "ᴛ": "t", "у": "y", "γ": "y", "ʏ": "y", "ү": "y", "υ": "y", "к": "k", "κ": "k", "ᴋ": "k", "қ": "k",
        "е": "e", "ε": "e", "ᴇ": "e", "є": "e", "3": "e", "г": "r", "ʀ": "r", "ӏ": "l", "ι": "l", "і": "l", "ı": "l", "1": "l",
        "|": "l", "i": "l", "ʟ": "l", "լ": "l",
    }
)  # fmt: skip


class NotAskedAgain(Exception):
    """The person has refused this cell so often that they are not asked any more; the message says so."""


class Questions:
    """Asks what the kernel has to ask while one cell runs. No question of the kernel is asked in another way."""

    def __init__(self) -> None:
        self._refusals = 0

    def ask(self, question: Question, send: Callable[[Question], str]) -> Answer:
        """The person's answer. All but a clear yes counts as a refusal, also an interrupt, which a cell can catch.

        Args:
            send: Shows the question and returns the line that was typed. Its exceptions are passed on.

        Raises:
            NotAskedAgain: They have refused often enough.
        """
        if self._refusals >= MOST_REFUSALS:
            raise NotAskedAgain(
                f"the answer was no {MOST_REFUSALS} times in this cell, so no more questions are asked for it"
            )
        self._refusals += 1
        answer = answered(send(question))
        if answer != "no":
            self._refusals -= 1
        return answer


def answered(text: str) -> Answer:
    """What a typed line means. Only a clear yes is a yes."""
    word = text.strip().lower()
    if word in ("a", "always"):
        return "always"
    return "yes" if word in ("y", "yes") else "no"


def disguise(prompt: str) -> str:
    """A cell's prompt as it is shown: marked as the cell's if it looks like a question of the kernel.

    The mark is for the reader's eye: an answer to a cell's prompt grants nothing, whatever the prompt looks like.
    Colours stay. What would move the cursor, and could write over the mark, is made visible. A long prompt is cut.
    """
    prompt = cut(prompt, LONGEST)
    shown = "".join(part if number % 2 else visible(part) for number, part in enumerate(_COLOUR.split(prompt)))
    return OF_A_CELL + shown if is_like_the_kernels(_COLOUR.sub("", prompt)) else shown


def is_like_the_kernels(text: str) -> bool:
    """Whether the text contains the mark of the kernel's questions, in whatever letters."""
    return "montykernel" in _skeleton(text)


def _skeleton(text: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(LOOKALIKES)
    return "".join(char for char in plain if "a" <= char <= "z")
