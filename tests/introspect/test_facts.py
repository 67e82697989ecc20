"""The facts about Monty, checked against Monty."""

from __future__ import annotations

import pydantic_monty
import pytest

from monty_kernel.introspect.candidates import SAMPLES, Sample
from monty_kernel.introspect.facts import Facts, load_facts
from tests.support.introspected_session import Notebook


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load_facts()


def test_they_are_asked_once(facts: Facts) -> None:
    assert load_facts() is facts


def test_when_no_worker_starts_there_are_none_and_the_next_call_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monty_kernel.introspect.facts._facts", None)
    monkeypatch.setenv("MONTY_BIN", "/nonexistent")
    monkeypatch.setattr("monty_kernel.introspect.facts.pydantic_monty.Monty", lambda **_: 1 / 0)
    assert not load_facts().builtins
    monkeypatch.undo()
    assert load_facts().builtins


def test_what_is_known_to_be_missing_is_missing(facts: Facts) -> None:
    assert "dir" not in facts.builtins
    assert "del" not in facts.keywords
    assert "threading" not in facts.modules
    assert "UserDict" not in facts.of_module("collections")
    assert "translate" not in (facts.of_value("str") or {})
    assert "cls" not in facts.arguments["json.dumps"]


def test_what_is_known_to_be_there_is_there(facts: Facts) -> None:
    assert {"len", "print", "sorted", "__name__"} <= set(facts.builtins)
    assert {"def", "class", "for", "async", "await", "match", "True", "None"} <= facts.keywords
    assert {"math", "os.path", "datetime"} <= facts.modules
    assert facts.of_module("math")["pi"] == "instance"
    assert facts.of_module("datetime")["date"] == "class"
    assert facts.of_module("math")["sumprod"] == "function", "which Python has from 3.12 on"
    assert "environ" in facts.of_module("os")
    assert {"sep", "end"} <= facts.arguments["print"]
    assert "maxsplit" in facts.arguments["str.split"]


@pytest.mark.parametrize("sample", [each for each in SAMPLES if "/x" not in each.value], ids=lambda sample: sample.key)
def test_every_attribute_that_a_value_is_said_to_have(notebook: Notebook, facts: Facts, sample: Sample) -> None:
    for module in facts.modules:
        if "." not in module and module in sample.value:
            notebook.run(f"import {module}")
    said = ""
    for name, kind in (facts.of_value(sample.key) or {}).items():
        try:
            notebook.run(f"({sample.value}).{name}" + ("()" if kind == "function" else ""))
        except pydantic_monty.MontyError as error:
            said += str(error)
    assert "has no attribute" not in said


def test_type_names_lead_from_montys_to_cpythons(facts: Facts) -> None:
    assert facts.type_key("Counter") == facts.type_key("collections.Counter") == "collections.Counter"
    assert facts.type_key("builtins.str") == "str"
    assert facts.type_key("typing.Pattern") == "re.Pattern"
    assert facts.of_value("nonsense") is None
    assert "args" in (facts.of_value("KeyError") or {})
