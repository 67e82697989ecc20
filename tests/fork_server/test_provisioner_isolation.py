"""A forked kernel finds what a spawned one finds, and nothing of the fork server's or of another kernel's."""

from __future__ import annotations

import os
import re
import resource
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

from tests.support.forked_kernels import answers, configure, fork_servers, parent, pid_of, reported, server_of, started
from tests.support.waiting import HANGING

ODD = {
    "EMPTY": "",
    "SPACES": " a  b ",
    "UNICODE": "naïve ☃ 🐍",
    "NOT_UTF8": os.fsdecode(b"\xff\xfe"),
    "LINES": "one\ntwo",
    "TZ": "Asia/Kathmandu",
    "TMPDIR": "/var/tmp",
}


def report(folder: Path, name: str, *, forked: bool, **kwargs: Any) -> dict[str, Any]:
    """What a kernel found that was started so."""
    file = folder / name
    env = {**os.environ, "MONTY_TEST_REPORT": str(folder / "report"), **kwargs.pop("env", {})}
    if not forked:
        kwargs["umask"] = -1  # Popen's default; but the provisioner leaves whatever is for Popen to Popen
    (folder / "report").unlink(missing_ok=True)
    with started(env=env, **kwargs) as (manager, client):
        assert bool(server_of(manager)) is forked
        assert answers(client)
        (folder / "report").rename(file)
    return reported(file)


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in configure(tmp_path).items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.parametrize(
    "variables",
    [
        {},
        ODD,
        {"PYTHONUNBUFFERED": "1"},
        {"PYTHONIOENCODING": "latin-1:replace"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"HOME": "/var/tmp", "PYTHONPATH": "/srv:/opt", "PYTHONDONTWRITEBYTECODE": "1"},
    ],
    ids=lambda variables: next(iter(variables), "none"),
)
def test_it_finds_what_a_spawned_kernel_finds(configured: Path, variables: dict[str, str]) -> None:
    cwd = configured / "folder"
    cwd.mkdir()
    kwargs: dict[str, Any] = {"env": variables, "cwd": str(cwd)}
    spawned = report(configured, "spawned", forked=False, **kwargs)["found"]
    forked = report(configured, "forked", forked=True, **kwargs)["found"]
    for found in (spawned, forked):
        found["argv"][1] = "the connection file"
    assert forked == spawned
    assert forked["cwd"] == str(cwd)
    assert forked["environ"].items() >= variables.items()
    assert forked["environ"]["JPY_PARENT_PID"] == str(os.getpid())


def test_terminals_files_and_pipes_are_told_apart(configured: Path) -> None:
    master, terminal = os.openpty()
    try:
        with (configured / "log").open("wb") as log:
            kinds = {"stdout": terminal, "stderr": log}
            forked, spawned = (report(configured, f"{fork}", forked=fork, **kinds)["found"] for fork in (True, False))
    finally:
        os.close(terminal)
        os.close(master)
    assert forked["standard"] == spawned["standard"]
    assert forked["standard"][1][5] is True


