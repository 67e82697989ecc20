"""%undo and its kin over the wire: what comes back is the whole session."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable

import pytest

from tests.support.kernel_client import Kernel, Message, kill_workers, worker_pids
from tests.support.waiting import HANGING

Start = Callable[..., Kernel]


def test_undo_and_redo(start: Start) -> None:
    kernel = start()
    kernel.run("x = [1]")
    kernel.run("y = x\nx.append(2)")
    kernel.run("x = 'gone'")
    assert "changed: x" in kernel.run("%undo").text()
    assert kernel.run("x is y, x", store_history=False).plain == "(True, [1, 2])"
    assert "gone: y" in kernel.run("%undo").text()
    assert kernel.run("x", store_history=False).plain == "[1]"
    assert "came back: y" in kernel.run("%redo").text()
    assert "'gone'" in kernel.run("%redo").text()
    assert kernel.run("%redo").reply["ename"] == "UsageError"
    assert "at the start" in kernel.run("%undo 3").text()
    assert kernel.run("%undo").reply["ename"] == "UsageError"


def test_quick_cells_are_states_without_a_dump_each(start: Start) -> None:
    """Their dump waits for a pause, which a worker's death, a restored state and the store do not have to wait for."""
    kernel = start()
    kernel.run("import random\nx, seen = 0, []")
    for number in range(1, 41):  # more than may run again, with answers of the host and outputs between them
        kernel.run(f"x += 1\nseen.append(random.random())\nprint(x)\nassert x == {number}")
    seen = kernel.run("seen", store_history=False).plain
    kill_workers(kernel.pid)
    assert kernel.run("x, len(seen)").plain == "(40, 40)"
    assert kernel.run("seen", store_history=False).plain == seen
    for state in (3, 20, 41, 40):
        assert "as it was" in kernel.run(f"%restore {state}").text()
        assert kernel.run("x, len(seen)", store_history=False).plain == f"({state - 1}, {state - 1})"
        assert kernel.run(f"seen == ({seen})[: x]", store_history=False).plain == "True"


def test_a_cell_that_reads_the_clock_does_not_run_again(start: Start) -> None:
    kernel = start()
    kernel.run("from time import time as now\nthen = now()")
    then = kernel.run("then", store_history=False).plain
    kernel.run("later = now()")
    later = kernel.run("later", store_history=False).plain
    kernel.run("x = 1")
    kernel.run("%undo 2")
    assert kernel.run("then", store_history=False).plain == then
    kernel.run("%redo 2")
    assert kernel.run("later, x", store_history=False).plain == f"({later}, 1)"


def test_going_back_and_running_on_makes_a_branch(start: Start) -> None:
    kernel = start()
    kernel.run("x = 1")
    kernel.run("x = 2")
    kernel.run("%undo")
    assert kernel.run("x = 3; x").reply["execution_count"] == 4
    assert kernel.run("%restore 2").reply["status"] == "ok"
    assert kernel.run("x", store_history=False).plain == "2"
    kernel.run("%restore 4")
    assert kernel.run("x", store_history=False).plain == "3"
    listing = kernel.run("%snapshots").all("display_data")[0]["data"]
    assert "│ In[2]" in listing["text/plain"]
    assert "   In[4]" in listing["text/plain"]
    assert "<table>" in listing["text/html"]


def test_a_failed_cell_is_a_state_too(start: Start) -> None:
    kernel = start()
    kernel.run("x = 1")
    kernel.run("x = 2\n1/0")
    assert kernel.run("x", store_history=False).plain == "2"
    kernel.run("%undo")
    assert kernel.run("x", store_history=False).plain == "1"


