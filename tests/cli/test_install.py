"""`monty-kernel install` and `remove`, and what they say to bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

import monty_kernel
from monty_kernel.cli.install import packaged_spec, spec_document
from tests.support.kernel_process import run
from tests.support.waiting import HANGING

COMMAND = str(Path(sys.executable).with_name("monty-kernel"))


def cli(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *argv], capture_output=True, text=True, timeout=HANGING, env={**os.environ, **env}, cwd="/"
    )


def installed(prefix: Path, name: str = "monty") -> dict[str, Any]:
    document: dict[str, Any] = json.loads((prefix / "share/jupyter/kernels" / name / "kernel.json").read_text())
    return document


def test_version() -> None:
    assert cli("--version").stdout == f"monty-kernel {monty_kernel.__version__}\n"


@pytest.mark.parametrize("command", [[], ["install"], ["remove"]])
def test_help(command: list[str]) -> None:
    done = cli(*command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: monty-kernel")
    assert done.stderr == ""


def test_the_installed_spec_names_this_interpreter_and_has_the_logos(tmp_path: Path) -> None:
    done = cli("install", "--prefix", str(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "share/jupyter/kernels/monty"
    assert str(folder) in done.stdout
    assert {file.name for file in folder.iterdir()} == {
        "kernel.json",
        "help.html",
        "logo-32x32.png",
        "logo-64x64.png",
        "logo-svg.svg",
    }
    spec = installed(tmp_path)
    assert spec["argv"][1:] == ["-P", "-m", "monty_kernel", "-f", "{connection_file}"]
    interpreter = Path(spec["argv"][0])
    assert interpreter.parent == Path(sys.executable).parent
    assert interpreter.samefile(sys.executable)
    assert spec["display_name"] == "Python (Monty sandbox)"
    assert spec["language"] == "python"
    assert spec["interrupt_mode"] == "message"
    assert spec["metadata"] == {"debugger": False, "supported_encryption": ["curve"]}
    assert spec["env"] == {"MONTY_KERNEL_SPEC": "monty"}
    assert folder.stat().st_mode & 0o055 == 0o055  # others may use what one person installed for all


def test_only_a_jupyter_that_has_the_provisioner_is_told_of_it(tmp_path: Path) -> None:
    """jupyter_client does not show a kernel whose provisioner is not in its own environment."""
    named = {"provisioner_name": "monty-fork-provisioner", "config": {}}
    data = tmp_path / "data"
    cli("install", "--user", JUPYTER_DATA_DIR=str(data))
    assert "kernel_provisioner" not in json.loads((data / "kernels/monty/kernel.json").read_text())["metadata"]
    cli("install", "--prefix", str(tmp_path), "--fork")
    assert installed(tmp_path)["metadata"]["kernel_provisioner"] == named
    name = f"monty-test-{os.getpid()}"
    assert cli("install", "--sys-prefix", "--name", name).returncode == 0
    try:
        assert installed(Path(sys.prefix), name)["metadata"]["kernel_provisioner"] == named
    finally:
        assert cli("remove", "--sys-prefix", "--name", name).returncode == 0


def test_name_display_name_and_kernel_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = ["--MontyKernel.max_memory=100000000", "--log-level=INFO"]
    done = cli("install", "--prefix", str(tmp_path), "--name", "small", "--display-name", "Größe S", "--", *options)
    assert done.returncode == 0, done.stderr
    spec = installed(tmp_path, "small")
    assert spec["display_name"] == "Größe S"
    assert spec["env"] == {"MONTY_KERNEL_SPEC": "small"}
    assert spec["argv"][-2:] == options
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share/jupyter"))
    manager = KernelManager(kernel_name="small")
    manager.start_kernel(stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=HANGING)
        assert run(client, "6 * 7") == "42"
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def test_a_spec_without_the_page_of_help_names_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kernel.json").write_bytes((packaged_spec() / "kernel.json").read_bytes())
    monkeypatch.setattr("monty_kernel.cli.install.packaged_spec", lambda: tmp_path)
    assert "env" not in spec_document("monty", None, [], fork=False)
    (tmp_path / "help.html").write_text("")
    assert spec_document("monty", None, [], fork=False)["env"] == {"MONTY_KERNEL_SPEC": "monty"}


def test_install_replaces_an_earlier_one(tmp_path: Path) -> None:
    cli("install", "--prefix", str(tmp_path), "--", "--debug")
    cli("install", "--prefix", str(tmp_path))
    assert installed(tmp_path)["argv"][-1] == "{connection_file}"
    assert [entry.name for entry in (tmp_path / "share/jupyter/kernels").iterdir()] == ["monty"]


def test_user_install_and_plain_remove(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert cli("install", "--user", "--name", "mine", JUPYTER_DATA_DIR=str(data)).returncode == 0
    assert (data / "kernels/mine/kernel.json").exists()
    done = cli("remove", "--name", "mine", JUPYTER_DATA_DIR=str(data))
    assert (done.returncode, done.stderr) == (0, "")
    assert list((data / "kernels").iterdir()) == []


def test_remove(tmp_path: Path) -> None:
    cli("install", "--prefix", str(tmp_path))
    done = cli("remove", "--prefix", str(tmp_path))
    assert done.returncode == 0
    assert list((tmp_path / "share/jupyter/kernels").iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([], "COMMAND"),
        (["frobnicate"], "frobnicate"),
        (["install"], "--user --sys-prefix --prefix"),
        (["install", "--user", "--sys-prefix"], "not allowed"),
        (["install", "--prefix", "{tmp}", "--name", "a/b"], "'a/b'"),
        (["install", "--prefix", "{tmp}", "--name", ".."], "'..'"),
        (["install", "--prefix", "{tmp}", "--name", ""], "''"),
        (["install", "--prefix", "{tmp}", "--display-name", " "], "--display-name"),
        (["install", "--prefix", "/proc/nowhere"], "/proc/nowhere"),
        (["install", "--prefix", "{tmp}/file"], "cannot write"),
        (["install", "--prefix", "{tmp}", "surplus"], "surplus"),
        (["install", "--prefix", "{tmp}", "--name", "other"], "another kernel"),
        (["install", "--prefix", "{tmp}", "--", "--MontyKernel.max_memry=1"], "max_memry"),
        (["install", "--prefix", "{tmp}", "--", "--MontyKernel.max_memory=lots"], "lots"),
        (["install", "--prefix", "{tmp}", "--", "--NoSuchThing.x=1"], "NoSuchThing"),
        (["install", "--prefix", "{tmp}", "--", "surplus"], "surplus"),
        (["install", "--prefix", "{tmp}", "--", "--no-such-flag"], "no-such-flag"),
        (["remove", "--prefix", "{tmp}"], "no kernelspec monty"),
        (["remove", "--prefix", "{tmp}", "--name", "other"], "another kernel"),
        (["remove", "--prefix", "{tmp}", "--", "--debug"], "only `install`"),
    ],
)
def test_bad_input_is_explained_and_changes_nothing(tmp_path: Path, argv: list[str], says: str) -> None:
    other = tmp_path / "share/jupyter/kernels/other"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text('{"argv": ["python", "-m", "another_kernel"]}')
    (tmp_path / "file").write_text("")
    before = sorted(tmp_path.rglob("*"))
    done = cli(*(word.replace("{tmp}", str(tmp_path)) for word in argv))
    assert done.returncode == 2
    assert done.stdout == ""
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before
