"""An upgrade loses nothing: a kernelspec that an earlier version wrote starts this one."""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from tests.support.forked_kernels import started
from tests.support.kernel_process import messages_of, run

from .conftest import Left


@pytest.mark.parametrize("name", ["plain", "fork", "small", "packaged"])
def test_a_kernel_starts_and_answers(left: Left, name: str) -> None:
    text = (left.folder / "kernels" / f"{name}.json").read_text()
    folder = Path(os.environ["JUPYTER_DATA_DIR"], "kernels", f"old-{name}")  # a name that no installed spec has
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(text.replace("@INTERPRETER@", json.dumps(sys.executable)[1:-1]))
    (forking,) = entry_points(group="jupyter_client.kernel_provisioners", name="monty-fork-provisioner")
    with started(folder.name) as (manager, client):
        assert run(client, "1+1") == "2"
        forks = "kernel_provisioner" in json.loads(text)["metadata"]
        assert isinstance(manager.provisioner, forking.load()) == forks
        if name == "small":
            messages = messages_of(client, client.execute("%limits"))
            assert "256 MiB" in "".join(each["content"].get("text", "") for each in messages)
