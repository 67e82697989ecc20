"""Front ends that follow the states of a session, over comms and by asking on control."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.kernel_client import Kernel
from tests.support.timeline_client import Comm, another_client, ask
from tests.support.waiting import HANGING


def _tree(kernel: Kernel, number: int = 0) -> dict[str, Any]:
    """The tree, once the state of a cell is in it: the reply of the cell goes out before."""
    while True:
        tree = ask(kernel.client, "timeline_request", {})
        if not number or number in [state["number"] for state in tree["states"]]:
            return tree


def _count(kernel: Kernel) -> int:
    """Run a cell; the number of its state, which is there."""
    number = int(kernel.run("1").reply["execution_count"])
    _tree(kernel, number)
    return number


def _with_cell_id(kernel: Kernel, code: str, cell_id: object) -> int:
    client = kernel.client
    request = client.session.msg("execute_request", {"code": code, "silent": False, "store_history": True})
    request["metadata"] = {"cellId": cell_id}
    client.shell_channel.send(request)
    number = int(kernel.finish(request["header"]["msg_id"]).reply["execution_count"])
    _tree(kernel, number)
    return number


def test_the_kernel_announces_the_protocol(kernel: Kernel) -> None:
    info = kernel.client.kernel_info(reply=True, timeout=HANGING)["content"]
    assert info["supported_features"] == ["monty.timeline"]
    assert info["monty"] == {"timeline": 1, "last_session": None}


def test_a_comm_is_told_all_states_and_then_what_is_new(kernel: Kernel) -> None:
    first = _count(kernel)
    comm = Comm(kernel.client)
    tree = comm.event()
    assert tree["event"] == "tree"
    assert tree["version"] == 1
    assert comm.present == first
    assert {0, first} <= comm.states.keys()
    number = kernel.client.execute("value = 5  # set") and first + 1
    comm.until(lambda: number in comm.states)
    state = comm.states[number]
    assert state["label"] == "value = 5  # set"
    assert (state["parent"], state["failed"], state["names"]) == (first, False, [])
    assert comm.present == number
    kernel.client.execute("%undo")
    comm.until(lambda: comm.present == first)
    comm.close()


def test_a_name_is_told_and_its_removal(kernel: Kernel) -> None:
    _count(kernel)
    comm = Comm(kernel.client, "names")
    comm.event()
    kernel.client.execute("%snapshot here")
    comm.until(lambda: any("here" in state["names"] for state in comm.states.values()))
    kernel.client.execute("%snapshot --remove here")
    comm.until(lambda: not any("here" in state["names"] for state in comm.states.values()))
    comm.close()


def test_a_state_that_reaches_the_disk_is_told(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.snapshots=disk")
    comm = Comm(kernel.client)
    comm.event()
    kernel.client.execute("1")
    comm.until(lambda: 1 in comm.states and comm.states[1]["where"] == "both")
    assert ask(kernel.client, "timeline_request", {})["session"]


def test_what_front_ends_call_a_cell_is_told(kernel: Kernel) -> None:
    number = _with_cell_id(kernel, "x = 1", "0d2f-11")
    other = _with_cell_id(kernel, "x = 2", "x" * 65)
    strange = _with_cell_id(kernel, "x = 3", {"a": 1})
    plain = _count(kernel)
    states = {state["number"]: state["cell_id"] for state in _tree(kernel)["states"]}
    assert states[number] == "0d2f-11"
    assert (states[other], states[strange], states[plain]) == (None, None, None)


def test_the_tree_is_told_while_a_cell_runs(kernel: Kernel) -> None:
    before = _count(kernel)
    running = kernel.client.execute("print('on', flush=True)\nwhile True: pass")
    while kernel.client.get_iopub_msg(timeout=HANGING)["msg_type"] != "stream":
        pass
    tree = _tree(kernel)
    assert tree["status"] == "ok"
    assert tree["running"]
    assert tree["present"] == before
    second = another_client(kernel)
    comm = Comm(second, "late")
    assert comm.event()["running"]
    second.stop_channels()
    kernel.manager.interrupt_kernel()
    assert kernel.finish(running).reply["ename"] == "KeyboardInterrupt"
    assert not _tree(kernel)["running"]


def test_a_running_cell_does_not_look_idle_after_an_answer(kernel: Kernel) -> None:
    asked = kernel.client.execute("input()", allow_stdin=True)
    kernel.client.get_stdin_msg(timeout=HANGING)
    _tree(kernel)
    statuses = []
    while not statuses or statuses[-1] != (asked, "busy") or len(statuses) < 4:
        message = kernel.client.get_iopub_msg(timeout=HANGING)
        if message["msg_type"] == "status":
            statuses.append((message["parent_header"].get("msg_id"), message["content"]["execution_state"]))
    assert [state for _, state in statuses[-3:]] == ["busy", "idle", "busy"]
    kernel.client.input("")
    kernel.finish(asked)


def test_two_clients_are_told_the_same(kernel: Kernel) -> None:
    second = another_client(kernel)
    comms = [Comm(kernel.client, "mine"), Comm(second, "yours")]
    for comm in comms:
        assert comm.event()["event"] == "tree"
    number = _with_cell_id(kernel, "shared = 1", "c")
    late = Comm(second, "late")
    late.until(lambda: number in late.states)
    comms[0].client.execute("shared = 2")
    for comm in (*comms, late):
        comm.until(lambda comm=comm: number + 1 in comm.states)  # type: ignore[misc]
    assert comms[0].states[number + 1] == late.states[number + 1]
    for comm in (*comms, late):
        comm.close()
    second.stop_channels()


def test_a_comm_of_another_target_is_closed(kernel: Kernel) -> None:
    for target in ("jupyter.widget", "", "monty"):
        assert Comm(kernel.client, "other", target).next()["msg_type"] == "comm_close"
    assert kernel.run("1").plain == "1"


@pytest.mark.parametrize("content", [
    {}, {"comm_id": None, "target_name": "monty.timeline"}, {"comm_id": 5, "target_name": "monty.timeline"},
    {"comm_id": "", "target_name": "monty.timeline"}, {"comm_id": "x" * 101, "target_name": "monty.timeline"},
    {"comm_id": ["a"], "target_name": "monty.timeline"}, {"comm_id": "a", "target_name": {"b": 1}},
])  # fmt: skip
def test_a_comm_that_is_opened_wrongly_is_closed(kernel: Kernel, content: dict[str, Any]) -> None:
    client = kernel.client
    for kind in ("comm_open", "comm_msg", "comm_close"):
        client.shell_channel.send(client.session.msg(kind, content))
    while (message := client.get_iopub_msg(timeout=HANGING))["msg_type"] != "comm_close":
        pass
    assert message["content"]["comm_id"] == content.get("comm_id")
    assert kernel.run("1").plain == "1"


def test_a_flood_of_comms_closes_the_oldest(kernel: Kernel) -> None:
    comms = [Comm(kernel.client, f"flood-{number}") for number in range(200)]
    closed: list[str] = []
    while len(closed) < 168:
        message = kernel.client.get_iopub_msg(timeout=HANGING)
        if message["msg_type"] == "comm_close":
            closed.append(message["content"]["comm_id"])
    assert closed == [comm.comm_id for comm in comms[:168]]
    known = kernel.client.comm_info(reply=True, timeout=HANGING)["content"]["comms"]
    assert set(known) == {comm.comm_id for comm in comms[168:]}
    for comm in comms:
        comm.close()
    assert kernel.run("1").plain == "1"
    assert kernel.client.comm_info(reply=True, timeout=HANGING)["content"]["comms"] == {}


def test_what_clients_send_on_a_comm_is_ignored(kernel: Kernel) -> None:
    comm = Comm(kernel.client, "talking")
    comm.event()
    for data in ({"action": "undo", "state": 1}, {"event": "tree"}, None, 5):
        content = {"comm_id": "talking", "data": data}
        kernel.client.shell_channel.send(kernel.client.session.msg("comm_msg", content))
    before = _tree(kernel)["present"]
    assert _count(kernel) == before + 1
    assert _tree(kernel)["present"] == before + 1
    comm.close()


def test_the_source_of_a_state_is_the_text_that_its_cell_had(kernel: Kernel) -> None:
    code = "# naïve \u202e\n%time y = 2"
    number = _with_cell_id(kernel, code, "c")
    assert ask(kernel.client, "timeline_request", {"what": "source"})["source"] == code
    _count(kernel)
    assert ask(kernel.client, "timeline_request", {"what": "source", "state": number})["source"] == code
    assert ask(kernel.client, "timeline_request", {"what": "source", "state": 0})["source"] is None
    kernel.run("silently = 1", store_history=False)
    _count(kernel)
    outside = min(state["number"] for state in _tree(kernel)["states"])
    assert outside < 0
    assert ask(kernel.client, "timeline_request", {"what": "source", "state": outside})["source"] == "silently = 1"


@pytest.mark.parametrize("content", [
    {"what": None}, {"what": 5}, {"what": ["tree"]}, {"what": {"tree": 1}}, {"what": "x" * 1_000_000}, {"what": ""},
    {"what": "source", "state": "1"}, {"what": "source", "state": None}, {"what": "source", "state": True},
    {"what": "source", "state": 1.5}, {"what": "source", "state": 10**400}, {"what": "source", "state": [1]},
])  # fmt: skip
def test_a_malformed_question_gets_an_error(kernel: Kernel, content: dict[str, Any]) -> None:
    _count(kernel)
    reply = ask(kernel.client, "timeline_request", content)
    assert (reply["status"], reply["ename"]) == ("error", "ValueError")
    assert len(reply["evalue"]) < 200
    assert isinstance(reply["present"], int)


def test_a_question_about_no_state_says_so(kernel: Kernel) -> None:
    _count(kernel)
    for number in (-1_000, 10**9, -(1 << 53)):
        reply = ask(kernel.client, "timeline_request", {"what": "source", "state": number})
        assert (reply["status"], reply["ename"]) == ("error", "NoSuchState")


def test_more_than_is_read_gets_an_error(kernel: Kernel) -> None:
    reply = ask(kernel.client, "timeline_request", {"what": "tree", "more": "x" * (14 << 20)})
    assert (reply["status"], reply["ename"]) == ("error", "ValueError")


@pytest.mark.parametrize("kind", ["no_such_request", "execute_request", "debug_request", "create_subshell_request"])
def test_an_unknown_request_on_control_gets_an_error(kernel: Kernel, kind: str) -> None:
    reply = ask(kernel.client, kind, {"code": "1"})
    assert (reply["status"], reply["ename"]) == ("error", "ValueError")
    assert kind in reply["evalue"]


def test_a_malformed_shutdown_does_not_end_the_kernel(kernel: Kernel) -> None:
    for content in ({}, {"restart": "no"}, {"restart": None}):
        assert ask(kernel.client, "shutdown_request", content)["status"] == "error"
    assert kernel.run("1").plain == "1"


def test_labels_are_text_on_one_line(kernel: Kernel) -> None:
    number = int(kernel.run("x = '<b>\x1b[31m\u202e'").reply["execution_count"])
    label = _tree(kernel, number)["states"][-1]["label"]
    assert label == "x = '<b>\\x1b[31m\\u202e'"
    kernel.run("y = '" + "z" * 1_000_000 + "'")
    assert len(_tree(kernel, number + 1)["states"][-1]["label"]) == 60


def test_without_states_there_is_no_timeline(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.snapshots=off")
    info = kernel.client.kernel_info(reply=True, timeout=HANGING)["content"]
    assert "monty.timeline" not in info["supported_features"]
    assert Comm(kernel.client).next()["msg_type"] == "comm_close"
    assert ask(kernel.client, "timeline_request", {})["status"] == "error"
