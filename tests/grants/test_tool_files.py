"""Tools files: what is taken of them, what is refused, how arguments are checked, and the stub that says so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from monty_kernel.grants.tool_files import ToolModule, ToolsRefused, check_spec, load


def written(folder: Path, text: str, name: str = "shop.py") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def loaded(folder: Path, text: str) -> ToolModule:
    return load(written(folder, text))


def test_own_public_functions_and_capital_constants_are_taken(tmp_path: Path) -> None:
    module = loaded(
        tmp_path,
        '"""A shop."""\nfrom os import remove, path\nimport subprocess\nfrom monty_kernel import tool\n'
        "LIMIT = 3\nNAMES = ('a',)\n_KEY = 'secret'\nlower = 1\nTHING = object()\n"
        "def f(a: int) -> int:\n    'Eff.'\n    return a\ndef _g(): ...\nclass C: ...\nbase = tool(path.basename)\n",
    )
    assert set(module.tools) == {"f", "base"}
    assert module.constants == {"LIMIT": 3, "NAMES": ("a",)}
    assert (module.name, module.doc, module.tools["f"].doc) == ("shop", "A shop.", "Eff.")


def test_all_says_exactly_which(tmp_path: Path) -> None:
    module = loaded(tmp_path, "__all__ = ['f', 'x']\nx = 1\nY = 2\ndef f(): ...\ndef g(): ...\n")
    assert (set(module.tools), module.constants) == ({"f"}, {"x": 1})
    with pytest.raises(ToolsRefused, match=r"shop.sys is or holds"):
        loaded(tmp_path, "__all__ = ['sys']\nimport sys\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1/0", "ZeroDivisionError"),
        ("def f(:", "SyntaxError"),
        ("raise SystemExit(1)", "SystemExit"),
        ("x = 1", "no public function"),
        ("def f():\n    yield 1", "generator"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ToolsRefused, match=why):
        loaded(tmp_path, text)
    assert "_monty_tools_shop" not in sys.modules or text in ("x = 1", "def f():\n    yield 1")


@pytest.mark.parametrize("name", ["json.py", "getpass.py", "IPython.py", "os.py", "a-b.py", "_x.py", "socket.py"])
def test_a_name_that_is_taken_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ToolsRefused):
        load(written(tmp_path, "def f(): ...", name))


def test_paths_are_absolute_and_modules_never_come_from_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "raise AssertionError('imported')", "sneaky_tools.py")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ToolsRefused, match="absolute"):
        check_spec("./sneaky_tools.py")
    with pytest.raises(ToolsRefused, match="No module named"):
        load("sneaky_tools")
    with pytest.raises(ToolsRefused, match="neither"):
        check_spec("not a module")


def test_bytecode_beside_the_file_is_not_run(tmp_path: Path) -> None:
    import importlib.util
    import py_compile

    path = Path(written(tmp_path, "def f(): return 'forged'"))
    py_compile.compile(str(path), cfile=importlib.util.cache_from_source(str(path)))
    times = path.stat()
    path.write_text("def f(): return 'honest'")
    import os

    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert load(str(path)).tools["f"].function() == "honest"


SIGNATURE = (
    "from __future__ import annotations\nfrom typing import Any, Literal, Optional, Annotated\nimport datetime\n"
    "def f(a: int, /, b: str = 'x', *rest: float, c: list[int] | None = None, d: Optional[bool] = None,\n"
    "      e: Literal['x', 2] = 'x', f: dict[str, tuple[int, ...]] = {}, g: Nowhere = 1, h: Annotated[bytes, 1] = b'',\n"
    "      **more: int) -> list[datetime.date]:\n    '''Doc \"of\" f.'''\n"
)


def test_the_stub_is_python_and_says_the_types(tmp_path: Path) -> None:
    import ast

    module = loaded(tmp_path, SIGNATURE.replace("Nowhere", "object") + "LIMIT = 3\nasync def g(): ...\n")
    ast.parse(module.stub)
    assert "LIMIT: int" in module.stub
    assert "async def g() -> Any: ..." in module.stub
    assert (
        "def f(a: int, /, b: str = ..., *rest: float, c: list[int] | None = ..., d: bool | None = ..., "
        "e: Literal['x', 2] = ..., f: dict[str, tuple[int, ...]] = ..., g: object = ..., h: bytes = ..., "
        "**more: int) -> list[datetime.date]:" in module.stub
    )


def test_annotations_that_cannot_be_resolved_do_not_keep_a_tool_out(tmp_path: Path) -> None:
    module = loaded(tmp_path, SIGNATURE)
    assert "a: Any" in module.stub


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ("f(1, 'x', 1.0, 2, c=[1], d=True, e=2, f={'a': (1, 2)}, more=3)", None),
        ("f(1, c=None)", None),
        ("f()", "missing a required argument: 'a'"),
        ("f('1')", "'a' must be int, not str"),
        ("f(True)", None),
        ("f(1, 2)", "'b' must be str, not int"),
        ("f(1, 'x', 'y')", "'rest' must be float"),
        ("f(1, c=[1, 'x'])", r"'c' must be list\[int\] | None"),
        ("f(1, d=1)", "'d' must be bool | None"),
        ("f(1, e='y')", "'e' must be Literal"),
        ("f(1, f={'a': [1]})", "'f' must be dict"),
        ("f(1, h='x')", "'h' must be bytes, not str"),
        ("f(1, more='x')", "'more' must be int"),
        ("f(1, g=object())", "a tool takes plain data only"),
    ],
)
def test_arguments_are_checked_by_the_annotations(tmp_path: Path, call: str, error: str | None) -> None:
    tool = loaded(tmp_path, SIGNATURE.replace("Nowhere", "Any")).tools["f"]

    def f(*args: object, **kwargs: object) -> None:
        tool.bind(args, kwargs)

    if error is None:
        eval(call, {"f": f})
    else:
        with pytest.raises(TypeError, match=error):
            eval(call, {"f": f})
