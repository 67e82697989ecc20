"""display(), its ids and updates, and the classes of IPython.display."""

from __future__ import annotations

import base64
import re

import pytest

from tests.support.kernel_client import Kernel

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def test_display_needs_no_import(kernel: Kernel) -> None:
    answer = kernel.run("display(1, 'two'); print('three')")
    kinds = [
        message["msg_type"] for message in answer.messages if message["msg_type"] not in ("status", "execute_input")
    ]
    assert kinds == ["display_data", "display_data", "stream"]
    assert [content["data"]["text/plain"] for content in answer.all("display_data")] == ["1", "'two'"]


@pytest.mark.parametrize(
    ("expression", "mime", "data"),
    [
        ("HTML('<b>b</b>')", "text/html", "<b>b</b>"),
        ("Latex('$x$')", "text/latex", "$x$"),
        ("Math('x')", "text/latex", "$\\displaystyle x$"),
        ("SVG('<svg/>')", "image/svg+xml", "<svg/>"),
        ("JSON({'a': [1, None]})", "application/json", {"a": [1, None]}),
        (f"Image({PNG!r})", "image/png", base64.b64encode(PNG).decode()),
    ],
)
def test_rich_classes(kernel: Kernel, expression: str, mime: str, data: object) -> None:
    kernel.run("from IPython.display import *")
    shown = kernel.run(expression).all("execute_result")[0]["data"]
    assert shown[mime] == data
    assert shown["text/plain"].startswith("<IPython.core.display.")


@pytest.mark.parametrize(
    ("method", "body", "mime", "data"),
    [
        ("_repr_html_", "'<i>'", "text/html", "<i></i>"),
        ("_repr_markdown_", "'m'", "text/html", "<p>m</p>\n"),
        ("_repr_latex_", "'$l$'", "text/latex", "$l$"),
        ("_repr_svg_", "'<svg/>'", "image/svg+xml", "<svg/>"),
        ("_repr_png_", "b'png'", "image/png", "cG5n"),
        ("_repr_jpeg_", "b'jpeg'", "image/jpeg", "anBlZw=="),
        ("_repr_json_", "{'j': 1}", "application/json", {"j": 1}),
    ],
)
def test_user_classes_show_themselves(kernel: Kernel, method: str, body: str, mime: str, data: object) -> None:
    answer = kernel.run(f"class R:\n    def {method}(self): return {body}\n    def __repr__(self): return 'R'\nR()")
    assert answer.all("execute_result")[0]["data"] == {mime: data, "text/plain": "R"}


def test_mimebundle_with_metadata(kernel: Kernel) -> None:
    code = "class R:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n        return {'text/html': 'h', 'application/json': [1]}, {'text/html': {'isolated': True}}\nR()"
    result = kernel.run(code).all("execute_result")[0]
    assert result["data"]["text/html"] == "h"
    assert result["data"]["application/json"] == [1]
    assert result["metadata"] == {"text/html": {"isolated": True}}


def test_a_rich_method_that_raises_is_reported_and_the_rest_is_shown(kernel: Kernel) -> None:
    answer = kernel.run("class R:\n    def _repr_html_(self): return 1 / 0\n    def __repr__(self): return 'R'\nR()")
    assert answer.plain == "R"
    assert answer.reply["status"] == "ok"
    (error,) = answer.all("error")
    assert (error["ename"], error["evalue"]) == ("ZeroDivisionError", "division by zero")
    shown = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error["traceback"]))
    assert "line 2, in R._repr_html_(self)" in shown and "----> 2     def _repr_html_(self): return 1 / 0" in shown
    later = kernel.run("print('before'); display(R()); print('after')")
    assert [m["msg_type"] for m in later.messages[2:-1]] == ["stream", "error", "display_data", "stream"]


def test_the_place_of_an_error_in_a_long_method_is_not_guessed(kernel: Kernel) -> None:
    kernel.run("class Long:\n    def _repr_html_(self):\n        x = 0\n        return 1 / x")
    (error,) = kernel.run("Long()").all("error")
    assert error["traceback"][-1] == "It came from Long._repr_html_(). Monty does not say where in it."
    assert "_repr_svg_() raised" in kernel.run("class L:\n    pass\nL._repr_svg_ = lambda self: 1 / 0\nL()").text(
        "stderr"
    )


