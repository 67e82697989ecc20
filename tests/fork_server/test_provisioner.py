"""Kernels that are forked: to whom they belong, that they listen, and that they live and end as others do."""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.ioloop import AsyncIOLoopKernelManager
from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_client.multikernelmanager import AsyncMultiKernelManager, MultiKernelManager
from jupyter_client.provisioning import LocalProvisioner

from tests.support.forked_kernels import (
    answers,
    children,
    configure,
    descriptors,
    fork_servers,
    parent,
    pid_of,
    python,
    server_of,
    started,
)
from tests.support.kernel_process import alive, eventually_gone, run
from tests.support.waiting import HANGING, until

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")


def test_a_kernel_is_the_child_of_a_server_without_threads_that_is_ours() -> None:
    with started() as (manager, client):
        server = server_of(manager)
        assert server
        assert os.listdir(f"/proc/{server}/task") == [str(server)]
        assert os.readlink(f"/proc/{server}/cwd") == "/"
        assert answers(client)
        with started() as (other, _):
            assert server_of(other) == server
        assert os.listdir(f"/proc/{server}/task") == [str(server)]


def test_it_listens_when_start_kernel_returns() -> None:
    with started():
        pass
    manager = KernelManager(kernel_name="monty")
    manager.start_kernel(stderr=subprocess.DEVNULL)
    try:
        assert server_of(manager)
        for channel in CHANNELS:  # a refused connection would raise
            socket.create_connection(("127.0.0.1", getattr(manager, f"{channel}_port")), timeout=1).close()
    finally:
        manager.shutdown_kernel(now=True)


def test_the_server_starts_no_second_server() -> None:
    with started(), started(), started() as (manager, _):
        assert server_of(manager)
        assert len(fork_servers()) <= 3
        before = set(fork_servers())
        with started():
            assert set(fork_servers()) == before


def test_restart_keeps_ports_and_loses_the_session() -> None:
    with started() as (manager, client):
        first, ports = pid_of(manager), [getattr(manager, f"{channel}_port") for channel in CHANNELS]
        run(client, "x = 1\nx")
        manager.restart_kernel(stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        client.wait_for_ready(timeout=HANGING)
        assert not alive(first)
        assert pid_of(manager) != first
        assert server_of(manager)
        assert [getattr(manager, f"{channel}_port") for channel in CHANNELS] == ports
        assert run(client, "'x' in locals()") == "False"


def test_interrupt() -> None:
    with started() as (manager, client):
        run(client, "kept = 7\nkept")
        request = client.execute("while True: pass")
        while client.get_iopub_msg(timeout=HANGING)["msg_type"] != "execute_input":
            pass
        manager.interrupt_kernel()
        while (reply := client.get_shell_msg(timeout=HANGING))["parent_header"]["msg_id"] != request:
            pass
        assert reply["content"]["ename"] == "KeyboardInterrupt"
        assert run(client, "kept") == "7"


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda manager: manager.request_shutdown(), 0),
        (lambda manager: manager.signal_kernel(signal.SIGTERM), 0),
        (lambda manager: os.kill(pid_of(manager), signal.SIGKILL), -9),
        (lambda manager: os.kill(pid_of(manager), signal.SIGUSR1), -10),
    ],
)
def test_the_exit_status_is_the_kernels(end: Any, status: int) -> None:
    with started() as (manager, _):
        pid, server, provisioner = pid_of(manager), server_of(manager), manager.provisioner
        assert isinstance(provisioner, LocalProvisioner)
        assert server
        assert asyncio.run(provisioner.poll()) is None
        end(manager)
        assert eventually_gone(pid)
        assert until(lambda: asyncio.run(provisioner.poll()) is not None)
        assert asyncio.run(provisioner.poll()) == status
        assert not manager.is_alive()
        assert asyncio.run(provisioner.wait()) == status
        assert not provisioner.has_process
        assert until(lambda: pid not in children(server))  # no zombie is left of it


def test_a_kernel_that_cannot_start_says_why_and_ends_with_its_status(tmp_path: Path) -> None:
    manager = KernelManager(kernel_name="monty")
    with (tmp_path / "log").open("wb") as log:
        manager.start_kernel(stderr=log, extra_arguments=["--MontyKernel.max_memory=lots"])
    try:
        assert manager.provisioner is not None
        assert until(lambda: asyncio.run(manager.provisioner.poll()) is not None)  # type: ignore[union-attr]
        assert asyncio.run(manager.provisioner.poll()) == 1
        assert "max_memory" in (tmp_path / "log").read_text()
    finally:
        manager.cleanup_resources()


