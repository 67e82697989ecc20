"""What it costs that a front end follows the states of a session, and how long it waits for all of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from .figures import MONTY, Family, Figure, Limit, Samples
from .kernel import SECONDS, Kernel, running_kernel

FOLLOWED = "followed"
CELLS = 30
PACED = 10
PACE_SECONDS = 0.17
"""Between two cells of a person who is in a hurry: what each changed is just being looked into when the next comes."""

STATES = 1_000


def _follow(kernel: Kernel) -> None:
    client = kernel.client
    content = {"comm_id": "benchmark", "target_name": "monty.timeline", "data": {"version": 1}}
    client.shell_channel.send(client.session.msg("comm_open", content))


def _until_described(kernel: Kernel) -> None:
    """Until what the present state's cell changed was told: then nothing goes on any more."""
    while True:
        message = kernel.client.get_iopub_msg(timeout=SECONDS)
        data = message["content"].get("data", {}) if message["msg_type"] == "comm_msg" else {}
        states = {state["number"]: state for state in data.get("states", ())}
        if states.get(data.get("present"), {}).get("changes"):
            return


@contextmanager
def _open_cells(contender: str) -> Iterator[Callable[[], Samples]]:
    with running_kernel(MONTY) as kernel:
        kernel.wait_for_welcome()
        followed = contender == FOLLOWED
        if followed:
            _follow(kernel)

        def measure() -> Samples:
            times = [kernel.time_to_idle("1+1") for _ in range(CELLS)]
            paced = []
            for _ in range(PACED):
                time.sleep(PACE_SECONDS)
                paced.append(kernel.time_to_idle("1+1"))
            if followed:
                _until_described(kernel)
            else:
                time.sleep(1)
            return {"followed round trip": median(times) * 1000, "followed pace": median(paced) * 1000}

        yield measure


@contextmanager
def _open_tree(contender: str) -> Iterator[Callable[[], Samples]]:
    with running_kernel(contender) as kernel:
        kernel.wait_for_welcome()
        kernel.times_of_idle([f"x = {number}" for number in range(STATES)])
        _follow(kernel)
        _until_described(kernel)
        running = kernel.start("print(1)\nwhile True: pass")
        kernel.until(running, "stream")

        def measure() -> Samples:
            session, control = kernel.client.session, kernel.client.control_channel.socket
            request = session.serialize(session.msg("timeline_request", {"what": "tree"}))
            begin = time.perf_counter()
            control.send_multipart(request)
            reply = control.recv_multipart()
            taken = time.perf_counter() - begin
            if len(json.loads(reply[-1])["states"]) <= STATES:
                raise RuntimeError("not all states were told")
            return {"timeline": taken * 1000}

        yield measure


FAMILIES = (
    Family(
        "followed",
        (
            Figure(
                "followed round trip",
                "`1+1` while a front end follows the states",
                "ms",
                Limit("ratio at most", 1.1),
                against="nobody follows",
            ),
            Figure(
                "followed pace", f"the same, each {PACE_SECONDS:g} s after the last", "ms", against="nobody follows"
            ),
        ),
        rounds=15,
        open=_open_cells,
        contenders=(FOLLOWED, MONTY),
    ),
    Family(
        "timeline",
        (
            Figure(
                "timeline", f"a tree of {STATES:,} states, while a cell runs", "ms", Limit("at most", 50), against=""
            ),
        ),
        rounds=9,
        open=_open_tree,
        contenders=(MONTY,),
    ),
)
