"""What a magic that runs on the host may use. The kernel or the headless runner implements it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from monty_kernel.engine.limits import SessionLimits
    from monty_kernel.engine.questions import Answer
    from monty_kernel.grants.grants import Grants
    from monty_kernel.history.history import History
    from monty_kernel.introspect.interface import MagicCatalogue
    from monty_kernel.outputs import MimeBundle
    from monty_kernel.timetravel.travel import TimeTravel
    from monty_kernel.typecheck.checks import TypeCheckMode


class MagicContext(Protocol):
    """Called on the sandbox thread."""

    @property
    def magics(self) -> MagicCatalogue:
        """All magics: their names and their help."""

    @property
    def history(self) -> History:
        """The inputs of this session and of those before it."""

    @property
    def limits(self) -> SessionLimits:
        """What the session may use. Cells can tighten it."""

    @property
    def grants(self) -> Grants:
        """What the person granted."""

    @property
    def travel(self) -> TimeTravel:
        """The states of the session."""

    @property
    def type_check(self) -> TypeCheckMode:
        """Whether cells are type-checked before they run."""

    @property
    def resumes_unasked(self) -> bool:
        """Whether what another kernel left under this notebook's path is brought back without a question."""

    def print(self, text: str) -> None:
        """Print a line to the cell's stdout."""

    def resumed(self, said: str, last: int) -> str:
        """A session goes on whose last cell had the number `last`: later cells count on from there. Returns `said`."""

    def display(self, bundle: MimeBundle) -> None:
        """Show a MIME bundle among the cell's outputs."""

    def page(self, text: str | MimeBundle) -> None:
        """Show text in the front end's pager."""

    def describe(self, topic: str, detail_level: int = 0) -> str | None:
        """What introspection knows of a name; `detail_level` 1 shows its source. None if it knows nothing."""

    def confirm(self, question: str) -> bool:
        """The person's answer to a yes-or-no question; no where nobody can answer."""

    def ask_person(self, question: str) -> Answer:
        """The person's answer to a question of the kernel's, which begins with its mark.

        Raises `NotAskedAgain`, `StdinUnavailable`, `EOFError`, `KeyboardInterrupt`.
        """

    def reset(self) -> None:
        """Begin a new, empty session. The execution count goes on."""
