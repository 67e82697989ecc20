"""Answers Shift-Tab, `name?` and `help(name)` with documentation, or with a variable's type and value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..outputs.highlighting import terminal_coloured
from . import NOTHING_FOUND, Inspection, MagicCatalogue, Session
from .analysis import Analysis
from .cursor import identifier_after, identifier_before, primary_before
from .documentation import Definition, Doc, Resolver, doc_by_full_name, type_doc
from .live import Live, Look, Path, path_of
from .place import Place, as_python, magic_place, place
from .units import LABEL

_TITLE = "\x1b[31m{}:\x1b[39m"
_BELOW = ("Source",)

_WIDTH = 17


_MOST_NESTED = 8
"""Brackets around the cursor that are considered: each may need an answer of the session and one of jedi."""


@dataclass(frozen=True, slots=True)
class _Target:
    """An expression to describe. With `documented`, only if it is a function, a class or a module."""

    start: int
    end: int
    documented: bool = False


class Inspector:
    """Describes objects for one session."""

    def __init__(self, session: Session, magics: MagicCatalogue, analysis: Analysis) -> None:
        self._session = session
        self._magics = magics
        self._analysis = analysis
        self._live = Live(session, analysis)
        self._resolver = Resolver(self._live, analysis)

    async def inspect(self, code: str, cursor: int, detail_level: int) -> Inspection:
        """The function whose call the cursor is in, or the name at the cursor."""
        cursor = max(0, min(cursor, len(code)))
        end = code.find("\n", cursor)
        if not code[cursor : end if end >= 0 else len(code)].strip(" \t?"):
            cursor = len(code[:cursor].rstrip("?"))
        magic = magic_place(code, cursor)
        if magic is not None and magic.part in ("name", "option"):
            name = re.match(r"%*([\w.]*)", code[magic.start :])
            return _inspection(self._magics.help(name[1] if magic.part == "name" and name else magic.name))
        head = as_python(code[: code.rfind("\n", 0, magic.start) + 1] if magic else code)
        if magic is not None and magic.part == "python":
            text, cursor = head + code[magic.start :].split("\n")[0], len(head) + cursor - magic.start
        else:
            text = as_python(code)
        where = await self._prepared(text.replace("\r\n", " \n").replace("\r", "\n").rstrip("?"), cursor)
        for target in _targets(where):
            described = await self._describe(where, target, detail_level)
            if described is not None:
                return _inspection(described)
        return NOTHING_FOUND

    async def describe(self, name: str, detail_level: int) -> str | None:
        """A page about a name or a dotted one, or about a magic written with its `%`."""
        name = name.strip()
        if name.startswith("%"):
            return self._magics.help(name.lstrip("%"))
        if len(name) > 1000 or path_of(name) is None:
            return None
        found = await self._describe(await self._prepared(name, len(name)), _Target(0, len(name)), detail_level)
        if found is None and (known := await self._resolver.unimported(name)) is not None:
            found = _page(known, detail_level)
        return found

    async def _prepared(self, text: str, cursor: int) -> Place:
        where = place(text, min(cursor, len(text)))
        return await self._analysis.prepare(self._session.cells(), where)

    async def _describe(self, where: Place, target: _Target, detail: int) -> str | None:
        path = path_of(where.text[target.start : target.end])
        if path is not None and not where.binds(path.root):
            look = await self._live.look(path)
            known = await self._resolver.of_look(path, look) if look is not None else None
            if look is not None and known is None:
                return None if target.documented and look.kind == "instance" else await self._of_value(path, look)
            if look is None and not path.steps:
                known = self._resolver.of_name(path.root, busy=await self._live.names("__mk_see_nothing") is None)
            elif look is None:
                known = await self._resolver.of_member(path)
                if known is None and await self._live.look(path.owner) is not None:
                    return None  # Monty's value lacks this attribute, even if Python's has it
            if known is not None:
                return _page(known, detail)
        return await self._of_expression(where, target, detail)

    async def _of_value(self, path: Path, look: Look) -> str:
        """The page about a variable, or about a class or function whose definition cannot be found."""
        value = await self._live.value(path)
        own = self._resolver.definition(look.type_name, ("class",)) if look.kind == "instance" else None
        doc = own.doc if own else value.doc if value else None
        facts = self._analysis.facts
        if own is None and doc is None and look.kind == "instance" and facts.of_value(look.type_name) is not None:
            doc = type_doc(facts.type_key(look.type_name), facts).doc
        signature = f"{look.name}({', '.join(look.fields)})" if look.kind == "class" and look.fields else None
        return page(
            [
                ("Init signature", signature),
                ("Type", look.type_name),
                ("String form", value.text if value else None),
                ("Length", str(value.length) if value and value.length is not None else None),
                ("File", cell_name(own.cell) if own else None),
                ("Docstring", doc),
            ]
        )

    async def _of_expression(self, where: Place, target: _Target, detail: int) -> str | None:
        """The page about what jedi infers, if Monty has it."""
        method = await self._of_method(where, target.end)
        if method is not None:
            return _page(method, detail)
        for each in await self._analysis.document(where, target.end):
            if each.kind == "instance" and target.documented:
                continue
            if each.full_name.startswith("__main__."):
                found = self._resolver.in_cells(where, each.full_name.removeprefix("__main__."))
                if found is not None and each.kind in ("function", "class"):
                    return _page(found, detail)
                titles = (
                    ("Signature", "\n".join(each.signatures))
                    if each.kind in ("function", "class")
                    else ("Type", each.name)
                )
                return page([titles, ("Docstring", each.doc or "<no docstring>")])
            doc = doc_by_full_name(each.full_name, self._analysis.facts)
            if doc is not None:
                return (
                    page([("Type", doc.name), ("Docstring", doc.doc)])
                    if each.kind == "instance"
                    else _page(doc, detail)
                )
        return None

    async def _of_method(self, where: Place, end: int) -> Definition | Doc | None:
        """The documentation of `expression.method`, by the type that jedi infers for the expression."""
        start = identifier_before(where.text, end)
        before = where.text[:start].rstrip()
        if start == end or not before.endswith("."):
            return None
        member, dot = where.text[start:end], len(before) - 1
        owner = where.text[primary_before(where.text, dot, where.around) : dot].strip()
        if owner[-1:] in ("'", '"'):
            return self._resolver.method("bytes" if re.match(r"[rR]?[bB]", owner) else "str", member)
        for each in await self._analysis.infer(where, len(where.text[:dot].rstrip())) if owner else ():
            if each.kind in ("instance", "class") and not each.local:
                found = self._resolver.method(each.full_name, member, each.kind == "class")
                if found is not None:
                    return found
        return None


def _targets(where: Place) -> list[_Target]:
    """The expressions to try, in order.

    Inside the parentheses of a call the called function comes before a plain variable at the cursor, but after an
    argument that has documentation of its own.
    """
    text, cursor, around = where.text, where.cursor, where.around
    inside = around.inside
    around_it = [opened for opened in around.stack[-_MOST_NESTED:] if opened.kind == "("]
    calls = [_name_before(where, opened.start) for opened in reversed(around_it)]
    callees = [call for call in calls if call is not None]
    at_cursor: list[_Target] = []
    if inside is None or inside.kind not in ("string", "comment", "template", "spec"):
        end = identifier_after(text, cursor)
        start = identifier_before(text, end)
        if start < end and not text[start].isdigit():
            at_cursor.append(_Target(_primary_start(where, start, end), end))
        elif text[cursor : cursor + 1] == "(":
            at_cursor += filter(None, [_name_before(where, cursor)])
        elif cursor in around.pairs and text[cursor - 1] == ")":
            at_cursor += filter(None, [_name_before(where, around.pairs[cursor])])
        elif cursor in around.pairs and text[cursor - 1] == "]":
            at_cursor.append(_Target(primary_before(text, cursor, around), cursor))
    if not callees:
        return at_cursor
    return [*(_Target(each.start, each.end, documented=True) for each in at_cursor), *callees, *at_cursor]


def _name_before(where: Place, offset: int) -> _Target | None:
    """The dotted name that ends before an opening parenthesis."""
    end = len(where.text[:offset].rstrip())
    start = identifier_before(where.text, end)
    return _Target(_primary_start(where, start, end), end) if start < end else None


def _primary_start(where: Place, start: int, end: int) -> int:
    before = where.text[:start].rstrip()
    if before.endswith(".") and not before.endswith(".."):
        return min(start, primary_before(where.text, end, place(where.text, end).around))
    return start


def _inspection(text: str | None) -> Inspection:
    return Inspection(True, {"text/plain": text}) if text else NOTHING_FOUND


def _page(known: Definition | Doc, detail: int) -> str:
    if isinstance(known, Doc):
        title = "Init signature" if known.kind.endswith("class") else "Signature"
        return page([(title, known.signature), ("Docstring", known.doc or "<no docstring>"), ("Type", known.kind)])
    source = terminal_coloured(known.source) if detail and known.cell != LABEL else None
    return page(
        [
            ("Init signature" if known.is_class else "Signature", known.signature),
            ("Source", source),
            ("Docstring", None if source else known.doc or "<no docstring>"),
            ("Init docstring", None if source else known.init_doc),
            ("File", cell_name(known.cell)),
            ("Type", "type" if known.is_class else "coroutine function" if known.is_async else "function"),
        ]
    )


def page(fields: Iterable[tuple[str, str | None]]) -> str:
    """A page of titled fields, laid out as in IPython with ANSI colours. Fields without text are left out."""
    parts = []
    for title, text in fields:
        if text is None or not text.strip():
            continue
        label = _TITLE.format(title)
        if "\n" in text or title in _BELOW:
            parts.append(f"{label}\n{text.rstrip()}")
        else:
            parts.append(f"{label}{' ' * max(1, _WIDTH - len(title) - 1)}{text}")
    return "\n".join(parts)


def cell_name(label: str) -> str | None:
    """The cell's name in tracebacks, such as `Cell In[3]`; None for the kernel's stub."""
    if label == "<kernel>":
        return None
    return f"Cell {label}" if label.startswith("In[") else label
