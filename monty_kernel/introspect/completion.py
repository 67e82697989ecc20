"""Answers Tab with what may be inserted at the cursor, and only with what exists in Monty.

The session is asked first, since it knows the actual types of variables, and jedi second. Whatever either of them
says about builtin types and modules is checked against the facts about the installed Monty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from . import Completions, Kind, MagicCatalogue, Session
from .analysis import Analysis
from .brackets import ArgumentCompleter, complete_keys
from .cursor import identifier_before, primary_before, space_before
from .documentation import Resolver
from .facts import Facts
from .live import Live, Look, Path, path_of
from .place import MagicPlace, Place, as_python, magic_place, place
from .static import JediName
from .units import supplied_modules, supplied_names

_BEFORE_IMPORT = re.compile(r"\A\s*+(?:try|else|finally|(?:if|except)\b[^:\n]*+)\s*+:\s*+")
_FROM_IMPORT = re.compile(r"\s*+from\s++([\w.]++)\s++import\b\s*+\(?([\w\s,]*+)", re.DOTALL)
_FROM = re.compile(r"\s*+from\s++([\w.]*\.)?")
_FROM_MODULE = re.compile(r"\s*+from\s++[\w.]++\s++")
_IMPORT = re.compile(r"\s*+import\s++(?:[\w.]++(?:\s++as\s++\w++)?+\s*+,\s*+)*+([\w.]*\.)?")

_MOST = 2000
_STRUCTURES: dict[str, Kind] = dict.fromkeys(("major", "minor", "micro", "releaselevel", "serial"), "instance")
_DUNDERS: dict[str, Kind] = dict.fromkeys(
    ("__class__", "__doc__", "__name__", "_fields", "_asdict", "_replace"), "instance"
)

Found = Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A completion request reduced to Python. A name begins at `start`; `prefix` is its typed part."""

    where: Place
    start: int

    @property
    def prefix(self) -> str:
        return self.where.text[self.start : self.where.cursor]


