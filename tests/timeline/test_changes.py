"""What front ends are told about what each cell changed, which is found out beside the session."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]

from tests.support.kernel_client import Kernel, worker_pids
from tests.support.timeline_client import Comm, ask
from tests.support.waiting import HANGING


def _ran(kernel: Kernel, code: str) -> int:
    """Run a cell; the number of its state, which is there."""
    number = int(kernel.run(code).reply["execution_count"])
    while number not in [state["number"] for state in ask(kernel.client, "timeline_request", {})["states"]]:
        pass
    return number


def _changes(kernel: Kernel, number: int) -> dict[str, Any]:
    """What a cell changed, once a comm has told it."""
    comm = Comm(kernel.client, f"changes-{number}")
    comm.until(lambda: number in comm.states and comm.states[number]["changes"] is not None)
    comm.close()
    return dict(comm.states[number]["changes"])


def _items(kernel: Kernel, number: int) -> dict[str, tuple[Any, Any]]:
    found = _changes(kernel, number)
    assert found["compared"], found
    return {item["name"]: (item["before"], item["after"]) for item in found["items"]}


def test_what_is_new_changed_and_gone(kernel: Kernel) -> None:
    _ran(kernel, "rows = [1, 2, 3]\nold = 'x'")
    number = _ran(kernel, "rows.clear()\ndel old\nnew = {'a': 1}\ndef f(): pass\nclass C: pass\nimport math, operator")
    items = _items(kernel, number)
    assert items["rows"] == (
        {"type": "list", "length": 3, "text": "list of 3", "compared": True},
        {"type": "list", "length": 0, "text": "list of 0", "compared": True},
    )
    assert items["old"] == ({"type": "str", "length": 1, "text": "'x'", "compared": True}, None)
    assert items["new"] == (None, {"type": "dict", "length": 1, "text": "dict of 1", "compared": True})
    kinds = {item["name"]: item["kind"] for item in _changes(kernel, number)["items"]}
    assert kinds == {
        "rows": "variable",
        "old": "variable",
        "new": "variable",
        "f": "function",
        "C": "class",
        "math": "module",
        "operator": "module",
    }


def test_a_cell_that_only_looks_changed_nothing(kernel: Kernel) -> None:
    _ran(kernel, "looked_at = [1]")
    assert _changes(kernel, _ran(kernel, "looked_at"))["items"] == []


def test_files_and_the_environment(kernel: Kernel) -> None:
    number = _ran(
        kernel,
        "import os\nos.environ['MY_TOKEN'] = 'secret'\nos.environ['PLAIN'] = 'p'\nopen('a.txt', 'w').write('hello')",
    )
    found = _changes(kernel, number)
    kinds = {item["name"]: (item["kind"], item["after"]["text"], item["after"]["length"]) for item in found["items"]}
    assert kinds["a.txt"] == ("file", "", 5)
    assert kinds["os.environ['MY_TOKEN']"][:2] == ("environment", "")
    assert kinds["os.environ['PLAIN']"][:2] == ("environment", "'p'")
    written = _ran(kernel, "open('a.txt', 'w').write('other')")
    assert _items(kernel, written)["a.txt"][0] is not None


def test_the_variables_of_any_state_and_how_any_two_differ(kernel: Kernel) -> None:
    first = _ran(kernel, "%reset -f\na = 1")
    second = _ran(kernel, "b = 'two'")
    third = _ran(kernel, "a = 3")
    reply = ask(kernel.client, "timeline_request", {"what": "variables"})
    assert reply["compared"]
    assert {each["name"]: each["text"] for each in reply["variables"]} == {"a": "3", "b": "'two'"}
    reply = ask(kernel.client, "timeline_request", {"what": "variables", "state": first})
    assert [each["name"] for each in reply["variables"]] == ["a"]
    reply = ask(kernel.client, "timeline_request", {"what": "diff", "from": first, "to": third})
    assert [item["name"] for item in reply["items"]] == ["a", "b"]
    reply = ask(kernel.client, "timeline_request", {"what": "diff", "from": third, "to": second})
    assert [(item["name"], item["after"]["text"]) for item in reply["items"]] == [("a", "1")]


def test_asked_while_a_cell_runs(kernel: Kernel) -> None:
    number = _ran(kernel, "quiet = 1")
    running = kernel.client.execute("print('on', flush=True)\nwhile True: pass")
    while kernel.client.get_iopub_msg(timeout=HANGING)["msg_type"] != "stream":
        pass
    while not (reply := ask(kernel.client, "timeline_request", {"what": "variables", "state": number}))["compared"]:
        pass
    assert "quiet" in [each["name"] for each in reply["variables"]]
    kernel.manager.interrupt_kernel()
    kernel.finish(running)


def test_what_the_notebook_defines_is_never_called(kernel: Kernel) -> None:
    code = """
class Endless:
    def __repr__(self):
        while True: pass
    def __str__(self):
        while True: pass
    def __eq__(self, other):
        while True: pass
    def __hash__(self):
        while True: pass
