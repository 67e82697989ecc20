"""Several kernels at once, each with a client that does not wait: no request is lost, answered twice or out of order."""

from __future__ import annotations

import itertools
import os
import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_core.utils import ensure_event_loop

from tests.support.kernel_client import Kernel, Message

_BUSY = re.compile("another kernel is writing to it|database is locked")
"""What a kernel says when it has waited for the others for some seconds. It tries again, and loses nothing by it."""

PATIENCE = 120.0
"""Seconds that a round of requests may take: many kernels share two cores."""


class OutOfOrder(AssertionError):
    """What a kernel sent is not what had to come; the message says what."""


@dataclass
class Asked:
    """A request and what has come of it. count: the execution count it must have, None for what is no cell."""

    kind: str
    count: int | None
    printed: str = ""
    status: str = "ok"
    replies: list[Message] = field(default_factory=list)
    published: list[Message] = field(default_factory=list)

    @property
    def is_answered(self) -> bool:
        return bool(self.replies) and any(_state(message) == "idle" for message in self.published)


class Talk:
    """A client's requests to one kernel, in rounds of several at once, each compared with what comes."""

    def __init__(self, kernel: Kernel, name: str, chance: random.Random) -> None:
        self._kernel = kernel
        self._client: BlockingKernelClient = kernel.client
        self._name = name
        self._chance = chance
        self._count = 0
        self.requests = 0

    def round(self) -> None:
        """Send up to twenty requests without waiting, and hear all that comes of them."""
        asked: dict[str, Asked] = {}
        for _ in range(self._chance.randint(1, 20)):
            msg_id, request = self._ask()
            asked[msg_id] = request
        if self._chance.random() < 0.05:
            msg_id, request = self._loop_for_ever()
            asked[msg_id] = request
            self._hear(asked, interrupt=True)
        else:
            self._hear(asked)
        self.requests += len(asked)
        self._compare(asked)

    def _ask(self) -> tuple[str, Asked]:
        client, draw = self._client, self._chance.random()
        if draw < 0.1:
            return client.complete("pri", 3), Asked("complete_reply", None)
        if draw < 0.15:
            return client.inspect("print", 3), Asked("inspect_reply", None)
        if draw < 0.2:
            return client.is_complete("for i in x:"), Asked("is_complete_reply", None, status="incomplete")
        if draw < 0.25:
            return client.history(hist_access_type="tail", n=3), Asked("history_reply", None)
        if draw < 0.3:
            return client.kernel_info(), Asked("kernel_info_reply", None)
        if draw < 0.33:
            message = client.session.msg("execute_request", {"code": 5})
            client.shell_channel.send(message)
            return str(message["header"]["msg_id"]), Asked("execute_reply", None, status="error")
        self._count += 1
        mark = f"{self._name}-{self._count}"
        code, status = self._chance.choice(
            [
                (f"print('{mark}')", "ok"),
                (f"for part in '{mark}': print(part, end='')\nprint()", "ok"),
                (f"print('{mark}')\n1 / 0", "error"),
                (f"import time\nprint('{mark}')\ntime.sleep(0.01)", "ok"),
                (f"data = list(range({self._chance.choice([10, 20_000])}))\nprint('{mark}')", "ok"),
            ]
        )
        return client.execute(code, stop_on_error=False), Asked("execute_reply", self._count, mark + "\n", status)

    def _loop_for_ever(self) -> tuple[str, Asked]:
        self._count += 1
        msg_id = self._client.execute("print('loop')\nwhile True: pass", stop_on_error=False)
        return msg_id, Asked("execute_reply", self._count, "loop\n", "error")

    def _hear(self, asked: dict[str, Asked], *, interrupt: bool = False) -> None:
        end = time.monotonic() + PATIENCE
        while not all(each.is_answered for each in asked.values()):
            if time.monotonic() > end:
                lost = [f"{each.kind} {each.count}" for each in asked.values() if not each.is_answered]
                raise OutOfOrder(f"{self._name}: no answer in {PATIENCE:g} s to {', '.join(lost)}")
            if self._client.iopub_channel.socket.poll(5):
                message = self._client.get_iopub_msg(timeout=1)
                parent = message["parent_header"].get("msg_id")
                if _state(message) == "starting" or message["parent_header"]["msg_type"] == "interrupt_request":
                    continue
                if parent not in asked:
                    raise OutOfOrder(f"{self._name}: published for no request of this round: {message}")
                asked[parent].published.append(message)
                if interrupt and message["content"].get("text") == "loop\n":
                    self._kernel.manager.interrupt_kernel()
            while self._client.shell_channel.socket.poll(0):
                reply = self._client.get_shell_msg(timeout=1)
                parent = reply["parent_header"].get("msg_id")
                if parent not in asked:
                    raise OutOfOrder(f"{self._name}: a reply to no request of this round: {reply}")
                asked[parent].replies.append(reply)

    def _compare(self, asked: dict[str, Asked]) -> None:
        for each in asked.values():
            where = f"{self._name}: {each.kind} {each.count}"
            if [reply["msg_type"] for reply in each.replies] != [each.kind]:
                raise OutOfOrder(f"{where}: replies {each.replies}")
            content = each.replies[0]["content"]
            if content["status"] != each.status:
                raise OutOfOrder(f"{where}: {content}, and should be {each.status}")
            states = [_state(message) for message in each.published if _state(message)]
            if states[0] != "busy" or states[-1] != "idle" or states.count("idle") != 1:
                raise OutOfOrder(f"{where}: states {states}")
            if _state(each.published[0]) != "busy" or _state(each.published[-1]) != "idle":
                raise OutOfOrder(f"{where}: published outside of busy and idle: {each.published}")
            if each.count is not None:
                self._compare_cell(each, where)
        cells = [each for each in asked.values() if each.count is not None]
        for earlier, later in itertools.pairwise(cells):
            if earlier.published[-1]["header"]["date"] > later.published[0]["header"]["date"]:
                raise OutOfOrder(f"{self._name}: cell {later.count} began before cell {earlier.count} had ended")

    @staticmethod
    def _compare_cell(each: Asked, where: str) -> None:
        (inputs,) = [message["content"] for message in each.published if message["msg_type"] == "execute_input"]
        count = each.replies[0]["content"]["execution_count"]
        if not inputs["execution_count"] == count == each.count:
            raise OutOfOrder(f"{where}: counted as {count}, published as {inputs['execution_count']}")
        streams = [message["content"] for message in each.published if message["msg_type"] == "stream"]
        if any(content["name"] == "stderr" and not _BUSY.search(content["text"]) for content in streams):
            raise OutOfOrder(f"{where}: on stderr, {streams}")
        printed = "".join(content["text"] for content in streams if content["name"] == "stdout")
        if printed != each.printed:
            raise OutOfOrder(f"{where}: printed {printed!r}, and should {each.printed!r}")


