"""What front ends do to the session from its timeline, on control; and that no cell gets there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.kernel_client import Kernel, kill_workers
from tests.support.timeline_client import Comm, another_client, ask
from tests.support.waiting import HANGING


def _act(kernel: Kernel, action: str, **fields: Any) -> dict[str, Any]:
    """Act on what is the present state now, unless the fields say which."""
    if "state" not in fields:
        fields["state"] = ask(kernel.client, "timeline_request", {})["present"]
    return ask(kernel.client, "timeline_act_request", {"action": action, **fields})


def _number(kernel: Kernel, code: str) -> int:
    """Run a cell; the number of its state, once it is there."""
    number = int(kernel.run(code).reply["execution_count"])
    while number not in _states(kernel):
        pass
    return number


def _states(kernel: Kernel) -> dict[int, dict[str, Any]]:
    return {state["number"]: state for state in ask(kernel.client, "timeline_request", {})["states"]}


def test_undo_and_redo(kernel: Kernel) -> None:
    first = _number(kernel, "value = 1")
    second = _number(kernel, "value = 2")
    undone = _act(kernel, "undo", state=second)
    assert undone == {
        "status": "ok", "present": first, "report": f"The session is as it was after In[{first}]: changed: value = 1 (was 2).",
    }  # fmt: skip
    assert kernel.run("value", store_history=False).plain == "1"
    assert _act(kernel, "redo")["status"] == "ok"
    assert kernel.run("value", store_history=False).plain == "2"


def test_nobody_acts_in_a_tree_that_they_do_not_see(kernel: Kernel) -> None:
    number = _number(kernel, "seen = 1")
    tree = ask(kernel.client, "timeline_request", {})["tree"]
    refused = _act(kernel, "undo", state=number, tree="of another kernel")  # whose states have the same numbers
    assert refused["ename"] == "Refused"
    assert kernel.run("seen", silent=False, store_history=False).plain == "1"
    present = ask(kernel.client, "timeline_request", {})["present"]
    assert _act(kernel, "undo", state=present, tree=tree)["status"] == "ok"


def test_several_cells_at_once(kernel: Kernel) -> None:
    start = _number(kernel, "steps = 0")
    for step in (1, 2, 3):
        _number(kernel, f"steps = {step}")
    assert _act(kernel, "undo", cells=3)["present"] == start
    assert kernel.run("steps", silent=False, store_history=False).plain == "0"


def test_restore_to_any_state_and_on_from_there(kernel: Kernel) -> None:
    base = _number(kernel, "where = 'base'")
    other = _number(kernel, "where = 'left'")
    assert _act(kernel, "restore", target=base)["present"] == base
    branch = _number(kernel, "where")
    assert _states(kernel)[branch]["parent"] == base
    assert _act(kernel, "restore", target=other)["present"] == other
    assert kernel.run("where").plain == "'left'"


def test_names_of_any_state(kernel: Kernel) -> None:
    number = _number(kernel, "1")
    _number(kernel, "2")
    assert (
        _act(kernel, "name", target=number, name="good")["report"] == f"The state after In[{number}] is now named good."
    )
    assert _states(kernel)[number]["names"] == ["good"]
    wrong = _act(kernel, "unname", target=0, name="good")
    assert wrong["ename"] == "NoSuchState"
    assert _act(kernel, "unname", target=number, name="good")["status"] == "ok"
    assert _states(kernel)[number]["names"] == []


def test_a_state_that_is_deleted_is_dropped(kernel: Kernel) -> None:
    number = _number(kernel, "heavy = 1")
    present = _number(kernel, "heavy = 2")
    assert _act(kernel, "delete", target=number)["status"] == "ok"
    assert _states(kernel)[number]["where"] is None
    assert "dropped to save space" in _act(kernel, "restore", target=number)["evalue"]
    assert kernel.run("heavy").plain == "2"
    for target in (0, ask(kernel.client, "timeline_request", {})["present"]):
        assert "always stay" in _act(kernel, "delete", target=target)["evalue"]
    _act(kernel, "name", target=present, name="kept")
    _number(kernel, "3")
    assert "it is named kept" in _act(kernel, "delete", target=present)["evalue"]


def test_a_deleted_state_is_gone_from_the_disk_unless_others_rest_on_it(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.snapshots=disk", env={"JPY_SESSION_NAME": "/home/me/deleting.ipynb"})
    for number in (1, 2, 3):
        _number(kernel, f"x = {number}")
        while _states(kernel)[number]["where"] != "both":
            pass
    assert _act(kernel, "delete", target=2)["status"] == "ok"
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(timeout=HANGING)
    resumed = _act(kernel, "resume")
    assert resumed["status"] == "ok", resumed
    assert resumed["present"] == 3
    states = _states(kernel)
    assert states[2]["where"] is None
    assert states[1]["where"] == "disk"
    assert kernel.run("x").plain == "3"
    assert _act(kernel, "restore", target=1)["status"] == "ok"


def test_what_the_client_has_not_seen_is_not_undone(kernel: Kernel) -> None:
    seen = _number(kernel, "shared = 1")
    unseen = _number(kernel, "shared = 2")
    refused = _act(kernel, "undo", state=seen)
    assert (refused["status"], refused["ename"], refused["present"]) == ("error", "Refused", unseen)
    assert kernel.run("shared").plain == "2"


def test_of_two_clients_that_act_at_once_one_is_refused(kernel: Kernel) -> None:
    _number(kernel, "turn = 1")
    _number(kernel, "turn = 2")
    present = _number(kernel, "turn = 3")
    second = another_client(kernel)
    clients = [kernel.client, second]
    content = {"action": "undo", "state": present}
    for client in clients:
        client.control_channel.send(client.session.msg("timeline_act_request", content))
    replies = [client.get_control_msg(timeout=HANGING)["content"] for client in clients]
    assert sorted(reply["status"] for reply in replies) == ["error", "ok"]
    assert [reply["ename"] for reply in replies if reply["status"] == "error"] == ["Refused"]
    assert kernel.run("turn").plain == "2"
    second.stop_channels()


def test_a_travel_is_told_to_who_follows(kernel: Kernel) -> None:
    number = _number(kernel, "told = 1")
    _number(kernel, "told = 2")
    second = another_client(kernel)
    comm = Comm(second)
    comm.event()
    _act(kernel, "undo")
    comm.until(lambda: comm.present == number)
    comm.close()
    second.stop_channels()


def test_nothing_is_done_while_a_cell_runs_or_waits(kernel: Kernel) -> None:
    present = _number(kernel, "steady = 1")
    for code in ("input()", "print('on', flush=True)\nwhile True: pass"):
        running = kernel.client.execute(code, allow_stdin=True)
        if code == "input()":
            kernel.client.get_stdin_msg(timeout=HANGING)
        else:
            while kernel.client.get_iopub_msg(timeout=HANGING)["msg_type"] != "stream":
                pass
        for action in ("undo", "redo", "name", "delete", "resume"):
            refused = _act(kernel, action, state=present, target=present, name="n")
            assert refused["ename"] == "Refused", action
            assert "cell runs" in refused["evalue"]
        kernel.manager.interrupt_kernel()
        kernel.finish(running)
    assert kernel.run("steady").plain == "1"


def test_who_follows_is_told_that_the_session_fell_back(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.max_memory=60_000_000")
    number = _number(kernel, "kept = 1")
    comm = Comm(kernel.client)
    comm.event()

    def restored(why: str) -> None:
        while "restored" not in (event := comm.event()):
            pass
        assert event["restored"] == {"to": number, "why": why}

    kernel.client.execute("print('on', flush=True)\nwhile True: pass")
    while kernel.client.get_iopub_msg(timeout=HANGING)["msg_type"] != "stream":
        pass
    kernel.manager.interrupt_kernel()
    restored("interrupt")
    kernel.client.execute("x = 'x'\nwhile True: x += x")
    restored("memory")
    kernel.client.execute("print('on', flush=True)\nwhile True: pass")
    while kernel.client.get_iopub_msg(timeout=HANGING)["msg_type"] != "stream":
        pass
    kill_workers(kernel.pid)
    restored("crash")


def test_a_worker_that_died_between_cells_is_replaced_before_anything_is_done(kernel: Kernel) -> None:
    first = _number(kernel, "life = 1")
    _number(kernel, "life = 2")
    kernel.rest()
    kill_workers(kernel.pid)
    assert _act(kernel, "undo")["present"] == first
    assert kernel.run("life").plain == "1"


@pytest.mark.parametrize("content", [
    {}, {"action": None}, {"action": "reset"}, {"action": ["undo"]}, {"action": "undo"}, {"action": "undo", "state": "1"},
    {"action": "undo", "state": None}, {"action": "undo", "state": 1.0}, {"action": "undo", "state": True},
    {"action": "undo", "state": 1, "cells": 0}, {"action": "undo", "state": 1, "cells": -1},
    {"action": "undo", "state": 1, "cells": 10**7}, {"action": "undo", "state": 1, "cells": "2"},
    {"action": "undo", "state": 1, "cells": None}, {"action": "restore", "state": 1}, {"action": "restore", "state": 1, "target": "a"},
    {"action": "restore", "state": 1, "target": {}}, {"action": "delete", "state": 1, "target": 10**300},
    {"action": "name", "state": 1}, {"action": "name", "state": 1, "name": ""}, {"action": "name", "state": 1, "name": "1"},
    {"action": "name", "state": 1, "name": "<b>"}, {"action": "name", "state": 1, "name": "x" * 101},
    {"action": "name", "state": 1, "name": "a\x1b[31m"}, {"action": "name", "state": 1, "name": 5},
    {"action": "unname", "state": 1, "name": ["a"]}, {"action": "name", "state": 1, "name": "a", "target": "b"},
    {"action": "resume", "state": 1, "session": 5}, {"action": "x" * (14 << 20)},
])  # fmt: skip
def test_a_malformed_request_gets_an_error(kernel: Kernel, content: dict[str, Any]) -> None:
    reply = ask(kernel.client, "timeline_act_request", content)
    assert (reply["status"], reply["ename"]) == ("error", "ValueError")
    assert len(reply["evalue"]) < 200


def test_a_state_that_is_not_there_is_not_found(kernel: Kernel) -> None:
    _number(kernel, "1")
    for action in ("restore", "delete", "name"):
        for target in (10**9, -(1 << 53), -77):
            reply = _act(kernel, action, target=target, name="n")
            assert reply["ename"] == "NoSuchState", (action, target)
    assert _act(kernel, "resume", session="../../etc/passwd")["ename"] == "NoSuchState"


def test_a_flood_of_travels_leaves_a_session_that_works(kernel: Kernel) -> None:
    _number(kernel, "flood = 1")
    present = _number(kernel, "flood = 2")
    client = kernel.client
    for number in range(200):
        action = ("undo", "redo")[number % 2]
        client.control_channel.send(client.session.msg("timeline_act_request", {"action": action, "state": present}))
    replies = [client.get_control_msg(timeout=HANGING)["content"] for _ in range(200)]
    assert "ok" in [reply["status"] for reply in replies]
    assert {reply.get("ename") for reply in replies} <= {None, "Refused", "NoSuchState"}
    assert kernel.run("flood").plain in ("1", "2")


def test_cells_and_travels_that_come_at_once(kernel: Kernel) -> None:
    """Whichever comes first, the cell sees one state or the other, and the session goes on."""
    client = kernel.client
    for _ in range(15):
        _number(kernel, "race = 1")
        present = _number(kernel, "race = 2")
        client.control_channel.send(client.session.msg("timeline_act_request", {"action": "undo", "state": present}))
        cell = client.execute("race")
        answer = kernel.finish(cell)
        reply = client.get_control_msg(timeout=HANGING)["content"]
        assert answer.plain in ("1", "2")
        assert reply["status"] == "ok" or reply["ename"] == "Refused", reply
        if reply["status"] == "error":
            assert answer.plain == "2"
    assert kernel.run("race").plain in ("1", "2")


def test_an_interrupt_of_a_travel_leaves_a_session_that_works(kernel: Kernel) -> None:
    client = kernel.client
    for _ in range(5):
        _number(kernel, "stopped = [0] * 100_000")
        present = _number(kernel, "stopped = 2")
        client.control_channel.send(client.session.msg("timeline_act_request", {"action": "undo", "state": present}))
        kernel.manager.interrupt_kernel()
        while (reply := client.get_control_msg(timeout=HANGING))["msg_type"] != "timeline_act_reply":
            pass
        assert reply["content"]["status"] == "ok" or reply["content"]["ename"] == "Refused"
        assert kernel.run("type(stopped)").plain in ("int", "list")


def test_another_kernels_session_is_not_resumed_without_a_question(start: Callable[..., Kernel], tmp_path: Any) -> None:
    shared = {"JUPYTER_DATA_DIR": str(tmp_path), "JPY_SESSION_NAME": "/home/me/resuming.ipynb"}
    first = start("--MontyKernel.snapshots=disk", env=shared)
    _number(first, "mine = 1")
    first.manager.shutdown_kernel()
    second = start("--MontyKernel.snapshots=disk", env=shared)
    refused = _act(second, "resume")
    assert refused["ename"] == "Refused"
    assert "%resume" in refused["evalue"]
    assert second.run("mine").reply["ename"] == "NameError"
    third = start("--MontyKernel.snapshots=disk", "--MontyKernel.resume=allow", env=shared)
    second.manager.shutdown_kernel()
    session = refused["evalue"].split("session ")[1].split(":")[0]
    assert _act(third, "resume", session=session)["status"] == "ok"
    assert third.run("mine").plain == "1"
    assert third.run("1").reply["execution_count"] > 2


_TRIES = [
    "timeline_act_request('undo')",
    "get_ipython().kernel.timeline_act_request({'action': 'undo'})",
    "from ipykernel.comm import Comm\nComm('monty.timeline', {'action': 'undo'})",
    "from comm import create_comm\ncreate_comm('monty.timeline').send({'action': 'undo', 'state': 1})",
    "display({'text/plain': 'x'}, metadata={'msg_type': 'timeline_act_request', 'action': 'undo'}, raw=True)",
    "display({'application/vnd.jupyter.timeline_act_request+json': {'action': 'undo'}, 'text/plain': 'x'}, raw=True)",
    "%timeline_act_request undo",
    "get_ipython().run_line_magic('undo', '')",
    "get_ipython().run_line_magic('restore', '0')",
    "import zmq",
    "import socket",
    "print('\\x1b]timeline_act_request;undo\\x07')",
    "open('/proc/self/environ')",
    "__mk_magic('undo', '')",
    "__mk_magic('timeline_act_request', '')",
]


@pytest.mark.parametrize("code", _TRIES)
def test_no_cell_goes_elsewhere_but_by_a_line_that_says_so(kernel: Kernel, code: str) -> None:
    """A cell's own `%undo` at its top level stays what it is: a line that the person can read."""
    _number(kernel, "guarded = 1")
    present = _number(kernel, "guarded = 2")
    kernel.run(code)
    kernel.run(
        "None", user_expressions={"a": "timeline_act_request('undo')", "b": "get_ipython().run_line_magic('undo', '')"}
    )
    assert kernel.run("guarded").plain == "2"
    assert ask(kernel.client, "timeline_request", {})["present"] >= present
    comms = kernel.client.comm_info(reply=True, timeout=HANGING)["content"]["comms"]
    assert comms == {}
