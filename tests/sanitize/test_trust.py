"""What outputs may do where they are shown: by default nothing; the person may trust them, a notebook may not ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.kernel_client import Kernel
from tests.support.waiting import HANGING

SCRIPT = "<b>x</b><script>alert(1)</script>"


def _shown(answer: Any) -> list[dict[str, Any]]:
    return [content["data"] for content in answer.all("display_data")]


def test_a_note_says_once_per_cell_what_was_left_out(kernel: Kernel) -> None:
    answer = kernel.run(f"for i in range(50): display({{'text/html': {SCRIPT!r}}}, raw=True)")
    assert _shown(answer) == [{"text/html": "<b>x</b>"}] * 50
    assert answer.text("stderr").count("left out of this output: <script>") == 1
    assert "--MontyKernel.trust_outputs=True" in answer.text("stderr")
    assert "left out" in kernel.run(f"display({{'text/html': {SCRIPT!r}}}, raw=True)").text("stderr")


def test_the_note_names_what_was_left_out(kernel: Kernel) -> None:
    html = "<iframe></iframe><script></script><img src=http://x><img src=//y><a href=javascript:z onclick=a>l</a><xé>"
    said = kernel.run(f"display({{'text/html': '{html}', 'x/y': ''}}, raw=True)").text("stderr")
    left_out = "output: <iframe>, <script>, element, event handler, link, 2 × linked image"
    assert f"{left_out}, x/y. If you trust this notebook" in said
    said = kernel.run(f"from IPython.display import HTML\nHTML('{html}')").text("stderr")
    assert f"{left_out}. To see the original as text, run print(x._repr_html_())" in said
    said = kernel.run(
        "from IPython.display import Markdown\nMarkdown('![a](http://x) <u onclick=a> [b](javascript:c)')"
    )
    assert (
        "output: event handler, link, linked image. To see the original as text, run print(x._repr_markdown_())"
        in said.text("stderr")
    )
    assert "If you trust this notebook, restart the kernel with --MontyKernel.trust_outputs=True.]" in said.text(
        "stderr"
    )
    assert kernel.run("x = Markdown('[b](javascript:c)')\nprint(x._repr_markdown_())").text() == "[b](javascript:c)\n"
    # where there is no object, none is named: the cell is the original
    for cell in (
        "%%html\n<p onclick='f()'>a</p>",
        "%%markdown\n<p onclick='f()'>a</p>",
        "display({'text/html': '<p onclick=1>a</p>'}, raw=True)",
    ):
        note = kernel.run(cell).text("stderr")
        assert "left out of this output: event handler. If you trust" in note, (cell, note)


def test_a_cell_gives_few_notes(kernel: Kernel) -> None:
    answer = kernel.run(
        "for i in range(50): display({'text/html': '<script></script>' * i, 'text/plain': ''}, raw=True)"
    )
    assert answer.text("stderr").count("left out") == 5


def test_the_note_is_the_output_where_nothing_is_left(kernel: Kernel) -> None:
    answer = kernel.run("display({'application/javascript': 'alert(1)'}, raw=True)")
    [data] = _shown(answer)
    assert list(data) == ["text/plain"]
    assert "application/javascript" in data["text/plain"]
    assert answer.text("stderr") == ""


def test_results_updates_and_user_expressions_pass_too(kernel: Kernel) -> None:
    kernel.run(
        f"class R:\n    def _repr_html_(self): return {SCRIPT!r}\n    def __repr__(self): return 'R\\x1b]0;t\\x07'\nr = R()"
    )
    answer = kernel.run("r", user_expressions={"again": "r"})
    result = answer.all("execute_result")[0]["data"]
    assert result == {"text/html": "<b>x</b>", "text/plain": "R\\x1b]0;t\\x07"}
    assert answer.reply["user_expressions"]["again"]["data"] == result
    kinds = [message["msg_type"] for message in answer.messages if message["msg_type"] in ("stream", "execute_result")]
    assert kinds == ["stream", "execute_result"]
    updated = kernel.run("h = display(1, display_id='d')\nh.update(r)").all("update_display_data")[0]
    assert updated["data"]["text/html"] == "<b>x</b>"


def test_a_sequence_cut_into_two_prints_is_seen(kernel: Kernel) -> None:
    answer = kernel.run("import time\nprint('\\x1b', end='')\ntime.sleep(0.1)\nprint(']52;c;ZXZpbA==\\x07')")
    assert answer.text() == "\\x1b]52;c;ZXZpbA==\\x07\n"
    answer = kernel.run("import sys\nprint('\\x1b', end='')\nprint(']52;c;AA\\x07', file=sys.stderr)")
    assert (answer.text(), answer.text("stderr")) == ("\\x1b", "]52;c;AA\\x07\n")
    answer = kernel.run("print('\\x1b[', end='')\ndisplay(1)\nprint('2J')")
    assert answer.text() == "\\x1b[2J\n"
    assert kernel.run("print('end \\x1b[3', end='')").text() == "end \\x1b[3"
    assert kernel.run("print('1m')").text() == "1m\n"
    answer = kernel.run("import time\nprint('\\x1b[3', end='')\ntime.sleep(0.1)\nprint('1mred\\x1b[0m')")
    assert answer.text() == "\x1b[31mred\x1b[0m\n"


def test_errors_and_pages_of_help(kernel: Kernel) -> None:
    answer = kernel.run("def f():\n    '''\\x1b]0;evil\\x07'''\nraise ValueError('\\x1b]52;c;AA\\x07')")
    said = "".join(answer.reply["traceback"]) + answer.reply["evalue"]
    assert "\x1b]" not in said
    assert "\x07" not in said
    page = kernel.run("f?").reply["payload"][0]["data"]["text/plain"]
    assert "\x1b]" not in page
    assert "\x1b]" not in kernel.run("help(f)").text()


def test_a_question_is_shown_without_control_sequences(kernel: Kernel) -> None:
    asked = kernel.client.execute("input('\\x1b]0;evil\\x07name? \\x1b[31m!\\x1b[0m')", allow_stdin=True)
    question = kernel.client.get_stdin_msg(timeout=HANGING)
    assert question["content"]["prompt"] == "\\x1b]0;evil\\x07name? \x1b[31m!\x1b[0m"
    kernel.client.input("x")
    assert kernel.finish(asked).plain == "'x'"


def test_large_and_deep_html_costs_little_and_the_session_goes_on(kernel: Kernel) -> None:
    for html in ("'<div>' * 100_000", "'<b>' * 199_999", "'&amp;' * 799_000", "'<table>' + '<i>x' * 90_000"):
        answer = kernel.run(f"display({{'text/html': {html}}}, raw=True)")
        assert answer.reply["status"] == "ok"
        assert len(_shown(answer)[0]["text/html"]) <= 5_000_000
    answer = kernel.run("display({'text/html': '<b>' * 200_001}, raw=True)")
    assert "more than 200,000 tags" in _shown(answer)[0]["text/plain"]
    for mime in ("text/html", "image/svg+xml", "text/markdown"):
        answer = kernel.run(f"display({{{mime!r}: '<svg>' + 'é' * 2_000_000}}, raw=True)")
        assert "more than 4 MB" in answer.text("stderr") + _shown(answer)[0]["text/plain"]
        assert ("text/plain" in _shown(answer)[0], len(_shown(answer)[0])) == (True, 1)


def test_who_trusts_outputs_gets_them_as_they_are(start: Callable[..., Kernel]) -> None:
    kernel = start("--MontyKernel.trust_outputs=True")
    answer = kernel.run(
        f"print('\\x1b]0;t\\x07')\ndisplay({{'text/html': {SCRIPT!r}, 'x/y': 'z'}}, raw=True, metadata={{'a': 1}})"
    )
    assert answer.text() == "\x1b]0;t\x07\n"
    assert _shown(answer) == [{"text/html": SCRIPT, "x/y": "z"}]
    assert answer.all("display_data")[0]["metadata"] == {"a": 1}
    assert answer.text("stderr") == ""


def test_no_file_of_the_notebooks_folder_makes_outputs_trusted(start: Callable[..., Kernel]) -> None:
    kernel = start()
    (kernel.folder / "monty_kernel_config.py").write_text("c.MontyKernel.trust_outputs = True\n")
    (kernel.folder / "monty_kernel_config.json").write_text('{"MontyKernel": {"trust_outputs": true}}')
    kernel.manager.restart_kernel(now=True)
    kernel.client.wait_for_ready(timeout=HANGING)
    assert _shown(kernel.run(f"display({{'text/html': {SCRIPT!r}}}, raw=True)")) == [{"text/html": "<b>x</b>"}]