def test_options_of_the_kernel_arrive() -> None:
    with started(extra_arguments=["--MontyKernel.max_memory=50_000_000"]) as (manager, client):
        assert server_of(manager)
        request = client.execute("%limits")
        texts = ""
        while True:
            message = client.get_iopub_msg(timeout=HANGING)
            texts += str(message["content"])
            if message["parent_header"].get("msg_id") == request and "idle" in str(message["content"]):
                break
        assert "50" in texts


def test_provisioner_info_survives_a_round_trip() -> None:
    with started() as (manager, _):
        assert manager.provisioner is not None
        info = asyncio.run(manager.provisioner.get_provisioner_info())
        assert (info["pid"], info["pgid"]) == (pid_of(manager), os.getpgid(pid_of(manager)))
        assert info["connection_info"]["shell_port"] == manager.shell_port
        other = type(manager.provisioner)(kernel_id="x", kernel_spec=manager.kernel_spec)
        asyncio.run(other.load_provisioner_info(info))
        assert other.pid == pid_of(manager)


def test_a_signal_reaches_the_whole_group() -> None:
    with started() as (manager, client):
        answers(client)
        pid = pid_of(manager)
        workers = [worker for worker in children(pid) if os.getpgid(worker) == pid]
        assert workers
        manager.shutdown_kernel(now=True)
        assert all(eventually_gone(one) for one in (pid, *workers))


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
@pytest.mark.parametrize("encryption", ["disabled", "required"])
def test_transports_and_encryption(transport: str, encryption: str) -> None:
    folder = Path(tempfile.mkdtemp(prefix="mk"))  # the path of an IPC socket must fit into 107 bytes
    try:
        options = {"transport": transport, "transport_encryption": encryption}
        if transport == "ipc":
            options["connection_file"] = str(folder / "k.json")
        with started(manager=options) as (manager, client):
            assert server_of(manager)
            assert (manager.curve_secretkey is not None) == (encryption == "required")
            assert answers(client)
            if transport == "ipc":
                assert len(list(folder.glob("k*-ipc-*"))) == len(CHANNELS)
    finally:
        shutil.rmtree(folder)


def test_async_managers_start_many_at_once_and_end_them() -> None:
    many = 50

    async def whole() -> None:
        managers = [AsyncKernelManager(kernel_name="monty") for _ in range(many)]
        await asyncio.gather(*(one.start_kernel(stderr=subprocess.DEVNULL) for one in managers))
        assert len({pid_of(one) for one in managers}) == many
        (server,) = {server_of(one) for one in managers}
        assert server
        clients = [one.client() for one in managers]
        for client in clients:
            client.start_channels(hb=False)
        replies = await asyncio.gather(*(_result_of(client, f"{n} * 2") for n, client in enumerate(clients)))
        assert replies == [str(n * 2) for n in range(many)]
        for client in clients:
            client.stop_channels()
        pids = [pid_of(one) for one in managers]
        await asyncio.gather(*(one.shutdown_kernel() for one in managers))
        assert all(eventually_gone(pid) for pid in pids)
        until(lambda: not children(server))

    asyncio.run(whole())


async def _result_of(client: Any, code: str) -> str:
    # a client that subscribed may miss what was published before its subscription was known
    while (await client.get_iopub_msg(timeout=HANGING))["msg_type"] != "iopub_welcome":
        pass
    request = client.execute(code)
    while True:
        message = await client.get_iopub_msg(timeout=HANGING)
        if message["parent_header"].get("msg_id") == request and message["msg_type"] == "execute_result":
            return str(message["content"]["data"]["text/plain"])


def test_multi_kernel_managers() -> None:
    manager = MultiKernelManager(default_kernel_name="monty")
    names = [manager.start_kernel(stderr=subprocess.DEVNULL) for _ in range(3)]
    try:
        assert all(server_of(manager.get_kernel(name)) for name in names)
        manager.restart_kernel(names[0])
        assert all(manager.is_alive(name) for name in names)
    finally:
        manager.shutdown_all(now=False)
    assert manager.list_kernel_ids() == []


def test_an_async_multi_kernel_manager_on_a_running_loop() -> None:
    async def whole() -> None:
        manager = AsyncMultiKernelManager(default_kernel_name="monty")
        names = await asyncio.gather(*(manager.start_kernel(stderr=subprocess.DEVNULL) for _ in range(3)))
        assert all(server_of(manager.get_kernel(name)) for name in names)
        await manager.restart_kernel(names[0], now=True)
        assert server_of(manager.get_kernel(names[0]))
        await manager.shutdown_all()

    asyncio.run(whole())


