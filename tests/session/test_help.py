"""`help(value)` prints about the value that is passed, wherever the call stands."""

from __future__ import annotations

import pytest

from tests.support.kernel_client import Kernel


@pytest.fixture(scope="module", autouse=True)
def defined(kernel: Kernel) -> None:
    kernel.run(
        "def explain(x):\n    'Explains.'\n    help(x)\ndef about_len():\n    help(len)\ndef about(y): help(y.walk)"
    )
    kernel.run("class Robot:\n    'A robot.'\n    def walk(self):\n        'Walks.'\nrobot = Robot()\nx = 'not this'")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("help(len)", "Return the number of items"),
        ("about_len()", "Return the number of items"),
        ("explain(len)", "Return the number of items"),
        ("explain(explain)", "Explains."),
        ("explain(Robot)", "A robot."),
        ("explain(robot)", "A robot."),
        ("import math\nexplain(math)", "mathematical functions"),
        ("explain(int)", "integer"),
        ("alias = sorted\nhelp(alias)", "sorted(iterable"),
        ("for each in [len]: help(each)", "Return the number of items"),
        ("list(map(help, [len]))", "Return the number of items"),
        ("help(robot.walk)", "Walks."),
        ("help('math.sqrt')", "square root"),
        ("help()", "%lsmagic"),
    ],
)
def test_it_finds_its_topic(kernel: Kernel, code: str, text: str) -> None:
    answer = kernel.run(code)
    assert answer.reply["status"] == "ok", answer.reply
    assert text in answer.text()


def test_what_is_not_known_is_said(kernel: Kernel) -> None:
    assert kernel.run("about(robot)").text() == "No documentation found for 'y.walk'.\n"
