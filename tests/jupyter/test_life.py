"""How the kernel process lives and ends: quietly, quickly, with status 0, and nothing of it stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pexpect
import psutil
import pytest
import zmq
from jupyter_client.blocking.client import BlockingKernelClient

from tests.support.kernel_client import at_rest
from tests.support.kernel_process import MONTY, KernelProcess, alive, eventually_gone, messages_of, run
from tests.support.waiting import HANGING, until


def start_computing(kernel: KernelProcess) -> list[int]:
    """Run an endless cell and return the worker processes once one of them computes."""
    client = kernel.client()
    run(client, "1 + 1")
    compute(client, kernel.pid)
    return [child.pid for child in psutil.Process(kernel.pid).children(recursive=True)]


def compute(client: BlockingKernelClient, pid: int) -> None:
    """Run an endless cell in the kernel `pid`, until a worker has computed for 50 ms, however little of a processor it gets."""
    request = client.execute("print('computes')\nwhile True: pass")
    while True:
        message = client.get_iopub_msg(timeout=HANGING)
        if message["msg_type"] == "stream" and message["parent_header"].get("msg_id") == request:
            break
    before = _computed(pid)
    until(lambda: _computed(pid) > before + 0.05)


def _computed(pid: int) -> float:
    return sum(float(child.cpu_times().user) for child in psutil.Process(pid).children(recursive=True))


def test_a_normal_life_prints_nothing(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        client = kernel.client()
        assert run(client, "6 * 7") == "42"
        client.complete("pri", 3)
        client.get_shell_msg(timeout=HANGING)
        request = client.shutdown()
        reply = client.get_control_msg(timeout=HANGING)
        assert reply["msg_type"] == "shutdown_reply"
        assert reply["parent_header"]["msg_id"] == request
        assert kernel.wait() == 0
        assert kernel.output() == ""


@pytest.mark.parametrize("restart", [False, True])
def test_shutdown_is_answered_on_control_and_iopub_before_the_end(tmp_path: Path, restart: bool) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        client = kernel.client()
        request = client.shutdown(restart=restart)
        assert client.get_control_msg(timeout=HANGING)["content"] == {"status": "ok", "restart": restart}
        replies = [m for m in messages_of(client, request) if m["msg_type"] == "shutdown_reply"]
        assert [m["content"] for m in replies] == [{"status": "ok", "restart": restart}]
        assert kernel.wait() == 0


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "computing"])
def test_the_process_ends_after_a_shutdown_request(tmp_path: Path, busy: bool) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        workers = start_computing(kernel) if busy else []
        session, control = kernel.session(), kernel.socket("control", zmq.DEALER)
        session.send(control, "kernel_info_request", {})
        assert control.poll(HANGING * 1000)
        session.recv(control)
        session.send(control, "shutdown_request", {"restart": False})
        assert kernel.wait() == 0
        assert all(eventually_gone(pid) for pid in workers)
        assert kernel.output() == ""


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "computing"])
def test_sigterm_ends_it_with_status_0(tmp_path: Path, busy: bool) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        workers = start_computing(kernel) if busy else []
        if not busy:
            kernel.client()
        kernel.process.terminate()
        assert kernel.wait() == 0
        assert all(eventually_gone(pid) for pid in workers)
        assert kernel.output() == ""


def test_sigterm_while_it_starts_ends_it_quietly(tmp_path: Path) -> None:
    for delay in (0.03, 0.06, 0.09, 0.12, 0.15, 0.2):
        with KernelProcess(tmp_path, MONTY) as kernel:
            time.sleep(delay)
            kernel.process.terminate()
            # before Python runs our first line, the signal's default ends the process
            assert kernel.wait() in (0, -signal.SIGTERM)
            assert kernel.output() == ""


def test_a_ctrl_c_in_the_terminal_interrupts_the_cell_and_not_the_kernel(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        client = kernel.client()
        for _ in range(3):
            os.kill(kernel.pid, signal.SIGINT)
        client.kernel_info(reply=True, timeout=HANGING)  # the signals have come by then: none is meant for the cell
        assert run(client, "6 * 7") == "42"
        request = client.execute("import time\ntime.sleep(600)")
        while client.get_iopub_msg(timeout=HANGING)["msg_type"] != "execute_input":
            pass
        at_rest(kernel.pid)
        os.kill(kernel.pid, signal.SIGINT)
        errors = [m["content"]["ename"] for m in messages_of(client, request) if m["msg_type"] == "error"]
        assert errors == ["KeyboardInterrupt"]
        assert run(client, "6 * 7") == "42"
        assert kernel.output() == ""


def test_no_worker_outlives_a_kernel_killed_while_a_cell_computes(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        children = start_computing(kernel)
        kernel.process.kill()
        assert kernel.wait() == -signal.SIGKILL
        assert all(eventually_gone(pid) for pid in children)


def test_no_worker_outlives_a_kernel_whose_process_group_is_killed(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        children = start_computing(kernel)
        os.killpg(kernel.pid, signal.SIGKILL)
        kernel.wait()
        assert all(eventually_gone(pid) for pid in children)


SERVER = """
import os, subprocess, sys, time
kernel = subprocess.Popen(sys.argv[1:], env={**os.environ, "JPY_PARENT_PID": str(os.getpid())}, start_new_session=True)
print(kernel.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("wrapped", [False, True], ids=["direct", "wrapped in a shell"])
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "computing"])
def test_the_kernel_ends_with_its_server(tmp_path: Path, busy: bool, wrapped: bool) -> None:
    # A KernelProcess only to have a connection file and a client; its own process is ended first.
    with KernelProcess(tmp_path, MONTY) as kernel:
        kernel.process.terminate()
        kernel.wait()
        argv = [*MONTY, "-f", str(kernel.file)]
        if wrapped:
            argv = ["/bin/sh", "-c", '"$@"; exit', "wrapper", *argv]
        server = subprocess.Popen([sys.executable, "-c", SERVER, *argv], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        first = psutil.Process(int(server.stdout.readline()))
        client = kernel.client()
        assert run(client, "6 * 7") == "42"
        pids = [first.pid, *(child.pid for child in first.children(recursive=True))]
        if busy:
            compute(client, first.pid)
        assert all(alive(pid) for pid in pids)
        server.kill()
        server.wait()
        server.stdout.close()
        assert all(eventually_gone(pid) for pid in pids)


def test_the_heartbeat_answers_while_the_loop_is_busy(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        client = kernel.client()
        # the stand-in computes on its loop, until the heart has answered
        answered = f"lambda: __import__('os').path.exists({str(tmp_path / 'answered')!r})"
        request = client.execute(f"any(__import__('time').sleep(0.01) for _ in iter({answered}, True))")
        heart = kernel.socket("hb", zmq.REQ)
        for _ in range(3):
            heart.send(b"ping")
            assert heart.poll(HANGING * 1000)
            assert heart.recv() == b"ping"
        (tmp_path / "answered").touch()
        messages_of(client, request)


def test_a_kernel_that_does_not_close_is_ended_all_the_same(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        client = kernel.client()
        run(client, "setattr(type(kernel), 'close', lambda self: asyncio.sleep(6000))")
        kernel.process.terminate()
        assert kernel.wait() == 0


def test_a_kernel_stuck_in_its_loop_is_ended_all_the_same(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        client = kernel.client()
        run(client, "setattr(type(kernel), 'close', lambda self: __import__('time').sleep(6000))")
        kernel.process.terminate()
        assert kernel.wait() == 0


def test_an_exception_in_a_callback_is_logged_and_ends_nothing(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        client = kernel.client()
        run(client, "asyncio.get_running_loop().call_soon(lambda: 1 / 0)")
        run(client, "kernel.io_loop.add_callback(lambda: 2 / 0)")
        assert run(client, "6 * 7") == "42"
        assert kernel.output().count("ZeroDivisionError") == 2


def test_started_by_hand_it_says_how_to_connect_and_survives_ctrl_c(tmp_path: Path) -> None:
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path)}
    env.pop("JPY_PARENT_PID", None)
    terminal = pexpect.spawn(MONTY[0], MONTY[1:], env=env, encoding="utf-8", timeout=HANGING)
    terminal.expect(r"jupyter console --existing (kernel-\d+\.json)")
    assert terminal.match is not None
    file = tmp_path / terminal.match.group(1)
    terminal.expect("ends the kernel")
    time.sleep(0.3)
    terminal.sendintr()
    time.sleep(0.3)
    assert terminal.isalive()
    assert file.exists()
    terminal.kill(signal.SIGTERM)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0
    assert not file.exists()