def test_errors_while_showing_count_as_output(start) -> None:  # type: ignore[no-untyped-def]
    kernel: Kernel = start()
    kernel.run("%limits output=20KiB")
    answer = kernel.run("class R:\n    def _repr_html_(self): return 1 / 0\nfor n in range(1000): display(R())")
    assert answer.reply["ename"] == "OutputLimitExceeded"
    assert len(answer.all("error")) < 100


def test_display_ids_and_updates(kernel: Kernel) -> None:
    answer = kernel.run(
        "handle = display('a', display_id='spot')\nhandle.update('b')\nupdate = display(1, display_id=True)"
    )
    first, second = answer.all("display_data")
    assert first["transient"] == {"display_id": "spot"}
    assert second["transient"]["display_id"]
    assert answer.all("update_display_data")[0]["data"]["text/plain"] == "'b'"
    later = kernel.run("from IPython.display import update_display\nupdate_display('c', display_id='spot')")
    assert later.all("update_display_data")[0]["transient"] == {"display_id": "spot"}


def test_a_number_may_be_a_display_id(kernel: Kernel) -> None:
    answer = kernel.run("handle = display('a', display_id=7)\nhandle.update('b')\nhandle.display_id")
    assert answer.plain == "7"
    assert [each["transient"] for each in answer.all("display_data")] == [{"display_id": "7"}]
    assert [each["transient"] for each in answer.all("update_display_data")] == [{"display_id": "7"}]
    later = kernel.run("from IPython.display import update_display\nupdate_display('c', display_id=7)")
    assert later.all("update_display_data")[0]["transient"] == {"display_id": "7"}
    assert "display_id" in kernel.run("display(1, display_id=1)").all("display_data")[0]["transient"]
    for wrong in ("False", "1.5", "[7]"):
        assert kernel.run(f"display('a', display_id={wrong})").reply["ename"] == "TypeError"


def test_a_display_of_nothing_holds_the_place_of_later_updates(kernel: Kernel) -> None:
    answer = kernel.run("later = display(display_id=True)\nlater.update('now')\ndisplay()")
    (placed,), (update,) = answer.all("display_data"), answer.all("update_display_data")
    assert placed["data"] == {}
    assert update["data"] == {"text/plain": "'now'"}
    assert placed["transient"]["display_id"] == update["transient"]["display_id"]
    assert kernel.run("from IPython.display import DisplayHandle\nDisplayHandle();").all("display_data") == []


def test_an_object_may_display_itself(kernel: Kernel) -> None:
    kernel.run(
        "class Own:\n    def __init__(self, error=None): self.error = error\n    def __repr__(self): return 'repr'\n"
        "    def _ipython_display_(self):\n        if self.error: raise self.error\n        display('own')"
    )
    for code in ("Own()", "display(Own())"):
        answer = kernel.run(code)
        assert [each["data"] for each in answer.all("display_data")] == [{"text/plain": "'own'"}]
        assert answer.plain is None
    assert kernel.run("type(_).__name__").plain == "'Own'"
    assert kernel.run("Own(NotImplementedError())").plain == "repr"
    answer = kernel.run("Own(ValueError('no'))")
    assert answer.plain == "repr"
    (error,) = answer.all("error")
    assert (error["ename"], error["evalue"]) == ("ValueError", "no")
    assert "Own._ipython_display_()" in error["traceback"][-1]


def test_raw_bundles(kernel: Kernel) -> None:
    answer = kernel.run("display({'text/plain': 'p', 'application/json': {'k': 1}}, raw=True)")
    assert answer.all("display_data")[0]["data"] == {"text/plain": "p", "application/json": {"k": 1}}


def test_clear_output(kernel: Kernel) -> None:
    answer = kernel.run("import IPython.display as d\nd.clear_output()\nd.clear_output(wait=True)")
    assert answer.all("clear_output") == [{"wait": False}, {"wait": True}]


def test_imports_of_ipython_in_every_form(kernel: Kernel) -> None:
    code = """
import IPython
from IPython.display import (HTML as H,
                             display)
from IPython import display as module
def f():
    from IPython.core.display import Markdown
    return Markdown('m')
IPython.display.display(H('1')); module.display(f())
"""
    answer = kernel.run(code)
    assert answer.reply["status"] == "ok"
    assert [sorted(content["data"]) for content in answer.all("display_data")] == [
        ["text/html", "text/plain"],
        ["text/html", "text/plain"],
    ]


