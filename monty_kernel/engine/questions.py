"""The kernel's own questions to the person: one line for a prompt, and the same laid out for a dialog.

Only this kernel's code makes a `Question`. A cell's `input()` is a text, which no front end can take for one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from ..outputs.visible_text import quoted

MARK = "monty-kernel asks: "
"""Every question of the kernel begins with it. No prompt of a cell can."""

Kind = Literal["call", "mount", "refusal", "resume", "sessions", "history", "reset"]


class Choice(NamedTuple):
    """One answer. answer: The line to send for it. typed: How the prompt names it. label: What a button says."""

    answer: str
    typed: str
    label: str


class Part(NamedTuple):
    """A piece of what is asked about, such as an argument. The text is one line that deceives no eye."""

    name: str
    text: str


class Question(NamedTuple):
    """A question.

    Attributes:
        text: All of it in one line, without its mark and its answers.
        title: What a dialog asks. `parts` say about what, `note` what else is to be known.
    """

    kind: Kind
    text: str
    title: str
    choices: tuple[Choice, ...]
    parts: tuple[Part, ...] = ()
    note: str = ""

    @property
    def line(self) -> str:
        """The prompt."""
        return f"{MARK}{self.text} {', '.join(choice.typed for choice in self.choices)}: "

    @property
    def data(self) -> dict[str, Any]:
        """As the metadata of an `input_request` has it; what refuses comes last."""
        return {
            "kind": self.kind,
            "title": self.title,
            "parts": [part._asdict() for part in self.parts],
            "note": self.note,
            "choices": [
                {"answer": choice.answer, "label": choice.label}
                for choice in sorted(self.choices, key=lambda choice: choice is _NO)
            ],
        }


_NO = Choice("n", "[n]o", "No")


def yes_or_no(label: str) -> tuple[Choice, ...]:
    """The answers to a yes-or-no question. label: What the button for yes says."""
    return (Choice("y", "[y]es", label), _NO)


def call_question(function: str, arguments: str, laid_out: tuple[Part, ...]) -> Question:
    """Whether a cell may call a function. arguments: On one line. laid_out: The same, which may be longer there."""
    choices = (
        Choice("y", "[y]es", "Allow once"),
        _NO,
        Choice("a", "[a]lways in this session", "Allow for this session"),
    )
    text = f"let this cell call {function}({arguments})?"
    return Question("call", text, f"Let this cell call {function}?", choices, laid_out)


MOUNTS: Mapping[str, tuple[str, str]] = {
    "ro": ("read", ""),
    "rw": ("read and change", ""),
    "overlay": ("read", " Its changes stay in memory."),
}
"""Mode -> the verb of the question, and a sentence after it."""


def mount_question(folder: str, place: str, mode: Literal["ro", "rw", "overlay"]) -> Question:
    """Whether a folder of the host, given by its real path, may be mounted."""
    verb, note = MOUNTS[mode]
    return Question(
        "mount",
        f"let this notebook {verb} {quoted(folder)} as {quoted(place)}?{note}",
        f"Let this notebook {verb} a folder of yours?",
        yes_or_no("Allow"),
        (Part("folder", quoted(folder)), Part("as", quoted(place))),
        note.strip(),
    )


def never_mounted(why: str) -> Question:
    """What only the person is told about a folder that a notebook asked for and cannot have."""
    return Question(
        "refusal",
        f"this notebook asked for a folder that it cannot have: {why}.",
        "This notebook asked for a folder that it cannot have",
        (Choice("", "Press Enter", "Close"),),
        (Part("why", why),),
    )


def session_question(text: str, parts: tuple[Part, ...], note: str) -> Question:
    """Whether a notebook may have an earlier session, which the text, the parts and the note describe."""
    return Question(
        "resume", text, "Let this notebook have everything in an earlier session?", yes_or_no("Resume"), parts, note
    )


def history_question() -> Question:
    """Whether the inputs of other sessions may be printed, and so be saved in the notebook."""
    return Question(
        "history",
        "show the inputs of your other sessions in this notebook?",
        "Show the inputs of your other sessions in this notebook?",
        yes_or_no("Show"),
    )


def reset_question(*, undone: bool) -> Question:
    """Whether all variables may go. undone: Whether %undo brings them back."""
    note = "%undo brings them back." if undone else ""
    return Question(
        "reset",
        f"clear all variables of this session? {note}".rstrip(),
        "Clear all variables of this session?",
        yes_or_no("Clear"),
        note=note,
    )