def test_names_and_differences(start: Start) -> None:
    kernel = start()
    kernel.run("a = 1; b = [1, 2]")
    kernel.run("%snapshot before")
    kernel.run("a = 2; b.append(3); c = 'new'")
    assert kernel.run("%diff before").text().splitlines() == [
        "+ c = 'new'",
        "~ a = 1 -> 2",
        "~ b = list of 2 -> list of 3",
    ]
    assert kernel.run("%diff before 1").text() == "No variable, environment variable or file differs.\n"
    assert kernel.run("%diff 3 before").text().splitlines() == [
        "~ a = 2 -> 1",
        "~ b = list of 3 -> list of 2",
        "- c = 'new'",
    ]
    assert kernel.run("a").plain == "2"
    kernel.run("%restore before")
    assert kernel.run("a").plain == "1"
    for code in ("%restore nowhere", "%snapshot 5", "%undo 0", "%undo x", "%diff nowhere", "d = 1\n%undo"):
        assert kernel.run(code).reply["ename"] == "UsageError", code


@pytest.mark.parametrize(
    ("setup", "use", "shown"),
    [
        ("def counter():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n        return n\n    return up\nup = counter(); up()", "up()", "2"),
        ("class A:\n    def __init__(self): self.v = [1]\na = A(); alias = a.v", "alias.append(2); a.v, alias is a.v", "([1, 2], True)"),
        ("it = iter([1, 2, 3]); next(it)", "next(it)", "2"),
        ("import random; random.seed(1); random.random()", "random.random()", None),
        ("import random; random.random()", "random.random()", None),
        ("7", "_, Out[1], In[1]", "(7, 7, '7')"),
        ("import json as j", "j.dumps([1])", "'[1]'"),
        ("l = [1]; l.append(l)", "l[1] is l", "True"),
    ],
)  # fmt: skip
def test_the_whole_session_comes_back(start: Start, setup: str, use: str, shown: str | None) -> None:
    kernel = start()
    kernel.run(setup)
    first = kernel.run(use).plain
    if shown is not None:
        assert first == shown
    kernel.run("%restore 1")
    assert kernel.run(use).plain == first
    kernel.run("%undo 2")
    kernel.run("%restore 1")
    assert kernel.run(use).plain == first


def test_completion_knows_what_came_back(start: Start) -> None:
    kernel = start()
    kernel.run("zebra_one = 1")
    kernel.run("zebra_two = 2")
    kernel.run("%undo")

    def names() -> list[str]:
        return [
            str(match)
            for match in kernel.client.complete("zebra_", 6, reply=True, timeout=HANGING)["content"]["matches"]
        ]

    assert names() == ["zebra_one"]
    kernel.run("%redo")
    assert names() == ["zebra_one", "zebra_two"]


def test_tracebacks_of_a_branch_name_its_cells(start: Start) -> None:
    kernel = start()
    kernel.run("def f():\n    return 1 / 0")
    kernel.run("%undo")
    kernel.run("def f():\n    x = 1\n    return x / 0")
    kernel.run("%restore 1")
    old = "".join(kernel.run("f()").reply["traceback"])
    kernel.run("%restore 3")
    new = "".join(kernel.run("f()").reply["traceback"])
    assert "In[1]" in old and "In[3]" not in old
    assert "In[3]" in new and "In[1]" not in new


def test_a_reset_can_be_undone(start: Start) -> None:
    kernel = start()
    kernel.run("x = 1")
    kernel.run("%reset -f")
    assert "came back: x = 1" in kernel.run("%undo").text()


