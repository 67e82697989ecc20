"""Where the kernel listens: TCP and IPC, ports that it chooses, encrypted connections, and connection files that make no sense."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

from tests.support.kernel_process import MONTY, KernelProcess, run
from tests.support.waiting import HANGING


@pytest.fixture
def short_path() -> Iterator[Path]:
    """The path of an IPC socket must fit into 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="mk"))
    yield folder
    shutil.rmtree(folder)


def refused(argv: list[str], **kwargs: Any) -> str:
    """What the kernel says when it cannot start: one line."""
    done = subprocess.run([*MONTY, *argv], capture_output=True, text=True, timeout=HANGING, **kwargs)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def listening_file(path: Path, process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The connection file that a kernel writes once it listens."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        assert process.poll() is None
        if path.exists():
            document: dict[str, Any] = json.loads(path.read_text())
            if all(document[f"{channel}_port"] for channel in ("shell", "iopub", "stdin", "control", "hb")):
                return document
        time.sleep(0.01)
    raise AssertionError("no connection file")


def connected(path: Path) -> BlockingKernelClient:
    client = BlockingKernelClient(connection_file=str(path))
    client.load_connection_file()
    client.start_channels()
    client.wait_for_ready(timeout=HANGING)
    return client


def test_connect_request_tells_the_ports(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        client = kernel.client()
        client.shell_channel.send(client.session.msg("connect_request", {}))
        content = client.get_shell_msg(timeout=HANGING)["content"]
        ports = {name: value for name, value in kernel.info.items() if name.endswith("_port")}
        assert {name: content[name] for name in ports} == ports


def test_ipc_and_its_files_go_with_the_kernel(short_path: Path) -> None:
    before = {"connection.json", "stderr"}
    with KernelProcess(short_path, MONTY, info={"transport": "ipc", "ip": str(short_path / "k")}) as kernel:
        client = kernel.client()
        assert run(client, "6 * 7") == "42"
        assert {file.name for file in short_path.iterdir()} > before
        client.shutdown()
        assert kernel.wait() == 0
        assert {file.name for file in short_path.iterdir()} == before
        assert kernel.output() == ""


@pytest.mark.parametrize("transport", ["tcp", "ipc"])
def test_without_a_file_it_chooses_ports_and_writes_one_for_this_user_alone(short_path: Path, transport: str) -> None:
    file = short_path / "new.json"
    process = subprocess.Popen([*MONTY, "-f", str(file), "--transport", transport], stderr=subprocess.PIPE)
    document = listening_file(file, process)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert document["transport"] == transport
    assert len(document["key"]) >= 32
    client = connected(file)
    assert run(client, "6 * 7") == "42"
    client.shutdown()
    assert process.wait(HANGING) == 0
    client.stop_channels()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert list(short_path.iterdir()) == []


def test_a_bare_name_is_a_file_in_jupyters_runtime_folder(tmp_path: Path) -> None:
    env = {**os.environ, "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    process = subprocess.Popen([*MONTY, "-f", "mine.json"], cwd=tmp_path, env=env)
    listening_file(tmp_path / "runtime" / "mine.json", process)
    process.terminate()
    assert process.wait(HANGING) == 0
    assert list((tmp_path / "runtime").iterdir()) == []
    assert not (tmp_path / "mine.json").exists()


def test_ports_given_as_zero_are_chosen_and_written_beside_what_else_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "zero.json"
    given = {"shell_port": 0, "iopub_port": 0, "key": "secret", "signature_scheme": "hmac-sha512", "mine": {"a": 1}}
    file.write_text(json.dumps(given))
    file.chmod(0o644)
    process = subprocess.Popen([*MONTY, "-f", str(file)])
    document = listening_file(file, process)
    assert document["mine"] == {"a": 1}
    assert (document["key"], document["signature_scheme"]) == ("secret", "hmac-sha512")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    client = connected(file)
    assert run(client, "6 * 7") == "42"
    client.shutdown()
    assert process.wait(HANGING) == 0
    client.stop_channels()
    assert file.exists()  # whoever made it removes it


def test_a_file_without_a_key_gets_one(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        document = kernel.info
        kernel.process.terminate()
        kernel.wait()
        del document["key"]
        kernel.file.write_text(json.dumps(document))
        process = subprocess.Popen([*MONTY, "-f", str(kernel.file)])
        while "key" not in kernel.info:
            time.sleep(0.01)
        kernel.clients.append(connected(kernel.file))
        assert run(kernel.clients[0], "6 * 7") == "42"
        process.terminate()
        assert process.wait(HANGING) == 0


def test_options_prevail_over_the_file(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY, options=["--ip=127.0.0.2"]) as kernel:
        file = kernel.file
        deadline = time.monotonic() + 10
        while kernel.info["ip"] != "127.0.0.2":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        client = connected(file)
        kernel.clients.append(client)
        assert run(client, "6 * 7") == "42"


def curve_keys() -> dict[str, bytes]:
    public, secret = zmq.curve_keypair()
    return {"curve_publickey": public, "curve_secretkey": secret}


def test_curve_encrypts_all_channels(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY, info=curve_keys()) as kernel:
        client = connected(kernel.file)
        kernel.clients.append(client)
        assert client.is_alive()  # the heartbeat too
        assert run(client, "6 * 7") == "42"
        # Who does not know the keys gets nowhere, on no channel, though the signing key is known.
        session = kernel.session()
        shell, control = (
            kernel.socket("shell", zmq.DEALER, sndtimeo=0),
            kernel.socket("control", zmq.DEALER, sndtimeo=0),
        )
        iopub, heart = kernel.socket("iopub", zmq.SUB), kernel.socket("hb", zmq.DEALER, sndtimeo=0)
        iopub.subscribe(b"")
        for send in (
            lambda: session.send(shell, "kernel_info_request", {}),
            lambda: session.send(control, "shutdown_request", {"restart": False}),
            lambda: heart.send(b"ping"),
        ):
            with contextlib.suppress(zmq.Again):  # libzmq may have given up the connection already
                send()
        run(client, "6 * 7")
        time.sleep(0.3)
        assert not any(socket.poll(0) for socket in (shell, control, iopub, heart))
        assert run(client, "6 * 7") == "42"
        client.shutdown()
        assert kernel.wait() == 0
        assert kernel.output() == ""


def test_curve_through_a_kernel_manager(tmp_path: Path) -> None:
    manager = KernelManager(kernel_name="monty", connection_file=str(tmp_path / "c.json"))
    manager.transport_encryption = "required"
    with (tmp_path / "stderr").open("wb") as stderr:
        manager.start_kernel(stderr=stderr)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=HANGING)
        assert "curve_secretkey" in json.loads((tmp_path / "c.json").read_text())
        assert run(client, "6 * 7") == "42"
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    assert (tmp_path / "stderr").read_text() == ""


def test_half_a_key_pair_does_not_become_an_unencrypted_connection(tmp_path: Path) -> None:
    file = tmp_path / "half.json"
    file.write_text(json.dumps({"curve_publickey": "x" * 40}))
    assert "curve" in refused(["-f", str(file)])


@pytest.mark.parametrize(
    ("contents", "says"),
    [
        ("{", "not JSON"),
        ("[]", "JSON object"),
        ('{"shell_port": "8888"}', "shell_port"),
        ('{"shell_port": 70000}', "shell_port"),
        ('{"transport": "pigeon"}', "transport"),
        ('{"key": 1}', "key"),
        ('{"signature_scheme": "rot13"}', "signature"),
        ('{"ip": "192.0.2.1"}', "Cannot listen on tcp://192.0.2.1"),
        ('{"curve_publickey": "short", "curve_secretkey": "short"}', "curve"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_one_line(tmp_path: Path, contents: str, says: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(contents)
    assert says in refused(["-f", str(file)])
    assert file.read_text() == contents


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        kernel.client()
        says = refused(["-f", str(kernel.file)])
        assert str(kernel.info["shell_port"]) in says
        assert "Another process" in says


def test_a_folder_that_cannot_be_written_to_is_named() -> None:
    assert "/proc/nowhere/k.json" in refused(["-f", "/proc/nowhere/k.json"])
