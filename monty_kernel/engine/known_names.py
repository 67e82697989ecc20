"""What is known of a session's names before a cell runs, for what is rewritten in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from . import prelude
from .source import CellSource

if TYPE_CHECKING:
    from .sandbox import Sandbox
    from .source.asking import AskingNames

_UNDEFINED = "(lambda defined: [name for name in {} if name not in defined])(__mk_b_locals())"
_MOST_ASKED = 1_000  # names, after which all count as undefined


class _Session(Protocol):
    sandbox: Sandbox
    parts: frozenset[str]

    @property
    def cells(self) -> list[CellSource]: ...
    def evaluate(self, text: str, parts: Mapping[str, str]) -> Any: ...


class KnownNames:
    """Implements `SessionNames`. For the sandbox thread, between two cells.

    Args:
        session: Whose names they are.
    """

    def __init__(self, session: _Session) -> None:
        self._session = session
        self._defined: set[str] = set()
        self._asking: AskingNames | None = None

    def forget(self) -> None:
        """The session is another one, or in another state."""
        self._defined = set()

    def undefined(self, names: frozenset[str]) -> frozenset[str]:
        """Those of the names that no cell has defined; all if the session cannot say."""
        asked = names - self._defined
        if not asked or len(asked) > _MOST_ASKED:
            return asked
        answer = self._session.evaluate(_UNDEFINED.format(sorted(asked)), {})
        if not isinstance(answer, list):
            return asked
        undefined = asked.intersection(answer)
        self._defined |= asked - undefined
        return undefined

    def asking(self) -> frozenset[str] | None:
        """The names by which code may reach the host: tools, and what cells made of them; None if any may."""
        if self._asking is None:
            from .source.asking import AskingNames  # few sessions need it

            self._asking = AskingNames()
        return self._asking.of(self._session.cells, self.granted)

    @property
    def granted(self) -> Mapping[str, Collection[str]]:
        """The modules that the person granted, with the names in each."""
        return {name: module.attrs for name, module in self._session.sandbox.access.modules.items()}

    @property
    def remembers_errors(self) -> bool:
        """Whether a cell may have made exceptions with other arguments than one text."""
        return prelude.EXCEPTIONS in self._session.parts
