"""Sessions that outlive their kernel."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from monty_kernel.engine.questions import MARK
from tests.support.following_kernels import NOTEBOOK, following
from tests.support.kernel_client import Kernel, worker_pids
from tests.support.waiting import HANGING

Start = Callable[..., Kernel]


def kill(kernel: Kernel) -> None:
    time.sleep(0.3)  # for the store, which is written after idle
    os.kill(kernel.pid, signal.SIGKILL)
    time.sleep(0.3)


def test_a_killed_kernel_loses_at_most_the_cell_that_ran(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = {'a': [1]}; alias = x['a']")
    first.run("def f(n):\n    return n / 0")
    first.run("import random; random.seed(4); 'result'")
    drawn = first.run("alias.append(random.random()); alias").plain
    first.run("%snapshot here")
    first.client.execute("x = 'half done'\nwhile True: pass")
    kill(first)
    second = following(start, first)
    assert second.run("1").reply["execution_count"] == 1
    text = second.answer("%resume", "y")[1].text()
    assert "after In[4]" in text
    assert "came back: " in text
    answer = second.run("x['a'] is alias, Out[3], len(In) > 4")
    assert answer.plain == "(True, 'result', True)"
    assert answer.reply["execution_count"] == 5
    assert second.run("alias").plain == drawn
    assert "In[2], line 2, in f(n)" in plain(second.run("f(1)").reply["traceback"])
    assert second.run("%restore 1").reply["status"] == "ok"
    assert second.run("alias").plain == "[1]"
    assert second.run("%restore here").reply["status"] == "ok"
    assert second.run("alias").plain == drawn


def test_the_first_cell_after_a_death_says_so(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 1")
    kill(first)
    second = following(start, first)
    told = second.run("1").text("stderr")
    assert told.count("died") == 1
    assert "%resume" in told
    assert second.run("2").text("stderr") == ""
    other = following(start, first, JPY_SESSION_NAME="/work/other.ipynb")
    other.run("import time; time.sleep(0.3)")
    assert "died" not in other.run("2").text("stderr")


def test_a_session_that_ended_in_good_order_can_be_resumed(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 41")
    time.sleep(0.2)
    first.manager.shutdown_kernel()
    second = following(start, first)
    assert "died" not in second.run("import time; time.sleep(0.3)").text("stderr") + second.run("1").text("stderr")
    assert "ended" in second.run("%sessions").text()
    second.answer("%resume", "y")
    assert second.run("x + 1").plain == "42"


def test_a_name_that_the_last_session_had_is_hinted_at(start: Start) -> None:
    first = start(env=NOTEBOOK)
    for code in ("big = [1]; import json as notation", "def area(r):\n    inner = r\n    return inner", "lost = 1\nlost = 1 / 0",
                 "gone = 2", "del gone", "undone = 3", "%undo"):  # fmt: skip
        first.run(code, stop_on_error=False)
    time.sleep(0.3)
    first.manager.shutdown_kernel()
    second = following(start, first)
    second.run("1")

    def said(code: str) -> str:
        reply = second.run(code).reply
        assert reply["ename"] == "NameError"
        return plain(reply["traceback"])

    for name in ("big", "area", "notation"):
        assert f"The session before had '{name}'; %resume brings it back." in said(f"{name}\n")
    assert "The session before had 'big'" in said("def f():\n    return big\nf()")
    for name in ("lost", "gone", "undone", "inner", "other"):
        assert "session before" not in said(f"print({name})")
    second.answer("%resume", "y")
    assert second.run("big").plain == "[1]"
    assert "session before" not in said("nothing_of_this_name")
    stranger = following(start, first, JPY_SESSION_NAME="/work/strangers.ipynb")
    assert "session before" not in plain(stranger.run("big").reply["traceback"])


def test_a_restarted_kernel_knows_what_it_had(start: Start) -> None:
    kernel = start()
    kernel.run("big = [1]")
    time.sleep(0.3)
    kernel.manager.restart_kernel(now=False)
    kernel.client.wait_for_ready(timeout=HANGING)
    said = plain(kernel.run("len(big)").reply["traceback"])
    assert "The session before had 'big'; %resume " in said  # with its id, since nobody named the notebook
    line = said[said.index("%resume") : said.index(" brings it back")]
    assert "came back: big" in kernel.run(line).text()


def test_cells_without_a_dump_are_run_again_in_the_next_kernel(start: Start) -> None:
    first = start("--MontyKernel.snapshot_budget=0", env=NOTEBOOK)
    first.run("data = [{'id': i, 'name': str(i)} for i in range(20_000)]; seen = []")
    codes = ["import random; seen.append(random.random())", "seen.append(input('?'))", "%time seen.append(len(data))",
             "import time; time.sleep(5)"]  # fmt: skip
    ids = [first.client.execute(code, allow_stdin=True) for code in codes]
    first.client.get_stdin_msg(timeout=HANGING)
    first.client.input("typed")
    for msg_id in ids[:3]:
        first.finish(msg_id)
    kill(first)
    second = following(start, first)
    assert "after In[4]" in second.answer("%resume", "y")[1].text()
    assert second.run("seen[1:]").plain == "['typed', 20000]"


def test_long_numbers_that_a_tool_gave_survive_a_kill(start: Start, tmp_path: Path) -> None:
    """Python writes no int of more than 4,300 digits into JSON, and the answers of tools are kept as JSON."""
    tools = tmp_path / "long.py"
    tools.write_text(
        "def number(sign: int):\n    return sign * 10**5000\n\ndef boxed():\n    return {10**5000: [(10**6000, True)]}\n"
    )
    options = f"--tools={tools}", "--MontyKernel.snapshot_budget=0"
    first = start(*options, env=NOTEBOOK)
    first.run("data = [{'id': i, 'name': str(i)} for i in range(20_000)]")
    first.run("import long; x = long.number(1); y = long.boxed()")
    first.run("z = long.number(-1)")
    kill(first)
    second = start(*options, env={**NOTEBOOK, "JUPYTER_DATA_DIR": str(first.folder / "data")})
    assert "after In[3]" in second.answer("%resume", "y")[1].text()
    assert (
        second.run("x == 10**5000, y == {10**5000: [(10**6000, True)]}, z == -(10**5000)").plain == "(True, True, True)"
    )


def test_other_notebooks_sessions_need_a_yes(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("secret = 'theirs'")
    time.sleep(0.3)
    first.manager.shutdown_kernel()
    second = following(start, first, JPY_SESSION_NAME="/work/strangers.ipynb")
    assert "no earlier session" in second.run("%resume").reply["evalue"]
    listed = second.run("%sessions").text().splitlines()
    assert all("this one" in line for line in listed)
    assert second.run("%sessions -a", allow_stdin=False).reply["ename"] == "UsageError"
    msg_id = second.client.execute("%sessions -a", allow_stdin=True)
    second.client.get_stdin_msg(timeout=HANGING)
    second.client.input("y")
    session = next(line for line in second.finish(msg_id).text().splitlines() if "notebook.ipynb" in line).split()[0]
    assert "nobody answered" in second.run(f"%resume {session}", allow_stdin=False).reply["evalue"]
    assert second.run("secret").reply["ename"] == "NameError"
    msg_id = second.client.execute(f"%resume {session}", allow_stdin=True)
    second.client.get_stdin_msg(timeout=HANGING)
    second.client.input("y")
    second.finish(msg_id)
    assert second.run("secret").plain == "'theirs'"


def test_without_a_notebooks_name_every_session_is_anothers(start: Start) -> None:
    first = start()
    first.run("secret = 'theirs'")
    time.sleep(0.3)
    first.manager.shutdown_kernel()
    second = start(env={"JUPYTER_DATA_DIR": str(first.folder / "data")})
    assert second.run("%resume").reply["ename"] == "UsageError"
    assert second.run("secret").reply["ename"] == "NameError"


def test_a_running_session_is_not_taken_from_its_kernel(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 1")
    time.sleep(0.3)
    second = following(start, first)
    assert second.run("%resume").reply["ename"] == "UsageError"
    assert first.run("x").plain == "1"
    assert second.run("1").plain == "1"


def test_a_store_that_cannot_be_used_stops_no_cell(start: Start, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    kernel = start(env={**NOTEBOOK, "JUPYTER_DATA_DIR": str(tmp_path / "blocked" / "data")})
    assert kernel.run("x = 1; x").plain == "1"
    assert kernel.run("%undo").reply["status"] == "ok"
    assert kernel.run("%sessions").reply["ename"] == "UsageError"


@pytest.mark.parametrize("name", ["snapshots.sqlite", "key"])
def test_a_damaged_store_loads_nothing_wrong(start: Start, name: str) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 1")
    time.sleep(0.3)
    first.manager.shutdown_kernel()
    folder = first.folder / "data" / "monty_kernel"
    for file in folder.rglob("*"):
        if file.is_file() and (file.name == "key") == (name == "key"):
            data = bytearray(file.read_bytes())
            for place in range(0, len(data), 97):
                data[place] ^= 0x55
            file.write_bytes(data)
    second = following(start, first)
    second.run("y = 2")
    second.run("%resume", allow_stdin=False)
    assert second.run("x").reply["ename"] == "NameError"
    assert second.run("y").plain == "2"
    assert worker_pids(second.pid)


def plain(traceback: list[str]) -> str:
    import re

    return re.sub(r"\x1b\[[\d;]*m", "", "\n".join(traceback))


def test_the_inputs_of_the_resumed_session_are_in_the_history(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 1")
    first.run("y = 2")
    first.run("z = 3")
    kill(first)
    second = following(start, first)
    second.run("elsewhere = 1")
    second.answer("%resume", "y")
    assert second.run("%history").text().splitlines() == ["x = 1", "y = 2", "z = 3", "%history"]
    assert second.run("%history -n 2-4").text().splitlines() == ["   2: y = 2", "   3: z = 3", "   4: %history"]
    time.sleep(0.8)  # inputs wait half a second to be written together
    second.close()
    third = following(start, first)
    assert "elsewhere = 1" in [entry[2] for entry in history(third)]


def history(kernel: Kernel) -> list[tuple[int, int, str]]:
    msg_id = kernel.client.history(hist_access_type="tail", n=20)
    while (reply := kernel.client.get_shell_msg(timeout=HANGING))["parent_header"]["msg_id"] != msg_id:
        pass
    return [tuple(entry) for entry in reply["content"]["history"]]


def test_old_states_make_room_by_themselves_and_named_ones_stay(start: Start) -> None:
    first = start(env=NOTEBOOK)
    for number in range(1, 13):
        made = {2: "\n%snapshot early", 3: "\ndef f():\n    return 1 / 0"}.get(number, "")
        first.run(f"x = {number}{made}")
        time.sleep(0.15)  # so that each has a snapshot of its own
    first.manager.shutdown_kernel()
    second = start(
        "--MontyKernel.snapshot_max_states=4", env={**NOTEBOOK, "JUPYTER_DATA_DIR": str(first.folder / "data")}
    )
    second.run("1")
    time.sleep(0.5)
    assert "after In[12]" in second.answer("%resume", "y")[1].text()
    assert "dropped" in second.run("%snapshots").all("display_data")[0]["data"]["text/plain"]
    answer = second.run("%restore 5")
    assert answer.reply["ename"] == "UsageError" and "dropped" in answer.reply["evalue"]
    assert second.run("x").plain == "12"
    traceback = plain(second.run("f()").reply["traceback"])
    assert "In[3], line 3, in f()" in traceback and "return 1 / 0" in traceback, "what led there is known"
    assert "changed: x = 2" in second.run("%restore early").text()


def test_a_cell_that_lost_its_worker_is_in_no_note(start: Start) -> None:
    first = start("--MontyKernel.max_memory=50_000_000", env=NOTEBOOK)
    first.run("log = [1]")
    first.run("log.append(2)")
    assert first.run("x = 'a'\nfor i in range(100): x = x + x").reply["ename"] == "MemoryError"
    os.kill(first.pid, signal.SIGKILL)
    second = following(start, first)
    assert "after In[2]" in second.answer("%resume", "y")[1].text()
    assert second.run("log").plain == "[1, 2]"


def test_a_reset_survives_a_kill_right_after_it(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 1")
    first.run("%reset -f")
    os.kill(first.pid, signal.SIGKILL)
    second = following(start, first)
    assert "after In[2]" in second.answer("%resume", "y")[1].text()
    assert second.run("x").reply["ename"] == "NameError"


def test_a_resume_that_fails_changes_nothing(start: Start) -> None:
    first = start(env=NOTEBOOK)
    for number in range(3):
        first.run(f"a{number} = {number}")
    first.run("big = [str(i) * 10 for i in range(300_000)]")
    time.sleep(0.3)
    first.manager.shutdown_kernel()
    data = str(first.folder / "data")
    second = start("--MontyKernel.max_memory=20_000_000", env={**NOTEBOOK, "JUPYTER_DATA_DIR": data})
    second.run("mine = 1")
    answer = second.answer("%resume", "y")[1]
    assert answer.reply["ename"] == "UsageError"
    assert "max_memory" in answer.reply["evalue"]
    second.run("mine += 1")
    assert second.run("mine").plain == "2"
    kill(second)
    third = following(start, second, JUPYTER_DATA_DIR=data)
    assert "after In[4]" in third.answer("%resume", "y")[1].text()
    assert third.run("mine").plain == "2"
    assert "after In[4]" in third.answer("%resume", "y")[1].text()
    assert third.run("a0, a1, a2, len(big)").plain == "(0, 1, 2, 300000)"
    assert third.run("mine").reply["ename"] == "NameError"


BEGIN = "import time\ndata = [{'id': i} for i in range(20_000)]; seen = []; begun = time.time()"
UNSTEADY = "for i in range(int(1000 * (time.time() - begun))): time.sleep(0)\nseen.append(3)"
"""Asks for something else whenever it runs."""


def test_a_cell_that_runs_otherwise_is_where_a_resume_stops(start: Start) -> None:
    first = start("--MontyKernel.snapshot_budget=0", env=NOTEBOOK)
    first.run(BEGIN)
    ids = first.queue("seen.append(2)\ninput()", UNSTEADY, "seen.append(4)", "time.sleep(1000)")
    for msg_id in ids[:3]:
        first.finish(msg_id)
    kill(first)
    second = following(start, first)
    text = second.answer("%resume", "y")[1].text()
    assert "In[3] ran differently this time" in text
    assert "continues after In[2]" in text
    assert second.run("seen").plain == "[2]"


def test_a_kernel_in_which_no_cell_ran_is_no_session(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("%snapshots")
    kill(first)
    second = following(start, first)
    second.run("x = 1", store_history=False)
    assert "died" not in second.run("%sessions").text("stderr")
    second.manager.shutdown_kernel()
    third = following(start, first)
    assert len([line for line in third.run("%sessions").text().splitlines() if "ended" in line]) == 0


def test_what_another_kernel_left_at_this_path_takes_a_yes(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("secret = input('?')", allow_stdin=False)
    first.answer("secret = input('?')\nother = 1\ndef f(): pass", "hunter2")
    for number in range(30):
        first.run(f"variable_{number} = {number}")
    kill(first)
    second = following(start, first)
    told = second.run("1")
    heard = [told, second.run("%sessions"), second.run("%resume", allow_stdin=False)]
    assert heard[2].reply["ename"] == "UsageError"
    assert "--MontyKernel.resume=allow" in heard[2].reply["evalue"]
    assert "nobody answered" in heard[2].reply["evalue"]
    for no in ("n", "", "always"):
        prompts, answer = second.answer("%resume", no)
        assert answer.reply["evalue"].startswith("%resume: not resumed")
        heard.append(answer)
    (prompt,) = prompts
    assert prompt.startswith(MARK + "let this notebook have everything in session ")
    assert "of '/work/notebook.ipynb', which died on 20" in prompt and "with 33 states" in prompt
    assert (
        " (names such as variable_29, variable_28," in prompt and "variable_10, … (13 more))? Another kernel" in prompt
    )
    assert prompt.isprintable()
    for each in heard:
        said = str(each.messages) + str(each.reply)
        assert not any(word in said for word in ("secret", "variable_", "hunter2")), "outputs are saved"
    for name in ("secret", "variable_1", "f"):
        assert second.run(name).reply["ename"] == "NameError"
    assert second.answer("%resume", "y")[1].reply["status"] == "ok"
    assert second.run("secret").plain == "'hunter2'"


def test_a_cell_cannot_say_yes_for_the_person(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("secret = 1")
    kill(first)
    second = following(start, first)
    prompts, answer = second.answer("input('y/n ')\n%resume", "y", "n")
    assert not prompts[0].startswith(MARK) and prompts[1].startswith(MARK)
    assert answer.reply["ename"] == "UsageError"
    for code in (
        "__mk_magic('resume', '')",
        "get_ipython().run_line_magic('resume', '')",
        "%resume -y",
        "%resume --yes",
    ):
        second.run(code, allow_stdin=False)
        assert second.run("secret").reply["ename"] == "NameError", code


def test_a_restarted_kernel_goes_on_unasked_and_only_that_one(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 1")
    time.sleep(0.3)
    first.manager.restart_kernel(now=True)
    first.client.wait_for_ready(timeout=HANGING)
    assert first.run("x").reply["ename"] == "NameError"
    assert "continues after In[1]" in first.run("%resume", allow_stdin=False).text()
    assert first.run("x").plain == "1"
    time.sleep(0.3)
    first.manager.restart_kernel(now=False)
    first.client.wait_for_ready(timeout=HANGING)
    assert "continues after In[" in first.run("%resume", allow_stdin=False).text(), "that it was taken up is known too"
    assert first.run("x").plain == "1"
    kill(first)
    second = following(start, first)
    assert second.run("%resume", allow_stdin=False).reply["ename"] == "UsageError"
    second.answer("%resume", "y")
    first_again = second.run("%sessions").text().splitlines()
    assert len(first_again) >= 2
    kill(second)
    second.manager.restart_kernel(now=True)
    second.client.wait_for_ready(timeout=HANGING)
    assert second.run("%resume", allow_stdin=False).reply["status"] == "ok", "the yes holds after a kill and a restart"
    assert second.run("x").plain == "1"


def test_a_kernel_asks_once_for_a_session(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 1")
    kill(first)
    second = following(start, first)
    second.run("y = 2")
    own = second.run("%sessions").text().split("this one")[0].splitlines()[-1].split()[0]
    session = next(line for line in second.run("%sessions").text().splitlines() if "died" in line).split()[0]
    second.answer(f"%resume {session}", "y")
    assert second.run(f"%resume {own}", allow_stdin=False).reply["status"] == "ok", "it is this kernel's"
    assert second.run(f"%resume {session}", allow_stdin=False).reply["status"] == "ok"
    assert second.run("x").plain == "1"


def test_with_the_option_a_notebook_goes_on_where_nobody_is_asked(start: Start) -> None:
    first = start(env=NOTEBOOK)
    first.run("x = 1")
    kill(first)
    env = {**NOTEBOOK, "JUPYTER_DATA_DIR": str(first.folder / "data")}
    elsewhere = start("--MontyKernel.resume=allow", env={**env, "JPY_SESSION_NAME": "/work/strangers.ipynb"})
    session = next(line for line in first_sessions(elsewhere) if "notebook.ipynb" in line).split()[0]
    refused = elsewhere.run(f"%resume {session}", allow_stdin=False).reply["evalue"]
    assert "nobody answered" in refused and "resume=allow" not in refused, "another notebook's always takes a yes"
    second = start("--MontyKernel.resume=allow", env=env)
    assert second.run("%resume", allow_stdin=False).reply["status"] == "ok"
    assert second.run("x").plain == "1"


def first_sessions(kernel: Kernel) -> list[str]:
    return kernel.answer("%sessions -a", "y")[1].text().splitlines()
