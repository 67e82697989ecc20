"""What front ends are told of what a notebook may reach, when they ask and when it changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.support.kernel_client import Kernel
from tests.support.timeline_client import Comm, ask
from tests.support.waiting import HANGING

TOOLS = '''
from monty_kernel import tool

@tool(ask=True)
def pay(amount: int, to: str) -> str:
    """Pay somebody.

    At once.
    """
    return f"paid {amount}"

def titles() -> list[str]:
    return []
'''


def test_a_session_without_grants_has_limits_alone(kernel: Kernel) -> None:
    reply = ask(kernel.client, "timeline_request", {"what": "grants"})
    assert (reply["status"], reply["tools"], reply["more_tools"], reply["mounts"]) == ("ok", [], 0, [])
    limits = {limit["name"]: limit for limit in reply["limits"]}
    assert limits["memory"] == {"name": "memory", "means": "of the session", "now": "1 GiB", "granted": "1 GiB"}
    assert limits["seconds"]["now"] is None


def test_what_changes_is_told_on_the_comm(start: Callable[..., Kernel], tmp_path: Path) -> None:
    (tmp_path / "tools.py").write_text(TOOLS)
    (tmp_path / "photos").mkdir()
    kernel = start("--tools", str(tmp_path / "tools.py"), "--mount", f"{tmp_path / 'photos'}:/photos:ro")
    kernel.run("import tools")
    comm = Comm(kernel.client)
    comm.until(lambda: comm.grants is not None)
    told = comm.grants
    assert told is not None
    assert told["tools"] == [
        {
            "name": "tools.pay",
            "signature": "pay(amount: int, to: str) -> str",
            "about": "Pay somebody.",
            "permission": "ask",
        },
        {"name": "tools.titles", "signature": "titles() -> list[str]", "about": "", "permission": "allow"},
    ]
    assert told["mounts"] == [{"place": "/photos", "host": str(tmp_path / "photos"), "mode": "ro"}]
    request = kernel.client.execute("tools.pay(1, 'x')", allow_stdin=True)
    kernel.client.get_stdin_msg(timeout=HANGING)
    kernel.client.input("always")
    kernel.finish(request)
    kernel.run("%limits memory=64MiB")
    comm.until(lambda: comm.grants is not None and comm.grants["limits"][0]["now"] == "64 MiB")
    assert comm.grants is not None and comm.grants["tools"][0]["permission"] == "allow"
    kernel.run("%unmount /photos")
    comm.until(lambda: comm.grants is not None and comm.grants["mounts"] == [])
    reply = ask(kernel.client, "timeline_request", {"what": "grants"})
    assert reply["mounts"] == [] and reply["tools"] == comm.grants["tools"]


def test_a_second_client_is_told_too(kernel: Kernel) -> None:
    kernel.run("x = 1")
    for comm_id in ("one", "two"):
        comm = Comm(kernel.client, comm_id)
        comm.until(lambda comm=comm: comm.grants is not None)
        assert comm.grants is not None and comm.grants["mounts"] == []
