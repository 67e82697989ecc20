"""A running cell's way to Jupyter: outputs go to IOPub, questions to the stdin channel, pages into the reply."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from zmq.eventloop.zmqstream import ZMQStream

from monty_kernel.jupyter.output_queue import OutputQueue
from monty_kernel.outputs import ClearOutput, Display, Error, Output, Result, Stream
from monty_kernel.session.frontend import SessionFrontend, unanswerable

if TYPE_CHECKING:
    from ipykernel.kernelbase import Kernel

    from monty_kernel.engine.questions import Question
    from monty_kernel.session.services import SessionServices


LONG = 0.5
"""Seconds after which a person who waits wants to know that something goes on."""


class _Question(NamedTuple):
    """A question that waits for its answer.

    Attributes:
        ident: The client that was asked.
        requests: The ids of messages that its reply may name as parent.
        question: What the kernel itself asks; None if a cell asks.
        parent: The request whose cell asks.
        after_one_given_up: Whether a question before it was given up. An answer to that one may still be on its way.
    """

    answer: Future[str]
    ident: list[bytes]
    requests: frozenset[str]
    prompt: str
    password: bool
    question: Question | None
    parent: dict[str, Any]
    after_one_given_up: bool


class KernelFrontend(SessionFrontend):
    """The session's front end over Jupyter messages.

    What `SessionFrontend` has is called on the sandbox thread, all else on the loop.
    """

    def __init__(self, kernel: Kernel, services: SessionServices, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(services)
        self._kernel = kernel
        self._loop = loop
        self._outputs = OutputQueue(loop, self._send_or_say, kernel.iopub_socket.drained)
        self._stdin = ZMQStream(kernel.stdin_socket)
        self._stdin.on_recv(self._input_reply, copy=False)
        self._asked: _Question | None = None
        self._allow_stdin = False

    # On the loop

    def start_cell(self, *, allow_stdin: bool) -> None:
        """A cell starts."""
        self._allow_stdin = allow_stdin
        self.payload = []

    async def flush(self) -> None:
        """Return when all that the cell emitted is sent."""
        await self._outputs.flush()

    def close(self) -> None:
        """Nobody reads outputs any more: drop them so that the cell goes on, and cancel its question."""
        self._outputs.close()
        if self._asked is not None:
            self._asked.answer.cancel()

    def send(self, kind: str, content: dict[str, Any]) -> None:
        """Publish a message on IOPub, as part of the running request."""
        kernel = self._kernel
        assert kernel.session is not None
        kernel.session.send(
            kernel.iopub_socket, kind, content, parent=kernel.get_parent("shell"), ident=kernel._topic(kind)
        )

    def send_output(self, output: Output, number: int = 0) -> None:
        """Publish an output at once. number: the execution count of a result's cell."""
        if isinstance(output, Stream):
            self.send("stream", {"name": output.name, "text": output.text})
        elif isinstance(output, Display):
            transient = {} if output.display_id is None else {"display_id": output.display_id}
            kind = "update_display_data" if output.update else "display_data"
            self.send(kind, {"data": output.data, "metadata": output.metadata, "transient": transient})
        elif isinstance(output, ClearOutput):
            self.send("clear_output", {"wait": output.wait})
        elif isinstance(output, Result):
            self.send("execute_result", {"data": output.data, "metadata": output.metadata, "execution_count": number})
        elif isinstance(output, Error):
            self.send("error", {"ename": output.ename, "evalue": output.evalue, "traceback": list(output.traceback)})

    def _send_or_say(self, output: Output) -> None:
        try:
            self.send_output(output)
        except Exception:  # a defect of ours must not keep back the outputs after it
            self._kernel.log.exception("An output could not be sent.")

    def _input_request(self, answer: Future[str], prompt: str, password: bool, question: Question | None) -> None:
        kernel = self._kernel
        assert kernel.session is not None
        parent = kernel.get_parent("shell")
        ident = kernel._get_shell_context_var(kernel._shell_parent_ident)
        self._ask(answer, prompt, password, question, parent, [bytes(each) for each in ident])

    def _ask(
        self,
        answer: Future[str],
        prompt: str,
        password: bool,
        question: Question | None,
        parent: dict[str, Any],
        ident: list[bytes],
    ) -> None:
        kernel = self._kernel
        assert kernel.session is not None
        content = {"prompt": prompt, "password": password}
        metadata = {} if question is None else {"monty": {"question": question.data}}
        asked = kernel.session.send(self._stdin, "input_request", content, parent, ident=ident, metadata=metadata)
        assert asked is not None
        requests = frozenset({asked["header"]["msg_id"], parent["header"]["msg_id"]})
        given_up = self._asked is not None
        self._asked = _Question(answer, ident, requests, prompt, password, question, parent, given_up)

    def _input_reply(self, frames: list[Any]) -> None:
        kernel = self._kernel
        assert kernel.session is not None
        try:
            idents, rest = kernel.session.feed_identities(frames, copy=False)
            message = kernel.session.deserialize(rest, copy=False)
            value = message["content"]["value"]
            answered = (message["parent_header"] or {}).get("msg_id")
        except Exception as error:
            kernel.log.info("Dropped a message on stdin: %s", error)
            return
        asked = self._asked
        if asked is None or [bytes(each) for each in idents] != asked.ident:
            return  # it is another client's, or nothing was asked
        if answered and answered not in asked.requests:
            return  # it is late: its question was interrupted
        self._asked = None
        if not answered and asked.after_one_given_up and asked.question is not None:
            # it may answer the question before this one, and such an answer must not grant anything: ask again
            self._ask(asked.answer, asked.prompt, asked.password, asked.question, asked.parent, asked.ident)
            return
        if not asked.answer.set_running_or_notify_cancel():
            return
        if value == "\x04":
            asked.answer.set_exception(EOFError("EOF when reading a line"))
        else:
            asked.answer.set_result(str(value))

    # On the sandbox thread

    @property
    def is_attended(self) -> bool:
        """Whether somebody sits at the front end: those that run a notebook unseen let nothing be asked."""
        return self._allow_stdin

    def emit(self, output: Output) -> None:
        """Send an output; waits while the clients cannot take more."""
        if self.services.trace is not None:
            self.services.trace.event("first output")
        self._outputs.put(output)

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Ask through the stdin channel, once all earlier output is sent."""
        return self._ask_once_sent(prompt, password, None)

    def ask_question(self, question: Question) -> Future[str]:
        """Ask in the same way, with the question in the message's metadata, where nothing that a cell says goes."""
        return self._ask_once_sent(self.services.engine.sanitizer.prompt(question.line), False, question)

    def _ask_once_sent(self, prompt: str, password: bool, question: Question | None) -> Future[str]:
        if not self._allow_stdin:
            return unanswerable(password=password)
        answer: Future[str] = Future()

        async def request() -> None:
            await self._outputs.flush()
            if not answer.done():  # else the cell was interrupted meanwhile
                self._input_request(answer, prompt, password, question)

        asyncio.run_coroutine_threadsafe(request(), self._loop)
        return answer

    @contextmanager
    def patience(self, text: str) -> Iterator[None]:
        """Prints the line to stderr if the context lasts for half a second."""
        # the sandbox thread is not free to do it. Terminals replace no display, so it is a line that stays true
        timer = threading.Timer(LONG, self.emit, (Stream("stderr", text + "\n"),))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # or it could come after the report

    def look_up(self, topic: str, detail_level: int, *, between_feeds: bool) -> str | None:
        """What introspection knows of a name.

        It works on the loop, and may ask the session, whose thread waits here.
        """
        services = self.services
        question = services.introspector.describe(topic, detail_level)
        if between_feeds:
            return services.view.answer_between_feeds(question, self._loop)
        return services.engine.interrupts.wait_for(asyncio.run_coroutine_threadsafe(question, self._loop))