def test_a_name_that_ipython_does_not_have_is_an_import_error(kernel: Kernel) -> None:
    answer = kernel.run("from IPython.display import Hologram")
    assert answer.reply["ename"] == "ImportError"
    assert "Hologram" in answer.reply["evalue"]
    assert kernel.run("from IPython.core.magic import register_line_magic").reply["ename"] == "ModuleNotFoundError"


@pytest.mark.parametrize("code", ["IPython.nothing", "IPython.core.magic"])
def test_what_the_sandbox_lacks_of_ipython_is_said(kernel: Kernel, code: str) -> None:
    answer = kernel.run(f"import IPython, IPython.display\n{code}")
    assert answer.reply["ename"] == "AttributeError"
    assert "the names of IPython and IPython.display" in answer.reply["traceback"][-1]


def test_numbers_that_json_does_not_have_are_null(kernel: Kernel) -> None:
    nan = "float('nan')"
    code = f"class J:\n    def _repr_json_(self): return [{nan}, {{'a': float('-inf')}}, 1e300 * 1e300, 1.5]\nJ()"
    assert kernel.run(code).all("execute_result")[0]["data"]["application/json"] == [None, {"a": None}, None, 1.5]
    shown = kernel.run(f"display(1, metadata={{'width': {nan}, 'height': 2.5}})").all("display_data")[0]
    assert shown["metadata"] == {"width": None, "height": 2.5}


@pytest.mark.parametrize("depth", [150, 250, *range(960, 1000, 4), 100_000])
def test_deeply_nested_json_is_shown_or_left_out(kernel: Kernel, depth: int) -> None:
    code = f"class J:\n    def _repr_json_(self):\n        x = 1.5\n        for i in range({depth}): x = [x]\n        return x\nJ()"
    answer = kernel.run(code)
    assert answer.reply["status"] == "ok"
    assert ("application/json" in answer.all("execute_result")[0]["data"]) == (depth < 200)
    forged = kernel.run(f"__mk_emit({{}}, {{'application/json': '['*{depth} + 'NaN' + ']'*{depth}}}, '', None, False)")
    assert forged.reply["status"] == ("ok" if depth < 200 else "error")
    assert "internal error" not in forged.reply.get("evalue", "")


@pytest.mark.parametrize(
    "method",
    [
        "_repr_html_(self): return 5",
        "_repr_html_(self): return [1]",
        "_repr_mimebundle_(self, include=None, exclude=None): return {5: 'x'}",
        "_repr_mimebundle_(self, include=None, exclude=None): return {'text/html': 5}",
        "_repr_mimebundle_(self, include=None, exclude=None): return 5",
    ],
)
def test_what_no_notebook_can_hold_is_reported_and_the_text_is_shown(kernel: Kernel, method: str) -> None:
    answer = kernel.run(f"class R:\n    def {method}\n    def __repr__(self): return 'R'\nR()")
    assert answer.all("execute_result")[0]["data"] == {"text/plain": "R"}
    assert "raised TypeError" in answer.text("stderr")


def test_metadata_that_is_none(kernel: Kernel) -> None:
    code = "class R:\n    def _repr_mimebundle_(self, include=None, exclude=None): return {'text/html': 'h', 'a/b': None}, 5\nR()"
    result = kernel.run(code).all("execute_result")[0]
    assert result["data"]["text/html"] == "h"
    assert "a/b" not in result["data"]
    assert result["metadata"] == {}


def test_forged_calls_of_the_host_are_refused(kernel: Kernel) -> None:
    for call in ("__mk_emit(1, 2, 3, 4, 5)", "__mk_emit({1: 2}, {}, '', None, False)", "__mk_emit({}, {'a': 'not json'}, '', None, 0)",
                 "__mk_emit({'a': 'b'}, {}, '[1]', None, 0)", "__mk_clear()", "__mk_magic('undo', '../..')"):  # fmt: skip
        assert kernel.run(call).reply["status"] in ("error", "ok")
    # from here on nothing is shown: this test is the module's last
    assert kernel.run("__mk_show = 5\n2").reply["status"] in ("error", "ok")
    assert kernel.run("print('alive')").text() == "alive\n"
