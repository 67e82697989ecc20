"""An upgrade loses nothing: every public name of an earlier version is there, in Python, on command lines, in cells and on disk."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from tests.support.kernel_client import Kernel
from tests.support.kernel_process import MONTY
from tests.support.waiting import HANGING

NAMES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("public_names.toml").read_text(encoding="utf-8"))
COMMAND = [str(Path(sys.executable).with_name("monty-kernel"))]


def said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=HANGING, check=True)
    assert done.stderr == ""
    return done.stdout


def words_of(text: str) -> set[str]:
    """The options that a help text names."""
    return set(re.findall(r"(?<![\w-])--?[A-Za-z][\w.-]*", text))


def missing(names: list[str], found: Any) -> list[str]:
    return [name for name in names if name not in found]


def test_what_programs_import() -> None:
    for module, names in NAMES["python"].items():
        if module != "arguments":
            found = import_module(module)
            assert missing(names, found.__all__) == []
            assert [name for name in names if not hasattr(found, name)] == []


@pytest.mark.parametrize("function", NAMES["python"]["arguments"])
def test_what_functions_take(function: str) -> None:
    parameters = inspect.signature(getattr(import_module("monty_kernel"), function)).parameters
    assert missing(NAMES["python"]["arguments"][function], parameters) == []


def test_entry_points() -> None:
    for group, names in NAMES["entry_points"].items():
        for name, value in names.items():
            (found,) = entry_points(group=group, name=name)
            assert callable(found.load())
            module, _, attribute = value.partition(":")  # kernelspecs and programs of people name this place
            assert getattr(import_module(module), attribute) is found.load()


def test_the_kernels_command_line() -> None:
    found = words_of(said(*MONTY, "--help-all"))
    options = [f"--{owner}.{name}" for owner, names in NAMES["options"].items() for name in names]
    assert missing([*options, *NAMES["kernel"]["arguments"]], found | words_of(said(*MONTY, "--help"))) == []


@pytest.mark.parametrize("command", NAMES["commands"])
def test_commands_and_their_flags(command: str) -> None:
    assert missing(NAMES["commands"][command], words_of(said(*COMMAND, *command.split(), "--help"))) == []


def test_the_command_as_a_module() -> None:
    assert said(sys.executable, "-P", "-m", "monty_kernel.cli", "--version") == said(*COMMAND, "--version")


def test_what_cells_find_and_what_is_left_on_disk(tmp_path: Path) -> None:
    kernel = Kernel(tmp_path)
    try:
        info = kernel.client.kernel_info(reply=True, timeout=HANGING)["content"]
        expected = NAMES["kernel"]
        assert info["implementation"] == expected["implementation"]
        language = info["language_info"]
        assert (language["name"], language["mimetype"], language["file_extension"]) == (
            expected["language"],
            expected["mimetype"],
            expected["file_extension"],
        )
        listed = kernel.run("%lsmagic").text().split()
        assert missing([f"%{name}" for name in NAMES["magics"]["line"]], listed) == []
        assert missing([f"%%{name}" for name in NAMES["magics"]["cell"]], listed) == []
        for name in NAMES["cells"]["builtins"]:
            assert kernel.run(f"found = {name}").reply["status"] == "ok", name
        assert kernel.run(f"from IPython.display import {', '.join(NAMES['cells']['display'])}").reply["status"] == "ok"
        kernel.manager.shutdown_kernel()
    finally:
        kernel.close()
    assert missing(NAMES["files"]["data"], [str(path.relative_to(tmp_path / "data")) for path in (tmp_path / "data").rglob("*")]) == []  # fmt: skip


def test_the_kernelspec() -> None:
    specs = KernelSpecManager().get_all_specs()
    assert NAMES["kernel"]["spec"] in specs
    assert specs[NAMES["kernel"]["spec"]]["spec"]["language"] == NAMES["kernel"]["language"]
