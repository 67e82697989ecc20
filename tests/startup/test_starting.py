"""What a kernel's process leaves out while it starts is there when its session stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from tests.support.waiting import HANGING

_TOOLS = """
import gc

def collects() -> bool:
    return gc.isenabled() and gc.get_freeze_count() > 10_000
"""


@pytest.mark.parametrize("forked", [True, False])
def test_garbage_is_collected_again_when_the_session_stands(tmp_path: Path, forked: bool) -> None:
    tools = tmp_path / "process.py"
    tools.write_text(_TOOLS)
    manager = KernelManager(kernel_name="monty")
    if not forked:
        assert manager.kernel_spec is not None
        manager.provisioner = LocalProvisioner(kernel_spec=manager.kernel_spec, parent=manager)
    manager.start_kernel(extra_arguments=["--tools", str(tools)], cwd=str(tmp_path))
    client: BlockingKernelClient = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=HANGING)
        said: list[str] = []
        reply = client.execute_interactive(
            "import process; print(process.collects())",
            output_hook=lambda message: said.append(str(message["content"].get("text", ""))),
        )
        assert reply["content"]["status"] == "ok" and "".join(said) == "True\n"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
