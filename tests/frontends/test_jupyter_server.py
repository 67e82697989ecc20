"""The Jupyter server's REST and WebSocket interface, which JupyterLab and hosted notebooks are built on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]
import pytest
from tornado.httpclient import HTTPClientError

from tests.support.frontends.channels import V1_PROTOCOL, Channels, kernel_channels, rest
from tests.support.frontends.environment import KERNEL, display_name
from tests.support.frontends.server import Server, running_server
from tests.support.waiting import HANGING


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server("jupyter_server", tmp_path_factory.mktemp("server")) as server:
        yield server


@asynccontextmanager
async def _kernel(url: str, protocol: str | None = None) -> AsyncIterator[tuple[str, Channels]]:
    """A kernel started through REST and deleted afterwards: its id and a connection to it."""
    kernel_id = (await rest(url, "POST", "/api/kernels", {"name": KERNEL}))["id"]
    try:
        async with kernel_channels(url, kernel_id, protocol) as channels:
            yield kernel_id, channels
    finally:
        await rest(url, "DELETE", f"/api/kernels/{kernel_id}")


def _run(conversation: Callable[[], Awaitable[None]]) -> None:
    async def timed() -> None:
        async with asyncio.timeout(HANGING):
            await conversation()

    asyncio.run(timed())


def test_the_kernelspec_is_served_with_its_logos(server: Server) -> None:
    async def conversation() -> None:
        spec = (await rest(server.url, "GET", "/api/kernelspecs"))["kernelspecs"][KERNEL]
        assert spec["spec"]["display_name"] == display_name()
        assert spec["spec"]["language"] == "python"
        assert {"logo-32x32", "logo-64x64", "logo-svg"} <= set(spec["resources"])

    _run(conversation)


@pytest.mark.parametrize("protocol", [None, V1_PROTOCOL])
def test_a_cell_over_the_websocket(server: Server, protocol: str | None) -> None:
    async def conversation() -> None:
        async with _kernel(server.url, protocol) as (_, channels):
            request = await channels.execute("print('out')\n6 * 7")
            messages = await channels.until(request, "execute_reply", "idle")
            on_iopub = [m["header"]["msg_type"] for m in messages if m["channel"] == "iopub"]
            assert on_iopub == ["status", "execute_input", "stream", "execute_result", "status"]
            by_kind = {m["header"]["msg_type"]: m["content"] for m in messages}
            assert by_kind["stream"] == {"name": "stdout", "text": "out\n"}
            assert by_kind["execute_result"]["data"] == {"text/plain": "42"}
            assert by_kind["execute_reply"]["status"] == "ok"
            assert by_kind["execute_reply"]["execution_count"] == 1

    _run(conversation)


def test_the_server_knows_busy_from_idle(server: Server) -> None:
    async def conversation() -> None:
        async with _kernel(server.url) as (kernel_id, channels):
            assert await channels.result("1 + 1") == "2"
            request = await channels.execute("import time\ntime.sleep(600)")
            await channels.until(request, "busy")
            await _state(server.url, kernel_id, "busy")
            await rest(server.url, "POST", f"/api/kernels/{kernel_id}/interrupt")
            await channels.until(request, "execute_reply", "idle")
            await _state(server.url, kernel_id, "idle")

    _run(conversation)


async def _state(url: str, kernel_id: str, expected: str) -> None:
    """The server keeps its own record of the kernel's state, a moment behind the messages it passes on."""
    while (await rest(url, "GET", f"/api/kernels/{kernel_id}"))["execution_state"] != expected:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


def test_interrupting_through_rest_keeps_the_session(server: Server) -> None:
    async def conversation() -> None:
        async with _kernel(server.url) as (kernel_id, channels):
            await channels.until(await channels.execute("kept = 'kept'"), "execute_reply", "idle")
            request = await channels.execute("while True: pass")
            await channels.until(request, "execute_input")
            await rest(server.url, "POST", f"/api/kernels/{kernel_id}/interrupt")
            messages = await channels.until(request, "execute_reply", "idle")
            error = next(m["content"] for m in messages if m["header"]["msg_type"] == "error")
            assert error["ename"] == "KeyboardInterrupt"
            assert await channels.result("kept") == "'kept'"

    _run(conversation)


