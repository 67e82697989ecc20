"""What a worker says: a worker that was taken over answers what it likes, and the host takes it as data or says what is wrong."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st

from monty_kernel.engine.access import NoAccess
from monty_kernel.engine.frontend import UsageError
from monty_kernel.engine.host import Host
from monty_kernel.engine.interrupts import InterruptController
from monty_kernel.engine.prelude import json_object, mime_bundle
from monty_kernel.engine.questions import Question
from monty_kernel.engine.snapshot import Recorder
from monty_kernel.outputs import ClearOutput, Display, Output, Result, Stream
from monty_kernel.sanitize.sanitizer import Sanitizer
from tests.fuzz.target import JSON, Target, as_json, json_of

_NAMES = (
    "input", "getpass.getpass", "__mk_emit", "__mk_clear", "__mk_magic", "__mk_named", "__mk_failed", "os.urandom", "exit", "quit", "help", "nothing", "shop.order", "open", "Path.read_text",
    "Path.iterdir", "import", "os.getenv", "time.sleep", "asyncio.sleep", "__mk_show",
)  # fmt: skip


class _Front:
    """A front that takes what it is given and answers nobody."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []

    def emit(self, output: Output) -> None:
        self.outputs.append(output)

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        assert isinstance(prompt, str)
        answer: Future[str] = Future()
        answer.set_result("answer")
        return answer

    def ask_question(self, question: Question) -> Future[str]:
        return self.ask(question.line, password=False)

    def magic(self, name: str, args: str) -> object:
        assert isinstance(name, str) and isinstance(args, str)
        raise UsageError("no magics here")

    def help(self, topic: str, kind: str = "") -> str:
        return topic

    def named(self, text: str, own: bool) -> str | None:
        return None

    def misshown(self, kind: str, method: str, ename: str, evalue: str) -> None:
        return None

    def leave(self) -> bool:
        return False


def _asked(name: str, args: list[Any], kwargs: dict[str, Any], *, is_os: bool) -> SimpleNamespace:
    """A suspension as pydantic_monty gives it; what it is resumed with is what the fuzzer looks at."""
    return SimpleNamespace(
        function_name=name,
        args=tuple(args),
        kwargs=kwargs,
        call_id=1,
        is_os_function=is_os,
        position=SimpleNamespace(start=0, end=5, filename="<python-input-1>"),
        resume=lambda answer: answer,
        resume_auto=lambda: "auto",
        resume_not_handled=lambda: "refused",
    )


def check_worker(data: bytes) -> None:
    """JSON says what the worker asks: a list of [name, arguments, keywords, whether it is a call of the system]."""
    said = json_of(data)
    front = _Front()
    host = Host(front, InterruptController(), "help(x)", Recorder(), NoAccess())
    for call in (said if isinstance(said, list) else [])[:5]:
        if not (isinstance(call, list) and len(call) == 4 and isinstance(call[0], str)):
            continue
        name, args, kwargs, is_os = call
        args = args if isinstance(args, list) else [args]
        kwargs = kwargs if isinstance(kwargs, dict) else {}
        if name.endswith("sleep"):  # those that Monty lets through are numbers, and it would take as long as they say
            args, kwargs = [0], {}
        answer: Any = host.call(_asked(name, args, kwargs, is_os=bool(is_os)))()
        if not isinstance(answer, str):
            (kind,) = set(answer) - {"message"}
            assert kind in ("return_value", "exception", "future", "exc_type"), answer
    host.close()
    sanitizer, shown = Sanitizer(), []
    sanitizer.start_cell()
    for output in front.outputs:
        assert isinstance(output, (Display, ClearOutput, Stream, Result))
        sanitizer.emit(output, shown.append)
    for output in shown:
        if isinstance(output, Display):
            json.dumps(dict(output.data)), json.dumps(dict(output.metadata))
            assert output.display_id is None or isinstance(output.display_id, str)
    with contextlib.suppress(TypeError, ValueError):
        mime_bundle(said, said), json_object(said)


_BUNDLE = {"text/html": "<b>x</b><script>y</script>", "text/plain": "x"}
_CALL = st.tuples(
    st.sampled_from(_NAMES),
    st.lists(JSON | st.just(_BUNDLE) | st.just({"application/json": "[1]"}), max_size=5),
    st.dictionaries(st.sampled_from(["prompt", "wait", "stream", "echo_char", "data", "update"]), JSON, max_size=2),
    st.booleans(),
).map(list)
_EMIT = ["__mk_emit", [_BUNDLE, {"application/json": '{"a": [1]}'}, '{"width": 5}', True, False], {}, False]
WORKER = Target(
    "worker",
    "whatever a worker asks for is answered, refused or an exception of its own cell; what it shows is JSON and sanitized",
    check_worker,
    st.lists(_CALL, max_size=4).map(as_json),
    (as_json([_EMIT]), *(as_json([[name, ["x", 1], {}, is_os]]) for name in _NAMES for is_os in (False, True))),
    (*(f'"{name}"'.encode() for name in (*_NAMES, *_BUNDLE, "application/json")), b"[" * 200, b"NaN", b'"\\ud800"', b"1e999"),
)  # fmt: skip
