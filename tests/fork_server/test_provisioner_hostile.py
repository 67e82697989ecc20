"""Whatever becomes of the fork server, a kernel starts: by a new server, or the plain way, and without a word."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest
from jupyter_client.connect import LocalPortCache, port_names
from jupyter_client.manager import AsyncKernelManager, KernelManager

from tests.support.forked_kernels import answers, children, command, fork_servers, parent, pid_of, server_of, started
from tests.support.kernel_process import alive, eventually_gone
from tests.support.waiting import HANGING, until


def kernels(folder: Path) -> list[int]:
    """The kernels of this process, forked and spawned, that were started in `folder`."""
    found = []
    for mother in (os.getpid(), *fork_servers()):
        for pid in children(mother):
            try:
                if os.readlink(f"/proc/{pid}/cwd") == str(folder) and "monty_kernel" in " ".join(command(pid)):
                    found.append(pid)
            except OSError:
                continue
    return found


def environment(folder: Path, customization: str = "") -> dict[str, str]:
    """An environment of a kind of its own, so of a fork server of its own, in which every Python runs `customization`."""
    (folder / "sitecustomize.py").write_text(customization)
    return {**os.environ, "PYTHONPATH": str(folder)}


IN_THE_SERVER = "import sys\nif 'monty_kernel.fork_server' in sys.orig_argv:\n    "


def test_a_server_that_was_killed_is_replaced_and_its_kernels_go_on(caplog: pytest.LogCaptureFixture) -> None:
    with started() as (first, client):
        server, pid = server_of(first), pid_of(first)
        assert server
        os.kill(server, signal.SIGKILL)
        assert eventually_gone(server)
        assert answers(client)
        assert first.is_alive()
        with started() as (second, _):
            assert server_of(second) not in (0, server)
        os.kill(pid, signal.SIGKILL)
        until(lambda: not first.is_alive())
        with caplog.at_level(logging.INFO):
            first.restart_kernel(stderr=subprocess.DEVNULL)
        assert server_of(first)
        client.wait_for_ready(timeout=HANGING)
        assert answers(client)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_shutting_down_works_without_the_server() -> None:
    with started() as (manager, _):
        pid = pid_of(manager)
        os.kill(server_of(manager), signal.SIGKILL)
        manager.shutdown_kernel()
        assert eventually_gone(pid)
        assert not manager.has_kernel


def test_servers_killed_at_any_moment_cost_no_start_and_leave_no_kernel_behind(tmp_path: Path) -> None:
    env = environment(tmp_path)
    dice = random.Random(0)

    async def disturb() -> None:
        while True:
            await asyncio.sleep(dice.uniform(0, 0.08))
            for server in fork_servers():
                os.kill(server, signal.SIGKILL)

    async def whole() -> None:
        disturber = asyncio.ensure_future(disturb())
        managers = [AsyncKernelManager(kernel_name="monty") for _ in range(12)]
        for manager in managers:
            await manager.start_kernel(env=env, cwd=str(tmp_path), stderr=subprocess.DEVNULL)
        disturber.cancel()
        for manager in managers:
            client = manager.client()
            client.start_channels(hb=False)
            await client.wait_for_ready(timeout=HANGING)
            client.stop_channels()
        pids = {pid_of(manager) for manager in managers}
        assert len(pids) == len(managers)
        assert set(kernels(tmp_path)) <= pids  # a killed server's kernels are nobody's children
        for manager in managers:
            await manager.shutdown_kernel(now=True)
        assert all(eventually_gone(pid) for pid in pids)

    asyncio.run(whole())
    until(lambda: not _strays(tmp_path))


def _strays(folder: Path) -> list[int]:
    """Whatever runs in `folder`, or was started, forked or not, with it in its environment; the servers excepted."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if not entry.name.isdigit() or not alive(int(entry.name)) or int(entry.name) in fork_servers():
                continue
            if os.readlink(entry / "cwd") == str(folder) or os.fsencode(folder) in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    "customization",
    [
        "import os; os._exit(5)",
        "import threading, time; threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
        "raise SystemExit(3)",
        "import os; del os.pidfd_open",
        "import os; os.kill(os.getpid(), 9)",
        "import os; os.fork = None",
        "sys.modules['monty_kernel.fork_server.server'] = None",
    ],
)
def test_a_server_that_does_not_work_is_done_without(
    tmp_path: Path, customization: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    env = environment(tmp_path, IN_THE_SERVER + customization)
    for _ in range(2):
        with started(env=env, stdout=None, stderr=None) as (manager, client):
            assert parent(pid_of(manager)) == os.getpid()
            assert answers(client)
    assert "".join(capfd.readouterr()) == ""
    assert [record for record in caplog.records if record.levelno >= logging.INFO] == []


def test_a_server_that_stopped_for_good_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monty_kernel.fork_server.owner.ANSWER_SECONDS", 0.5)
    env = environment(tmp_path)
    with started(env=env, cwd=str(tmp_path)) as (first, client):
        server = server_of(first)
        assert server
        os.kill(server, signal.SIGSTOP)
        with started(env=env, cwd=str(tmp_path)) as (second, _):
            assert server_of(second) != server
            assert not alive(server)
            assert {pid_of(first), pid_of(second)} >= set(_kernels_only(tmp_path))
        assert answers(client)


def _kernels_only(folder: Path) -> list[int]:
    return [pid for pid in kernels(folder) if "fork_server" in " ".join(command(pid))]


def test_a_server_that_answers_many_slowly_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last of them waits longer than a silent server would be waited for."""
    monkeypatch.setattr("monty_kernel.fork_server.owner.ANSWER_SECONDS", 2.0)
    slow = "import os, time\n    os.register_at_fork(before=lambda: time.sleep(0.5))"
    env = environment(tmp_path, IN_THE_SERVER + slow)

    async def whole(server: int) -> None:
        managers = [AsyncKernelManager(kernel_name="monty") for _ in range(6)]
        try:
            await asyncio.gather(*(one.start_kernel(env=env, stderr=subprocess.DEVNULL) for one in managers))
            assert {server_of(one) for one in managers} == {server}
        finally:
            await asyncio.gather(*(one.shutdown_kernel(now=True) for one in managers if one.has_kernel))

    with started(env=env) as (first, _):
        asyncio.run(whole(server_of(first)))


def test_an_owner_that_was_held_up_does_not_take_that_for_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monty_kernel.fork_server.owner.ANSWER_SECONDS", 2.0)
    slow = "import os, time\n    os.register_at_fork(after_in_child=lambda: time.sleep(0.3))"
    env = environment(tmp_path, IN_THE_SERVER + slow)

    async def whole(server: int) -> None:
        manager = AsyncKernelManager(kernel_name="monty")
        before = len(children(server))
        start = asyncio.ensure_future(manager.start_kernel(env=env, stderr=subprocess.DEVNULL))
        await asyncio.to_thread(until, lambda: len(children(server)) > before)
        asyncio.get_running_loop().call_soon(time.sleep, 3.0)
        await start
        try:
            assert server_of(manager) == server
        finally:
            await manager.shutdown_kernel(now=True)

    with started(env=env) as (first, _):
        asyncio.run(whole(server_of(first)))


def test_a_kernel_that_stopped_before_it_listened_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It must not listen later, where the one that was started in its place does."""
    monkeypatch.setattr("monty_kernel.fork_server.owner.ANSWER_SECONDS", 1.0)
    monkeypatch.setattr("monty_kernel.fork_server.owner.FIRST_ANSWER_SECONDS", 4.0)
    stop = "import os, signal\n    os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.SIGSTOP))"
    env = environment(tmp_path, IN_THE_SERVER + stop)
    with started(env=env, cwd=str(tmp_path)) as (manager, client):
        assert parent(pid_of(manager)) == os.getpid()
        assert answers(client)
    until(lambda: not _strays(tmp_path))


def test_changed_code_is_not_run_by_an_old_server(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with started(env=env) as (manager, _):
        server = server_of(manager)
    with started(env=env) as (manager, _):
        assert server_of(manager) == server
    time.sleep(0.01)
    (tmp_path / "sitecustomize.py").write_text("changed = True")
    with started(env=env) as (manager, client):
        assert server_of(manager) not in (0, server)
        assert eventually_gone(server)
        assert answers(client)


def test_code_that_is_gone_is_not_run(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with started(env=env) as (manager, _):
        server = server_of(manager)
    (tmp_path / "sitecustomize.py").unlink()
    with started(env=env) as (manager, _):
        assert server_of(manager) not in (0, server)


@pytest.mark.parametrize(
    "start",
    [
        {"preexec_fn": os.getpid},
        {"umask": -1},
        {"stdout": subprocess.PIPE},
    ],
    ids=lambda start: str(next(iter(start.items())))[:24],
)
def test_what_a_fork_cannot_do_is_done_the_plain_way(start: dict[str, object]) -> None:
    with started(**start) as (manager, client):
        assert parent(pid_of(manager)) == os.getpid()
        assert answers(client)


def test_where_the_system_cannot_fork_kernels_start_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with started() as (manager, client):
        assert parent(pid_of(manager)) == os.getpid()
        assert answers(client)


def test_a_port_that_was_taken_meanwhile_fails_as_ever(tmp_path: Path) -> None:
    """The forked kernel cannot listen, the spawned one neither; that one says so and ends."""
    with started() as (manager, _):
        assert server_of(manager)
    with socket.create_server(("127.0.0.1", 0)) as taken, (tmp_path / "log").open("wb") as log:
        manager = KernelManager(kernel_name="monty", cache_ports=False)
        manager.shell_port = taken.getsockname()[1]
        manager.start_kernel(stderr=log, cwd=str(tmp_path))
        until(lambda: not manager.is_alive())
        manager.cleanup_resources()
    assert "Another process listens there" in (tmp_path / "log").read_text()
    until(lambda: not _strays(tmp_path))


def test_a_port_that_was_taken_since_it_was_chosen_is_chosen_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = LocalPortCache.find_available_port
    with started(), socket.create_server(("127.0.0.1", 0)) as other:
        taken = [other.getsockname()[1]]
        monkeypatch.setattr(
            LocalPortCache, "find_available_port", lambda self, ip: taken.pop() if taken else chosen(self, ip)
        )
        with started(cwd=str(tmp_path)) as (manager, client):
            assert not taken
            assert server_of(manager)
            assert json.loads(Path(manager.connection_file).read_text())["shell_port"] == manager.shell_port
            assert manager.provisioner is not None
            assert manager.provisioner.connection_info["shell_port"] == manager.shell_port
            assert answers(client)
            ports = {getattr(manager, name) for name in port_names}
            assert ports <= LocalPortCache.instance().currently_used_ports
            assert other.getsockname()[1] not in LocalPortCache.instance().currently_used_ports
            manager.restart_kernel(stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            assert {getattr(manager, name) for name in port_names} == ports
            client.wait_for_ready(timeout=HANGING)
            assert answers(client)
    until(lambda: not _strays(tmp_path))


def test_a_start_that_is_cancelled_leaves_no_kernel(tmp_path: Path) -> None:
    async def whole() -> None:
        for delay in (0.0, 0.01, 0.02, 0.03, 0.04):
            manager = AsyncKernelManager(kernel_name="monty")
            start = asyncio.ensure_future(manager.start_kernel(cwd=str(tmp_path), stderr=subprocess.DEVNULL))
            await asyncio.sleep(delay)
            start.cancel()
            await asyncio.gather(start, return_exceptions=True)
            if manager.has_kernel:
                await manager.shutdown_kernel(now=True)

    with started():
        asyncio.run(whole())
        until(lambda: not _strays(tmp_path))


def test_there_are_never_many_servers(tmp_path: Path) -> None:
    for number in range(5):
        folder = tmp_path / str(number)
        folder.mkdir()
        with started(env=environment(folder)) as (manager, client):
            assert server_of(manager)
            assert answers(client)
    assert len(fork_servers()) <= 3


def test_a_huge_environment_arrives(tmp_path: Path) -> None:
    env = {**os.environ, **{f"HUGE_{n}": "x" * 100_000 for n in range(15)}}
    with started(env=env) as (manager, client):
        assert server_of(manager)
        assert answers(client)


def test_strangers_on_the_servers_connection_do_no_harm() -> None:
    """Anything but a start request is ignored; only the owner can say anything at all."""
    from monty_kernel.fork_server.owner import servers

    with started() as (manager, client):
        server = server_of(manager)
        (connection,) = [one._connection for one in servers._servers.values() if one.pid == server]
        for data in (b"star", b"start2", b"x" * 1000):
            connection.send(data)
        socket.send_fds(connection, [b"start"], [0])
        with started() as (second, _):
            assert server_of(second) == server
        assert answers(client)
