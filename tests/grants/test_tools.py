"""Tools over the wire: calls, questions, refusals, errors, interrupts, the audit log, and states after calls."""

from __future__ import annotations

import json
import re
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monty_kernel.engine.access import OF_A_CELL
from monty_kernel.engine.questions import MARK
from tests.support.kernel_client import Answer, Kernel
from tests.support.waiting import HANGING, until

Start = Callable[..., Kernel]

TOOLS = '''
"""Tools for tests."""
import asyncio, datetime, os, sys, time
from monty_kernel import tool

LIMIT = 3
_calls = []

def add(a: int, b: int = 2) -> int:
    """Add two numbers."""
    _calls.append((a, b))
    return a + b

def calls() -> int:
    return len(_calls)

async def fetch(name: str, seconds: float = 0.2) -> str:
    """Fetch, slowly."""
    _calls.append(name)
    await asyncio.sleep(seconds)
    if name == "bad":
        raise LookupError("no such name")
    return name.upper()

@tool(ask=True)
def pay(amount: int, to: str) -> str:
    _calls.append(amount)
    return f"paid {amount}"

@tool(ask=True)
def send(what) -> int:
    return 0

@tool(ask=True)
async def pay_later(amount: int) -> str:
    return f"paid {amount}"

@tool(ask=True)
def transfer(a: str, b: str, c: str, d: str, e: str, f: str, amount: int, **more: int) -> int:
    return amount

@tool(deny=True)
def never() -> None:
    raise AssertionError("called")

def fail(kind: str) -> object:
    if kind == "path":
        raise ValueError(f"bad file {os.path.abspath(__file__)}\\nwith more")
    if kind == "exit":
        sys.exit(3)
    if kind == "object":
        return sys
    return {"plain": (1, {2}, datetime.date(2020, 1, 2)), 3: [b"x", None, 1.5]}

def block(seconds: float) -> str:
    time.sleep(seconds)
    return "done"

class Leaving(Exception):
    def __str__(self):
        sys.exit(5)

def leave(kind: str) -> None:
    if kind == "message":
        raise Leaving
    raise {"exit": SystemExit, "interrupt": KeyboardInterrupt, "cancel": asyncio.CancelledError,
           "close": GeneratorExit, "base": BaseException}[kind]("gone")

async def leave_later(kind: str) -> None:
    loop = asyncio.get_running_loop()
    if kind == "task":
        loop.create_task(leave_later("exit"))
    elif kind == "callback":
        loop.call_soon(sys.exit)
    elif kind == "stop":
        loop.stop()
    await asyncio.sleep(0.01)
    if kind not in ("task", "callback", "stop"):
        leave(kind)

def shout() -> None:
    print("heard on the host")

def echo(value):
    return value
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("granted")
    (path / "tools.py").write_text(TOOLS)
    return path


@pytest.fixture
def granted(start: Start, folder: Path) -> Callable[..., Kernel]:
    def starter(*options: str) -> Kernel:
        kernel = start("--tools", str(folder / "tools.py"), *options)
        assert kernel.run("import tools").reply["status"] == "ok"
        return kernel

    return starter


def asked(kernel: Kernel, code: str, *answers: str) -> tuple[list[str], Answer]:
    """The questions that a cell led to, and how it went on with these answers."""
    prompts = []
    request = kernel.client.execute(code, allow_stdin=True)
    for answer in answers:
        prompts.append(kernel.client.get_stdin_msg(timeout=HANGING)["content"]["prompt"])
        kernel.client.input(answer)
    return prompts, kernel.finish(request)


def error(answer: Answer) -> tuple[str, str]:
    return answer.reply["ename"], answer.reply["evalue"]


def test_tools_are_imported_called_and_gathered(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    assert (
        kernel.run("from tools import add as plus, LIMIT\n(tools.add(1), plus(a=1, b=1), LIMIT)").plain == "(3, 2, 3)"
    )
    assert (
        kernel.run("tools.fail('plain')").plain
        == "{'plain': (1, {2}, datetime.date(2020, 1, 2)), 3: [b'x', None, 1.5]}"
    )
    answer = kernel.run(
        "import asyncio, time\nstart = time.time()\n"
        "found = await asyncio.gather(*[tools.fetch(n, 0.5) for n in 'abcdefghij'], asyncio.sleep(0.5))\n"
        "(''.join(found[:10]), time.time() - start < 3)"
    )
    assert answer.plain == "('ABCDEFGHIJ', True)"
    caught = kernel.run("try:\n    await tools.fetch('bad')\nexcept LookupError as error:\n    print(error)")
    assert caught.text() == "no such name\n"
    assert kernel.run("import nothing").reply["ename"] == "ModuleNotFoundError"
    assert kernel.stderr.read_text() == ""


def test_arguments_and_results_are_plain_data_or_refused(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    for code, expected in {
        "tools.add('1')": ("TypeError", "add() argument 'a' must be int, not str"),
        "tools.add()": ("TypeError", "add() missing a required argument: 'a'"),
        "class A: pass\ntools.echo([A()])": ("TypeError", "echo() argument 'value' is or holds an object of class 'A'; a tool takes plain data only"),
        "tools.echo(print)": ("TypeError", "echo() argument 'value' is or holds 'print'; a tool takes plain data only"),
        "tools.echo([lambda: 1])": ("TypeError", "echo() argument 'value' is or holds a function, or text that looks like one; a tool takes plain data only"),
        "tools.echo({'a': range(3)})": ("TypeError", "echo() argument 'value' is or holds a range, or text that looks like one; a tool takes plain data only"),
        "tools.echo(iter([1]))": ("TypeError", "echo() argument 'value' is or holds a list_iterator, or text that looks like one; a tool takes plain data only"),
        "tools.echo({1: 2}.keys())": ("TypeError", "echo() argument 'value' is or holds a dict_keys, or text that looks like one; a tool takes plain data only"),
        "deep = 1\nfor i in range(5000): deep = [deep]\ntools.echo(deep)": ("TypeError", "echo() argument 'value' is nested more than 200 levels deep, or holds itself; a tool takes plain data only"),
        "tools.echo('x' * (1 << 27))": ("TypeError", "echo() argument 'value' is more than 1,000,000 values or 64 MiB; a tool takes plain data only"),
        "tools.fail('object')": ("TypeError", "tools.fail() returned a value that cannot be passed to a cell: the result is or holds a module"),
    }.items():  # fmt: skip
        assert error(kernel.run(code)) == expected, code
    assert kernel.run("tools.add(1)").plain == "3"
    for text in (
        "<b>a function</b>",
        "range",
        "range(3)",
        "slice of bread",
        "dict_keys",
        "<function",
        "a <list object>",
        "<>",
    ):
        assert kernel.run(f"tools.echo({text!r})").plain == repr(text)


def test_exceptions_arrive_without_traceback_and_path(granted: Callable[..., Kernel], folder: Path) -> None:
    kernel = granted()
    answer = kernel.run("tools.fail('path')")
    assert error(answer) == ("ValueError", "bad file …/tools.py with more")
    assert str(folder) not in "".join(answer.reply["traceback"])
    assert error(kernel.run("tools.fail('exit')")) == ("RuntimeError", "SystemExit: 3")
    assert kernel.run("try:\n    tools.fail('path')\nexcept ValueError:\n    print('caught')").text() == "caught\n"


@pytest.mark.parametrize("call", ["tools.leave", "await tools.leave_later"])
def test_whatever_a_tool_raises_ends_that_call_alone(granted: Callable[..., Kernel], call: str) -> None:
    kernel = granted()
    for kind, message in {
        "exit": "SystemExit: gone", "interrupt": "KeyboardInterrupt: gone", "cancel": "CancelledError: gone",
        "close": "GeneratorExit: gone", "base": "BaseException: gone",
        "message": "Leaving: its message could not be made (SystemExit)",
    }.items():  # fmt: skip
        assert error(kernel.run(f"{call}('{kind}')")) == ("RuntimeError", message)
        assert kernel.run("(tools.add(1), await tools.fetch('a', 0))").plain == "(3, 'A')", kind
    audited = kernel.run("%audit").all("display_data")[0]["data"]["text/plain"]
    assert audited.count("RuntimeError: ") == 6 and "left behind" not in audited


def test_what_a_tool_does_to_its_loop_ends_no_other_call(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    for kind in ("task", "callback", "stop", "exit"):
        code = f"""
            async def left():
                try: await tools.leave_later('{kind}')
                except RuntimeError: pass
            import asyncio
            (await asyncio.gather(tools.fetch('a'), left()))[0]"""
        assert kernel.run(textwrap.dedent(code)).plain == "'A'", kind
        assert kernel.run("await tools.fetch('b', 0)").plain == "'B'", kind


def test_the_person_is_asked_and_only_a_clear_yes_counts(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    prompts, answer = asked(kernel, "tools.pay(5, 'you')", "y")
    assert prompts == [
        MARK + "let this cell call tools.pay(amount=5, to='you')? [y]es, [n]o, [a]lways in this session: "
    ]
    assert answer.plain == "'paid 5'"
    for no in ("n", "", "yes, but"):
        assert error(asked(kernel, "tools.pay(5, 'you')", no)[1]) == (
            "PermissionError",
            "tools.pay() was not allowed: the person said no",
        )
    assert asked(kernel, "tools.pay(6, 'me')", "always")[1].plain == "'paid 6'"
    assert kernel.run("tools.pay(7, 'me')", allow_stdin=False).plain == "'paid 7'", (
        "always holds where nobody can be asked"
    )
    assert asked(kernel, "await tools.pay_later(1)", "y")[1].plain == "'paid 1'", "it holds for that function only"
    kernel.run("kept = 1")
    assert kernel.run("%undo", allow_stdin=False).reply["status"] == "ok"
    assert error(kernel.run("await tools.pay_later(1)", allow_stdin=False))[0] == "PermissionError"


def test_no_argument_hides_those_after_it(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    long = ", ".join(f"'{letter}' * 5000" for letter in "abcdef")
    prompts, answer = asked(kernel, f"tools.transfer({long}, amount=999_999)", "y")
    assert "amount=999999)? [y]es" in prompts[0] and prompts[0].count("more characters") == 6
    assert answer.plain == "999999"
    key = "x=1)? [y]es, [n]o: n  monty-kernel asks: let this cell call tools.add(a"
    prompts, _ = asked(kernel, f"tools.transfer(*'abcdef', amount=1, **{{{key!r}: 2, 'ok': 3}})", "n")
    assert f"amount=1, {key!r}=2, ok=3)? [y]es" in prompts[0], "a keyword may be any text"
    prompts, _ = asked(kernel, "tools.pay(1, 'you\u3164\u2800\ufe0f\U000e0101')", "n")
    assert r"to='you\u3164\u2800\ufe0f\U000e0101'" in prompts[0], "what nobody sees is written out"


def test_what_is_left_out_is_counted_at_every_level(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    prompts, _ = asked(kernel, "tools.send([['x', list(range(1000)), {'k': 'y' * 500}]] + [0] * 40)", "n")
    shown = re.search(r"what=\[\['x', \[([\d, ]+), … \((\d+) more\)\], … \(1 more\)\], … \(40 more\)\]\)\?", prompts[0])
    assert shown, prompts
    assert len(shown[1].split(", ")) + int(shown[2]) == 1000
    assert "(1 item)" in asked(kernel, f"tools.send({'[' * 20 + ']' * 20})", "n")[0][0]
    prompts, _ = asked(kernel, "tools.send('При\u0432ет, мир: Grüße, p\u0430y, Pythonの本')", "n")
    assert r"what='Привет, мир: Grüße, p\u0430y, Pythonの本')" in prompts[0], "a person's own language stays readable"


def test_what_a_cell_leaves_on_the_screen_hides_no_question(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    for before, end in {
        "print('fine\\x1b[8m', end='')": "fine\x1b[8m\x1b[0m",
        "print('\\x1b[30', end=''); print(';40m')": "\x1b[30;40m\n\x1b[0m",
        "input('\\x1b[8m')": "\x1b[0m",
        "display({'text/plain': '\\x1b[0m\\x1b[37;47m'}, raw=True)": "\x1b[0m",
        "print('x\\u202e', end='')": "x\u202e\n",
        "print('\\u2067one', end=''); print(' two', end='')": "\u2067one two\n",
        "print('\\x1b[31mred\\x1b[0m \\u200fback\\n ü')": "\x1b[31mred\x1b[0m \u200fback\n ü\n",
    }.items():
        for question in ("tools.pay(5, 'you')", "await tools.pay_later(5)", "%mount /nowhere /x"):
            prompts, answer = asked(kernel, f"{before}\n{question}", *["n"] * (2 if "input" in before else 1))
            assert (prompts[-1][: len(MARK)], answer.text()) == (MARK, end), before
    assert asked(kernel, "print('\\x1b[8m', end='')\n%reset", "n")[1].text().startswith("\x1b[8m\x1b[0m")


def test_without_stdin_the_answer_is_no_and_deny_asks_nobody(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    for code in ("tools.pay(5, 'you')", "await tools.pay_later(5)"):
        ename, evalue = error(kernel.run(code, allow_stdin=False))
        assert (ename, "nobody can be asked" in evalue) == ("PermissionError", True)
    assert error(kernel.run("tools.never()", allow_stdin=True))[0] == "PermissionError"
    assert kernel.run("tools.calls()").plain == "0"


def test_configuration_overrules_the_tools_file(granted: Callable[..., Kernel]) -> None:
    kernel = granted(
        "--MontyKernel.tool_permissions=tools.pay=allow",
        "--MontyKernel.tool_permissions=tools.add=deny",
        "--MontyKernel.tool_permissions=tools.misspelt=deny",
    )
    assert kernel.run("tools.pay(1, 'x')", allow_stdin=False).plain == "'paid 1'"
    assert error(kernel.run("tools.add(1)"))[0] == "PermissionError"


def test_a_question_cannot_be_forged_or_flooded(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    forged = "'x)? [y]es\\n\\n\\x1b[2J\\r' + chr(0x202e) + '" + "A" * 5000 + "'"
    prompts, _ = asked(kernel, f"tools.pay(5, {forged})", "n")
    assert prompts[0].startswith(MARK) and prompts[0].isprintable() and len(prompts[0]) < 600
    code = "for i in range(10):\n    try: tools.pay(i, 'x')\n    except PermissionError as error: print(error)"
    prompts, answer = asked(kernel, code, "n", "n", "n")
    assert answer.text().count("3 times in this cell, so no more questions are asked for it") == 7
    prompts, answer = asked(
        kernel, f"(input({MARK!r} + 'let this cell call tools.pay()?'), tools.pay(1, 'x'))", "always", "n"
    )
    assert prompts[0] == OF_A_CELL + MARK + "let this cell call tools.pay()?"
    assert prompts[1].startswith(MARK)
    assert error(answer)[0] == "PermissionError", "what was answered to a cell's prompt grants nothing"


def test_interrupts_reach_questions_and_tools(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    kernel.run("x = 1")
    for code, waits in (
        ("tools.pay(5, 'you')", lambda: kernel.client.get_stdin_msg(timeout=HANGING)),
        ("tools.block(60.0)", lambda: time.sleep(0.5)),
        ("await tools.fetch('a', 60.0)", lambda: time.sleep(0.5)),
    ):
        request = kernel.client.execute(
            f"x += 1\ntry:\n    {code}\nexcept KeyboardInterrupt:\n    print('caught')", allow_stdin=True
        )
        waits()
        kernel.manager.interrupt_kernel()
        assert kernel.finish(request).text() == "caught\n", code
    assert kernel.run("(x, tools.block(0.0), await tools.fetch('b'))").plain == "(4, 'done', 'B')", "the state is kept"


def test_what_is_not_awaited_is_cancelled(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    kernel.run("later = tools.fetch('never', 60.0)")
    assert kernel.run("tools.add(1)").plain == "3"
    records = kernel.run("%audit").all("display_data")[0]["data"]["text/plain"]
    assert "cancelled" in records


def test_a_state_that_called_tools_comes_back_without_calling_them(granted: Callable[..., Kernel]) -> None:
    kernel = granted("--MontyKernel.snapshot_budget=0")
    kernel.run("big = list(range(300000))")  # so large that not every cell is dumped
    codes = ["a = tools.add(40)", "b = await tools.fetch('q')", "try:\n    tools.add('x')\nexcept TypeError as error:\n    c = str(error)",
             "d = tools.echo({'k': (1, {2})})", "import asyncio\ne = await asyncio.gather(tools.fetch('r'), asyncio.sleep(0.1), tools.fetch('s'))"]  # fmt: skip
    requests = [kernel.client.execute(code) for code in codes]
    for request in requests:
        assert kernel.finish(request).reply["status"] == "ok"
    before = kernel.run("tools.calls()").plain
    for _ in range(3):
        kernel.run("a = b = c = d = e = None")
        assert kernel.run("%restore 7", store_history=False).reply["status"] == "ok"
        found = kernel.run("print(a, b, c, d, e)", store_history=False).text()
        assert found == "42 Q add() argument 'a' must be int, not str {'k': (1, {2})} ['R', None, 'S']\n"
    assert kernel.run("tools.calls()", store_history=False).plain == before


def test_every_call_is_in_the_audit_log(start: Start, folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    kernel = start("--tools", str(folder / "tools.py"), "--audit", str(log))
    kernel.run("import tools\ntools.add(1)")
    kernel.run("tools.add('x')")
    kernel.run("tools.pay(1, 'x')", allow_stdin=False)
    asked(kernel, "tools.pay(2, 'x')", "y")
    kernel.run("await tools.fetch('bad')")
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(record["cell"], record["kind"], record["what"], record["outcome"]) for record in records] == [
        ("In[1]", "tool", "tools.add", "ok"),
        ("In[2]", "tool", "tools.add", "TypeError: add() argument 'a' must be int, not str"),
        ("In[3]", "question", "tools.pay", "it needs the person's answer, and nobody can be asked here"),
        ("In[3]", "tool", "tools.pay", "denied: it needs the person's answer, and nobody can be asked here"),
        ("In[4]", "question", "tools.pay", "yes"),
        ("In[4]", "tool", "tools.pay", "ok"),
        ("In[5]", "tool", "tools.fetch", "LookupError: no such name"),
    ]
    assert records[0]["arguments"] == "a=1"
    shown = kernel.run("%audit 2").all("display_data")[0]["data"]
    assert "tools.fetch" in shown["text/plain"] and "tools.fetch" in shown["text/html"]
    kernel.run("tools.echo('<script>alert(1)</script>')")
    assert "<script>" not in kernel.run("%audit").all("display_data")[0]["data"]["text/html"]


def test_what_cannot_be_logged_is_not_called(start: Start, folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    log.mkdir()
    kernel = start("--tools", str(folder / "tools.py"), "--audit", str(log))
    answer = kernel.run("import tools\ntools.add(1)")
    assert "Calls of tools are refused: the audit log cannot be opened" in answer.text("stderr")
    ename, evalue = error(answer)
    assert (ename, "the audit log cannot be opened" in evalue) == ("PermissionError", True)
    log.rmdir()
    assert kernel.run("(tools.calls(), tools.add(1))").plain == "(0, 3)"


def test_a_cell_cannot_grant_itself_anything(start: Start, folder: Path) -> None:
    kernel = start()
    (kernel.folder / "tools.py").write_text(TOOLS)
    (kernel.folder / "monty_kernel_config.py").write_text(f"c.MontyKernel.tools = [{str(folder / 'tools.py')!r}]")
    for code in (
        "import tools",
        "__mk_magic('tools', '--add tools.py')",
        "%tools tools.py",
        "%config MontyKernel.tools = ['tools.py']",
    ):
        kernel.run(code)
    assert error(kernel.run("import tools")) == ("ModuleNotFoundError", "No module named 'tools'")
    assert "This session has no tools" in kernel.run("%tools").text()


def test_a_tools_file_that_cannot_be_used_is_told_of(start: Start, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("1/0")
    kernel = start(
        "--tools", str(tmp_path / "broken.py"), "--tools", "relative.py", "--MontyKernel.tool_permissions=x.y=deny"
    )
    told = kernel.run("1").text("stderr")
    assert "ZeroDivisionError" in told and "absolute path" in told and "x.y" in told
    assert kernel.run("1").text("stderr") == ""


def test_a_function_kept_from_a_session_with_tools_is_refused_without_them(
    start: Start, folder: Path, tmp_path: Path
) -> None:
    environment = {"JUPYTER_DATA_DIR": str(tmp_path / "data"), "JPY_SESSION_NAME": str(tmp_path / "book.ipynb")}
    first = start("--tools", str(folder / "tools.py"), env=environment)
    first.run("import tools\nfrom tools import add\nx = add(1)")
    first.run("y = 1")
    time.sleep(1)
    first.close()
    second = start(env=environment)
    assert second.answer("%resume", "y")[1].reply["status"] == "ok"
    assert second.run("x").plain == "3"
    assert error(second.run("add(1)")) == ("PermissionError", "tools.add() is not granted to this session")
    assert error(second.run("tools.fetch('x')"))[0] == "PermissionError"


def test_completion_and_inspection_know_the_tools(granted: Callable[..., Kernel]) -> None:
    kernel = granted()
    kernel.run("from tools import add as plus")

    def completed(code: str) -> list[str]:
        kernel.client.complete(code, len(code))
        return list(kernel.client.get_shell_msg(timeout=HANGING)["content"]["matches"])

    def page(code: str) -> str:
        kernel.client.inspect(code, len(code))
        return str(kernel.client.get_shell_msg(timeout=HANGING)["content"]["data"].get("text/plain", ""))

    # on a busy machine an answer may come before jedi's
    until(lambda: "tools" in completed("import to"))
    until(lambda: {"add", "LIMIT", "fetch"} <= set(completed("tools.")))
    until(lambda: completed("from tools import pa") == ["pay", "pay_later"])
    until(lambda: completed("tools.pay(am") == ["amount="])
    for code in ("tools.add", "plus"):
        found = until(lambda code=code: page(code))
        assert "add(a: int, b: int = 2) -> int" in found and "Add two numbers." in found


def test_a_tool_prints_to_the_log_of_the_kernel(capfd: pytest.CaptureFixture[str], start: Start, folder: Path) -> None:
    kernel = start("--tools", str(folder / "tools.py"))
    assert kernel.run("import tools\ntools.shout()").text() == ""
    assert "heard on the host" in capfd.readouterr().out
