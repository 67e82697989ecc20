"""Every option is declared once: what is said of it elsewhere is the same."""

from __future__ import annotations

import argparse
import inspect
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from monty_kernel import run_notebook, run_notebook_async
from monty_kernel.cli import parser
from monty_kernel.engine.limits import KINDS, Limits, show_size
from monty_kernel.grants.tool_files import Permission
from monty_kernel.isolation.pool import Policy
from monty_kernel.jupyter.kernel import MontyKernel
from monty_kernel.session.services import limits_of
from monty_kernel.settings import HEADLESS, OPTIONS, Option, Settings
from monty_kernel.typecheck.checks import Mode

PAGE = (Path(__file__).parents[2] / "docs" / "options.md").read_text(encoding="utf-8")
ARGUMENTS = inspect.signature(run_notebook).parameters


def plain(text: str) -> str:
    """Text without Markdown, quotes, and differences of white space."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[`']", "", text).split()).rstrip(".").lower()


def default_in_docs(option: Option) -> str:
    if option.unit == "BYTES" and option.default is not None:
        return show_size(option.default)
    return "–" if option.default in ("", (), {}) else f"`{option.default}`"


def documented_arguments() -> dict[str, str]:
    """The arguments of `run_notebook` in its docstring."""
    section = inspect.cleandoc(run_notebook.__doc__ or "").partition("Args:\n")[2].partition("\n\n")[0]
    found = re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", section, re.MULTILINE)
    return {name: plain(text) for name, text in found}


@pytest.mark.parametrize(("name", "option"), OPTIONS.items(), ids=list(OPTIONS))
def test_the_docs_say_the_same(name: str, option: Option) -> None:
    row = re.search(rf"^\| `MontyKernel\.{name}`[^|]*\| ([^|]*) \| (.*) \|$", PAGE, re.MULTILINE)
    assert row is not None
    assert row[1] == default_in_docs(option)
    assert plain(row[2]) == plain(option.sentence)


@pytest.mark.parametrize(("name", "option"), OPTIONS.items(), ids=list(OPTIONS))
def test_traits(name: str, option: Option) -> None:
    trait: Any = MontyKernel.class_traits(config=True)[name]
    assert trait.help == option.sentence
    default = option.default
    assert trait.default() == (list(default) if isinstance(default, tuple) else default)


def test_arguments_of_run_notebook() -> None:
    documented = documented_arguments()
    assert list(documented) == list(ARGUMENTS)
    shared = [name for name in ARGUMENTS if name in OPTIONS]
    assert shared == [name for name in ARGUMENTS if name in {n for n, option in OPTIONS.items() if option.flag}]
    assert len(shared) == sum(1 for option in OPTIONS.values() if option.flag)
    for name in shared:
        assert plain(OPTIONS[name].help) in documented[name], name
        assert ("none for" in documented[name]) == bool(OPTIONS[name].none), name
        if name not in ("tool_permissions", "audit_file"):  # where None stands for what cannot be a default
            assert ARGUMENTS[name].default == vars(HEADLESS)[name], name


def test_the_async_twin_takes_the_same_arguments() -> None:
    assert inspect.signature(run_notebook_async).parameters == ARGUMENTS
    assert inspect.iscoroutinefunction(run_notebook_async)


def test_flags_of_run() -> None:
    commands = next(a for a in parser("run")._actions if isinstance(a, argparse._SubParsersAction))
    flags = {flag: action for action in commands.choices["run"]._actions for flag in action.option_strings}
    for name, option in OPTIONS.items():
        if option.flag:
            assert flags[option.flag].dest == name
            assert option.help in (flags[option.flag].help or "").replace("%%", "%")
            assert flags[option.flag].default is None, "what is not given is as configured"


ELSEWHERE = {
    "--output": "the notebook is returned",
    "--output-dir": "",
    "--inplace": "",
    "--stdout": "",
    "--to": "page_of makes pages",
    "--template": "",
    "--no-input": "",
    "--jobs": "a program calls several times at once",
    "--report": "what happened is returned or raised",
    "--quiet": "nothing is printed",
    "--help": "",
}
"""Flags of `run` that are no keywords of `run_notebook`, and why."""

KEYWORDS = {"--from": "from_session", "--own-workers": "own_worker", "--parameter": "parameters", "--raw-parameter": "parameters"}  # fmt: skip


def test_every_other_flag_of_run_is_a_keyword() -> None:
    commands = next(a for a in parser("run")._actions if isinstance(a, argparse._SubParsersAction))
    flags = [flag for action in commands.choices["run"]._actions for flag in action.option_strings[-1:]]
    named = {option.flag: name for name, option in OPTIONS.items()} | KEYWORDS
    keywords = {
        named.get(flag.replace("--no-", "--"), flag[2:].replace("-", "_")) for flag in flags if flag not in ELSEWHERE
    }
    assert ELSEWHERE.keys() <= set(flags)
    assert keywords <= ARGUMENTS.keys()
    assert ARGUMENTS.keys() - keywords == {"nb", "interrupt_on_timeout", "record_timing"}


def test_limits() -> None:
    assert {kind.option for kind in KINDS.values()} <= OPTIONS.keys()
    assert limits_of(Settings()) == Limits()
    assert {kind.unit for kind in KINDS.values()} == {OPTIONS[kind.option].unit for kind in KINDS.values()}


def test_choices_are_those_of_the_code_that_takes_them() -> None:
    assert OPTIONS["walls"].choices == get_args(Policy)
    assert OPTIONS["typecheck"].choices == get_args(Mode)
    assert OPTIONS["tool_permissions"].choices == get_args(Permission)


def test_a_name_that_is_no_option_is_refused() -> None:
    with pytest.raises(TypeError, match="max_memroy"):
        HEADLESS.but(max_memroy=1)
