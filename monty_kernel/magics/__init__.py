"""Magics: one module per family. Each magic is one small function that declares its arguments once.

To add a magic, write its function in a family's module and a test. Parsing, help, completion, `%lsmagic` and the
tables of `docs/magics.md` follow from the declaration. A new family is also named in `registry.FAMILIES`.
`MagicContext` is what a magic may use when it runs on the host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from monty_kernel.engine.access import Answer
    from monty_kernel.engine.limits import SessionLimits
    from monty_kernel.engine.questions import Question
    from monty_kernel.engine.source.cell import Feed
    from monty_kernel.grants.grants import Grants
    from monty_kernel.history.history import History
    from monty_kernel.introspect import MagicCatalogue
    from monty_kernel.outputs import MimeBundle
    from monty_kernel.timetravel.travel import TimeTravel
    from monty_kernel.typecheck.checks import TypeCheckMode


class MagicContext(Protocol):
    """The session as a magic sees it. All of it is called on the sandbox thread."""

    @property
    def magics(self) -> MagicCatalogue:
        """All magics: their names and their help."""

    @property
    def history(self) -> History:
        """The inputs of this session and of those before it."""

    @property
    def limits(self) -> SessionLimits:
        """The session's limits. Cells can tighten them."""

    @property
    def grants(self) -> Grants:
        """The tools and folders that the person granted."""

    @property
    def travel(self) -> TimeTravel:
        """The states of the session, and the way between them."""

    @property
    def type_check(self) -> TypeCheckMode:
        """Whether cells are type-checked before they run."""

    @property
    def resumes_unasked(self) -> bool:
        """Whether a session that another kernel left for this notebook is resumed without a question."""

    def feeds_of(self, number: int | None) -> Sequence[Feed]:
        """What the session was fed of a cell, by the cell's number; empty if it has no such cell.

        None stands for the cell before the one that runs.
        """

    @property
    def last_failure(self) -> str | None:
        """Why the cell before this one failed; None if it did not."""

    def print(self, text: str) -> None:
        """Print a line to the cell's stdout."""

    def tell(self, text: str) -> None:
        """Print a line to the cell's stdout, however little the cell may show; the first one of the cell."""

    def patience(self, text: str) -> AbstractContextManager[object]:
        """Says this line, if what is done in the context takes long and somebody is there to wait for it."""

    def limit_cell(self, words: Mapping[str, str]) -> None:
        """Set limits of the running cell alone, by name. Raises BadLimit."""

    def resumed(self, message: str, last: int) -> str:
        """Count on from `last`, the number of the resumed session's last cell. Returns `message`, the line to print."""

    def display(self, bundle: MimeBundle) -> None:
        """Show a MIME bundle among the cell's outputs."""

    def page(self, text: str | MimeBundle) -> None:
        """Show text, or a MIME bundle, in the front end's pager."""

    def describe(self, topic: str, detail_level: int = 0) -> str | None:
        """The page about a name, or None if nothing is known. `detail_level` 1 adds its source."""

    def confirm(self, question: Question) -> bool:
        """Whether the person answered yes. Where nobody can answer, the answer is no."""

    def ask_person(self, question: Question) -> Answer:
        """The person's answer to a question.

        Raises:
            NotAskedAgain: the person said no too often in this cell.
            StdinUnavailable: nobody can be asked.
            EOFError: the person closed the question without an answer.
            KeyboardInterrupt: the person interrupted it.
        """

    def reset(self) -> None:
        """Begin a new, empty session. The execution count goes on."""
