"""An upgrade loses nothing: a configuration that sets every option is read without a word, and every option has its value."""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient

from tests.support.kernel_client import worker_pids
from tests.support.kernel_process import MONTY, eventually_gone, messages_of, run
from tests.support.run_command import command, read, texts, write
from tests.support.waiting import HANGING, until

from .configuration import OPTIONS
from .conftest import Left

FILES = ["monty_kernel_config.py", "monty_kernel_config.json"]


def free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture
def configured(left: Left) -> dict[str, dict[str, Any]]:
    """The configuration's files and folders are in place; the options that they set."""
    for name in ("read", "change", "over", "tools", "log", "runtime"):
        (left.folder / name).mkdir()
        (left.folder / name).chmod(0o700)
    (left.folder / "read" / "a.txt").write_text("of the disk")
    (left.folder / "config" / "bookshop.py").rename(left.folder / "tools" / "bookshop.py")
    filled = {"@FOLDER@": str(left.folder)}
    filled.update({f"@PORT{place}@": str(port) for place, port in enumerate(free_ports(5), 1)})
    for name in FILES:
        path = left.folder / "config" / name
        path.write_text(_fill(path.read_text(), filled))
    options: dict[str, dict[str, Any]] = json.loads((left.folder / "config" / "monty_kernel_config.json").read_text())
    return options


def _fill(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


@contextmanager
def kernel(folder: Path, *words: str) -> Iterator[tuple[BlockingKernelClient, subprocess.Popen[bytes]]]:
    """A kernel that has nothing but its configuration to say where it listens."""
    file = folder / "runtime" / "connection.json"
    with (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            [*MONTY, *words],
            env={**os.environ, "JPY_PARENT_PID": str(os.getpid()), "JUPYTER_CONFIG_DIR": str(folder / "config")},
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
        )
    client = BlockingKernelClient(connection_file=str(file))
    try:
        until(lambda: process.poll() is not None or (file.exists() and file.read_text().rstrip().endswith("}")))
        assert process.poll() is None, (folder / "stderr").read_text()
        client.load_connection_file()
        client.start_channels()
        while client.get_iopub_msg(timeout=HANGING)["msg_type"] != "iopub_welcome":
            pass
        yield client, process
    finally:
        client.stop_channels()
        workers = worker_pids(process.pid) if process.poll() is None else []
        process.terminate()
        process.wait(HANGING)
        assert all(eventually_gone(pid) for pid in workers)


def options_of(client: BlockingKernelClient, section: str) -> dict[str, str]:
    """The options of the running kernel, told by the tool in its configuration."""
    request = client.execute(f"import bookshop, json\nprint(json.dumps(bookshop.options({section!r})))")
    told = messages_of(client, request)
    assert [each["content"] for each in told if each["msg_type"] == "error"] == []
    found: dict[str, str] = json.loads(
        "".join(each["content"]["text"] for each in told if each["msg_type"] == "stream")
    )
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_option_has_the_value_that_the_file_sets(
    left: Left, configured: dict[str, dict[str, Any]], name: str
) -> None:
    words = []
    if name.endswith(".json"):
        (left.folder / "config" / FILES[0]).unlink()
        words = [f"--config={left.folder / 'config' / name}"]
        configured["MontyKernelApp"]["config_file"] = str(left.folder / "config" / name)
    else:
        (left.folder / "config" / FILES[1]).unlink()
    with kernel(left.folder, *words) as (client, _):
        for section, values in configured.items():
            found = options_of(client, section)
            assert {option: ast.literal_eval(found[option]) for option in values} == values
        assert run(client, "bookshop.order('Emma')") == "'ordered Emma'"
        assert run(client, "open('/read/a.txt').read()") == "'of the disk'"
        request = client.execute("%limits")
        told = "".join(each["content"].get("text", "") for each in messages_of(client, request))
        assert "62.5" in told and "61.5" in told
    stderr = (left.folder / "stderr").read_text()
    for word in ("WARN", "Warning", "ERROR", "not recognized", "deprecated"):
        assert word not in stderr
    assert "bookshop.order" in (left.folder / "log" / "audit.jsonl").read_text()
    assert (left.folder / "log" / "inputs.sqlite").exists()


def test_the_files_of_this_version_set_the_same_options() -> None:
    """An option that is new belongs into `configuration.py`, for the next archive to have."""
    from monty_kernel.jupyter.app import MontyKernelApp
    from monty_kernel.settings import traits

    inherited = {"log_datefmt", "log_format", "logging_config", "show_config", "show_config_json"}
    kernels = set(traits())
    processes = set(MontyKernelApp.class_traits(config=True)) - inherited
    assert (set(OPTIONS["MontyKernel"]), set(OPTIONS["MontyKernelApp"])) == (kernels, processes)


@pytest.mark.parametrize("name", FILES)
def test_a_run_without_a_front_end_heeds_it(left: Left, configured: dict[str, dict[str, Any]], name: str) -> None:
    (left.folder / "config" / next(other for other in FILES if other != name)).unlink()
    source = write(
        left.folder / "in.ipynb",
        "import bookshop\nbookshop.order('Emma')",
        "open('/read/a.txt').read()",
        ("code", "open('/read/a.txt', 'w')", ["raises-exception"]),
        ("code", "def f(n):\n    return n and f(n - 1)\nf(200)", ["raises-exception"]),
        "from IPython.display import HTML\nHTML('<script>1</script>')",
        "def g() -> int:\n    return 'no number'",
        ("code", "open('/change/much.txt', 'w').write('x' * 200_000)", ["raises-exception"]),
        ("code", "import time\ntime.sleep(63)", ["raises-exception"]),
    )
    done = subprocess.run(
        command(source, "--inplace"),
        env={**os.environ, "JUPYTER_CONFIG_DIR": str(left.folder / "config")},
        capture_output=True,
        timeout=HANGING,
    )
    assert done.returncode == 0, done.stderr
    made = read(source)
    assert texts(made)[:2] == ["'ordered Emma'", "'of the disk'"]
    assert texts(made)[2] in ("PermissionError", "OSError")
    assert texts(made)[3] == "RecursionError"
    assert "<script>" in made.cells[4].outputs[0]["data"]["text/html"]
    assert "no number" in str(made.cells[5].outputs), "what the type check found"
    assert texts(made)[6] == "OSError", "more than mount_max_bytes"
    assert texts(made)[7] == "SleepLimitExceeded"
    assert "bookshop.order" in (left.folder / "log" / "audit.jsonl").read_text()