def test_random_travel_ends_where_the_same_cells_run_straight_do(start: Start) -> None:
    rng = random.Random(5)
    cells = [
        "log = ['start']",
        "import random; random.seed(3)",
        "log.append(random.randint(0, 99)); log[-1]",
        "d = {'log': log}; d['log'].append(len(d))",
        "def f(n):\n    log.append(n)\n    return len(log)",
        "f(1) if 'f' in list(locals()) else 0",
        "log = log + [1 / 0]",
        "it = iter(range(100)); [next(it) for _ in range(3)]",
        "log.append(next(it)); _",
    ]
    travelling, straight = start(), start()
    paths: dict[int, list[str]] = {0: []}
    here = 0
    for _ in range(60):
        if paths and rng.random() < 0.4 and len(paths) > 1:
            target = rng.choice(sorted(paths))
            travelling.run(f"%restore {target}")
            here = target
            continue
        code = rng.choice(cells)
        number = travelling.run(code).reply["execution_count"]
        paths[number] = [*paths[here], code]
        here = number
    probe = "repr([(name, value) for name, value in sorted(locals().items()) if name in ('log', 'd')])"
    for number in rng.sample(sorted(paths), 6):
        travelling.run(f"%restore {number}")
        straight.run("%reset -f")
        for code in paths[number]:
            straight.run(code, stop_on_error=False)
        assert travelling.run(probe, store_history=False).plain == straight.run(probe, store_history=False).plain


def test_cells_without_a_dump_of_their_own_come_back_too(start: Start) -> None:
    kernel = start("--MontyKernel.snapshot_budget=0")
    kernel.run("data = [{'id': i, 'name': str(i)} for i in range(20_000)]; seen = []")
    codes = [
        "import random; seen.append(random.random())",
        "import time; time.sleep(0.01); seen.append('slept')",
        "import asyncio\nawait asyncio.gather(asyncio.sleep(0.02), asyncio.sleep(0.01)); seen.append('gathered')",
        "display(seen); data[0]['id'] = 'changed'",
        "%time seen.append('timed')",
        "seen.append(1 / 0)",
        "seen.append(len(data))",
    ]
    ids = [kernel.client.execute(code, stop_on_error=False) for code in codes]
    for msg_id in ids:
        kernel.finish(msg_id)
    before = kernel.run("seen").plain
    for pid in worker_pids(kernel.pid):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert kernel.run("seen").plain == before
    kernel.run("%restore 4")
    assert kernel.run("seen[1:], data[0]['id']").plain == "(['slept', 'gathered'], 0)"
    kernel.run("%restore 7")
    assert kernel.run("data[0]['id'], seen[-1]").plain == "('changed', 'timed')"


def test_input_is_not_asked_again(start: Start) -> None:
    kernel = start("--MontyKernel.snapshot_budget=0")
    kernel.run("data = list(range(300_000)); answers = []")
    first = kernel.client.execute("answers.append(input('?'))", allow_stdin=True)
    second = kernel.client.execute("answers.append('second')")
    kernel.client.get_stdin_msg(timeout=HANGING)
    kernel.client.input("said once")
    kernel.finish(first)
    kernel.finish(second)
    kernel.run("%restore 2")
    assert kernel.run("answers").plain == "['said once']"


def test_without_snapshots_interrupts_still_lose_nothing(start: Start) -> None:
    kernel = start("--MontyKernel.snapshots=off")
    kernel.run("x = [1]")
    look = kernel.interrupt_when(lambda message: message["msg_type"] == "stream")
    kernel.run("x.append(2)\nprint('go')\nwhile True: pass", meanwhile=look)
    assert kernel.run("x").plain == "[1]"
    reply = kernel.run("%undo").reply
    assert reply["ename"] == "UsageError"
    assert "snapshots=off" in reply["evalue"]


def test_cells_outside_the_history_are_states_too(start: Start) -> None:
    kernel = start()

    def outside(code: str) -> str | None:
        answer = kernel.run(code, store_history=False)
        return answer.plain or answer.text()

    outside("x = 1")
    outside("x = 2")
    outside("%snapshot two")
    outside("x = 3")
    outside("%undo")
    assert outside("x") == "2"
    outside("x = 5")
    outside("%restore two")
    assert outside("x") == "2"
    kernel.run("x = 7")
    outside("y = 1")
    kernel.run("x = 8")
    kernel.run("%undo")
    assert kernel.run("x, y").plain == "(7, 1)"
    assert "Only 1 cell led here" in kernel.run("%undo 2").reply["evalue"]  # the look is not counted
    kernel.run("%undo")
    assert outside("x") == "2"
    kernel.run("%redo")
    assert kernel.run("x, y").plain == "(7, 1)"


