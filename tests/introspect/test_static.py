"""jedi is fenced in: it reads the standard library and nothing else."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from monty_kernel.introspect.facts import load_facts
from monty_kernel.introspect.static import Source, StaticAnalysis, fenced
from tests.support.introspected_session import Notebook

_seen: list[str] | None = None


def _audit(event: str, arguments: tuple[object, ...]) -> None:
    if _seen is not None and event in (
        "open",
        "os.listdir",
        "os.scandir",
        "import",
        "subprocess.Popen",
        "os.chdir",
        "exec",
    ):
        _seen.append(f"{event} {arguments[0]}")


sys.addaudithook(_audit)


@pytest.fixture
def seen() -> Iterator[list[str]]:
    global _seen
    _seen = []
    yield _seen
    _seen = None


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook's folder full of traps."""
    for name in ("evil", "json", "math", "typing", "numpy", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the notebook folder')\nTRAPPED = 1\n")
        (tmp_path / f"{name}.pyi").write_text("TRAPPED: int\n")
        (tmp_path / f"{name}-stubs").mkdir()
        (tmp_path / f"{name}-stubs" / "__init__.pyi").write_text("TRAPPED: int\n")
    (tmp_path / "evil_package").mkdir()
    (tmp_path / "evil_package" / "__init__.py").write_text("TRAPPED = 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])  # as `python -P` does
    return tmp_path


def test_the_notebooks_folder_is_not_touched(notebook: Notebook, folder: Path, seen: list[str]) -> None:
    where = str(folder)
    notebook.run("import math")
    notebook.complete("math.")  # the helper process starts with the first question
    seen.clear()
    for code in (
        "import evil\nevil.", "import evil_package\nevil_package.", "from evil import TRAPPED\nTRAPPED.", "from . import evil\nevil.",
        "from .evil import ", "from .. import evil\nevil.", "import json\njson.", "import numpy as np\nnp.", "import sitecustomize\nsitecustomize.",
        f"import sys\nsys.path.append({where!r})\nimport evil\nevil.", f"import sys\nsys . path.insert(0, {where!r})\nfrom evil import TRAPPED\nTRAPPED.",
        f"def f():\n    import sys\n    sys.path[0:0] = [{where!r}]\n    import evil\n    evil.", f"open('{where}/", "open('./", "'", "open(", f"f'{where}/", f"f'{{open(\"{where}/",
        f"x = '{where}/' + '", "import os\nos.path.join('", "__import__('evil').", "import importlib\nimportlib.import_module('evil').", "%run ./ev", "!cat ./ev",
    ):  # fmt: skip
        assert "TRAPPED" not in notebook.complete(code)
        notebook.inspect(code)
    assert not [event for event in seen if where in event or event.endswith((" .", " ./"))]
    assert not [event for event in seen if event.startswith("subprocess.Popen")]
    assert not [
        event
        for event in seen
        if event.startswith("import ")
        and event.removeprefix("import ").split(".")[0] in ("evil", "evil_package", "numpy")
    ]


def test_nothing_but_montys_modules_is_imported(notebook: Notebook) -> None:
    before = set(sys.modules)
    for module in (
        "antigravity",
        "this",
        "curses",
        "readline",
        "turtle",
        "sqlite3",
        "tkinter",
        "distutils",
        "ensurepip",
        "_testcapi",
        "pip",
        "numpy",
    ):
        assert notebook.complete(f"import {module}\n{module}.") == []
    fresh = {name.split(".")[0] for name in set(sys.modules) - before}
    assert not fresh & {
        "antigravity",
        "this",
        "curses",
        "readline",
        "turtle",
        "sqlite3",
        "tkinter",
        "_testcapi",
        "pip",
        "numpy",
    }


def test_sys_path_never_changes_hands(notebook: Notebook) -> None:
    """jedi's own environment replaces `sys.path` while it looks for a module; an import on another thread would then fail."""
    paths: set[tuple[str, ...]] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            paths.add(tuple(sys.path))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        for module in ("csv", "tomllib", "decimal", "unicodedata", "html.parser", "nope"):
            notebook.complete(f"import {module}\nx = {module}.anything()\nx.")
    finally:
        stop.set()
        watcher.join()
    assert len(paths) == 1


def test_code_is_fenced_character_for_character() -> None:
    code = "import sys\nsys.path.append('/tmp')\nsys . path\nfrom . import a\nfrom .. b import c\n\0\x0c\ud800 ok"
    assert len(fenced(code)) == len(code)
    assert "sys.path" not in fenced(code)
    assert "from ." not in fenced(code)
    assert fenced(code).encode()


@pytest.mark.slow
def test_names_come_with_where_they_are_from() -> None:
    static = StaticAnalysis(load_facts().modules)
    head, chunk = "def earlier():\n    return {}\n", "earlier()."
    assert [known.full_name for known in static.infer(Source(head, chunk, 9))] == ["builtins.dict"]
    names = {known.name: known for known in static.names(Source("before = 1\n", "def f(alpha):\n    ", 18))}
    assert names["alpha"].local
    assert not names["before"].local


def test_a_home_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from jedi import settings

    (tmp_path / "file").write_text("")
    monkeypatch.setattr(settings, "cache_directory", str(tmp_path / "file" / "cache"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        static = StaticAnalysis(load_facts().modules)
        assert [known.name for known in static.infer(Source("", "[1]", 3))] == ["list"]
    assert os.path.isdir(settings.cache_directory)