@dataclass(frozen=True)
class Together:
    """What became of the kernels that ran at once. requests: answered by each."""

    requests: list[int]
    seconds: float
    wrong: list[str]


def soak_many(folder: Path, kernels: int, seconds: float, seed: int, say: Callable[[str], None]) -> Together:
    """Talk to `kernels` kernels at once, with one store, on two cores, for `seconds`."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(cores)[:2]))  # the kernels inherit it
    started: list[Kernel] = []
    wrong: list[str] = []
    try:
        shared = {"JUPYTER_DATA_DIR": str(folder / "shared")}
        for number in range(kernels):
            started.append(Kernel(folder / str(number), env=shared))  # noqa: PERF401 - each is closed, should one not start
        talks = [Talk(kernel, f"kernel {n}", random.Random(seed + n)) for n, kernel in enumerate(started)]
        begun = time.monotonic()
        end = begun + seconds

        def talk(mine: Talk) -> None:
            try:
                while time.monotonic() < end and not wrong:
                    mine.round()
            except Exception as error:  # it ends the soak, and the report says it
                wrong.append(f"{type(error).__name__}: {error}"[:4000])
            finally:
                ensure_event_loop().close()  # which jupyter_client has made for this thread

        threads = [threading.Thread(target=talk, args=(each,)) for each in talks]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            threads_left = [thread for thread in threads if thread.is_alive()]
            threads_left[0].join(20)
            say(f"{time.monotonic() - begun:.0f} s: {sum(each.requests for each in talks):,} requests answered")
        taken = time.monotonic() - begun
    finally:
        os.sched_setaffinity(0, cores)
        for kernel in started:
            kernel.close()
    for number, kernel in enumerate(started):
        if log := "\n".join(line for line in kernel.stderr.read_text().splitlines() if line and not _BUSY.search(line)):
            wrong.append(f"the log of kernel {number} is not empty: {log[:2000]}")
    return Together([each.requests for each in talks], taken, wrong)


def _state(message: Message) -> str:
    content: dict[str, Any] = message["content"]
    return str(content["execution_state"]) if message["msg_type"] == "status" else ""
