"""What stands for an import of a module that is written for Monty, or of a name that is."""

from __future__ import annotations

import ast
from collections.abc import Collection

from .shipped_names import GAP, GAPS, MODULE, MODULES, parts_of, variable
from .source.star_names import PARTLY, STAR_NAMES


def imported(tree: ast.Module) -> ast.Module:
    """A module that is itself written for Monty, with its own imports of others replaced."""
    _Imported().visit(tree)  # which changes it in place
    return ast.fix_missing_locations(tree)


class _Imported(ast.NodeTransformer):
    def _visit_import(self, node: ast.Import | ast.ImportFrom) -> ast.AST | list[ast.stmt]:
        replaced = instead_of(node, (), set())
        return node if replaced is None else ast.parse(replaced).body

    visit_Import = visit_ImportFrom = _visit_import


def instead_of(node: ast.Import | ast.ImportFrom, granted: Collection[str], parts: set[str]) -> str | None:
    """What stands for an import; None if it stays."""
    if isinstance(node, ast.ImportFrom):
        return None if node.level or node.module in granted else _from(node, parts)
    written = [alias.name in MODULES and alias.name not in granted for alias in node.names]
    if not any(written):
        return None
    return "; ".join(
        _plain(alias, parts) if is_written else "import " + ast.unparse(alias)
        for alias, is_written in zip(node.names, written, strict=True)
    )


def _plain(alias: ast.alias, parts: set[str]) -> str:
    parts.update(parts_of(alias.name))
    bound = alias.name if alias.asname else alias.name.partition(".")[0]
    if bound not in MODULES:  # of a package of Monty's, which has no attribute for it
        return f"import {bound}"
    return f"{alias.asname or bound} = {variable(MODULE + bound)}"


def _from(node: ast.ImportFrom, parts: set[str]) -> str | None:
    module = node.module or ""
    if module in MODULES:
        known, owner = set(MODULES[module]), variable(MODULE + module)
        # a package's modules are names of it
        known |= {name.removeprefix(module + ".") for name in MODULES if name.startswith(module + ".")}
    elif module in GAPS:
        known, owner = set(GAPS[module]), variable(GAP + module)
    else:
        return None
    aliases = node.names
    if aliases[0].name == "*":
        if module in PARTLY:
            return None
        every = sorted({*GAPS[module], *STAR_NAMES.get(module, ())}) if module in GAPS else MODULES[module]
        aliases = [ast.alias(name) for name in every]
    names = [(alias.name, alias.asname or alias.name) for alias in aliases]
    kept = [alias for alias in aliases if alias.name not in known]
    if module in GAPS and len(kept) == len(aliases):
        return None
    parts.update(parts_of(module))
    if module in MODULES and kept:
        return f"raise ImportError({f'cannot import name {kept[0].name!r} from {module!r}'!r})"
    for name, _ in names:
        parts.update(parts_of(f"{module}.{name}"))
    statements = [f"from {module} import {', '.join(map(ast.unparse, kept))}"] if kept else []
    return "; ".join([*statements, *(f"{target} = {owner}.{name}" for name, target in names if name in known)])
