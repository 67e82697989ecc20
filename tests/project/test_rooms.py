"""The rooms of the package: imports run one way between them, modules import each other in no circle, no file is over 400 lines.

Every import counts, also in a function and under `TYPE_CHECKING`: it says which module knows of which. Only the package's own
`__init__`, whose names are imported on first use, is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[2] / "monty_kernel"
MOST_LINES = 400

_LEAVES = frozenset({"bounded", "charts", "files", "isolation", "outputs", "startup"})
_ENGINE = _LEAVES | {"engine", "sanitize"}
_TOOLS = _ENGINE | {"grants", "history", "introspect", "magics", "settings", "store", "timetravel", "typecheck"}
_HOSTS = _TOOLS | {"session"}

ALLOWED: Mapping[str, frozenset[str]] = {
    "bounded": frozenset(),
    "charts": frozenset(),
    "files": frozenset(),
    "isolation": frozenset(),
    "outputs": frozenset(),
    "startup": frozenset(),
    "history": frozenset({"files"}),
    "store": frozenset({"files"}),
    "sanitize": frozenset({"bounded", "outputs"}),
    "engine": frozenset({"bounded", "charts", "isolation", "outputs", "sanitize"}),
    "settings": frozenset({"engine"}),
    "introspect": frozenset({"bounded", "engine", "isolation", "outputs"}),
    "grants": frozenset({"engine", "files", "outputs"}),
    "typecheck": frozenset({"engine", "introspect", "isolation", "outputs"}),
    "timetravel": frozenset({"engine", "outputs", "store"}),
    "magics": frozenset(
        {"engine", "grants", "history", "introspect", "outputs", "settings", "timetravel", "typecheck"}
    ),
    "session": _TOOLS - {"store"},
    "headless": _HOSTS,
    "check": _HOSTS | {"headless"},
    "jupyter": _HOSTS - {"store"},
    "fork_server": frozenset({"jupyter", "startup"}),
    "__main__": frozenset({"jupyter", "startup"}),
    "cli": _HOSTS | {"check", "fork_server", "headless", "jupyter"},
}
"""The rooms that the modules of a room may import, beside their own. A module at the top of the package is a room of its own."""


class Import(NamedTuple):
    """One import. source, target: modules by their dotted names; file: relative to the package's parent."""

    source: str
    target: str
    file: str
    line: int


def modules_of(package: Path) -> dict[str, Path]:
    """The package's modules by their dotted names."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(package: Path) -> list[Import]:
    """Every import of one of the package's modules by another, but for those from and of the package's own `__init__`."""
    modules = modules_of(package)
    found = []
    for source, path in modules.items():
        for target, line in _imported(source, path, modules):
            if package.name not in (source, target) and source != target:
                found.append(Import(source, target, str(path.relative_to(package.parent)), line))
    return found


def _imported(source: str, path: Path, modules: Mapping[str, Path]) -> Iterator[tuple[str, int]]:
    folder = source.split(".") if path.name == "__init__.py" else source.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from package import name`: a module, if there is one of that name
            names = [name if (name := f"{base}.{alias.name}") in modules else base for alias in node.names]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name in modules)


def room_of(module: str) -> str:
    """The room that a module is in."""
    return module.split(".")[1]


def back_arrows(package: Path, allowed: Mapping[str, frozenset[str]] = ALLOWED) -> dict[str, str]:
    """Each import that the table does not allow -> where it is and what to do about it."""
    found: dict[str, str] = {}
    for source, target, file, line in imports_of(package):
        here, there = room_of(source), room_of(target)
        if here == there or there in allowed.get(here, ()):
            continue
        may = (
            f"may import {', '.join(sorted(allowed[here])) or 'no other room'}"
            if here in allowed
            else "is not in ALLOWED"
        )
        found.setdefault(
            f"{source} -> {target}",
            f"{file}:{line}: {source} imports {target}, but the room `{here}` {may}. "
            "Move what both need into a room that both may import, or let the caller pass it as an argument.",
        )
    return found


def circles(package: Path) -> dict[str, str]:
    """Each set of modules that import each other, directly or by way of others -> where, and what to do about it."""
    imports = imports_of(package)
    graph: dict[str, set[str]] = {}
    for each in imports:
        graph.setdefault(each.source, set()).add(each.target)
    reached = {module: _reached(graph, module) for module in graph}
    found: dict[str, str] = {}
    for module in graph:
        members = sorted(other for other in reached[module] if module in reached.get(other, ()))
        inside = [each for each in imports if each.source in members and each.target in members]
        if members:
            found[", ".join(members)] = (
                f"{len(members)} modules import each other in a circle: "
                + "; ".join(f"{each.file}:{each.line} imports {each.target}" for each in inside)
                + ". Merge them if they are one idea; else move what they share into a module below them."
            )
    return found


def _reached(graph: Mapping[str, set[str]], start: str) -> set[str]:
    """The modules that imports lead to from this one; itself only if it is in a circle."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for target in graph.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def long_files(package: Path) -> dict[str, str]:
    """Each file that is too long -> what to do about it."""
    files = {str(path.relative_to(package.parent)): path for path in modules_of(package).values()}
    lines = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in files.items()}
    return {
        name: f"{name} has {count} lines, over {MOST_LINES}. Look for the second idea in it."
        for name, count in lines.items()
        if count > MOST_LINES
    }


