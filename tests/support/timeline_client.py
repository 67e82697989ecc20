"""What front ends of the timeline do: ask on control, and follow a comm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

from tests.support.kernel_client import Kernel, Message
from tests.support.waiting import HANGING

Data = dict[str, Any]


def ask(client: BlockingKernelClient, kind: str, content: Data) -> Data:
    """Send a request on control, and return the content of its reply, which has the type that belongs to it."""
    request = client.session.msg(kind, content)
    client.control_channel.send(request)
    while True:
        reply = client.get_control_msg(timeout=HANGING)
        if reply["parent_header"].get("msg_id") == request["header"]["msg_id"]:
            assert reply["msg_type"] == kind.removesuffix("_request") + "_reply"
            answer: Data = reply["content"]
            break
    return answer


def another_client(kernel: Kernel) -> BlockingKernelClient:
    """A second client of a kernel, once it misses nothing on IOPub any more."""
    client: BlockingKernelClient = kernel.manager.blocking_client()
    client.start_channels()
    while client.get_iopub_msg(timeout=HANGING)["msg_type"] != "iopub_welcome":
        pass
    return client


class Comm:
    """A comm that a client opened."""

    def __init__(
        self,
        client: BlockingKernelClient,
        comm_id: str = "one",
        target: str = "monty.timeline",
        data: Data | None = None,
    ) -> None:
        self.client = client
        self.comm_id = comm_id
        self.states: dict[int, Data] = {}
        self.present: int | None = None
        self.grants: Data | None = None
        content = {"comm_id": comm_id, "target_name": target, "data": {"version": 1} if data is None else data}
        client.shell_channel.send(client.session.msg("comm_open", content))

    def next(self) -> Message:
        """The next message of the comm that is about states; what it says is taken over."""
        while (message := self._next())["content"].get("data", {}).get("event") == "grants":
            pass
        return message

    def _next(self) -> Message:
        while True:
            message = self.client.get_iopub_msg(timeout=HANGING)
            content = message["content"]
            if not message["msg_type"].startswith("comm_") or content["comm_id"] != self.comm_id:
                continue
            if message["msg_type"] == "comm_msg":
                self._take(content["data"])
            result: Message = message
            return result

    def event(self) -> Data:
        """The data of the next message."""
        data: Data = self.next()["content"]["data"]
        return data

    def until(self, holds: Callable[[], bool]) -> None:
        """Read events until something holds."""
        while not holds():
            self._next()

    def close(self) -> None:
        """Close it from the client's side."""
        content = {"comm_id": self.comm_id, "data": {}}
        self.client.shell_channel.send(self.client.session.msg("comm_close", content))

    def _take(self, data: Data) -> None:
        if data["event"] == "grants":
            self.grants = data
            return
        if data["event"] == "tree":
            self.states = {}
        self.states |= {state["number"]: state for state in data["states"]}
        for number in data.get("gone", ()):
            del self.states[number]
        self.present = data["present"]