class Completer:
    """Completes code for one session."""

    def __init__(
        self,
        session: Session,
        magics: MagicCatalogue,
        analysis: Analysis,
        known: Callable[[str], Sequence[str]] = lambda kin: (),
    ) -> None:
        self._known = known
        self._session = session
        self._magics = magics
        self._analysis = analysis
        self._live = Live(session, analysis)
        self._resolver = Resolver(self._live, analysis)
        self._arguments = ArgumentCompleter(self._live, self._resolver, analysis)

    async def complete(self, code: str, cursor: int) -> Completions:
        """Completions at `cursor`, an offset in code points. An offset out of range counts as the nearest end."""
        cursor = max(0, min(cursor, len(code)))
        magic = self._magic(code, cursor)
        if magic is not None and magic.part == "python" and magic.name and not self._takes_python(magic.name):
            name = magic.name
            words = [*self._magics.words(name), *self._known(self._magics.kin(name)), *self._magics.options(name)]
            return _of_words(words, code[magic.start : cursor], cursor)
        if magic is not None and magic.part == "python":
            head = as_python(code[: magic.start])
            head = head[: head.rfind("\n") + 1]
            shift = magic.start - len(head)
            found = await self._python(head + code[magic.start :].split("\n", 1)[0], cursor - shift)
            return Completions(found.matches, found.cursor_start + shift, found.cursor_end + shift, found.types)
        if magic is not None:
            return self._of_magic(magic, code[magic.start : cursor], cursor)
        if "\n" not in code[cursor:]:
            code += "\n"
        line_start, line_end = code.rfind("\n", 0, cursor) + 1, code.index("\n", cursor)
        line = code[line_start:line_end]
        return await self._python(as_python(code[:line_start]) + line + as_python(code[line_end:]), cursor)

    def _takes_python(self, name: str) -> bool:
        return not self._magics.words(name) and self._magics.takes_python(name)

    def _magic(self, code: str, cursor: int) -> MagicPlace | None:
        found = magic_place(code, cursor)
        if found is None or found.first:
            return found
        line_start = code.rfind("\n", 0, cursor) + 1
        around = place(as_python(code[:line_start]), line_start).around
        return None if around.stack else found

    def _of_magic(self, magic: MagicPlace, typed: str, cursor: int) -> Completions:
        texts: list[str] = []
        if magic.part == "name":
            if magic.sigil == "%":
                texts += [f"%{name}" for name in self._magics.line_names()]
            if magic.first:
                texts += [f"%%{name}" for name in self._magics.cell_names()]
            texts = [text for text in texts if text.lstrip("%").startswith(magic.name)]
        elif magic.part == "option":
            texts = [text for text in self._magics.options(magic.name) if text.startswith(typed)]
        texts = sorted(dict.fromkeys(texts), key=lambda text: (text.lstrip("%-"), len(text)))
        return Completions(tuple(texts), magic.start, cursor, dict.fromkeys(texts, "magic"))

    async def _python(self, text: str, cursor: int) -> Completions:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
        where = place(text, cursor)
        inside = where.around.inside
        nothing = Completions((), cursor, cursor)
        if inside is not None and inside.kind in ("comment", "template", "spec"):
            return nothing
        where = await self._analysis.prepare(self._session.cells(), where)
        asked = _Asked(where, identifier_before(text, cursor))
        if (inside is not None and inside.kind == "string") or asked.prefix[:1].isdigit():
            return await self._keys(where)
        imported = importable(where, asked.start, self._analysis.facts)
        if imported is not None:
            return _answer(asked, imported)
        dot = space_before(text, asked.start, newlines=bool(where.around.stack)) - 1
        if text[max(0, dot - 1) : dot + 1].endswith(".") and text[max(0, dot - 1) : dot + 1] != "..":
            return _answer(asked, await self._attributes(asked, dot))
        if re.search(r"(?:^|[^\w.])(?:def|class|as)[ \t]+\Z", text[max(0, asked.start - 40) : asked.start]):
            return nothing
        found = _answer(asked, await self._names(asked))
        if not asked.prefix and inside is not None and inside.kind == "[":
            keys = await self._keys(where)
            return Completions((*keys.matches, *found.matches), cursor, cursor, {**found.types, **keys.types})
        return found

    async def _keys(self, where: Place) -> Completions:
        return await complete_keys(where, self._live, self._analysis)

    async def _names(self, asked: _Asked) -> Found:
        analysis, where = self._analysis, asked.where
        live = await self._live.names(asked.prefix)
        if live is not None and not live and asked.prefix:
            live = await self._live.names("")  # perhaps only upper and lower case differ
        known = await analysis.names(where) if where.has_scopes else []
        found: dict[str, Kind] = dict(supplied_names())
        found.update(analysis.facts.builtins)
        found.update(dict.fromkeys(analysis.facts.keywords, "keyword"))
        found.update(analysis.notebook.names() if live is None else live)
        found.update(where.others_names())
        found.update((name, "instance") for name in where.bound_names() if name not in found)
        found.update((each.name, each.kind) for each in known if each.local)
        found.update(dict.fromkeys(await self._arguments.complete(where, asked.start), "param"))
        return found

    # attributes

    async def _attributes(self, asked: _Asked, dot: int) -> Found:
        where = asked.where
        expression = where.text[primary_before(where.text, dot, where.around) : dot].strip()
        if not expression or expression.isdecimal():
            return {}
        literal = re.match(r"[rRuUfFtT]?([bB]?)[rR]?['\"]", expression)
        if expression[-1] in "'\"" and literal is not None:
            return self._of_value("bytes" if literal[1] else "str")
        path = path_of(expression)
        if path is not None and not where.binds(path.root):
            look = await self._live.look(path)
            if look is not None:
                return await self._of_look(where, path, look, asked.prefix)
        found = await self._of_expression(where, len(where.text[:dot].rstrip()))
        if not found and path is not None and (look := await self._live.look(path)) is not None:
            return await self._of_look(where, path, look, asked.prefix)
        return found

    def _of_value(self, type_name: str) -> Found:
        return self._analysis.facts.of_value(type_name) or {}

    async def _of_look(self, where: Place, path: Path, look: Look, prefix: str) -> Found:
        """The attributes of a value in the session."""
        facts = self._analysis.facts
        if look.kind == "function":
            return self._of_value("function")
        if look.kind == "module" and look.name in facts.members:
            return facts.of_module(look.name)
        own = self._resolver.unit(look.name if look.kind == "class" else look.type_name, ("class",))
        candidates: dict[str, Kind] = {**self._analysis.notebook.attributes, **(own.attributes if own else {})}
        for unit in where.others:
            candidates.update(unit.attributes)
        if look.kind == "module":
            candidates.update(supplied_modules().get(look.name, {}))
        elif own is None and not look.fields:
            known = facts.of_class(look.name) if look.kind == "class" else facts.of_value(look.type_name)
            if known is not None:
                return known
            candidates.update(_STRUCTURES)
            if look.type_name == "module":  # the kernel's stand-ins for IPython's modules
                candidates.update({**supplied_modules()["IPython.display"], "core": "module"})
            candidates.update(facts.of_value("time.struct_time") or {})
        if prefix.startswith("_"):
            candidates.update(_DUNDERS)
        had = await self._live.members(path, (name for name in candidates if name.startswith(prefix[:1])))
        found = {name: candidates[name] for name in had or () if name in candidates}
        if look.kind != "class":
            found.update((name, "instance") for name in look.fields if name not in found)
            if own is not None and "__getattr__" in own.attributes:  # asking its instances would run its code
                found.update(own.attributes)
        return found

    async def _of_expression(self, where: Place, end: int) -> Found:
        """The attributes of an expression's value, by static analysis."""
        analysis = self._analysis
        found: dict[str, Kind] = {}
        unclear = False
        for each in await analysis.infer(where, end):
            if not each.full_name.startswith("__main__."):
                found.update(self._of_inferred(each))
                continue
            own = self._resolver.unit(each.full_name.removeprefix("__main__."), ("class",), where)
            if own is not None and each.kind == "instance" and not each.local:
                found.update(own.attributes)
            else:
                unclear = True
        if unclear:
            known = await analysis.names(where)
            found.update(
                (each.name, each.kind) for each in known if each.full_name.startswith("__main__.") or each.local
            )
        return found

    def _of_inferred(self, each: JediName) -> Found:
        facts = self._analysis.facts
        if each.kind == "module":
            return facts.of_module(each.full_name)
        if each.kind == "class":
            return facts.of_class(each.full_name) or {}
        return facts.of_value(each.full_name) or {} if each.kind == "instance" else {}


