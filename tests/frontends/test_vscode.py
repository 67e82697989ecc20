"""VS Code cannot be installed for a test; this sends what it sends, message by message, and checks that no trace stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest

from tests.support.frontends.kernel_process import Answer, Kernel, running_kernel
from tests.support.frontends.vscode_messages import (
    FLAGS,
    STARTUP,
    UNASKED,
    USER_FLAGS,
    VARIABLES_VIEW,
    WARM_COMPLETER,
    WIDGETS_VERSION,
)
from tests.support.waiting import until

HISTORY_TAIL = {"hist_access_type": "tail", "n": 20, "output": False, "raw": True}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel in which the person has already run a few cells; for tests that leave it as it was."""
    with running_kernel(tmp_path_factory.mktemp("vscode")) as kernel:
        kernel.execute("visits = {'Mon': 120}", USER_FLAGS)
        kernel.execute("len(visits)", USER_FLAGS)
        yield kernel


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Kernel]:
    with running_kernel(tmp_path) as kernel:
        yield kernel


def _session(kernel: Kernel) -> dict[str, Any]:
    """All that a person could notice: names, history, the last result, the number of the next cell."""
    names = kernel.execute("%who", FLAGS)
    last = kernel.request(
        "execute_request",
        {"code": "", "user_expressions": {"_": "_", "Out": "Out", "In": "In"}, **FLAGS, "silent": True},
    )
    return {
        "names": names.text,
        "history": [row[2] for row in kernel.request("history_request", HISTORY_TAIL).reply["history"]],
        "expressions": last.reply["user_expressions"],
        "count": last.reply["execution_count"],
    }


def _check_silence(answer: Answer) -> None:
    assert answer.reply["status"] == "ok", answer.reply
    assert answer.outputs == []
    assert answer.iopub[0] == ("status", {"execution_state": "busy"})


@pytest.mark.parametrize("name", UNASKED)
def test_unasked_code_leaves_no_trace(shared: Kernel, name: str) -> None:
    before = _session(shared)
    _check_silence(shared.execute(UNASKED[name], FLAGS))
    assert _session(shared) == before


@pytest.mark.parametrize("name", VARIABLES_VIEW)
def test_the_variables_view_gets_json_or_nothing(shared: Kernel, name: str) -> None:
    before = _session(shared)
    answer = shared.execute(VARIABLES_VIEW[name], FLAGS)
    assert answer.reply["status"] == "ok", answer.reply
    assert all(kind == "stream" and content["name"] == "stdout" for kind, content in answer.outputs)
    if answer.text:
        shown = json.loads(answer.text)
        assert shown == {"types": {"visits": "dict"}, "info": {"shape": "", "count": 0, "type": "dict"}}[name]
    assert _session(shared) == before


@pytest.mark.parametrize("name", [*UNASKED, *VARIABLES_VIEW])
def test_truly_silent_requests_say_nothing_at_all(shared: Kernel, name: str) -> None:
    answer = shared.execute({**UNASKED, **VARIABLES_VIEW}[name], {**FLAGS, "silent": True})
    assert answer.reply["status"] == "ok"
    assert [kind for kind, _ in answer.iopub] == ["status", "status"]


def test_the_start_of_a_notebook_in_order(fresh: Kernel) -> None:
    """Warm-up of the completer, unasked code, kernel_info, comm_info; then the person's first cell is In[1]."""
    assert fresh.request("complete_request", WARM_COMPLETER).reply["status"] == "ok"
    _check_silence(fresh.execute(WIDGETS_VERSION, FLAGS))
    _check_silence(fresh.execute(STARTUP, FLAGS))
    info = fresh.request("kernel_info_request", {}).reply
    assert (info["status"], info["language_info"]["name"]) == ("ok", "python")
    assert fresh.request("comm_info_request", {"target_name": "jupyter.widget"}).reply["comms"] == {}
    first = fresh.execute("21 * 2", USER_FLAGS)
    assert first.reply["execution_count"] == 1
    assert first.text == "42"
    rows = fresh.request("history_request", {**HISTORY_TAIL, "n": 1}).reply["history"]
    assert [row[1:] for row in rows] == [[1, "21 * 2"]]


def test_a_persons_own_code_without_history_still_runs(fresh: Kernel) -> None:
    """Other extensions run code the same way, and mean it."""
    assert fresh.execute("rate = 1.1\nprint('set')", FLAGS).text == "set\n"
    assert fresh.execute("rate", USER_FLAGS).text == "1.1"


def test_a_persons_cell_that_speaks_of_vscode_still_runs(fresh: Kernel) -> None:
    answer = fresh.execute("note = '__vsc_ipynb_file__ and _VSCODE_os are only words here'\nlen(note)", USER_FLAGS)
    assert (answer.text, answer.reply["execution_count"]) == ("53", 1)


def test_cells_carry_metadata(fresh: Kernel) -> None:
    message = fresh.client.session.msg(
        "execute_request",
        {"code": "1 + 1", "user_expressions": {}, **USER_FLAGS},
        metadata={"cellId": "vscode-notebook-cell:/home/ada/visits.ipynb#W0sZmlsZQ%3D%3D"},
    )
    fresh.client.shell_channel.send(message)
    assert fresh.answer(message["header"]["msg_id"]).text == "2"


def test_it_interrupts_over_the_shell_channel(fresh: Kernel) -> None:
    """For kernels with `interrupt_mode: message` it sends `interrupt_request` on shell, not on control."""
    fresh.execute("kept = 'kept'", USER_FLAGS)
    endless = fresh.send_shell("execute_request", {"code": "while True: pass", "user_expressions": {}, **USER_FLAGS})
    fresh.wait_for_iopub(endless, "execute_input")
    fresh.send_shell("interrupt_request", {})
    assert fresh.reply(endless)["ename"] == "KeyboardInterrupt"
    assert fresh.execute("kept", USER_FLAGS).text == "'kept'"


def test_a_shell_interrupt_gets_its_reply_while_idle(fresh: Kernel) -> None:
    assert fresh.reply(fresh.send_shell("interrupt_request", {}))["status"] == "ok"
    assert fresh.execute("'unharmed'", USER_FLAGS).text == "'unharmed'"


def test_a_completion_is_followed_by_inspections(fresh: Kernel) -> None:
    """It asks `complete_request` for the whole cell, then `inspect_request` for the item that is chosen."""
    fresh.execute("temperature = 21", USER_FLAGS)
    code = "x = temp\nprint(x)"
    reply = fresh.request("complete_request", {"code": code, "cursor_pos": 8}).reply
    assert "temperature" in reply["matches"]
    assert (reply["cursor_start"], reply["cursor_end"]) == (4, 8)
    types = reply["metadata"].get("_jupyter_types_experimental", [])
    assert all(isinstance(item["text"], str) for item in types)
    inspected = fresh.request("inspect_request", {"code": "temperature", "cursor_pos": 11, "detail_level": 0}).reply
    assert inspected["found"]


def test_it_kills_the_workers_first_when_it_ends_a_kernel(fresh: Kernel) -> None:
    """It ends the kernel's child processes, then the kernel; the log of the window must stay clean."""
    kernel = fresh.process()
    fresh.execute("1", USER_FLAGS)
    for child in kernel.children(recursive=True):
        child.kill()
    kernel.terminate()
    until(lambda: not is_running(kernel))
    assert fresh.stderr.read_text() == ""


def is_running(process: psutil.Process) -> bool:
    """Whether it has not ended, whoever is to hear of that."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