def test_a_mistyped_line_is_nothing_to_undo(start: Start) -> None:
    kernel = start()
    kernel.run("x = 1")
    kernel.run("x = 2")
    kernel.run("%undo")
    kernel.run("%redo abc")
    assert "x = 2" in kernel.run("%redo").text()
    kernel.run("%undo abc")
    assert "x = 1" in kernel.run("%undo").text()
    kernel.run("x = [3]")
    kernel.run("x.clear()")
    for line in ("%undo zero", "%snapshots", "%undoo", "%snapshot gone", "%sessions"):
        kernel.run(line)
    assert "x = list of 1 (was list of 0)" in kernel.run("%undo").text()


def test_an_interrupted_cell_makes_no_state(start: Start) -> None:
    kernel = start()
    kernel.run("x = 1")
    look = kernel.interrupt_when(lambda message: message["msg_type"] == "stream")
    kernel.run("x = 2\nprint('go')\nwhile True: pass", meanwhile=look)
    assert "at the start" in kernel.run("%undo").text()


def test_reports_tell_what_cannot_be_compared(start: Start) -> None:
    kernel = start()
    kernel.run(
        "class A: pass\na = A(); a.v = 1; d = {1: 'a'}; s = {1, (2, 3)}; import datetime; t = datetime.date(2020, 1, 1)"
    )
    kernel.run("a.v = 2; d = {'1': 'a'}; t = datetime.date(2020, 1, 2)")
    assert "changed: d, t = datetime.date(2020, 1, 1)" in kernel.run("%undo").text()
    assert kernel.run("%diff 2").text().splitlines()[-2:] == ["? a (cannot be compared)", "? s (cannot be compared)"]
    kernel.run("a.v = 3")
    assert "no difference seen; not compared: a, s" in kernel.run("%undo").text()
    kernel.run("deep = []\nfor i in range(3000): deep = [deep]")
    kernel.run("x = 1")
    assert "gone: x" in kernel.run("%undo").text()


def test_old_states_make_room(start: Start) -> None:
    kernel = start("--MontyKernel.snapshot_memory=50_000", "--MontyKernel.snapshots=memory")
    kernel.run("%snapshot empty")
    for number in range(12):
        kernel.run(f"data = ['{number}' * 1000 + str(i) for i in range(3000)]")
    time.sleep(0.5)
    assert "dropped" in kernel.run("%snapshots").all("display_data")[0]["data"]["text/plain"]
    assert "dropped to save space" in kernel.run("%restore 3").reply["evalue"]
    assert kernel.run("%undo").reply["status"] == "ok"
    assert kernel.run("%restore empty").reply["status"] == "ok"


RANDOM = "import random\ndata = [random.random() for i in range(12_000)]"


@pytest.mark.parametrize(
    ("where", "option"),
    [("memory", "--MontyKernel.snapshot_memory=500_000"), ("disk", "--MontyKernel.snapshot_max_bytes=1_000_000")],
)
def test_named_states_take_no_more_than_their_share(start: Start, where: str, option: str) -> None:
    kernel = start(f"--MontyKernel.snapshots={where}", option)

    def drawn() -> None:
        time.sleep(
            1
        )  # after a pause a state is kept whole, and not as the source of its cell, which takes next to nothing
        kernel.run(RANDOM)

    for name in ("one", "two"):
        drawn()
        assert kernel.run(f"%snapshot {name}").text().endswith(f"is now named {name}.\n")
    drawn()
    answer = kernel.run("%snapshot three")
    assert answer.reply["ename"] == "UsageError"
    said = answer.reply["evalue"]
    assert said.startswith("The state is not named three: it takes ") and option.split(".")[1].split("=")[0] in said
    assert "%snapshot --remove NAME takes a name away (one, two)" in said
    kernel.run("%restore one")
    late = kernel.run("x = 1\n%snapshot small\n" + RANDOM)
    assert "will be named small" in late.text()
    told = late.text("stderr") + kernel.run("1").text("stderr")
    assert "The state is not named small" in told and "It was meant for the state after In[8]" in told
    assert "no state named" in kernel.run("%restore small").reply["evalue"].lower()
    assert "can be dropped like any other" in kernel.run("%snapshot --remove two").text()
    assert "There is no state named 'two'" in kernel.run("%restore two").reply["evalue"]
    assert kernel.run("%snapshot three").reply["status"] == "ok"
    assert "no state named 'nope'" in kernel.run("%snapshot --remove nope").reply["evalue"]
    assert kernel.run("%restore one").reply["status"] == "ok"


