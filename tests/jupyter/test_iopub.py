"""IOPub under load: nothing lost, memory bounded, and no client can stall the others."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import zmq

from tests.support.kernel_process import MONTY, KernelProcess, alive, memory_of, messages_of, run
from tests.support.waiting import HANGING

MEGABYTE = 2**20
ENDLESS_PATIENCE = f"--MontyKernelApp.client_patience={10 * HANGING}"


def listen(kernel: KernelProcess, topic: bytes = b"", **options: int) -> zmq.Socket[bytes]:
    """A bare subscriber, welcomed by the kernel."""
    socket = kernel.socket("iopub", zmq.SUB, **options)
    socket.subscribe(topic)
    while True:
        assert socket.poll(HANGING * 1000)
        kind, content = parsed(socket.recv_multipart())
        if kind == "iopub_welcome" and content["subscription"] == topic.decode():
            return socket


def parsed(frames: list[bytes]) -> tuple[str, dict[str, Any]]:
    """A message's type and content."""
    start = frames.index(b"<IDS|MSG>") + 2
    return json.loads(frames[start])["msg_type"], json.loads(frames[start + 3])


def execute(kernel: KernelProcess, code: str) -> zmq.Socket[bytes]:
    socket = kernel.socket("shell", zmq.DEALER)
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    kernel.session().send(socket, "execute_request", content)
    return socket


def texts(socket: zmq.Socket[bytes], seconds: float = HANGING) -> Iterator[str]:
    """What a cell prints, until it is idle."""
    while True:
        assert socket.poll(seconds * 1000), "no message in time"
        kind, content = parsed(socket.recv_multipart())
        if kind == "stream":
            yield content["text"]
        elif kind == "status" and content["execution_state"] == "idle":
            return


def numbers(socket: zmq.Socket[bytes]) -> list[int]:
    """The numbers that the stand-in's flood begins its texts with."""
    return [int(text.partition(":")[0]) for text in texts(socket)]


