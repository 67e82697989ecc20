"""Every name of IPython and of IPython.display can be imported, and says what it cannot show."""

from __future__ import annotations

import base64
import io
import wave

import IPython
import IPython.display
import pytest

from tests.support.kernel_client import Kernel

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
    code = "from IPython.display import ProgressBar\nbar = ProgressBar(4)\nbar.display()\nbar.progress = 2\nbar.update()\nbar"
    answer = kernel.run(code)
    assert "value='2'" in answer.all("update_display_data")[0]["data"]["text/html"].replace('"', "'")
    assert answer.plain == f"[{'=' * 30}{' ' * 30}] 2/4"
    assert kernel.run("[step for step in ProgressBar(3)]").plain == "[0, 1, 2]"
    assert "bar.update()" in kernel.run("for step in ProgressBar(3): pass").text("stderr")
