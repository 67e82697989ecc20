"""A client that never stops sending keeps no cell from its reply, and no interrupt from its answer."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import zmq

from monty_kernel.jupyter.guarded_stream import GuardedStream
from monty_kernel.jupyter.wire_session import WireSession
from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING

_FLOOD = """
import sys, zmq
socket = zmq.Context().socket(zmq.DEALER)
socket.connect(sys.argv[1])
frames = [b"<IDS|MSG>", b"wrong", b"{}", b"{}", b"{}", bytes(int(sys.argv[2]))]
for _ in range(1000):  # the mark above which sending waits for the kernel
    socket.send_multipart(frames)
print("flows", flush=True)
while True:
    socket.send_multipart(frames)
"""


@contextmanager
def flood(kernel: Kernel, size: int) -> Iterator[subprocess.Popen[str]]:
    """A process that sends messages of this size to the shell channel, faster than the kernel can look at them."""
    address = f"tcp://127.0.0.1:{kernel.manager.shell_port}"
    with subprocess.Popen(
        [sys.executable, "-c", _FLOOD, address, str(size)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "flows\n"
            yield process
        finally:
            process.kill()


def test_a_failed_cell_is_answered_in_a_flood(kernel: Kernel) -> None:
    with flood(kernel, 20_000) as process:
        for _ in range(3):
            assert kernel.run("1/0").reply["ename"] == "ZeroDivisionError"
        assert kernel.run("6 * 7").plain == "42"
        assert process.poll() is None


def test_an_interrupt_is_heard_while_a_failed_cell_waits_for_a_flood(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    with flood(kernel, 20_000) as process:
        failing = kernel.client.execute("1/0")
        control = kernel.client.control_channel
        session = kernel.client.session
        for _ in range(20):
            control.send(session.msg("interrupt_request", {}))
            assert control.get_msg(timeout=HANGING)["msg_type"] == "interrupt_reply"
        answer = kernel.finish(failing)
        assert answer.reply["ename"] in ("ZeroDivisionError", "KeyboardInterrupt")
        assert kernel.run("6 * 7").plain == "42"
        assert process.poll() is None


def test_what_has_arrived_is_received_in_order_and_for_milliseconds_at_a_time() -> None:
    count = 300
    session = WireSession(key=b"key")

    async def whole() -> None:
        with zmq.Context() as context, context.socket(zmq.ROUTER) as router, context.socket(zmq.DEALER) as dealer:
            dealer.connect(f"tcp://127.0.0.1:{router.bind_to_random_port('tcp://127.0.0.1')}")
            stream = GuardedStream(router, session, channel="shell", log=logging.getLogger())
            received: list[int] = []

            def take(_: list[bytes], message: dict[str, Any]) -> None:
                received.append(message["content"]["number"])
                time.sleep(0.001)

            for number in range(count):
                dealer.send_multipart(session.serialize(session.msg("execute_request", {"number": number})))
            stream.on_message(take)
            router.poll()
            assert stream.receive_waiting()
            assert 1 <= len(received) < 20
            while len(received) < count:  # noqa: ASYNC110 - the stream goes on by itself
                await asyncio.sleep(0)
            assert received == list(range(count))
            assert not stream.receive_waiting()
            stream.close()

    asyncio.run(asyncio.wait_for(whole(), HANGING))
