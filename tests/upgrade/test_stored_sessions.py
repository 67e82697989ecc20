"""An upgrade loses nothing: sessions that an earlier version stored come back whole, and all that is in them goes on working."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.kernel_client import Answer, Kernel
from tests.support.waiting import HANGING

from .cells import NOTEBOOK
from .conftest import Left

Start = Callable[..., Kernel]


@pytest.fixture
def resumed(left: Left, start: Start) -> Kernel:
    """A kernel that went on where the killed one was."""
    left.needs_its_monty()
    kernel = start()
    assert "%resume" in kernel.run("1").text("stderr")
    prompts, answer = kernel.answer("%resume", "y")
    assert NOTEBOOK in prompts[0]
    assert answer.reply["status"] == "ok"
    assert "after In[" in answer.text()
    return kernel


def values(kernel: Kernel, *codes: str) -> list[str | None]:
    """The results of expressions."""
    return [kernel.run(code).plain for code in codes]


def shown(answer: Answer) -> list[dict[str, Any]]:
    return [content["data"] for content in answer.all("display_data")]


def test_what_only_the_notes_held_is_caught_up(resumed: Kernel, left: Left) -> None:
    assert left.made["late"] == f"[1, 'typed late', {left.made['upcoming']}]"
    assert resumed.run("late").plain == left.made["late"]
    assert resumed.run("%undo").reply["status"] == "ok"
    assert resumed.run("late").plain == "[1, 'typed late']"


def test_variables_results_and_sources_are_there(resumed: Kernel) -> None:
    assert values(resumed, "account", "account.rows is alias", "step()", "word", "before_the_failure") == [
        "Account('Emma', [6])",
        "True",
        "12",
        "'typed'",
        "'kept'",
    ]
    assert resumed.run("isinstance(account, Account), account.add(1).rows, alias").plain == "(True, [6, 2], [6, 2])"
    assert resumed.run("next(iterator), next(letters), list(letters)").plain == "(2, 'b', ['c'])"
    assert resumed.run("values[:5]").plain == (
        f"[{2**200},\n Decimal('1.10'),\n datetime.date(2026, 2, 28),\n datetime.timedelta(seconds=3600),\n"
        " re.compile('a+')]"
    )
    assert resumed.run("values[5]['a'], values[6].x, str(values[7]), values[8:]").plain == (
        "(2, 1, '/data/a.txt', [{1, 2}, frozenset({3}), b'bytes', 1.5, None, Ellipsis])"
    )
    assert resumed.run("tricky['list'][0] is tricky['list']").plain == "True"
    assert resumed.run("Out[5] is account, In[5], _i5").plain == "(True, 'account.add(3)', 'account.add(3)')"


def test_the_last_results_are_there(resumed: Kernel, left: Left) -> None:
    assert resumed.run("_, __, ___").plain == f"({left.made['late']}, 'typed', 'a')"


def test_display_objects_show_as_before(resumed: Kernel) -> None:
    for name, mime in {
        "text/html": "text/html",
        "text/markdown": "text/html",  # rendered by the kernel
        "text/latex": "text/latex",
        "math": "text/latex",
        "image/svg+xml": "image/svg+xml",
        "pretty": "text/plain",
        "application/json": "application/json",
        "image/png": "image/png",
    }.items():
        (data,) = shown(resumed.run(f"display(documents[{name!r}])"))
        assert mime in data, name
    (html,) = shown(resumed.run("display(documents['text/html'])"))
    assert html["text/html"] == "<i>html</i>"
    (markdown,) = shown(resumed.run("display(documents['text/markdown'])"))
    assert "<strong>bold</strong>" in markdown["text/html"]
    (json,) = shown(resumed.run("display(documents['application/json'])"))
    assert json["application/json"] == {"a": [1, 2]}
    assert "<b>Emma</b>" in resumed.run("account").all("execute_result")[0]["data"]["text/html"]
    assert shown(resumed.run("display(Bundle())")) == [{"text/plain": "bundle", "text/html": "<u>bundle</u>"}]
    assert shown(resumed.run("Own()"))[0]["text/html"] == "<s>own</s>"


def test_classes_of_the_display_module_make_new_objects_of_the_same_kind(resumed: Kernel) -> None:
    assert resumed.run("isinstance(documents['text/html'], HTML), type(documents['math']) is Math").plain == (
        "(True, True)"
    )
    assert shown(resumed.run("display(HTML('<p>new</p>'))"))[0]["text/html"] == "<p>new</p>"
    code = "from IPython.display import HTML as Now\nisinstance(documents['text/html'], Now)"
    assert resumed.run(code).reply["status"] == "ok"
    assert shown(resumed.run("shown.display(shown.HTML('<p>module</p>'))"))[0]["text/html"] == "<p>module</p>"


def test_handles_update_what_they_showed(resumed: Kernel) -> None:
    for code, named in (
        ("handle.update('second')", "of-old"),
        ("update_display('third', display_id='of-old')", "of-old"),
        ("update('fourth', display_id='of-old')", "of-old"),
        ("anonymous.update('fifth')", None),
    ):
        answer = resumed.run(code)
        assert answer.reply["status"] == "ok", code
        (update,) = answer.all("update_display_data")
        assert named is None or update["transient"]["display_id"] == named
    (again,) = resumed.run("handle.display('again')").all("display_data")
    assert again["transient"]["display_id"] == "of-old"


def test_functions_of_the_host_answer_by_every_name(resumed: Kernel) -> None:
    assert shown(resumed.run("show('by another name')"))[0]["text/plain"] == "'by another name'"
    assert shown(resumed.run("shows(HTML('<b>x</b>'))"))[0]["text/html"] == "<b>x</b>"
    assert shown(resumed.run("raw()")) == [{"text/plain": "raw"}]
    assert resumed.run("clear(wait=True)").all("clear_output") == [{"wait": True}]
    assert resumed.answer("asks()", "Emma")[1].plain == "'Emma'"
    assert resumed.answer("ask('? ')", "Anne")[1].plain == "'Anne'"
    assert resumed.answer("hidden('? ')", "secret")[1].plain == "'secret'"
    assert resumed.run("sleeps(), await both()").plain == "('slept', ['a', 'b'])"
    assert [each["source"] for each in resumed.run("leave()").reply["payload"]] == ["ask_exit"]


def test_magics_inside_functions_answer(resumed: Kernel) -> None:
    timed = resumed.run("timed()")
    assert timed.plain == "3"
    assert "Wall time" in timed.text()
    assert "memory" in resumed.run("limited()").text()
    assert resumed.run("measured().best > 0").plain == "True"
    assert resumed.run("helped()").text() != ""


def test_new_cells_use_magics_and_imports_in_the_old_session(resumed: Kernel) -> None:
    assert "Wall time" in resumed.run("%time sum([1, 2])").text()
    assert "Wall time" in resumed.run("%%time\nsum([1, 2])").text()
    assert resumed.run("%timeit -o -q -n 2 -r 2 sum([1])").plain is not None
    assert "per loop" in resumed.run("%%timeit -n 2 -r 2\nsum([1])").text()
    assert "account" in resumed.run("%who Account").text()
    assert "Account" in resumed.run("%whos").text()
    assert "account" in (resumed.run("now = %who_ls\nnow").plain or "")
    assert resumed.run("!ls").reply["ename"] == "UsageError"
    assert resumed.run("[n for n in range(40_000)]").plain is not None
    assert shown(resumed.run("import IPython\nIPython.display.display(IPython.display.HTML('<i>i</i>'))"))[0] == {
        "text/html": "<i>i</i>",
        "text/plain": "<IPython.core.display.HTML object>",
    }


def test_completion_and_inspection_see_the_old_values(resumed: Kernel) -> None:
    matches = resumed.client.complete("account.", reply=True, timeout=HANGING)["content"]["matches"]
    assert {"add", "owner", "rows"} <= {each.rpartition(".")[2] for each in matches}
    keys = resumed.client.complete("documents['", reply=True, timeout=HANGING)["content"]["matches"]
    assert any("text/html" in each for each in keys)
    found = resumed.client.inspect("account", reply=True, timeout=HANGING)["content"]
    assert found["found"] and "Account" in found["data"]["text/plain"]


def test_what_magics_gave_is_there(resumed: Kernel) -> None:
    assert resumed.run("timing.best > 0, len(timing.timings), 'documents' in names").plain == "(True, 2, True)"
    assert "per loop" in (resumed.run("timing").plain or "")


def test_tools_and_folders_that_are_granted_again_answer(resumed: Kernel) -> None:
    assert resumed.run("price('Emma'), order(), bookshop.price('Emma', copies=4)").plain == "(1.5, 4.5, 6.0)"
    assert resumed.run("bookshop.order('Emma')").reply["ename"] == "PermissionError"
    assert resumed.run("text, reads(), Path('/data/new.txt').exists()").plain == (
        "('of the disk\\n', 'of the disk\\n', False)"
    )
    resumed.run("Path('/data/new.txt').write_text('again')")
    assert resumed.run("Path('/data/new.txt').read_text()").plain == "'again'"


def test_named_states_branches_and_undo_lead_where_they_led(resumed: Kernel, left: Left) -> None:
    assert resumed.run("branch").plain == "'right'"
    listed = shown(resumed.run("%snapshots -a"))[0]["text/plain"]
    assert "clean" in listed
    assert "branch = 'left'" in listed
    assert resumed.run("%restore clean").reply["status"] == "ok"
    assert resumed.run("'branch' in locals().keys()").plain == "False"
    assert resumed.run("random.random()").plain == left.made["upcoming"]
    (line,) = [line for line in listed.splitlines() if "branch = 'left'" in line]
    number = re.findall(r"In\[(\d+)\]", line)[0]
    assert resumed.run(f"%restore {number}").reply["status"] == "ok"
    assert resumed.run("branch").plain == "'left'"
    assert resumed.run("%undo 2").reply["status"] == "ok"
    assert resumed.run("'branch' in locals().keys()").plain == "False"
    assert "drawn" in resumed.run("%diff 4 clean").text()
    assert resumed.run("%restore 4").reply["status"] == "ok"
    assert resumed.run("account, step()").plain == "(Account('Emma', []), 12)"


def test_errors_lead_into_cells_that_ran_before_the_upgrade(resumed: Kernel) -> None:
    answer = resumed.run("fails(2)")
    assert answer.reply["ename"] == "ZeroDivisionError"
    traceback = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(answer.reply["traceback"]))
    assert "line 2, in fails(n)" in traceback
    assert "return n / 0" in traceback


def test_what_was_resumed_is_stored_and_comes_back_again(resumed: Kernel, start: Start) -> None:
    resumed.run("added = handle")
    resumed.manager.shutdown_kernel()
    kernel = start()
    kernel.answer("%resume", "y")
    assert kernel.run("account, account.rows is alias").plain == "(Account('Emma', [6]), True)"
    assert kernel.run("added.update('later')").all("update_display_data")[0]["transient"]["display_id"] == "of-old"
    assert kernel.run("%restore clean").reply["status"] == "ok"


def test_inputs_of_earlier_sessions_are_found(start: Start) -> None:
    kernel = start()
    _, answer = kernel.answer("%history -g *Account*", "y")
    assert "class Account:" in answer.text()


def sessions(left: Left, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "monty_kernel.cli", "sessions", *words],
        env={**os.environ, "JUPYTER_DATA_DIR": str(left.data)},
        capture_output=True,
        text=True,
        timeout=HANGING,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("file", ["session.monty", "state.monty"])
def test_an_exported_session_is_taken_in_with_the_key_of_then(left: Left, start: Start, file: str) -> None:
    sessions(left, "import", str(left.folder / file))
    (line,) = [line for line in sessions(left, "list").splitlines() if "exported" in line]
    session = line.split()[0]
    assert "twice" in sessions(left, "show", session)
    left.needs_its_monty()
    kernel = start(notebook="/work/other.ipynb")
    kernel.answer(f"%resume {session}", "y")
    if file == "session.monty":
        assert kernel.run("kept").plain == "'overwritten'"
        assert kernel.run("%restore answer").reply["status"] == "ok"
    assert kernel.run("twice(4), Out[2]").plain == "(8, 42)"
    assert shown(kernel.run("display(kept[0])"))[0]["text/html"] == "<b>kept</b>"


def test_the_command_line_sees_the_session_that_was_killed(left: Left) -> None:
    (line,) = [line for line in sessions(left, "list").splitlines() if NOTEBOOK in line]
    session = line.split()[0]
    assert "died" in line
    assert "late = [1]" in sessions(left, "show", session)
    target = left.folder / "out.monty"
    sessions(left, "export", session, str(target))
    assert target.stat().st_size > 1_000
