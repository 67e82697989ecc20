"""Completes keyword arguments: the parameters of the function that is called, less those that are given already."""

from __future__ import annotations

import inspect
import re

from .analysis import Analysis, Place, path_of
from .cursor import arguments_before, primary_before
from .host_docs import Doc
from .live import Live
from .resolution import Resolver
from .static import Signature
from .worker import thinking


class ArgumentCompleter:
    """Knows the parameters of what a call calls."""

    def __init__(self, live: Live, resolver: Resolver, analysis: Analysis, deadline: float) -> None:
        self._live = live
        self._resolver = resolver
        self._analysis = analysis
        self._deadline = deadline

    async def complete(self, where: Place, start: int) -> list[str]:
        """The keyword arguments, `key=`, that may begin at `start`; none where no argument begins."""
        call = where.around.inside
        if call is None or call.kind != "(":
            return []
        callee = where.text[primary_before(where.text, call.start, where.around) : call.start].strip()
        given = arguments_before(where.text, call.start, start, where.around) if callee else None
        if given is None:
            return []
        signature = await self._of_session(where, callee)
        if signature is None:
            signature = await thinking().run(lambda: self._analysis.signature(where), self._deadline)
        if signature is None:
            return []
        positional, keywords = given
        names: list[str] = []
        for index, (name, kind) in enumerate(signature.parameters):
            by_name = kind == inspect.Parameter.KEYWORD_ONLY or (
                kind == inspect.Parameter.POSITIONAL_OR_KEYWORD and index >= positional
            )
            if by_name and name not in keywords and not name.startswith("__"):
                names.append(name)
        return [f"{name}=" for name in self._accepted(signature.full_name, names)]

    async def _of_session(self, where: Place, callee: str) -> Signature | None:
        """By what the session has under that name."""
        path = path_of(callee)
        if path is None or where.binds(path.root):
            return None
        look = await self._live.look(path)
        if look is not None:
            found = await self._resolver.of_look(path, look)
        else:
            found = await self._resolver.of_member(path)
        if found is None:
            if look is not None and look.kind == "class" and look.fields:
                return Signature(
                    "", tuple((name, int(inspect.Parameter.POSITIONAL_OR_KEYWORD)) for name in look.fields)
                )
            return None
        if isinstance(found, Doc):
            return Signature(found.name, found.parameters) if found.parameters else None
        return Signature("", found.parameters)

    def _accepted(self, function: str, names: list[str]) -> list[str]:
        """Those keyword arguments that Monty takes, if it is Monty's function that is called."""
        if not function or function.startswith("__main__."):
            return names
        facts = self._analysis.facts
        name = re.sub(r"\.__(?:init|new)__\Z", "", function.removeprefix("builtins."))
        owner, _, method = name.rpartition(".")
        if owner in facts.granted:
            return names
        taken = facts.arguments.get(name) or facts.arguments.get(f"{facts.type_key(owner)}.{method}", frozenset())
        return [name for name in names if name in taken]
