"""A thousand small cells that CPython runs: here they give the same, or fail with a word of why.

`python_forms.txt` has one a line, with ⏎ between the lines of a cell. `≠` marks one that gives something else, as
`docs/language.md` says. What CPython does is asked of the Python that runs the tests: what an older one refuses is left out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.test_locate import ANSI
from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING

FORMS = [
    line.replace("⏎", "\n")
    for line in (Path(__file__).parent / "python_forms.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]

IN_CPYTHON = """
import ast, contextlib, io, json, sys
answers = []
for text in json.load(sys.stdin):
    scope = {"__name__": "__main__"}
    try:
        tree = ast.parse(text)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(tree, "cell", "exec"), scope)
            value = None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), scope)
            answers.append([None if value is None else repr(value), ""])
    except BaseException as error:
        answers.append([None, type(error).__name__])
with open(sys.argv[1], "w") as file:
    json.dump(answers, file)
"""


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str | None, str]]:
    texts = [form.removeprefix("≠ ") for form in FORMS]
    answers = tmp_path_factory.mktemp("answers") / "answers.json"
    subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", IN_CPYTHON, str(answers)],
        input=json.dumps(texts),
        cwd=tmp_path_factory.mktemp("cpython"),
        stdout=subprocess.DEVNULL,
        text=True,
        timeout=HANGING,
        check=True,
    )
    return [(result, error) for result, error in json.loads(answers.read_text())]


def plain(text: str | None) -> str:
    """Without the lines of a long value, the addresses of objects, and with types as IPython shows them."""
    return re.sub(r"<class'([\w.]+)'>", r"\1", re.sub(r"0x[0-9a-f]+", "0x", "".join((text or "").split())))


@pytest.mark.slow
def test_each_gives_the_same_or_says_why_not(kernel: Kernel, expected: list[tuple[str | None, str]]) -> None:
    without_a_word, different = [], []
    for form, (result, error) in zip(FORMS, expected, strict=True):
        answer = kernel.run(form.removeprefix("≠ "))
        if error:
            continue
        if answer.reply["status"] == "error":
            traceback = ANSI.sub("", "\n".join(answer.reply["traceback"]))
            if "Hint: " not in traceback:
                without_a_word.append((form, answer.reply["ename"], answer.reply["evalue"]))
            assert "__mk_" not in traceback and "Internal error" not in traceback.partition("Hint")[2], form
        elif not form.startswith("≠ ") and plain(answer.plain) != plain(result):
            different.append((form, result, answer.plain))
    assert without_a_word == []
    assert different == []


def test_they_are_many(expected: list[tuple[str | None, str]]) -> None:
    assert sum(not error for _, error in expected) > 900
