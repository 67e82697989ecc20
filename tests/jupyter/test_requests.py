"""execute_request's options as the message specification describes them, and the requests beside it."""

from __future__ import annotations

import sys
import time

import pytest

from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING


def test_state_persists_and_counts_go_up(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    first, second = kernel.run("x = 1"), kernel.run("x + 1")
    assert (first.reply["execution_count"], second.reply["execution_count"]) == (1, 2)
    assert second.all("execute_input") == [{"code": "x + 1", "execution_count": 2}]
    assert second.plain == "2"


def test_silent_shows_nothing_and_counts_nothing(kernel: Kernel) -> None:
    before = kernel.run("'here'").reply["execution_count"]
    answer = kernel.run("silent_x = 7\nsilent_x", silent=True)
    assert [message["msg_type"] for message in answer.messages] == ["status", "status"]
    assert answer.reply["execution_count"] == before
    assert kernel.run("silent_x, _").plain == "(7, 'here')"
    assert kernel.run("1/0", silent=True).reply["ename"] == "ZeroDivisionError"


def test_without_history_a_cell_shows_its_result_and_is_forgotten(kernel: Kernel) -> None:
    before = kernel.run("5").reply["execution_count"]
    answer = kernel.run("6", store_history=False)
    assert answer.plain == "6"
    assert answer.reply["execution_count"] == before
    assert answer.all("execute_input")[0]["execution_count"] == before + 1
    assert kernel.run("_, __, len(In)").plain == f"(6, 5, {before + 2})"


def test_the_first_cell_may_stay_outside_the_history(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    assert kernel.run("a = 1\na", store_history=False).plain == "1"
    assert kernel.run("a, In").plain == "(1, ['', 'a, In'])"


def test_user_expressions_each_have_their_own_result_or_error(kernel: Kernel) -> None:
    answer = kernel.run(
        "x = 3", user_expressions={"good": "x * 2", "bad": "x / 0", "worse": "x +", "html": "__import__"}
    )
    found = answer.reply["user_expressions"]
    assert answer.reply["status"] == "ok"
    assert found["good"] == {"status": "ok", "data": {"text/plain": "6"}, "metadata": {}}
    assert (found["bad"]["status"], found["bad"]["ename"]) == ("error", "ZeroDivisionError")
    assert (found["worse"]["status"], found["worse"]["ename"]) == ("error", "SyntaxError")
    assert kernel.run("1/0", user_expressions={"x": "x"}).reply.get("user_expressions", {}) == {}


def test_an_error_aborts_the_cells_queued_behind_it(kernel: Kernel) -> None:
    ids = kernel.queue("input(); 1/0", "aborted = 1", "aborted = 2")
    replies = [kernel.finish(msg_id).reply for msg_id in ids]
    assert [reply["status"] for reply in replies] == ["error", "aborted", "aborted"]
    assert kernel.run("aborted").reply["ename"] == "NameError"


def test_stop_on_error_false_lets_them_run(kernel: Kernel) -> None:
    ids = kernel.queue("input(); 1/0", "went_on = 1", stop_on_error=False)
    assert [kernel.finish(msg_id).reply["status"] for msg_id in ids] == ["error", "ok"]


def test_a_thousand_queued_cells_run_in_order(kernel: Kernel) -> None:
    kernel.run("order = []")
    ids = [kernel.client.execute(f"order.append({i})", store_history=False) for i in range(1000)]
    last = kernel.finish(ids[-1])
    assert last.reply["status"] == "ok"
    assert kernel.run("order == list(range(1000))").plain == "True"


def test_two_clients_at_once(kernel: Kernel) -> None:
    other = kernel.manager.blocking_client()
    other.start_channels()
    try:
        other.wait_for_ready(timeout=HANGING)
        mine, theirs = kernel.client.execute("'mine'"), other.execute("'theirs'")
        assert kernel.finish(mine).plain == "'mine'"
        reply = other.get_shell_msg(timeout=HANGING)
        assert (reply["parent_header"]["msg_id"], reply["content"]["status"]) == (theirs, "ok")
    finally:
        other.stop_channels()


def test_input_and_getpass_ask_on_stdin(kernel: Kernel) -> None:
    client = kernel.client
    msg_id = client.execute(
        "import getpass\nname = input('Name? ')\nword = getpass.getpass('Word: ')\n(name, word)", allow_stdin=True
    )
    asked = client.get_stdin_msg(timeout=HANGING)["content"]
    client.input("Ada")
    hidden = client.get_stdin_msg(timeout=HANGING)["content"]
    client.input("secret")
    assert asked == {"prompt": "Name? ", "password": False}
    assert hidden == {"prompt": "Word: ", "password": True}
    assert kernel.finish(msg_id).plain == "('Ada', 'secret')"


def test_end_of_input_is_an_eof_error(kernel: Kernel) -> None:
    msg_id = kernel.client.execute("input()", allow_stdin=True)
    kernel.client.get_stdin_msg(timeout=HANGING)
    kernel.client.input("\x04")
    assert kernel.finish(msg_id).reply["ename"] == "EOFError"


def test_only_the_client_that_was_asked_answers_and_only_the_question_that_waits(kernel: Kernel) -> None:
    client = kernel.client
    other = kernel.manager.blocking_client()
    other.start_channels()
    other.wait_for_ready(timeout=HANGING)
    msg_id = client.execute("input('first?')", allow_stdin=True)
    first = client.get_stdin_msg(timeout=HANGING)
    other.input("from somebody else")
    time.sleep(0.1)
    kernel.manager.interrupt_kernel()
    assert kernel.finish(msg_id).reply["ename"] == "KeyboardInterrupt"
    msg_id = client.execute("input('second?')", allow_stdin=True)
    second = client.get_stdin_msg(timeout=HANGING)
    for value, question in (("late", first), ("in time", second), ("too much", second)):  # as JupyterLab answers
        client.stdin_channel.send(client.session.msg("input_reply", {"value": value}, parent=question))
    assert kernel.finish(msg_id).plain == "'in time'"
    other.stop_channels()


def test_a_client_that_left_while_it_was_asked_holds_nobody_up(kernel: Kernel) -> None:
    other = kernel.manager.blocking_client()
    other.start_channels()
    other.wait_for_ready(timeout=HANGING)
    other.execute("input('anybody?')", allow_stdin=True)
    other.get_stdin_msg(timeout=HANGING)
    other.stop_channels()
    msg_id = kernel.client.execute("'next'", stop_on_error=False)
    kernel.manager.interrupt_kernel()
    time.sleep(0.1)
    answer = kernel.finish(msg_id)
    if answer.reply["status"] == "aborted":  # it had arrived before the interrupted cell ended
        answer = kernel.run("'next'")
    assert answer.plain == "'next'"


def test_input_without_stdin_says_so(kernel: Kernel) -> None:
    reply = kernel.run("input()", allow_stdin=False).reply
    assert reply["ename"] == "StdinNotImplementedError"
    assert "does not support input requests" in reply["evalue"]


def test_top_level_await_and_gathered_sleeps_overlap(kernel: Kernel) -> None:
    code = (
        "import asyncio\nwoken = []\nasync def f(s):\n    await asyncio.sleep(s)\n    woken.append(s)\n    return s\n"
    )
    assert kernel.run(f"{code}await asyncio.gather(f(0.5), f(0.3), f(0.1))").plain == "[0.5, 0.3, 0.1]"
    assert kernel.run("woken").plain == "[0.1, 0.3, 0.5]"


def test_sleep_lasts_as_long_as_it_says(kernel: Kernel) -> None:
    start = time.perf_counter()
    kernel.run("import time; time.sleep(0.5)")
    assert time.perf_counter() - start >= 0.5


def test_kernel_info_claims_what_works(kernel: Kernel) -> None:
    kernel.client.kernel_info()
    info = kernel.client.get_shell_msg(timeout=HANGING)["content"]
    assert info["status"] == "ok"
    assert info["implementation"] == "monty_kernel"
    assert info["language_info"]["name"] == "python"
    assert info["supported_features"] == ["monty.timeline"]
    version = kernel.run("import sys; print('.'.join(str(part) for part in sys.version_info[:3]))").text().strip()
    assert info["language_info"]["version"] == version


def test_questions_are_answered_while_a_cell_runs(kernel: Kernel) -> None:
    client = kernel.client
    running = client.execute("import time; time.sleep(600)")
    while client.get_iopub_msg(timeout=HANGING)["msg_type"] != "execute_input":
        pass
    asked = client.kernel_info()
    while (reply := client.get_shell_msg(timeout=HANGING))["parent_header"]["msg_id"] != asked:
        pass
    assert reply["msg_type"] == "kernel_info_reply"
    kernel.manager.interrupt_kernel()
    states = []
    while True:
        message = client.get_iopub_msg(timeout=HANGING)
        if message["msg_type"] == "status":
            states.append((message["content"]["execution_state"], message["parent_header"]["msg_id"]))
        if states and states[-1] == ("idle", running):
            break
    after = states[states.index(("idle", asked)) + 1]
    assert after == ("busy", running), "after the answer the cell must look busy again"


def test_exit_asks_the_front_end_and_keeps_the_session(kernel: Kernel) -> None:
    kernel.run("stays = 1")
    for code in ("exit()", "quit", "quit()", "exit", "exit(0)", "if stays: exit()\nstays = 2", "leave = exit\nleave()"):
        answer = kernel.run(code)
        assert answer.reply["status"] == "ok"
        assert answer.reply["payload"] == [{"source": "ask_exit", "keepkernel": False}]
        assert not answer.all("error")
    assert kernel.run("stays").plain == "1"
    assert kernel.run("raise SystemExit").reply["status"] == "error"


def test_exit_can_be_caught_and_an_error_after_it_is_one(kernel: Kernel) -> None:
    answer = kernel.run("try:\n    exit()\nexcept SystemExit:\n    print('caught')\n'on'")
    assert (answer.text(), answer.plain) == ("caught\n", "'on'")
    answer = kernel.run("try:\n    exit()\nfinally:\n    1 / 0")
    assert answer.reply["ename"] == "ZeroDivisionError"


def test_what_waits_behind_exit_does_not_run(kernel: Kernel) -> None:
    kernel.run("ran = []")
    ids = kernel.queue("input()\nexit()", "ran.append(1)")
    replies = {}
    while len(replies) < 2:
        message = kernel.client.get_shell_msg(timeout=HANGING)
        replies[message["parent_header"]["msg_id"]] = message["content"]["status"]
    assert [replies[each] for each in ids] == ["ok", "aborted"]
    assert kernel.run("ran").plain == "[]"


def test_where_nobody_sits_exit_is_an_error(kernel: Kernel) -> None:
    answer = kernel.run("exit()", allow_stdin=False)
    assert answer.reply["ename"] == "SystemExit"


def test_a_cell_that_left_runs_again_as_it_did(kernel: Kernel) -> None:
    kernel.run("n = 1\nif n == 1: exit()\nn = 5")
    kernel.run("n += 1")
    kernel.run("n = 100")
    kernel.run("%undo")
    assert kernel.run("n").plain == "2"


def test_comms_are_closed_politely(kernel: Kernel) -> None:
    client = kernel.client
    content = {"comm_id": "c1", "target_name": "jupyter.widget", "data": {}}
    client.shell_channel.send(client.session.msg("comm_open", content))
    client.comm_info()
    reply = client.get_shell_msg(timeout=HANGING)
    assert reply["content"] == {"comms": {}, "status": "ok"}
    kinds = []
    while "comm_close" not in kinds:
        kinds.append(client.get_iopub_msg(timeout=HANGING)["msg_type"])


@pytest.mark.skipif(sys.platform == "win32", reason="no psutil children there")
def test_usage_request(kernel: Kernel) -> None:
    client = kernel.client
    client.control_channel.send(client.session.msg("usage_request", {}))
    content = client.get_control_msg(timeout=HANGING)["content"]
    assert content["pid"] == kernel.pid
    assert content["kernel_memory"] > 10**6


def test_every_kind_of_cell_runs_outside_the_history(start) -> None:  # type: ignore[no-untyped-def]
    kernel = start()
    for code in (
        "%%html\n<b>",
        "%%time\n1",
        "%%timeit -n1 -r1\n1",
        "%who",
        "%reset -f",
        "x = 1\n%reset -f\n2",
        "1;",
        "  1",
        "!ls",
    ):
        reply = kernel.run(code, store_history=False).reply
        assert reply["status"] == "ok" or reply["ename"] == "UsageError", code
    assert kernel.run("In").plain == "['', 'In']"
