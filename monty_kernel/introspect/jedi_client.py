"""jedi as the kernel has it: asked in a helper process, where code that it takes too long over can be killed.

It also keeps the 50 MB of what jedi has read, and the pauses of its garbage, out of the kernel.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from monty_kernel.bounded import rooms

from .static import Known, Signature, Source

_QUESTION = 3.0
_LOADING = 20.0
"""Seconds of processor time. Who asked has given up on a question long before; the next one waits for it, so it ends."""


class JediClient:
    """Answers as `StaticAnalysis`, whose methods these are. Each waits for the helper; all raise `Unanswered` and `JobFailed`."""

    def __init__(self, modules: Iterable[str]) -> None:
        """modules: the compiled ones that may be loaded."""
        self._modules = sorted(modules)

    def load(self, module: str) -> bool:
        """Load what questions about a module (or builtins and typing) need; False if that was done already."""
        return bool(self._ask("load", "", module, seconds=_LOADING))

    def names(self, source: Source) -> list[Known]:
        """What may be completed at the offset."""
        return _known(self._about("names", source))

    def infer(self, source: Source) -> list[Known]:
        """What the expression that ends at the offset may be."""
        return _known(self._about("infer", source))

    def document(self, source: Source) -> list[Known]:
        """The same with docstrings and signatures."""
        return _known(self._about("document", source))

    def signature(self, source: Source) -> Signature | None:
        """The function whose call the offset is in, and its parameters."""
        found = self._about("signature", source)
        return None if found is None else Signature(found[0], tuple((name, kind) for name, kind in found[1]))

    def _about(self, question: str, source: Source) -> Any:
        text = source.head + source.chunk
        return self._ask(question, text, len(source.head), source.offset, seconds=_QUESTION)

    def _ask(self, question: str, text: str, *arguments: Any, seconds: float) -> Any:
        room = rooms.thinking()
        value, _ = rooms.ask("jedi", text, question, self._modules, *arguments, seconds=seconds, room=room)
        return value


@cache
def begin() -> None:
    """Start the helper, once, and have it import jedi; returns at once."""
    rooms.thinking().submit("jedi", "", ["begin", []], seconds=_LOADING)


@cache
def jedi_client(modules: frozenset[str]) -> JediClient:
    """The process's one."""
    return JediClient(modules)


def _known(found: Any) -> list[Known]:
    return [
        Known(name, kind, full_name, local, doc, tuple(signatures))
        for name, kind, full_name, local, doc, signatures in found
    ]
