"""What front ends are told of the last session of a notebook, so that they can offer to resume it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.kernel_client import Kernel
from tests.support.timeline_client import Comm, ask
from tests.support.waiting import HANGING

NOTEBOOK = {"JPY_SESSION_NAME": "/home/me/last.ipynb"}


def _last(kernel: Kernel) -> dict[str, Any]:
    """What the comm says of it, sooner or later."""
    comm = Comm(kernel.client)
    while (last := comm.event().get("last_session")) is None:
        pass
    comm.close()
    return dict(last)


def _info(kernel: Kernel) -> dict[str, Any]:
    return dict(kernel.client.kernel_info(reply=True, timeout=HANGING)["content"]["monty"])


def test_the_last_session_is_told_after_a_restart(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.snapshots=disk", env=NOTEBOOK)
    kernel.run("a = 1")
    kernel.run("b = 2")
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(timeout=HANGING)
    last = _last(kernel)
    assert (last["ended"], last["states"], last["own"]) == ("closed", 3, True)
    assert last["at"] > 1e9
    assert _info(kernel)["last_session"] == last
    resumed = ask(kernel.client, "timeline_act_request", {"action": "resume", "state": 0, "session": last["session"]})
    assert resumed["status"] == "ok"
    assert ask(kernel.client, "timeline_request", {})["last_session"] is None
    assert _info(kernel)["last_session"] is None
    assert kernel.run("a, b").plain == "(1, 2)"


def test_a_session_whose_kernel_was_killed(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.snapshots=disk", env=NOTEBOOK)
    kernel.run("a = 1")
    kernel.manager.restart_kernel(now=True)
    kernel.client.wait_for_ready(timeout=HANGING)
    assert _last(kernel)["ended"] == "died"


def test_another_kernel_has_to_ask(start: Callable[..., Kernel], tmp_path: Any) -> None:
    shared = {**NOTEBOOK, "JUPYTER_DATA_DIR": str(tmp_path)}
    first = start("--MontyKernel.snapshots=disk", env=shared)
    first.run("a = 1")
    first.manager.shutdown_kernel()
    assert not _last(start("--MontyKernel.snapshots=disk", env=shared))["own"]
    assert _last(start("--MontyKernel.snapshots=disk", "--MontyKernel.resume=allow", env=shared))["own"]


def test_after_a_rename_and_a_restart_it_is_told_and_asked_for(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.snapshots=disk", "--MontyKernel.resume=allow", env=NOTEBOOK)
    kernel.run("a = 1")
    # as Jupyter's server does when a notebook is renamed; the kernel learns it with its next start
    kernel.manager.update_env(env={"JPY_SESSION_NAME": "/home/me/renamed.ipynb"})
    kernel.manager.restart_kernel()
    kernel.client.wait_for_ready(timeout=HANGING)
    last = _last(kernel)
    assert (last["states"], last["own"]) == (2, False)  # another notebook may have been given the kernel
    act = {"action": "resume", "state": 0, "session": last["session"]}
    assert ask(kernel.client, "timeline_act_request", act)["ename"] == "Refused"
    assert kernel.run("%resume", allow_stdin=False).reply["ename"] == "UsageError"
    assert "brings it back" in "".join(kernel.run("a").reply["traceback"])
    (question,), _ = kernel.answer("%resume", "y")
    assert "/home/me/last.ipynb" in question and "another notebook" in question
    assert kernel.run("a").plain == "1"


def test_without_an_earlier_session_there_is_none(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.snapshots=disk", env={"JPY_SESSION_NAME": "/home/me/first.ipynb"})
    kernel.run("a = 1")
    assert ask(kernel.client, "timeline_request", {})["last_session"] is None
    assert _info(kernel)["last_session"] is None


def test_what_was_told_of_states_is_told_again_after_a_resume(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.snapshots=disk", env=NOTEBOOK)
    client = kernel.client
    comm = Comm(client)
    for number, code in ((1, "a = 1"), (2, "b = [2]")):
        request = client.session.msg("execute_request", {"code": code, "silent": False, "store_history": True})
        request["metadata"] = {"cellId": f"cell-{number}"}
        client.shell_channel.send(request)
        comm.until(lambda number=number: bool(comm.states.get(number, {}).get("changes")))  # type: ignore[misc]
    told = {number: state["changes"] for number, state in comm.states.items()}
    kernel.manager.restart_kernel()
    client.wait_for_ready(timeout=HANGING)
    assert _last(kernel)["variables"] == 2
    resumed = ask(client, "timeline_act_request", {"action": "resume", "state": 0})
    assert resumed["status"] == "ok", resumed
    states = {state["number"]: state for state in ask(client, "timeline_request", {})["states"]}
    assert [states[number]["cell_id"] for number in (1, 2)] == ["cell-1", "cell-2"]
    assert {number: states[number]["changes"] for number in (1, 2)} == {number: told[number] for number in (1, 2)}
