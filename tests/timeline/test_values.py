"""A variable in its own display: shown by a copy of the session, which it cannot touch."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.kernel_client import Kernel
from tests.support.timeline_client import ask

Data = dict[str, Any]


def value(kernel: Kernel, name: object, **more: object) -> Data:
    return ask(kernel.client, "timeline_request", {"what": "value", "name": name, **more})


SHOWS = """\
seen = []
class Table:
    def __repr__(self):
        seen.append('repr')
        return 'a table'
    def _repr_html_(self):
        return '<b>table</b><script>alert(1)</script>'
table = Table()"""


def test_a_value_shows_itself_and_the_session_stays_as_it_is(kernel: Kernel) -> None:
    kernel.run(SHOWS)
    before = ask(kernel.client, "timeline_request", {"what": "tree"})
    shown = value(kernel, "table")
    assert shown["data"] == {"text/html": "<b>table</b>", "text/plain": "a table"}
    assert shown["metadata"] == {}
    after = ask(kernel.client, "timeline_request", {"what": "tree"})
    assert after["present"] == before["present"] and len(after["states"]) == len(before["states"])
    assert kernel.run("seen, len(In)").plain == f"([], {before['present'] + 2})"
    assert value(kernel, "seen")["data"] == {"text/plain": "[]"}


def test_an_earlier_state_shows_what_it_held(kernel: Kernel) -> None:
    number = kernel.run("x = list(range(5))").reply["execution_count"]
    kernel.run("x.clear()")
    assert value(kernel, "x", state=number)["data"] == {"text/plain": "[0, 1, 2, 3, 4]"}
    assert value(kernel, "x")["data"] == {"text/plain": "[]"}


@pytest.mark.slow
def test_a_display_that_never_ends_is_ended_and_a_cell_runs_meanwhile(kernel: Kernel) -> None:
    kernel.run("class Loops:\n    def __repr__(self):\n        while True: pass\nloops, x = Loops(), 5")
    request = kernel.client.session.msg("timeline_request", {"what": "value", "name": "loops"})
    kernel.client.control_channel.send(request)
    start = time.monotonic()
    assert kernel.run("x + 1").plain == "6"
    reply = kernel.client.get_control_msg(timeout=60)["content"]
    assert reply["error"] == "It cannot be shown: it takes longer than 5 seconds."
    assert time.monotonic() - start < 50
    assert value(kernel, "x")["data"] == {"text/plain": "5"}


def test_a_display_reaches_nothing(kernel: Kernel) -> None:
    kernel.run(
        "class Asks:\n    def __repr__(self): return input('?')\n"
        "class Fails:\n    def __repr__(self): raise ValueError('no')\n"
        "class Shows:\n    def _ipython_display_(self): display('shown')\n"
        "asks, fails, shows, large = Asks(), Fails(), Shows(), 'x' * 5_000_000"
    )
    kernel.rest()  # the state is there
    assert "outside of the session" in value(kernel, "asks")["error"]
    assert "no" in value(kernel, "fails")["error"]
    assert value(kernel, "shows")["data"] == {"text/plain": "'shown'"}
    assert "characters are shown" in value(kernel, "large")["data"]["text/plain"][-100:]
    assert "not defined" in value(kernel, "nothing")["error"]


@pytest.mark.parametrize("name", [None, 7, "", "a b", "a.b", "f()", "x; y", "x\n", "__import__('os')", "x" * 10_001])
def test_only_a_name_can_be_shown(kernel: Kernel, name: object) -> None:
    kernel.run("x = 1")
    reply = value(kernel, name)
    assert (reply["status"], reply["ename"]) == ("error", "ValueError")


def test_of_no_state_nothing_is_shown(kernel: Kernel) -> None:
    kernel.run("x = 1")
    assert value(kernel, "x", state=99)["ename"] == "NoSuchState"