def test_without_a_folder_it_is_the_owners(configured: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(configured)
    assert report(configured, "here", forked=True)["found"]["cwd"] == str(configured)
    (configured / "below").mkdir()
    assert report(configured, "below.json", forked=True, cwd="below")["found"]["cwd"] == str(configured / "below")


def test_variables_that_are_gone_are_gone(configured: Path) -> None:
    report(configured, "first", forked=True, env={"ONLY_ONCE": "1"})
    assert "ONLY_ONCE" not in report(configured, "second", forked=True)["found"]["environ"]


def test_what_is_random_is_anothers_in_each_kernel(configured: Path) -> None:
    fresh = [report(configured, f"{n}", forked=True)["fresh"] for n in range(3)]
    for kind in fresh[0]:
        assert len({one[kind] for one in fresh}) == 3, kind


def test_what_is_random_in_cells_is_anothers_in_each_kernel() -> None:
    code = "import random, os\n(random.random(), random.getrandbits(64))"
    values = set()
    for _ in range(3):
        with started() as (manager, client):
            assert server_of(manager)
            request = client.execute(code)
            while True:
                message = client.get_iopub_msg(timeout=HANGING)
                if message["msg_type"] == "execute_result" and message["parent_header"]["msg_id"] == request:
                    values.add(message["content"]["data"]["text/plain"])
                    break
    assert len(values) == 3


def test_no_descriptor_is_shared_with_the_server_or_another_kernel() -> None:
    with started() as (first, _), started() as (second, _):
        processes = [server_of(first), pid_of(first), pid_of(second)]
        assert parent(pid_of(second)) == processes[0]
        held = [_what_is_open(pid) for pid in processes]
        for n, one in enumerate(held):
            for other in held[n + 1 :]:
                assert one & other == set()
        assert all(held)


def _what_is_open(pid: int) -> set[str]:
    """Sockets, pipes and files by name; those with a number in it are one of a kind."""
    names = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            names.add(os.readlink(entry))
    return {name for name in names if ":[" in name and not name.startswith("anon_inode")}


def test_the_server_knows_no_secret_of_a_kernel_and_no_kernel_anothers() -> None:
    secret = "the-one-" + os.urandom(8).hex()
    with started(env={**os.environ, "MY_TOKEN": secret}) as (first, client), started() as (second, _):
        assert answers(client)
        server = server_of(first)
        assert parent(pid_of(second)) == server
        for needle in (secret.encode(), first.session.key):
            assert needle in _memory(pid_of(first))  # else we did not look well enough
            assert needle not in _memory(server)
            assert needle not in _memory(pid_of(second))
        with started() as (third, _):  # forked while the first one runs
            assert secret.encode() not in _memory(pid_of(third))


def _memory(pid: int) -> bytes:
    """All that the process could read of its own memory."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            area = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", line)
            if area is None or line.endswith(("[vvar]", "[vsyscall]", "[vdso]")):
                continue
            begin, end = (int(bound, 16) for bound in area.groups())
            try:
                memory.seek(begin)
                found.append(memory.read(end - begin))
            except (OSError, ValueError, OverflowError):
                continue
    return b"".join(found)


@pytest.mark.parametrize("search_path", [None, ":/srv", ".", "/srv::/opt"])
@pytest.mark.parametrize("spawned", [False, True])
def test_modules_in_the_notebooks_folder_are_never_imported(
    tmp_path: Path, search_path: str | None, spawned: bool
) -> None:
    for name in ("json", "zmq", "tornado", "random", "jedi", "sqlite3", "secrets", "sitecustomize", "monty_kernel"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'imported')!r}, 'a').write({name!r})")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"NEW": "KIND"}
    if search_path is not None:
        env["PYTHONPATH"] = search_path
    options = {"umask": -1} if spawned else {}
    for _ in range(1 if spawned else 2):
        with started(cwd=str(tmp_path), env=env, **options) as (manager, client):
            assert bool(server_of(manager)) is not spawned
            assert answers(client)
            client.complete("import js", 9)
            client.get_shell_msg(timeout=HANGING)
    assert not (tmp_path / "imported").exists()


def test_limits_and_niceness_are_as_with_a_spawned_kernel() -> None:
    with started() as (manager, _), started(umask=-1) as (spawned, _):
        assert server_of(manager)
        assert not server_of(spawned)
        for limit in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_AS, resource.RLIMIT_STACK):
            assert resource.prlimit(pid_of(manager), limit) == resource.prlimit(pid_of(spawned), limit)
        assert os.getpriority(os.PRIO_PROCESS, pid_of(manager)) == os.getpriority(os.PRIO_PROCESS, pid_of(spawned))


def test_a_folder_that_is_not_there_is_the_same_error() -> None:
    with started():
        pass
    assert fork_servers()
    manager = KernelManager(kernel_name="monty")
    with pytest.raises(FileNotFoundError):
        manager.start_kernel(cwd="/no/such/folder", stderr=subprocess.DEVNULL)
    manager.cleanup_resources()
