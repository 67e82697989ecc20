"""Makes `made_by_VERSION.tar.gz`: what this version leaves on a person's disk, for later versions to be tested with.

Run `python -m tests.upgrade.make_fixtures` before a release, and never again for a version that was released. Existing archives stay:
they are what people have.
"""

from __future__ import annotations

import io
import json
import os
import platform
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import monty_kernel
from tests.support.kernel_client import Answer, Kernel
from tests.support.own_folders import own_folders
from tests.support.waiting import HANGING
from tests.upgrade.cells import BOOKSHOP, CELLS, EXPORTED, EXPORTED_CELLS, NOTEBOOK, PENDING
from tests.upgrade.configuration import OPTIONS, as_python

HERE = Path(__file__).parent
INTERPRETER = "@INTERPRETER@"
KERNELSPECS = {
    "plain": ["--user"],
    "fork": ["--user", "--fork"],
    "small": ["--user", "--name", "monty-small", "--display-name", "Monty, 256 MB", "--", "--MontyKernel.max_memory=268435456"],
}  # fmt: skip


def main() -> None:
    with own_folders() as folder:
        made = folder / "made"
        (made / "data").mkdir(parents=True)
        make_store(folder, made)
        make_configuration(made / "config")
        make_kernelspecs(made / "kernels")
        make_notebook(folder, made)
        archive = HERE / f"made_by_{monty_kernel.__version__}.tar.gz"
        pack(made, archive)
    print(f"{archive.name}: {archive.stat().st_size:,} bytes")


def make_store(folder: Path, made: Path) -> None:
    """`data/monty_kernel`, `session.monty` and `made.json`, which says by what and when, and some of what the cells gave."""
    (folder / "files").mkdir()
    (folder / "files" / "a.txt").write_text("of the disk\n")
    (folder / "bookshop.py").write_text(BOOKSHOP)
    options = [f"--mount={folder / 'files'}:/data", f"--tools={folder / 'bookshop.py'}"]
    data = {"JUPYTER_DATA_DIR": str(made / "data")}

    kernel = Kernel(folder / "kernel", options, env={**data, "JPY_SESSION_NAME": EXPORTED})
    for code in EXPORTED_CELLS:
        assert kernel.run(code).reply["status"] == "ok"
    kernel.manager.shutdown_kernel()
    kernel.close()
    (session,) = listed(data, EXPORTED)
    command(data, "sessions", "export", session, str(made / "session.monty"))
    command(data, "sessions", "export", f"{session}@2", str(made / "state.monty"))
    command(data, "sessions", "delete", session)

    kernel = Kernel(folder / "kernel", options, env={**data, "JPY_SESSION_NAME": NOTEBOOK})
    try:
        answers = [kernel.answer(code, "typed")[1] if "input('a word" in code else kernel.run(code) for code in CELLS]
        failed = [code for code, answer in zip(CELLS, answers, strict=True) if answer.reply["status"] != "ok"]
        assert [code.splitlines()[-1] for code in failed] == ["fails(1)"], failed
        stored(data)
        late = kill_with_notes(kernel, made / "data" / "monty_kernel" / "snapshots" / "pending")
    finally:
        kernel.close()
    assert kernel.stderr.read_text() == ""
    by_code = dict(zip(CELLS, answers, strict=True))
    said = {
        "monty_kernel": monty_kernel.__version__,
        "commit": subprocess.check_output(["git", "rev-parse", "--short", "HEAD"], text=True, cwd=HERE).strip(),
        "monty": version("pydantic-monty"),
        "python": platform.python_version(),
        "created": time.time(),
        "upcoming": next(answer.plain for code, answer in by_code.items() if code.startswith("upcoming")),
        "late": late,
    }
    (made / "made.json").write_text(json.dumps(said, indent=1) + "\n")


def stored(data: dict[str, str]) -> None:
    """Wait until the last cell is in the store."""
    (session,) = listed(data, NOTEBOOK)
    until(lambda: "word = input" in command(data, "sessions", "show", session))


def kill_with_notes(kernel: Kernel, notes: Path) -> str | None:
    """Kill it in the last of the pending cells; the result of the last but one."""
    ids = [kernel.client.execute(code, allow_stdin=True) for code in PENDING]
    kernel.client.get_stdin_msg(timeout=HANGING)
    kernel.client.input("typed late")
    answers: list[Answer] = [kernel.finish(each) for each in ids[:-1]]
    while kernel.client.get_iopub_msg(timeout=HANGING)["msg_type"] != "execute_input":
        pass
    os.kill(kernel.pid, signal.SIGKILL)
    until(lambda: not kernel.manager.is_alive())
    found = b"".join(path.read_bytes() for path in notes.rglob("*") if path.is_file())
    assert b"typed late" in found, "the notes are in the store already: try again"
    return answers[-1].plain


def make_configuration(folder: Path) -> None:
    folder.mkdir()
    (folder / "monty_kernel_config.py").write_text(as_python())
    text = json.dumps(OPTIONS, indent=2)
    for port in range(1, 6):
        text = text.replace(f'"@PORT{port}@"', f"@PORT{port}@")
    (folder / "monty_kernel_config.json").write_text(text)
    (folder / "bookshop.py").write_text(BOOKSHOP)


def make_kernelspecs(folder: Path) -> None:
    """As `monty-kernel install` writes them, and the one that `pip install` brings."""
    for name, words in KERNELSPECS.items():
        command({"JUPYTER_DATA_DIR": str(folder / name)}, "install", *words)
        (path,) = (folder / name).rglob("kernel.json")
        spec = json.loads(path.read_text())
        assert spec["argv"][0] == sys.executable
        spec["argv"][0] = INTERPRETER
        (folder / f"{name}.json").write_text(json.dumps(spec, indent=2) + "\n")
    packaged = HERE.parents[1] / "kernelspec" / "kernel.json"
    (folder / "packaged.json").write_text(packaged.read_text().replace('"python"', f'"{INTERPRETER}"', 1))


def make_notebook(folder: Path, made: Path) -> None:
    """One with the outputs and the metadata that a run leaves."""
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    book = new_notebook(cells=[new_code_cell(code) for code in (*EXPORTED_CELLS[:2], "display({'a': 1}, display_id='d')\n1 / 0")])  # type: ignore[no-untyped-call]  # fmt: skip
    (folder / "book.ipynb").write_text(nbformat.writes(book))  # type: ignore[no-untyped-call]
    command({}, "run", str(folder / "book.ipynb"), "--allow-errors", "-o", str(made / "notebook.ipynb"))


def pack(made: Path, archive: Path) -> None:
    """Only what the tests read, owned by nobody, so that no name of this computer's goes along."""

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
        parts = Path(info.name).parts
        if info.isdir() and len(parts) > 1 and parts[0] == "kernels":
            return None
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        return info

    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as file:
        for each in sorted(made.iterdir()):
            file.add(each, each.name, filter=plain)
    archive.write_bytes(buffer.getvalue())


def listed(env: dict[str, str], notebook: str) -> list[str]:
    """The ids of a notebook's sessions."""
    lines = command(env, "sessions", "list", "--notebook", notebook).splitlines()
    return [line.split()[0] for line in lines if notebook in line]


def command(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "monty_kernel.cli", *words],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=HANGING,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


if __name__ == "__main__":
    main()
