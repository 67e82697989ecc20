"""A host that somebody watches, for the trace of a kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic_monty import FunctionSnapshot, FutureSnapshot

from .host import GoingOn, Host

Observer = Callable[[Literal["fed", "suspended", "answered"], int], None]
"""Is told what happens to a cell's feed; when it is fed, with the bytes of its source, else with 0."""


class ObservedHost(Host):
    """A host that tells an observer when the feed is suspended, and when it has its answer."""

    def __init__(self, observer: Observer, *args: Any) -> None:
        super().__init__(*args)
        self._observer = observer

    def call(self, snapshot: FunctionSnapshot) -> GoingOn:
        self._observer("suspended", 0)
        going_on = super().call(snapshot)
        self._observer("answered", 0)
        return going_on

    def futures(self, snapshot: FutureSnapshot) -> GoingOn:
        self._observer("suspended", 0)
        going_on = super().futures(snapshot)
        self._observer("answered", 0)
        return going_on
