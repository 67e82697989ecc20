"""`help_links` leads to the kernel's own documents where a server serves them, and says nothing of them elsewhere."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from monty_kernel.jupyter.help_links import DOCUMENTS, SPEC_NAME, documents
from tests.support.frontends.channels import kernel_channels, rest
from tests.support.frontends.environment import KERNEL
from tests.support.frontends.server import TOKEN, running_server
from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING

NAMES = {SPEC_NAME: "monty", "JPY_PARENT_PID": str(os.getpid()), "JPY_SESSION_NAME": "/here/a.ipynb"}


def links_of(reply: dict[str, Any]) -> list[str]:
    """The links of a reply that do not lead to the web."""
    return [link["url"] for link in reply["help_links"] if not link["url"].startswith("https://")]


def test_every_link_is_answered_with_its_part_to_whoever_may_come_in(tmp_path: Path) -> None:
    async def conversation(url: str) -> None:
        body = {"path": "a.ipynb", "name": "a", "type": "notebook", "kernel": {"name": KERNEL}}
        session = await rest(url + "/x", "POST", "/api/sessions", body)
        async with kernel_channels(url + "/x", session["kernel"]["id"]) as channels:
            request = await channels.send("shell", "kernel_info_request", {})
            messages = await channels.until(request, "kernel_info_reply")
        links = links_of(messages[-1]["content"])
        assert len(links) == len(DOCUMENTS)
        client = AsyncHTTPClient()
        for link in links:
            address, _, part = link.partition("#")
            answer = await client.fetch(HTTPRequest(url + address, headers={"Authorization": f"token {TOKEN}"}))
            assert answer.headers["Content-Type"].startswith("text/html")
            assert f'<article id="{part}">' in answer.body.decode()
        stranger = await client.fetch(HTTPRequest(url + address, follow_redirects=False), raise_error=False)
        assert stranger.code in (302, 403)
        await rest(url + "/x", "DELETE", f"/api/sessions/{session['id']}")

    with running_server("jupyter_server", tmp_path, "--ServerApp.base_url=/x/") as server:
        asyncio.run(asyncio.wait_for(conversation(server.url), HANGING))


def test_without_a_server_there_is_no_link_to_one(kernel: Kernel) -> None:
    reply = kernel.client.kernel_info(reply=True, timeout=HANGING)["content"]  # type: ignore[index]
    assert reply["help_links"] and not links_of(reply)


def test_a_link_needs_all_that_it_is_made_of(tmp_path: Path) -> None:
    told = tmp_path / f"jpserver-{os.getpid()}.json"
    told.write_text(json.dumps({"base_url": "/x/"}))
    connection = tmp_path / "kernel-1.json"
    assert documents(connection, NAMES)[0]["url"] == "/x/kernelspecs/monty/help.html#running-cells"
    assert not documents(None, NAMES)
    for missing in NAMES:
        assert not documents(connection, {name: value for name, value in NAMES.items() if name != missing})
    assert not documents(connection, {**NAMES, "JPY_PARENT_PID": "1/../../x"})
    for wrong in ("", "[]", "{}", '{"base_url": 7}', '{"base_url": "x/"}', '{"base_url": "//away.invalid/"}'):
        told.write_text(wrong)
        assert not documents(connection, NAMES), wrong