def test_a_name_that_was_taken_away_stays_away_after_a_kill(start: Start) -> None:
    env = {"JPY_SESSION_NAME": "/work/notebook.ipynb"}
    kernel = start(env=env)
    kernel.run("x = 1")
    kernel.run("%snapshot gone")
    kernel.run("x = 2\n%snapshot stays")
    kernel.run("%snapshot --remove gone")
    os.kill(kernel.pid, signal.SIGKILL)
    second = start(env={**env, "JUPYTER_DATA_DIR": str(kernel.folder / "data")})
    second.answer("%resume", "y")
    assert "Names: stays." in second.run("%restore gone").reply["evalue"]
    assert second.run("%restore stays").reply["status"] == "ok"


BEGIN = "import time\ndata = [{'id': i} for i in range(20_000)]; seen = []; begun = time.time()"
UNSTEADY = "for i in range(int(1000 * (time.time() - begun))): time.sleep(0)\nseen.append(3)"
"""Asks for something else whenever it runs."""


def test_a_state_that_cannot_be_made_again_leaves_you_where_you_are(start: Start) -> None:
    kernel = start("--MontyKernel.snapshot_budget=0")
    kernel.run(BEGIN)
    for msg_id in kernel.queue("seen.append(2)\ninput()", UNSTEADY, "seen.append(4)", "here = 'precious'"):
        kernel.finish(msg_id)
    answer = kernel.run("%restore 4")
    assert "In[3] ran differently this time" in answer.reply["evalue"]
    answer = kernel.run("seen, here")
    assert (answer.plain, answer.text("stderr")) == ("([2, 3, 4], 'precious')", "")
    assert "after In[2]" in kernel.run("%restore 2").text()
    assert kernel.run("seen").plain == "[2]"
    assert "precious" in kernel.run("%restore 5").text()


def _killing_when_asleep(kernel: Kernel) -> Callable[[Message], None]:
    """A `meanwhile` that kills the workers when a cell has printed that it sleeps."""

    def look(message: Message) -> None:
        if message["msg_type"] == "stream" and "asleep" in message["content"]["text"]:
            kill_workers(kernel.pid)

    return look


def test_after_a_workers_death_the_session_is_where_it_is_said_to_be(start: Start) -> None:
    kernel = start("--MontyKernel.snapshot_budget=0")
    kernel.run(BEGIN)
    asleep = "print('asleep'); time.sleep(1000)"
    ids = kernel.queue("seen.append(2)\ninput()", UNSTEADY, asleep)  # no pause between them in which one is saved
    died = kernel.finish(ids[2], meanwhile=_killing_when_asleep(kernel))
    told = died.text("stderr") + kernel.run("seen.append('on')").text("stderr")
    assert told.count("after In[2], since In[3] cannot be run again") == 1
    assert kernel.run("seen").plain == "[2, 'on']"
    listing = kernel.run("%snapshots").all("display_data")[0]["data"]["text/plain"]
    assert "In[3]" in listing and "<- In[2]" in listing  # a branch that was left
    kernel.run("%undo")  # past the look
    assert kernel.run("seen").plain == "[2]"
