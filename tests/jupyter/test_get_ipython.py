"""get_ipython(): what notebooks and tools that test notebooks ask of it."""

from __future__ import annotations

import pytest

from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING


@pytest.fixture
def fresh(start) -> Kernel:  # type: ignore[no-untyped-def]
    kernel: Kernel = start()
    return kernel


def test_it_is_there_and_true(fresh: Kernel) -> None:
    assert fresh.run("if get_ipython():\n    print('in a notebook')").text() == "in a notebook\n"
    for code in ("from IPython import get_ipython", "import IPython\nget_ipython = IPython.get_ipython"):
        assert fresh.run(f"{code}\nget_ipython().__class__ if 0 else type(get_ipython()).__name__").plain == (
            "'ZMQInteractiveShell'"
        )
    assert fresh.run("'IPKernelApp' in get_ipython().config").plain == "True"
    assert fresh.run("%who").text() == "IPython\t \n"


def test_the_last_result(fresh: Kernel) -> None:
    """As testbook asks for the value of a cell."""
    fresh.run("ip = get_ipython()")
    fresh.run("{'a': [1, 2]}")
    asked = """
            import json
            from IPython import get_ipython
            from IPython.display import JSON

            abcdef = get_ipython().last_execution_result.result

            json.dumps(abcdef)
            JSON({"value" : abcdef})
        """
    assert fresh.run(asked).all("execute_result")[0]["data"]["application/json"] == {"value": {"a": [1, 2]}}
    fresh.run("41;")
    assert fresh.run("ip.last_execution_result.result").plain is None
    fresh.run("42")
    shown = "ip.last_execution_result.result, ip.last_execution_result.success, ip.last_execution_succeeded"
    assert fresh.run(shown).plain == "(42, True, True)"
    fresh.run("1 / 0")
    assert fresh.run(shown).plain == "(None, False, False)"
    fresh.run("{}['x']")
    assert "KeyError" in str(fresh.run("ip.last_execution_result.error_in_exec").plain)


def test_line_magics_that_look(fresh: Kernel) -> None:
    answer = fresh.run("print('a')\nget_ipython().run_line_magic('limits', '')\nprint('b')")
    assert answer.text().startswith("a\nlimit ") and answer.text().endswith("b\n")
    assert "%restore" in fresh.run("get_ipython().magic('%lsmagic')").text()
    assert fresh.run("get_ipython().run_line_magic('snapshots', '')").all("display_data")
    assert (
        fresh.run("for name in ['limits', 'tools']:\n    get_ipython().run_line_magic(name, '')").reply["status"]
        == "ok"
    )


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("run_line_magic('undo', '')", "on a line of its own"),
        ("run_line_magic('reset', '-f')", "write %reset -f on a line of its own"),
        ("run_line_magic('timeit', '1')", "write %timeit 1 on a line of its own"),
        ("run_line_magic('resume', '')", "on a line of its own"),
        ("run_line_magic('matplotlib', 'widget')", "figures show below their cell"),
        ("run_line_magic('nothing', '')", "no magic %nothing"),
        ("run_cell_magic('time', '', '1')", "on the first line of a cell"),
        ("run_cell_magic('bash', '', 'ls')", "has no shell"),
        ("system('ls')", "has no shell"),
        ("getoutput('ls')", "has no shell"),
        ("run_cell('1')", "a cell cannot run another one"),
        ("set_next_input('1')", "puts no text into cells"),
    ],
)
def test_what_cannot_be_done_says_so(kernel: Kernel, call: str, said: str) -> None:
    kernel.run("kept = 1")
    answer = kernel.run(f"get_ipython().{call}")
    assert answer.reply["ename"] == "UsageError"
    assert said in answer.reply["evalue"]
    assert kernel.run("kept").plain == "1"


def test_cell_magics_that_show_a_document(kernel: Kernel) -> None:
    code = "for word in ['a', 'b']:\n    get_ipython().run_cell_magic('html', '', '<b>' + word + '</b>\\n<script>')"
    shown = [each["data"]["text/html"] for each in kernel.run(code).all("display_data")]
    assert [text.strip() for text in shown] == ["<b>a</b>", "<b>b</b>"]


def test_a_cell_magic_that_writes_a_file(kernel: Kernel) -> None:
    code = """
def write(options, text):
    get_ipython().run_cell_magic('writefile', options + 'called.txt', text)
write('', 'one')
write('-a ', 'two')
open('called.txt').read()
"""
    answer = kernel.run(code)
    assert answer.text() == "Writing called.txt\nAppending to called.txt\n"
    assert answer.plain == "'one\\ntwo\\n'"


def test_the_rest_of_the_package(kernel: Kernel) -> None:
    assert kernel.run("import IPython\nIPython.version_info[0] >= 3").plain == "True"
    answer = kernel.run("IPython.embed()")
    assert answer.reply["ename"] == "UsageError"


def test_tab_after_restore_offers_states(fresh: Kernel) -> None:
    for code in ("x = 1", "x = 2", "%snapshot before_all"):
        fresh.run(code)

    def offered(code: str) -> list[str]:
        asked = fresh.client.complete(code)
        while (reply := fresh.client.get_shell_msg(timeout=HANGING))["parent_header"].get("msg_id") != asked:
            pass
        return list(reply["content"]["matches"])

    found = offered("%restore ")
    assert found[0] == "before_all" and {"0", "1", "2"} <= set(found) and "print" not in found
    assert offered("%restore b") == ["before_all"]
    assert offered("%diff 1 ") == [word for word in found if word != "1"]
    assert offered("%reset ") == ["-f"]
    for code in ("%undo ", "%undo pri", "%lsmagic ", "%who pri", "%nothing pri", "%matplotlib "):
        assert "print" not in offered(code) and "int" not in offered(code)
    assert "print" in offered("%time pri")


def test_all_names_of_the_package_can_be_imported(kernel: Kernel) -> None:
    assert kernel.run("%reset -f").reply["status"] == "ok"
    answer = kernel.run("from IPython import *\nget_ipython() is not None, version_info[0] > 5")
    assert answer.plain == "(True, True)", answer.reply
