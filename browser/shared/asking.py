"""What asking the person knows: the kernel's words, what resembles them, and which letters a name may mix."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from monty_kernel.engine import access, questions
from monty_kernel.grants import mounting
from monty_kernel.outputs import visible_text

from .patterns import javascript


def asking() -> dict[str, Any]:
    """The words of questions, and what makes text in them readable."""
    scripts = sorted({script for _, _, script in _scripts()})
    return {
        "mark": questions.MARK,
        "of_a_cell": access.OF_A_CELL,
        "most_refusals": access.MOST_REFUSALS,
        "longest": access.LONGEST,
        "lookalikes": {chr(code): letter for code, letter in access.LOOKALIKES.items()},
        "questions": {
            "refusal": _words(questions.never_mounted("")),
            "resume": _words(questions.session_question("", (), "")),
            "history": _whole(questions.history_question()),
            "reset": _whole(questions.reset_question(undone=True)),
        },
        "mounts": {
            mode: {"verb": questions.MOUNTS[mode][0], **_words(questions.mount_question("", "", mode))}
            for mode in mounting.MODES.values()
        },
        "place": javascript(mounting.PLACE),
        "longest_place": mounting.LONGEST_PLACE,
        "invisible": javascript(visible_text.INVISIBLE),
        "scripts": scripts,
        "words": [[start, end - start, scripts.index(script)] for start, end, script in _scripts()],
    }


def _words(question: questions.Question) -> dict[str, Any]:
    """What of a question does not depend on what it is about."""
    return {
        "title": question.title,
        "note": question.note,
        "choices": [choice._asdict() for choice in question.choices],
    }


def _whole(question: questions.Question) -> dict[str, Any]:
    """A question that is always the same."""
    return {"text": question.text, **_words(question)}


def _scripts() -> Iterator[tuple[int, int, str]]:
    """The ranges of the characters beyond ASCII that are in words, and their scripts."""
    start, last = 128, ""
    for code in range(128, sys.maxunicode + 2):
        script = _script(chr(code)) if code <= sys.maxunicode else ""
        if script != last:
            if last:
                yield start, code - 1, last
            start, last = code, script


def _script(character: str) -> str:
    if not visible_text.in_word(character):
        return ""
    return next(iter(visible_text.scripts(character)))