def _of_words(words: Iterable[str], typed: str, cursor: int) -> Completions:
    """The words that complete the last typed one. Each word may be used once."""
    *before, last = typed.split(" ")
    shown = [word for word in words if word.startswith(last) and not any(each.startswith(word) for each in before)]
    return Completions(tuple(shown), cursor - len(last), cursor, dict.fromkeys(shown, "magic"))


def _answer(asked: _Asked, found: Found) -> Completions:
    """The names that begin with the typed part. Names with a leading underscore appear only if it has one too."""
    prefix = asked.prefix
    shown = {
        name: kind
        for name, kind in found.items()
        if not name.startswith("__mk_") and (prefix[:1] == "_" or name[:1] != "_")
    }
    matching = [name for name in shown if name.startswith(prefix)]
    if not matching and prefix:
        folded = prefix.casefold()
        matching = [name for name in shown if name.casefold().startswith(folded)]
    matching.sort(
        key=lambda name: (shown[name] != "param", name.startswith("__"), name.startswith("_"), name.casefold(), name)
    )
    matching = matching[:_MOST]
    return Completions(tuple(matching), asked.start, asked.where.cursor, {name: shown[name] for name in matching})


def importable(where: Place, start: int, facts: Facts) -> dict[str, Kind] | None:
    """The names that may begin at `start`, or None if that is not in an import statement."""
    around = where.around
    if any(each.kind != "(" for each in around.stack):
        return None
    typed = _BEFORE_IMPORT.sub("", where.text[around.line_start : start])
    if match := _FROM_IMPORT.fullmatch(typed):
        if not re.search(r"(?:^|,)\s*\Z", match[2]):
            return {}  # after `as`, or after a name
        return _members(match[1], facts)
    if around.stack:
        return None
    if match := _FROM.fullmatch(typed):
        return _modules((match[1] or "").rstrip("."), facts, supplied=True)
    if _FROM_MODULE.fullmatch(typed):
        return {"import": "keyword"}
    if match := _IMPORT.fullmatch(typed):
        return _modules((match[1] or "").rstrip("."), facts, supplied=False)
    return {} if re.match(r"\s*(?:from|import)\s", typed) else None


def _modules(parent: str, facts: Facts, supplied: bool) -> dict[str, Kind]:
    names = {*facts.modules, *(name for name in supplied_modules() if supplied or "." not in name)}
    if not parent:
        return dict.fromkeys(sorted(name.split(".")[0] for name in names), "module")
    return dict.fromkeys(
        sorted(name[len(parent) + 1 :].split(".")[0] for name in names if name.startswith(f"{parent}.")), "module"
    )


def _members(module: str, facts: Facts) -> dict[str, Kind]:
    if module in supplied_modules():
        return supplied_modules()[module]
    return {**facts.of_module(module), **_modules(module, facts, supplied=True)}