endless, inside = Endless(), [Endless()]
"""
    items = _items(kernel, _ran(kernel, code))
    assert items["endless"][1] == {"type": "Endless", "length": None, "text": "", "compared": False}
    assert items["inside"][1] == {"type": "list", "length": 1, "text": "list of 1", "compared": False}
    assert _items(kernel, _ran(kernel, "after = 1")).keys() == {"after"}


def test_names_and_texts_are_bounded_and_on_one_line(kernel: Kernel) -> None:
    long = "n" * 5_000
    number = _ran(kernel, f"{long}1 = {long}2 = 1\nmarked = '<b>\\x1b[31m' + '\\x00' * 100\nbig = 'z' * 1_000_000")
    items = _items(kernel, number)
    assert len(items) == 4
    assert max(map(len, items)) <= 100
    for _, after in items.values():
        assert len(after["text"]) <= 40
        assert after["text"].isprintable()
    assert items["big"][1]["length"] == 1_000_000


def test_more_changes_than_are_told(kernel: Kernel) -> None:
    before = _ran(kernel, "1")
    number = _ran(kernel, "\n".join(f"many_{n} = {n}" for n in range(200)))
    found = _changes(kernel, number)
    assert (len(found["items"]), found["more"]) == (50, 150)
    reply = ask(kernel.client, "timeline_request", {"what": "diff", "from": before, "to": number})
    assert (len(reply["items"]), reply["more"]) == (200, 0)


def test_a_large_state_is_not_compared(start: Callable[..., Kernel]) -> None:
    kernel = start()
    number = _ran(kernel, "import random\nhuge = [random.randbytes(1 << 20) for _ in range(40)]")
    found = _changes(kernel, number)
    assert not found["compared"]
    assert "MiB" in found["why"]
    reply = ask(kernel.client, "timeline_request", {"what": "variables"})
    assert (reply["status"], reply["compared"]) == ("ok", False)
    assert "MiB" in reply["why"]
    found = _changes(kernel, _ran(kernel, "huge = None"))
    assert not found["compared"]


def test_a_cell_that_redefines_what_the_kernel_calls_changes_only_what_is_told(start: Callable[..., Kernel]) -> None:
    kernel = start()
    _ran(kernel, "%whos\nx = 1")
    number = _ran(kernel, "def __mk_survey(scope):\n    while True: pass\ny = 2")
    found = _changes(kernel, number)
    assert "compared" in found
    assert kernel.run("x, y").plain == "(1, 2)"


def test_cells_that_follow_each_other_quickly_are_described_too(start: Callable[..., Kernel]) -> None:
    kernel = start()
    for number in range(20):
        kernel.client.execute(f"step_{number} = {number}")
    comm = Comm(kernel.client)
    comm.until(lambda: all(comm.states.get(n, {}).get("changes") for n in range(1, 21)))
    for number in range(1, 21):
        assert [item["name"] for item in comm.states[number]["changes"]["items"]] == [f"step_{number - 1}"]


def test_what_is_kept_of_very_many_changes_is_bounded(start: Callable[..., Kernel]) -> None:
    kernel = start()
    comm = Comm(kernel.client)
    before = psutil.Process(kernel.pid).memory_info().rss
    for step in range(1, 14):
        kernel.run("\n".join(f"v_{n} = {step}" for n in range(9_000)))
        comm.until(lambda step=step: bool(comm.states.get(step, {}).get("changes")))  # type: ignore[misc]
    assert any("too much has changed" in str(state["changes"]) for state in comm.states.values())
    assert psutil.Process(kernel.pid).memory_info().rss - before < 150 << 20
    assert kernel.run("v_8999").plain == "13"


def test_without_a_client_nobody_looks(start: Callable[..., Kernel]) -> None:
    kernel = start()
    _ran(kernel, "x = 1")
    kernel.rest()
    before = set(worker_pids(kernel.pid))
    assert ask(kernel.client, "timeline_request", {})["states"][-1]["changes"] is None
    comm = Comm(kernel.client)
    comm.until(lambda: 1 in comm.states and bool(comm.states[1]["changes"]))
    others = set(worker_pids(kernel.pid)) - before
    assert others, "an onlooker has a worker of its own"
    comm.close()
    deadline = time.monotonic() + HANGING
    while set(worker_pids(kernel.pid)) & others:
        assert time.monotonic() < deadline, "the onlooker's worker stays"


def test_when_the_last_client_has_gone_nobody_looks_on(start: Callable[..., Kernel]) -> None:
    kernel = start()
    for number in range(200):
        _ran(kernel, f"x = {number}")
    kernel.rest()
    before = set(worker_pids(kernel.pid))
    comm = Comm(kernel.client)
    comm.until(lambda: any(state["changes"] for state in comm.states.values()))
    comm.close()
    deadline = time.monotonic() + HANGING
    while set(worker_pids(kernel.pid)) - before:
        assert time.monotonic() < deadline, "the onlooker's worker stays"
    states = ask(kernel.client, "timeline_request", {})["states"]
    assert [state for state in states if state["changes"] is None]