def test_the_loop_goes_on_while_a_kernel_starts() -> None:
    """A stopped server does not answer; the process that waits for it still does."""

    async def whole() -> None:
        with started() as (manager, _):
            server = server_of(manager)
            os.kill(server, signal.SIGSTOP)
            second = AsyncKernelManager(kernel_name="monty")
            start = asyncio.ensure_future(second.start_kernel(stderr=subprocess.DEVNULL))
            try:
                for _ in range(20):
                    await asyncio.sleep(0.01)
                assert not start.done()
            finally:
                os.kill(server, signal.SIGCONT)
            await start
            assert server_of(second) == server
            await second.shutdown_kernel(now=True)

    asyncio.run(whole())


def test_a_kernel_that_was_killed_is_restarted_by_who_restarts_kernels() -> None:
    async def whole() -> None:
        manager = AsyncIOLoopKernelManager(kernel_name="monty", autorestart=True)
        await manager.start_kernel(stderr=subprocess.DEVNULL)
        manager._restarter.time_to_dead = 0.2
        manager._restarter.stop()
        manager._restarter.start()
        first = pid_of(manager)
        assert server_of(manager)
        os.kill(first, signal.SIGKILL)
        await asyncio.to_thread(until, lambda: pid_of(manager) not in (None, first))
        await manager.ready  # it must not be shut down in the middle of its start
        assert await manager.is_alive()
        assert server_of(manager)
        await manager.shutdown_kernel(now=True)

    asyncio.run(whole())


def test_nothing_is_left_of_many_kernels() -> None:
    with started() as (manager, _):
        server = server_of(manager)
    until(lambda: not children(server))
    before, before_there = descriptors(os.getpid()), descriptors(server)
    for _ in range(60):
        manager = KernelManager(kernel_name="monty")
        manager.start_kernel(stderr=subprocess.DEVNULL)
        assert server_of(manager) == server
        manager.shutdown_kernel(now=True)
        manager.context.destroy(linger=0)
        del manager
    until(lambda: not children(server))
    assert descriptors(server) == before_there
    assert descriptors(os.getpid()) <= before + 3  # whatever Python itself opened meanwhile


def test_a_kernel_nobody_waits_for_leaves_no_zombie() -> None:
    with started() as (manager, _):
        server = server_of(manager)
        other = KernelManager(kernel_name="monty")
        other.start_kernel(stderr=subprocess.DEVNULL)
        pid = pid_of(other)
        os.kill(pid, signal.SIGKILL)
        assert eventually_gone(pid)
        assert parent(pid) == server  # still a zombie: its number is not anybody else's while its owner may use it
        other.cleanup_resources()
        del other
        gc.collect()
        until(lambda: pid not in children(server))


OWNER = """
import subprocess, sys, time
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name="monty")
manager.start_kernel({kwargs})
client = manager.client(); client.start_channels(); client.wait_for_ready(timeout=30); client.stop_channels()
print("started", manager.provisioner.pid, flush=True)
sys.stdin.readline()
{then}
"""


def _owner(kwargs: str, then: str, **env: str) -> tuple[subprocess.Popen[str], int, int]:
    """An owner, its kernel's pid and its fork server's."""
    owner = python(OWNER.format(kwargs=kwargs, then=then), **env)
    assert owner.stdin is not None and owner.stdout is not None and owner.stderr is not None
    for line in owner.stdout:
        if line.startswith("started "):
            pid = int(line.split()[1])
            server = parent(pid)
            assert fork_servers(owner.pid) == [server], owner.stderr.read()
            owner.stdin.write("\n")
            owner.stdin.flush()
            return owner, pid, server
    raise AssertionError(owner.stderr.read())


def test_kernel_and_server_end_with_an_owner_that_was_killed() -> None:
    owner, pid, server = _owner("stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL", "time.sleep(60)")
    with owner:
        owner.kill()
        owner.wait(HANGING)
        assert eventually_gone(server)
        assert eventually_gone(pid)


def test_a_kernel_notices_its_owners_end_also_without_the_server() -> None:
    owner, pid, server = _owner("stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL", "time.sleep(60)")
    with owner:
        os.kill(server, signal.SIGKILL)
        assert eventually_gone(server)
        assert alive(pid)
        owner.kill()
        owner.wait(HANGING)
        assert eventually_gone(pid)


