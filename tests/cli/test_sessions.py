"""`monty-kernel sessions` on a store of its own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monty_kernel.store.locks import RunningSessions
from monty_kernel.store.signing import user_key
from monty_kernel.store.store import SnapshotStore
from tests.support.stores import content
from tests.support.waiting import HANGING


def sessions(data: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "monty_kernel.cli", "sessions", *argv],
        capture_output=True,
        text=True,
        timeout=HANGING,
        env={**os.environ, "JUPYTER_DATA_DIR": str(data), "TZ": "UTC", "PYTHONIOENCODING": "utf-8"},
    )


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    folder = tmp_path / "monty_kernel"
    log = logging.getLogger("snapshots")
    return SnapshotStore(RunningSessions(folder / "snapshots", user_key(folder / "key"), versions={"monty": "1"}), log)


def filled(store: SnapshotStore) -> str:
    session = store.begin("/home/me/a.ipynb")
    store.put(session, 0, None, content(0), {}, label="", created=0)
    store.put(session, 1, 0, content(1), {}, label="rows = load()\x1b[2J", created=60)
    store.journal(session, 2, 1, {}, label="rows.sort()", failed=True, created=120)
    store.name(session, 1, "loaded")
    store.move(session, 1)
    return session


def test_list_and_show(store: SnapshotStore, tmp_path: Path) -> None:
    assert sessions(tmp_path, "list").stdout == "There is no stored session.\n"
    session = filled(store)
    assert "running" in sessions(tmp_path, "list").stdout
    store.end(session)
    head, row = sessions(tmp_path, "list", "--notebook", "/home/me/a.ipynb").stdout.splitlines()
    assert head.split() == ["ID", "STARTED", "ENDED", "STATES", "CURRENT", "NOTEBOOK"]
    assert row.split()[0] == session
    assert row.split()[-3:] == ["3", "In[1]", "/home/me/a.ipynb"]
    assert (
        sessions(tmp_path, "list", "--notebook", "b.ipynb").stdout == "There is no stored session of this notebook.\n"
    )
    shown = sessions(tmp_path, "show", session[:6])
    assert shown.stderr == ""
    title, _head, start, one, two = shown.stdout.splitlines()
    assert title.startswith(f"{session}  /home/me/a.ipynb  started ")
    assert start.startswith("start ")
    assert "snapshot, “loaded”, current" in one
    assert one.endswith(r"rows = load()\x1b[2J")
    assert two.split()[:4] == ["In[2]", "In[1]", "1970-01-01", "00:02"]
    assert two.endswith("journal                      rows.sort() (failed)")


def test_export_and_import(store: SnapshotStore, tmp_path: Path) -> None:
    session = filled(store)
    file = tmp_path / "a.monty"
    assert sessions(tmp_path, "export", f"{session}@1", str(file)).stdout.startswith(f"Wrote {file} (")
    refused = sessions(tmp_path, "export", session, str(file))
    assert (refused.returncode, refused.stderr) == (2, f"monty-kernel: {file} exists; choose another name.\n")
    stranger = tmp_path / "stranger"
    refused = sessions(stranger, "import", str(file))
    assert refused.returncode == 2
    assert refused.stderr == (
        "monty-kernel: a.monty is refused: it is not signed with your key: somebody else made it, and a state can do "
        "harm when loaded. If you know who made it, add --trust.\n"
    )
    done = sessions(stranger, "import", "--trust", str(file))
    assert done.stdout == f"Added the session {session} with 1 state. In a notebook, %resume {session} continues it.\n"
    assert session in sessions(stranger, "list").stdout


def test_delete_and_gc(store: SnapshotStore, tmp_path: Path) -> None:
    session = filled(store)
    refused = sessions(tmp_path, "delete", session)
    assert refused.stderr == f"monty-kernel: the session {session} runs; shut its kernel down first.\n"
    assert sessions(tmp_path, "gc", "--days", "1").stdout.endswith("B freed\n")
    assert [state.kind for state in store.states(session)] == ["dropped", "snapshot", "journal"]
    store.end(session)
    assert sessions(tmp_path, "delete", session[:5]).stdout.startswith(f"Deleted {session}; ")
    assert store.sessions() == []


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["show", "none"], "there is no session none."),
        (["export", "none@x", "f"], "'none@x' is not the name of a state: write ID@N, where N is the number in In[N]."),
        (["import", "nowhere"], "cannot read nowhere: No such file or directory."),
        (["delete", ""], "there is no session ."),
        (["gc", "--days", "0"], "'0' is not a positive number"),
    ],
)
def test_mistakes(tmp_path: Path, argv: list[str], says: str) -> None:
    done = sessions(tmp_path, *argv)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["export"], ["import"], ["delete"], ["gc"]])
def test_help(tmp_path: Path, command: list[str]) -> None:
    done = sessions(tmp_path, *command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: monty-kernel sessions")
