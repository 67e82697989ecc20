"""Run All in JupyterLab stops at an error, however soon the error comes."""

from __future__ import annotations

import json
import re
import struct
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocket, WebSocketRoute

from tests.support.frontends.jupyterlab import Lab, browser_page
from tests.support.frontends.notebooks import notebook as notebook_of
from tests.support.frontends.notebooks import write
from tests.support.frontends.server import running_server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.weekly]

CELLS = ("before = 1", "1 / 0", "print('ran')", "print('ran')", "print('ran')")
TIMES = 50
SLACK = 0.015
"""Seconds between what the kernel measured and the dates of its messages, on a busy machine."""


def parsed(frame: str | bytes) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The header, parent and content of a message between JupyterLab and its server."""
    if isinstance(frame, str):
        message = json.loads(frame)
        return message["header"], message["parent_header"], message["content"]
    (count,) = struct.unpack_from("<Q", frame)
    parts = [frame[a:b] for a, b in pairwise(struct.unpack_from(f"<{count}Q", frame, 8))]
    header, parent, _, content = map(json.loads, parts[1:5])
    return header, parent, content


class Traffic:
    """What went through the page's kernel connection, in order: whether the browser sent it, and its header, parent and content."""

    def __init__(self, page: Page) -> None:
        self.messages: list[tuple[bool, dict[str, Any], dict[str, Any], dict[str, Any]]] = []
        page.on("websocket", self._watch)

    def _watch(self, socket: WebSocket) -> None:
        if "/channels" in socket.url:
            socket.on("framesent", lambda frame: self._note(True, frame))
            socket.on("framereceived", lambda frame: self._note(False, frame))

    def _note(self, sent: bool, frame: str | bytes) -> None:
        self.messages.append((sent, *parsed(frame)))

    def replies(self) -> int:
        return sum(header["msg_type"] == "execute_reply" for _, header, _, _ in self.messages)


def seconds(header: dict[str, Any]) -> float:
    return datetime.fromisoformat(header["date"]).timestamp()


def ran_on(traffic: Traffic) -> int:
    """How many cells behind the error ran. None of them was certainly sent before the error."""
    requests = [header for sent, header, _, _ in traffic.messages if sent and header["msg_type"] == "execute_request"]
    came = [
        (header, parent["msg_id"], content) for sent, header, parent, content in traffic.messages if not sent and parent
    ]
    status = {parent: content["status"] for header, parent, content in came if header["msg_type"] == "execute_reply"}
    busy = {parent: seconds(header) for header, parent, content in came if content.get("execution_state") == "busy"}
    statuses = [status[each["msg_id"]] for each in requests]
    assert statuses[:2] == ["ok", "error"]
    (error,) = (seconds(header) for header, _, _ in came if header["msg_type"] == "error")
    certain = max(seconds(each) + error - busy[each["msg_id"]] for each in requests[:2]) - SLACK
    for each, how in zip(requests[2:], statuses[2:], strict=True):
        assert how == "aborted" or seconds(each) > certain
    return statuses[2:].count("ok")


def test_run_all_stops_at_an_error(tmp_path: Path) -> None:
    with running_server("jupyterlab", tmp_path) as server, browser_page() as page:
        write(notebook_of(*CELLS), server.root, "error.ipynb")
        traffic = Traffic(page)
        Lab.open(page, server.url)
        notebook = Lab(page, server.url).open_notebook("error.ipynb")
        found = []
        for _ in range(TIMES // 2):
            traffic.messages.clear()
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_text("Run All Cells", exact=True).click()
            while traffic.replies() < len(CELLS):
                page.wait_for_timeout(20)  # the page is heard only while it is waited for
            notebook.wait_until("idle")
            found.append(ran_on(traffic))
        assert found.count(0) >= 0.9 * len(found), found


class Late:
    """Holds back what the page sends behind its second cell until the error comes, as a slow server would."""

    def __init__(self, page: Page) -> None:
        self.cells = 0
        self.statuses: list[str] = []
        self._held: list[str | bytes] = []
        page.route_web_socket(re.compile("/channels"), self._route)

    def _route(self, route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def from_page(frame: str | bytes) -> None:
            self.cells += parsed(frame)[0]["msg_type"] == "execute_request"
            if self.cells > 2:
                self._held.append(frame)
            else:
                server.send(frame)

        def from_server(frame: str | bytes) -> None:
            header, _, content = parsed(frame)
            if header["msg_type"] == "execute_reply":
                self.statuses.append(content["status"])
                if content["status"] == "error":
                    for each in self._held:
                        server.send(each)
                    self._held.clear()
            route.send(frame)

        route.on_message(from_page)
        server.on_message(from_server)


def test_what_comes_late_is_aborted(tmp_path: Path) -> None:
    with running_server("jupyterlab", tmp_path) as server, browser_page() as page:
        slow = "import time\ntime.sleep(0.2)\n1 / 0"  # so that all of Run All is sent meanwhile
        write(notebook_of(CELLS[0], slow, *CELLS[2:]), server.root, "late.ipynb")
        late = Late(page)
        Lab.open(page, server.url)
        notebook = Lab(page, server.url).open_notebook("late.ipynb")
        for _ in range(TIMES):
            late.cells = 0
            late.statuses.clear()
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_text("Run All Cells", exact=True).click()
            while len(late.statuses) < len(CELLS):
                page.wait_for_timeout(20)
            notebook.wait_until("idle")
            assert late.statuses == ["ok", "error", "aborted", "aborted", "aborted"]