def test_an_independent_kernel_outlives_its_owner() -> None:
    quiet = "independent=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL"
    owner, pid, server = _owner(quiet, "time.sleep(60)")
    with owner:
        owner.kill()
        owner.wait(HANGING)
    try:
        assert eventually_gone(server)
        assert not eventually_gone(pid, 1.5)
    finally:
        os.kill(pid, signal.SIGTERM)
        assert eventually_gone(pid)


def test_an_owner_that_ends_in_peace_ends_quickly_and_says_nothing() -> None:
    owner, pid, server = _owner("stderr=subprocess.DEVNULL", "manager.shutdown_kernel()", PYTHONWARNINGS="default")
    with owner:
        assert owner.stdout is not None and owner.stderr is not None
        assert owner.wait(HANGING) == 0
        noise = [line for line in owner.stderr.read().splitlines() if "monty" in line or "subprocess" in line]
        assert noise == []
        assert owner.stdout.read() == ""
    assert not alive(pid)
    assert not alive(server)


def test_output_goes_where_the_owners_does(tmp_path: Path) -> None:
    owner, _, _ = _owner("", "manager.shutdown_kernel()", **configure(tmp_path))
    with owner:
        assert owner.stdout is not None and owner.stderr is not None
        errors = owner.stderr.read()
        assert owner.wait(HANGING) == 0
        assert errors.count("to stderr") == 1
    # `_owner` has read the line on stdout before "started"; here it is read by hand
    owner = python(OWNER.format(kwargs="", then="manager.shutdown_kernel()"), **configure(tmp_path / "again"))
    output, errors = owner.communicate(timeout=HANGING)
    assert (output.count("to stdout"), errors.count("to stderr")) == (1, 1)


def test_output_goes_where_it_is_sent(tmp_path: Path) -> None:
    environment = {**os.environ, **configure(tmp_path)}
    for number, kwargs in enumerate(({}, {"stderr": subprocess.STDOUT})):
        with (
            (tmp_path / f"out{number}").open("wb") as out,
            (tmp_path / f"err{number}").open("wb") as err,
            started(env=environment, **{"stdout": out, "stderr": err.fileno(), **kwargs}) as (manager, _),
        ):
            assert server_of(manager)
    assert [(tmp_path / name).read_text() for name in ("out0", "err0")] == ["to stdout\n", "to stderr\n"]
    assert sorted((tmp_path / "out1").read_text().splitlines()) == ["to stderr", "to stdout"]
    assert (tmp_path / "err1").read_text() == ""


def test_a_pipe_is_readable(tmp_path: Path) -> None:
    manager = KernelManager(kernel_name="monty")
    manager.start_kernel(stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **configure(tmp_path)})
    try:
        assert manager.provisioner.process.stdout.readline() == b"to stdout\n"  # type: ignore[union-attr]
    finally:
        manager.shutdown_kernel(now=True)


def test_a_fork_of_the_owner_has_its_own_servers_and_leaves_ours_alone() -> None:
    code = """
import os, subprocess, sys
from jupyter_client.manager import KernelManager
def start():
    manager = KernelManager(kernel_name="monty")
    manager.start_kernel(stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return manager
def mother(manager):
    return int(open(f"/proc/{manager.provisioner.pid}/stat").read().rpartition(")")[2].split()[1])
first = start()
pid = os.fork()
if pid == 0:
    manager = start()
    assert mother(manager) != mother(first)
    manager.shutdown_kernel(now=True)
    sys.exit(7)
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
second = start()
assert first.is_alive() and mother(second) == mother(first)
for manager in first, second:
    manager.shutdown_kernel(now=True)
"""
    owner = python(code)
    _, errors = owner.communicate(timeout=HANGING)
    assert owner.returncode == 0, errors


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_managers_in_several_threads() -> None:
    code = """
import subprocess, threading
from jupyter_client.manager import KernelManager
mothers = []
def life():
    for _ in range(3):
        manager = KernelManager(kernel_name="monty")
        manager.start_kernel(stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        mothers.append(open(f"/proc/{manager.provisioner.pid}/stat").read().rpartition(")")[2].split()[1])
        client = manager.client(); client.start_channels(); client.wait_for_ready(timeout=30); client.stop_channels()
        manager.shutdown_kernel()
threads = [threading.Thread(target=life) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
assert len(mothers) == 18 and len(set(mothers)) == 1, mothers
"""
    owner = python(code)
    _, errors = owner.communicate(timeout=HANGING)
    assert owner.returncode == 0, errors