def test_restarting_through_rest_gives_an_empty_session(server: Server) -> None:
    async def conversation() -> None:
        async with _kernel(server.url) as (kernel_id, channels):
            await channels.until(await channels.execute("gone = 1"), "execute_reply", "idle")
            await rest(server.url, "POST", f"/api/kernels/{kernel_id}/restart")
            messages = await channels.until(await channels.execute("gone"), "execute_reply", "idle")
            reply = next(m["content"] for m in messages if m["header"]["msg_type"] == "execute_reply")
            assert (reply["ename"], reply["execution_count"]) == ("NameError", 1)

    _run(conversation)


def test_restarting_while_a_cell_computes(server: Server) -> None:
    async def conversation() -> None:
        async with _kernel(server.url) as (kernel_id, channels):
            await channels.until(await channels.execute("while True: pass"), "execute_input")
            await rest(server.url, "POST", f"/api/kernels/{kernel_id}/restart")
            assert await channels.result("'fresh'") == "'fresh'"

    _run(conversation)


def test_input_over_the_websocket(server: Server) -> None:
    async def conversation() -> None:
        async with _kernel(server.url) as (_, channels):
            request = await channels.execute("input('Name? ')")
            question = (await channels.until(request, "input_request"))[-1]
            assert question["channel"] == "stdin"
            assert question["content"] == {"prompt": "Name? ", "password": False}
            await channels.send("stdin", "input_reply", {"value": "Ada", "status": "ok"})
            messages = await channels.until(request, "execute_reply", "idle")
            results = [m["content"]["data"] for m in messages if m["header"]["msg_type"] == "execute_result"]
            assert results == [{"text/plain": "'Ada'"}]

    _run(conversation)


def test_a_second_browser_sees_the_first_ones_outputs(server: Server) -> None:
    async def conversation() -> None:
        async with _kernel(server.url) as (kernel_id, first), kernel_channels(server.url, kernel_id) as second:
            assert await second.result("'second is connected'")
            request = await first.execute("print('for everyone')")
            seen = await second.until(request, "stream", "idle")
            assert any(m["content"].get("text") == "for everyone\n" for m in seen)

    _run(conversation)


def test_deleting_the_kernel_ends_its_processes(server: Server) -> None:
    async def conversation() -> None:
        before = set(psutil.Process(server.process.pid).children(recursive=True))
        async with _kernel(server.url) as (kernel_id, channels):
            assert await channels.result("1 + 1") == "2"
            mine = set(psutil.Process(server.process.pid).children(recursive=True)) - before
            assert mine
        with pytest.raises(HTTPClientError, match="404"):
            await rest(server.url, "GET", f"/api/kernels/{kernel_id}")
        assert psutil.wait_procs(mine, timeout=HANGING)[1] == []

    _run(conversation)


def test_a_killed_server_leaves_no_kernel_behind(tmp_path: Path) -> None:
    with running_server("jupyter_server", tmp_path) as server:

        async def conversation() -> None:
            kernel_id = (await rest(server.url, "POST", "/api/kernels", {"name": KERNEL}))["id"]
            async with kernel_channels(server.url, kernel_id) as channels:
                await channels.until(await channels.execute("while True: pass"), "execute_input")

        _run(conversation)
        processes = psutil.Process(server.process.pid).children(recursive=True)
        assert processes
        server.process.kill()
        survivors = psutil.wait_procs(processes, timeout=HANGING)[1]
        for process in survivors:
            process.kill()
        assert survivors == []


def test_nothing_went_wrong_behind_the_scenes(server: Server) -> None:
    """The kernels' own stderr ends up in the server's log; last in this file, so it sees all that ran before."""
    assert "Traceback" not in server.log.read_text()
