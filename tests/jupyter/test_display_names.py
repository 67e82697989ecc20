"""Every name of IPython and of IPython.display can be imported, and says what it cannot show."""

from __future__ import annotations

import base64
import io
import re
import wave

import IPython
import IPython.display
import pytest

from tests.engine.test_locate import ANSI
from tests.support.kernel_client import Answer, Kernel

DISPLAY = sorted(name for name in dir(IPython.display) if name[0] != "_")
PACKAGE = sorted({name for name in dir(IPython) if name[0] != "_"} - {"Any", "sys", "warnings"})


@pytest.mark.parametrize(("module", "names"), [("IPython.display", DISPLAY), ("IPython", [*PACKAGE, "__version__"])])
def test_every_name_can_be_imported(start, module: str, names: list[str]) -> None:  # type: ignore[no-untyped-def]
    kernel: Kernel = start()
    answer = kernel.run(f"from {module} import {', '.join(names)}")
    assert answer.reply["status"] == "ok", answer.reply
    assert kernel.run(f"from {module} import *\n{names[0]}, {names[-1]}").reply["status"] == "ok"
    for name in names:
        assert kernel.run(f"import {module} as m\nm.{name}").reply["status"] == "ok", name


def test_a_name_that_shows_nothing_costs_nobody_else(kernel: Kernel) -> None:
    answer = kernel.run("from IPython.display import display, HTML, IFrame\ndisplay(HTML('<b>x</b>'))")
    assert answer.all("display_data")[0]["data"]["text/html"] == "<b>x</b>"
    assert kernel.run("from IPython.display import Code, display_html").reply["status"] == "ok"


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("IFrame('https://example.com/?a=1&b=2', 100, 50)", "Its address: https://example.com/?a=1&b=2"),
        ("IFrame(src='page.html', width=1, height=2)", "Its address: page.html"),
        ("Audio('https://example.com/a.wav')", "Audio is not shown here"),
        ("Audio(url='http://example.com/a.wav')", "Its address: http://example.com/a.wav"),
        ("Video('film.mp4')", "Its address: film.mp4"),
        ("YouTubeVideo('abc', width=10)", "https://www.youtube.com/watch?v=abc"),
        ("VimeoVideo(123)", "https://vimeo.com/123"),
        ("Javascript('alert(1)')", "sends no programs"),
        ("GeoJSON({'type': 'Point'})", "JSON(data) shows the data"),
        ("FileLinks('.')", "files of this computer"),
        ('IFrame("https://x/\'><script>alert(1)</script>")', "is not shown here"),
    ],
)
def test_what_is_not_shown_says_so_when_it_is_used(kernel: Kernel, expression: str, said: str) -> None:
    kernel.run("from IPython.display import *")
    assert not kernel.run(f"thing = {expression}").all("display_data")
    answer = kernel.run(expression)
    (result,) = answer.all("execute_result")
    assert said in result["data"]["text/plain"]
    assert "<script" not in result["data"].get("text/html", "")
    assert not answer.text("stderr")
    assert said in kernel.run("display(thing)").all("display_data")[0]["data"]["text/plain"]


def test_sound_and_films_from_bytes(kernel: Kernel) -> None:
    kernel.run("import IPython.display as ipd")
    for expression, kind in [
        ("ipd.Audio(b'RIFFdata')", "audio/wav"),
        ("ipd.Audio(data=b'ID3data')", "audio/mpeg"),
        ("ipd.Audio(b'OggSdata')", "audio/ogg"),
        ("ipd.Video(b'data', embed=True)", "video/mp4"),
        ("ipd.Video(b'data', embed=True, mimetype='video/webm', width=9)", "video/webm"),
    ]:
        answer = kernel.run(expression)
        html = answer.all("execute_result")[0]["data"]["text/html"]
        assert f'src="data:{kind};base64,' in html and 'controls="controls"' in html and 'preload="none"' in html
        assert not answer.text("stderr")
    assert kernel.run("ipd.Video(b'data')").reply["ename"] == "ValueError"
    refused = kernel.run("ipd.Video(b'data', embed=True, mimetype='text/html')")
    assert "<video" not in refused.all("execute_result")[0]["data"].get("text/html", "")


def test_samples_become_sound(kernel: Kernel) -> None:
    code = "from IPython.display import Audio\nAudio([0.0, 0.5, -0.5, 1], rate=8000)"
    html = kernel.run(code).all("execute_result")[0]["data"]["text/html"]
    with wave.open(io.BytesIO(base64.b64decode(html.partition("base64,")[2].partition('"')[0]))) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        frames = sound.readframes(10)
    assert [int.from_bytes(frames[at : at + 2], "little", signed=True) for at in range(0, 8, 2)] == [
        0,
        16383,
        -16383,
        32767,
    ]
    stereo = kernel.run("Audio([[0, 1], [1, 0]], rate=44100)").all("execute_result")[0]["data"]["text/html"]
    with wave.open(io.BytesIO(base64.b64decode(stereo.partition("base64,")[2].partition('"')[0]))) as sound:
        assert (sound.getnframes(), sound.getnchannels()) == (2, 2)
    assert kernel.run("Audio([1, 2])").reply["ename"] == "ValueError"