def test_imports_run_one_way_between_the_rooms() -> None:
    assert not (found := back_arrows(PACKAGE)), "\n".join(found.values())


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert not (found := circles(PACKAGE)), "\n".join(found.values())


def test_no_file_is_too_long() -> None:
    assert not (found := long_files(PACKAGE)), "\n".join(found.values())


def test_the_table_has_every_room_and_no_other_and_no_circle() -> None:
    rooms = {room_of(module) for module in modules_of(PACKAGE) if "." in module}
    assert rooms == set(ALLOWED)
    for room in ALLOWED:
        assert room not in _reached({name: set(others) for name, others in ALLOWED.items()}, room)


RULES = {"top": frozenset({"base"}), "base": frozenset()}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of two rooms, in which `top` may import `base`, without a fault."""
    write(tmp_path / "house", "__init__", "from .top import entrance\n")
    write(tmp_path / "house", "top/__init__", "")
    write(tmp_path / "house", "top/entrance", "from ..base import floor\nfrom . import stairs\nimport os\n")
    write(tmp_path / "house", "top/stairs", "from house.base.floor import area\n")
    write(tmp_path / "house", "base/__init__", "")
    write(tmp_path / "house", "base/floor", "from house import __version__\n")
    return tmp_path / "house"


def write(package: Path, module: str, source: str) -> None:
    path = package / f"{module}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)


def test_a_sound_package(package: Path) -> None:
    assert {(each.source, each.target) for each in imports_of(package)} == {
        ("house.top.entrance", "house.base.floor"),
        ("house.top.entrance", "house.top.stairs"),
        ("house.top.stairs", "house.base.floor"),
    }
    assert back_arrows(package, RULES) == circles(package) == long_files(package) == {}


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import house.top.stairs\n", 1),
        ("from house.top.stairs import step\n", 1),
        ("from ..top import stairs\n", 1),
        ("def area():\n    from ..top.stairs import step\n", 2),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.top.stairs import step\n", 3),
        ("try:\n    pass\nexcept OSError:\n    import house.top.stairs as stairs\n", 4),
    ],
)
def test_an_import_against_the_arrows(package: Path, source: str, line: int) -> None:
    write(package, "base/wall", source)
    (said,) = back_arrows(package, RULES).values()
    assert said.startswith(f"house/base/wall.py:{line}: house.base.wall imports house.top.stairs, but the room `base`")
    assert "no other room" in said


def test_an_import_of_a_room_itself(package: Path) -> None:
    write(package, "base/wall", "from house import top\n")
    (said,) = back_arrows(package, RULES).values()
    assert said.startswith("house/base/wall.py:1: house.base.wall imports house.top, ")


def test_a_room_that_is_not_in_the_table(package: Path) -> None:
    write(package, "cellar", "from .base import floor\n")
    (said,) = back_arrows(package, RULES).values()
    assert "`cellar` is not in ALLOWED" in said


def test_a_circle_of_two_in_a_function(package: Path) -> None:
    write(package, "top/stairs", "def up():\n    from .entrance import door\n")
    (said,) = circles(package).values()
    assert said.startswith("2 modules import each other")
    assert "house/top/stairs.py:2 imports house.top.entrance" in said
    assert "house/top/entrance.py:2 imports house.top.stairs" in said


def test_a_circle_of_three_under_type_checking(package: Path) -> None:
    write(package, "base/one", "from . import two\n")
    write(package, "base/two", "from .three import x\nfrom .floor import area\n")
    write(package, "base/three", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .one import x\n")
    (said,) = circles(package).values()
    assert said.startswith("3 modules import each other")
    assert "house/base/three.py:3 imports house.base.one" in said
    assert "floor" not in said


def test_a_circle_by_way_of_the_public_names_is_none(package: Path) -> None:
    write(package, "base/floor", "from house import entrance\n")
    assert circles(package) == {}


def test_a_long_file(package: Path) -> None:
    write(package, "base/floor", "x = 1\n" * MOST_LINES)
    assert long_files(package) == {}
    write(package, "base/floor", "x = 1\n" * (MOST_LINES + 1))
    (said,) = long_files(package).values()
    assert said == "house/base/floor.py has 401 lines, over 400. Look for the second idea in it."
