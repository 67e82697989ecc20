"""Options come from the command line and Jupyter's configuration folders, never from the folder of the notebook."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.kernel_process import MONTY, KernelProcess, run
from tests.support.waiting import HANGING

# The stand-in's cells see the kernel: options are read off the objects they configure.
PATIENCE = "kernel.parent.client_patience"


def said(*argv: str) -> str:
    done = subprocess.run([*MONTY, *argv], capture_output=True, text=True, timeout=HANGING, check=True)
    assert done.stderr == ""
    return done.stdout


def test_help_all_documents_the_kernel_the_session_and_the_process() -> None:
    text = said("--help-all")
    for option in (
        "--MontyKernel.max_memory",
        "--MontyKernel.max_cell_seconds",
        "--MontyKernel.max_recursion_depth",
        "--MontyKernelApp.client_patience",
        "--MontyKernelApp.connection_file",
        "--Session.key",
    ):
        assert option in text


def test_help_and_version_need_no_connection_file(tmp_path: Path) -> None:
    assert "-f" in said("--help")
    assert said("--version").strip()


def test_what_is_no_option_is_refused() -> None:
    done = subprocess.run([*MONTY, "surplus"], capture_output=True, text=True, timeout=HANGING)
    assert done.returncode == 1
    assert "surplus" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_value_of_the_wrong_kind_is_refused() -> None:
    done = subprocess.run([*MONTY, "--MontyKernel.max_memory=lots"], capture_output=True, text=True, timeout=HANGING)
    assert done.returncode == 1
    assert "max_memory" in done.stderr
    assert "Traceback" not in done.stderr


CONFIG = "c.MontyKernelApp.client_patience = {}\n"
EVIL = "open('was-here', 'w').close()\n"


def test_configuration_is_read_from_jupyters_folders_and_the_command_line_prevails(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "monty_kernel_config.py").write_text(CONFIG.format(3.5))
    env = {"JUPYTER_CONFIG_DIR": str(folder)}
    with KernelProcess(tmp_path, env=env) as kernel:
        assert run(kernel.client(), PATIENCE) == "3.5"
    with KernelProcess(tmp_path, env=env, options=["--MontyKernelApp.client_patience=7"]) as kernel:
        assert run(kernel.client(), PATIENCE) == "7.0"
    (folder / "monty_kernel_config.py").unlink()
    (folder / "monty_kernel_config.json").write_text('{"MontyKernelApp": {"client_patience": 4.5}}')
    with KernelProcess(tmp_path, env=env) as kernel:
        assert run(kernel.client(), PATIENCE) == "4.5"
        assert kernel.output() == ""


def test_a_configuration_file_named_on_the_command_line_replaces_the_folders(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(CONFIG.format(2.5))
    (tmp_path / "monty_kernel_config.py").write_text(CONFIG.format(3.5))
    with KernelProcess(
        tmp_path, env={"JUPYTER_CONFIG_DIR": str(tmp_path)}, options=["--config=mine.py"], cwd=tmp_path
    ) as kernel:
        assert run(kernel.client(), PATIENCE) == "2.5"


@pytest.mark.parametrize(
    "environment", [{}, {"JUPYTER_CONFIG_PATH": f".{os.pathsep}config"}], ids=["default", "relative"]
)
def test_configuration_in_the_notebooks_folder_is_never_read(tmp_path: Path, environment: dict[str, str]) -> None:
    notebooks = tmp_path / "notebooks"
    for folder in (notebooks, notebooks / "config", notebooks / ".jupyter", notebooks / "etc" / "jupyter"):
        folder.mkdir(parents=True)
        for name in ("jupyter_config", "monty_kernel_config", "ipython_config", "ipython_kernel_config"):
            (folder / f"{name}.py").write_text(CONFIG.format(1.5) + EVIL)
            (folder / f"{name}.json").write_text('{"MontyKernelApp": {"client_patience": 1.5}}')
    env = {"JUPYTER_CONFIG_DIR": str(tmp_path / "nowhere"), **environment}
    with KernelProcess(tmp_path, env=env, cwd=notebooks) as kernel:
        assert run(kernel.client(), PATIENCE) == "10.0"
        assert kernel.output() == ""
    assert not (notebooks / "was-here").exists()


# Everything a start may import by its bare name, and what people call their scripts.
NAMES = [
    "asyncio",
    "code",
    "json",
    "random",
    "re",
    "select",
    "signal",
    "socket",
    "string",
    "types",
    "typing",
    "zmq",
    "tornado",
    "traitlets",
    "jupyter_client",
    "jupyter_core",
    "ipykernel",
    "IPython",
    "pydantic_monty",
    "monty_kernel",
    "dateutil",
    "sitecustomize",
    "usercustomize",
    "logging",
    "enum",
    "platformdirs",
    "comm",
    "psutil",
    "nest_asyncio",
    "debugpy",
    "jedi",
    "parso",
    "pygments",
    "prompt_toolkit",
    "sqlite3",
]


@pytest.mark.parametrize(
    ("flag", "search_path"),
    [(["-P"], ""), ([], ""), (["-P"], ":/srv")],
    ids=["with -P", "without -P", "with an empty entry in PYTHONPATH"],
)
def test_a_module_in_the_notebooks_folder_is_never_imported(tmp_path: Path, flag: list[str], search_path: str) -> None:
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    spoiled = NAMES
    if not flag or search_path:
        # `python -m` looks for our package there before any line of ours runs, and needs some modules itself
        early = {"monty_kernel", "types", "typing", "re", "enum", "signal", "sitecustomize" if search_path else ""}
        early |= {"usercustomize"} if search_path else set()
        spoiled = [name for name in NAMES if name not in early]
    for name in spoiled:
        (notebooks / f"{name}.py").write_text(EVIL)
    argv = [MONTY[0], *flag, *MONTY[2:]]
    env = {**os.environ, "PYTHONPATH": search_path}
    with KernelProcess(tmp_path, argv, cwd=notebooks, env=env) as kernel:
        client = kernel.client()
        assert run(client, "import json\njson.dumps([1])") == "'[1]'"
        client.complete("json.du", 7)
        client.inspect("json", 4)
        for _ in range(3):
            client.get_shell_msg(timeout=HANGING)
        client.shutdown()
        assert kernel.wait() == 0
    assert not (notebooks / "was-here").exists()
    assert not (notebooks / "__pycache__").exists()
