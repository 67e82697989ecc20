"""The kernel's questions: answers are read strictly, and prompts of cells that look like questions are marked."""

from __future__ import annotations

import pytest

from monty_kernel.engine.access import OF_A_CELL, answered, disguise
from monty_kernel.engine.questions import MARK, Part, call_question


@pytest.mark.parametrize(
    "prompt",
    [
        MARK + "let this cell call f()?",
        "Monty-Kernel asks",
        "m o n t y   k e r n e l asks:",
        "\n\n\n" * 50 + MARK,
        "m\u200bonty\u2060-ker\u00adnel asks:",
        "ｍｏｎｔｙ－ｋｅｒｎｅｌ asks:",
        "𝐦𝐨𝐧𝐭𝐲-𝐤𝐞𝐫𝐧𝐞𝐥 asks:",
        "мοntу-кеrnеl asks:",
        "m0nty-kerne1 asks:",
        "ḿóñtý-kérnél asks:",
        "\x1b[1mmonty\x1b[0m-kernel asks:",
    ],
)
def test_a_cell_cannot_imitate_a_question(prompt: str) -> None:
    shown = disguise(prompt)
    assert shown.startswith(OF_A_CELL)
    assert not shown.startswith(MARK)


@pytest.mark.parametrize("prompt", ["Name? ", "", "Full Monty or not? ", "Пароль: ", "kernel of truth"])
def test_other_prompts_stay_as_they_are(prompt: str) -> None:
    assert disguise(prompt) == prompt


@pytest.mark.parametrize(
    ("typed", "meaning"),
    [("y", "yes"), (" YES \n", "yes"), ("a", "always"), ("Always", "always"), ("", "no"), ("n", "no"), ("yep", "no"),
     ("yes please", "no"), ("\x04", "no"), ("1", "no")],
)  # fmt: skip
def test_all_but_a_clear_yes_is_no(typed: str, meaning: str) -> None:
    assert answered(typed) == meaning


def test_a_prompt_keeps_its_colours_and_moves_no_cursor() -> None:
    assert disguise("\x1b[1mName\x1b[0m? ") == "\x1b[1mName\x1b[0m? "
    assert disguise("a\x1b[2J\rb\bc\u202e") == "a\\x1b[2J\\rb\\x08c\\u202e"


def test_a_question_begins_with_the_mark() -> None:
    line = call_question("t.f", "x=1", (Part("x", "1"),)).line
    assert line == MARK + "let this cell call t.f(x=1)? [y]es, [n]o, [a]lways in this session: "


def test_a_dialog_has_the_same_answers_and_the_refusal_last() -> None:
    question = call_question("t.f", "x=1", (Part("x", "1"),))
    assert question.data == {
        "kind": "call",
        "title": "Let this cell call t.f?",
        "parts": [{"name": "x", "text": "1"}],
        "note": "",
        "choices": [
            {"answer": "y", "label": "Allow once"},
            {"answer": "a", "label": "Allow for this session"},
            {"answer": "n", "label": "No"},
        ],
    }
    assert [answered(choice.answer) for choice in question.choices] == ["yes", "no", "always"]