def test_a_slow_reader_gets_everything_in_order_and_costs_little_memory(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        reader = listen(kernel, rcvhwm=10)
        before, peak = memory_of(kernel.pid), 0
        execute(kernel, "kernel.flood(3200, 32768)")
        expected = 0
        for text in texts(reader):
            assert int(text.partition(":")[0]) == expected
            assert len(text) == 32768
            expected += 1
            if expected % 100 == 0:
                time.sleep(0.05)
                peak = max(peak, memory_of(kernel.pid))
        assert expected == 3200
        assert peak - before < 16 * MEGABYTE  # measured: 1 MiB


def test_large_messages_to_a_slow_reader_do_not_pile_up(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        reader = listen(kernel, rcvhwm=2)
        before, peak = memory_of(kernel.pid), 0
        execute(kernel, f"kernel.flood(200, {MEGABYTE})")
        count = 0
        for _ in texts(reader):
            count += 1
            time.sleep(0.005)
            peak = max(peak, memory_of(kernel.pid))
        assert count == 200
        assert peak - before < 64 * MEGABYTE


def test_100_mb_printed_by_a_cell_arrive_and_cost_less_than_64_mb(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        client = kernel.client()
        run(client, "1")
        client.stop_channels()
        reader = listen(kernel)
        before, peak = memory_of(kernel.pid), 0
        execute(kernel, "for i in range(1_000_000):\n    print(f'{i:099}')")
        received = 0
        for messages, text in enumerate(texts(reader)):
            received += len(text)
            if messages % 50 == 0:
                peak = max(peak, memory_of(kernel.pid))
        assert received == 100_000_000
        assert peak - before < 64 * MEGABYTE


def test_a_client_that_sleeps_delays_the_others_once_and_they_miss_nothing(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, options=["--MontyKernelApp.client_patience=1"]) as kernel:
        sleeper, reader = listen(kernel, rcvhwm=1), listen(kernel)
        started = time.monotonic()
        execute(kernel, "kernel.flood(2000, 32768)")
        assert numbers(reader) == list(range(2000))
        assert time.monotonic() - started > 0.9
        execute(kernel, f"setattr(kernel.iopub_socket, '_grace', {10 * HANGING})")
        assert list(texts(reader)) == []
        execute(kernel, "kernel.flood(2000, 32768)")
        assert numbers(reader) == list(range(2000)), "it waited once more"
        assert sleeper.poll(0)
        assert kernel.output() == ""


def test_a_client_that_wakes_up_gets_messages_again(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, options=["--MontyKernelApp.client_patience=0.5"]) as kernel:
        sleeper, reader = listen(kernel, rcvhwm=1), listen(kernel)
        execute(kernel, "kernel.flood(2000, 32768)")
        assert numbers(reader) == list(range(2000))
        while sleeper.poll(500):
            sleeper.recv_multipart()
        execute(kernel, "kernel.flood(100, 10)")
        assert numbers(sleeper) == list(range(100))
        assert numbers(reader) == list(range(100))


def test_a_client_that_goes_away_while_it_holds_up_the_cell_lets_it_go_on(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, options=[ENDLESS_PATIENCE]) as kernel:
        sleeper, reader = listen(kernel, rcvhwm=1), listen(kernel)
        execute(kernel, "kernel.flood(2000, 32768)")
        time.sleep(0.5)
        sleeper.close()
        assert numbers(reader) == list(range(2000))


def test_without_any_client_output_never_waits(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        session, shell = kernel.session(), execute(kernel, "kernel.flood(5000, 32768)")
        assert shell.poll(HANGING * 1000)
        _, reply = session.recv(shell)
        assert reply is not None
        assert reply["content"]["status"] == "ok"


def test_a_cell_held_up_by_a_sleeping_client_can_be_interrupted(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, MONTY) as kernel:
        client = kernel.client()
        run(client, "1")
        client.stop_channels()
        kernel.clients.clear()
        sleeper = listen(kernel, rcvhwm=1)
        session, shell = kernel.session(), execute(kernel, "while True: print('x' * 1000)")
        time.sleep(1.5)
        control = kernel.socket("control", zmq.DEALER)
        session.send(control, "interrupt_request", {})
        assert control.poll(HANGING * 1000)
        assert session.recv(control)[1]["msg_type"] == "interrupt_reply"  # type: ignore[index]
        drained = time.monotonic() + HANGING
        while not shell.poll(0) and time.monotonic() < drained:
            if sleeper.poll(10):
                sleeper.recv_multipart()
        assert session.recv(shell)[1]["content"]["status"] == "error"  # type: ignore[index]


def test_a_kernel_held_up_by_a_sleeping_client_ends_in_time(tmp_path: Path) -> None:
    with KernelProcess(tmp_path, options=[ENDLESS_PATIENCE]) as kernel:
        listen(kernel, rcvhwm=1)
        execute(kernel, "kernel.flood(2000, 32768)")
        time.sleep(0.5)
        assert alive(kernel.pid)
        kernel.process.terminate()
        assert kernel.wait() == 0


def test_every_subscription_is_welcomed_with_its_topic(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        listen(kernel)
        listen(kernel)  # not the first one to this topic
        listen(kernel, b"kernel.")
        both = listen(kernel, b"a")
        both.subscribe(b"b")
        assert both.poll(HANGING * 1000)
        assert parsed(both.recv_multipart()) == ("iopub_welcome", {"subscription": "b"})


def test_who_waits_for_the_welcome_does_not_miss_idle(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        for _ in range(20):
            client = kernel.client()  # waits for its welcome
            request = client.kernel_info()
            states = [m["content"]["execution_state"] for m in messages_of(client, request)]
            assert states == ["busy", "idle"]
            client.stop_channels()
            kernel.clients.clear()


def test_subscriptions_that_are_nonsense_harm_nobody(tmp_path: Path) -> None:
    with KernelProcess(tmp_path) as kernel:
        reader = listen(kernel)
        nonsense = kernel.socket("iopub", zmq.XSUB)
        for frames in ([b""], [b"\x01\xff\xfe"], [b"\x00never"], [b"\x07what"], [b"\x01a", b"\x01b"], [b"\x01" * 9000]):
            nonsense.send_multipart(frames)
        for number in range(3000):
            nonsense.send(b"\x01topic%d" % number)
        time.sleep(0.5)
        execute(kernel, "kernel.flood(100, 10)")
        assert numbers(reader) == list(range(100))
        assert kernel.output() == ""
