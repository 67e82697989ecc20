"""What the person granted to cells, as the engine sees it. The package `grants` implements it."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from .questions import Answer

if TYPE_CHECKING:
    from pydantic_monty import ExternalModule, ExternalResult, ExternalSettledResult

T = TypeVar("T")


class Asking(Protocol):
    """What a granted function may do while the cell waits for it."""

    def ask(self, question: str) -> Answer:
        """The person's answer. Raises `NotAskedAgain`, `StdinUnavailable`, `EOFError` or `KeyboardInterrupt`."""

    def wait_for(self, future: Future[T]) -> T:
        """The future's result. Raises `KeyboardInterrupt`, or what the future raises."""


class Written(NamedTuple):
    """What cells wrote to mounts that keep changes in memory. Snapshots hold it. size: bytes."""

    layers: Mapping[Any, Any] = {}
    size: int = 0


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
    """Nothing is granted."""

    modules: Mapping[str, ExternalModule] = {}

    def cell_starts(self, cell: str) -> None:
        """Nothing to note."""

    def notices(self) -> list[str]:
        """Nothing to tell."""
        return []

    def call(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], asking: Asking) -> ExternalResult:
        """Refuse."""
        return {"exc_type": "PermissionError", "message": f"{name}() is not granted to this session"}

    def file(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Grant no file."""

    def freeze(self) -> Written:
        """Nothing was written."""
        return Written()

    def thaw(self, written: Written) -> None:
        """Nothing to restore."""

    def interrupted(self) -> None:
        """Nothing to note."""

    def close(self) -> None:
        """Nothing to close."""