def test_code_and_functions_for_one_type(kernel: Kernel) -> None:
    kernel.run("from IPython.display import *")
    data = kernel.run("Code('def f(): \"```\"', language='python')").all("execute_result")[0]["data"]
    assert data["text/plain"] == 'def f(): "```"'
    assert data["text/html"].startswith("<pre><code>") and "color:" in data["text/html"]
    shown = kernel.run("display_html('<i>r</i>', raw=True); display_html(HTML('<b>')); display_pretty(3)")
    assert [each["data"] for each in shown.all("display_data")] == [
        {"text/html": "<i>r</i>"}, {"text/html": "<b></b>"}, {"text/plain": "3"},
    ]  # fmt: skip
    published = kernel.run("publish_display_data({'text/plain': 'p'}, {'k': 1})").all("display_data")
    assert published[0]["data"] == {"text/plain": "p"}


def test_a_progress_bar_is_updated(kernel: Kernel) -> None:
    code = "from IPython.display import ProgressBar\nbar = ProgressBar(4)\nbar.display()\nbar.progress = 2\nbar"
    answer = kernel.run(code)
    assert drawn(answer) == [0, 2]
    assert answer.plain == f"[{'=' * 30}{' ' * 30}] 2/4"
    assert drawn(kernel.run("bar.progress += 1\nbar.progress = 4; x = 1\nbar.update()")) == [3, 4, 4]
    assert drawn(kernel.run("def go(b):\n    b.progress = 1\ngo(bar)\nif bar.progress: bar.progress = 0")) == [1, 0]
    assert drawn(kernel.run("b = ProgressBar(2)\nb.progress = 1")) == [], "it was not shown"
    answer = kernel.run(
        "class Job: pass\njob = Job()\njob.bar = bar\njob.bar.progress = 2\njob.progress = 7\njob.progress"
    )
    assert (drawn(answer), answer.plain) == ([2], "7")


@pytest.mark.parametrize(
    ("code", "steps", "printed"),
    [
        ("for i in ProgressBar(2): print(i)", [0, 0, 1, 2], "0 1"),
        ("bar = ProgressBar(2)\nfor i in bar:  # c\n\n    # d\n    print(i)  # e\n\nprint('x')", [0, 0, 1, 2], "0 1 x"),
        ("for i in ProgressBar(3):\n    if i == 1: break\n    print(i)", [0, 0, 1], "0"),
        ("for i in ProgressBar(2):\n    if i == 0: continue\n    print(i)\nelse:\n    print('e')", [0, 0, 1, 2], "1 e"),
        ("for i in ProgressBar(1):\n    for j in ProgressBar(1):\n        bar.progress = 9", [0, 0, 0, 0, 9, 1, 1], ""),
        ("def f():\n\tfor i in display_module.ProgressBar(1):\n\t\tdel i\nf()", [0, 0, 1], ""),
        ("ProgressBar = range\nfor i in ProgressBar(2): print(i)", [], "0 1"),
        ("while True:\n    for i in ProgressBar(1): pass\n    break", [0, 0, 1], ""),
    ],
)
def test_a_loop_over_a_progress_bar_draws_each_step(kernel: Kernel, code: str, steps: list[int], printed: str) -> None:
    kernel.run("import IPython.display as display_module\nfrom IPython.display import ProgressBar")
    kernel.run("bar = ProgressBar(9)\nbar.display()")
    answer = kernel.run(code)
    assert answer.reply["status"] == "ok", answer.reply
    assert (drawn(answer), answer.text().split()) == (steps, printed.split())
    assert answer.text("stderr") == ""


def test_an_error_in_a_loop_over_a_progress_bar_has_its_place(kernel: Kernel) -> None:
    answer = kernel.run("from IPython.display import ProgressBar\nfor i in ProgressBar(2):\n    x = 1\n    1 / i")
    shown = ANSI.sub("", "\n".join(answer.reply["traceback"]))
    assert "----> 4     1 / i" in shown
    assert drawn(answer) == [0, 0]


def test_a_progress_bar_that_cannot_move_says_so(kernel: Kernel) -> None:
    kernel.run("from IPython.display import ProgressBar\nbar = ProgressBar(3)")
    for code in ("for step in bar: pass", "[step for step in bar]", "list(ProgressBar(3))"):
        answer = kernel.run(code)
        assert "only a loop in the cell that makes it" in answer.text("stderr"), code
        assert drawn(answer) == []
    assert kernel.run("[step for step in ProgressBar(3)]").plain == "[0, 1, 2]"


def drawn(answer: Answer) -> list[int]:
    """The steps at which bars were shown, in order."""
    shown = [each["content"] for each in answer.messages if each["msg_type"] in ("display_data", "update_display_data")]
    return [int(found[1]) for each in shown if (found := re.search(r"""value=['"](\d+)""", each["data"]["text/html"]))]
