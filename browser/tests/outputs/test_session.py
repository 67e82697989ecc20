"""A cell's outputs in the page: their order stays where some take long, and notes say what was left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from .sanitizing_page import serve

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SCRIPT = "<b>x</b><script>alert(1)</script>"
_SESSION = "given => outputs.session(...JSON.parse(given)).then(JSON.stringify)"


def session(
    page: Page, *outputs: dict[str, Any], result: dict[str, Any] | None = None, prompt: str = ""
) -> dict[str, Any]:
    """What a new sanitizer shows."""
    made: dict[str, Any] = json.loads(page.evaluate(_SESSION, json.dumps([outputs, result, prompt])))
    return made


def display(**data: str) -> dict[str, Any]:
    data = {name.replace("_", "/"): text for name, text in data.items()}
    return {"type": "display", "data": data, "metadata": {}, "displayId": None, "update": False}


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"type": "stream", "name": name, "text": text}


def said(output: dict[str, Any]) -> str:
    return str(output.get("text") or output["data"].get("text/html", output["data"].get("text/plain")))


def test_what_takes_long_keeps_its_place(page: Page) -> None:
    large = "<i>y</i>" * 40_000
    out = session(
        page, stream("a"), display(text_html=large), stream("b"), display(text_html="<b>c</b>"), stream("d\x1b")
    )["out"]
    assert [said(each)[:8] for each in out] == ["a", "<i>y</i>", "b", "<b>c</b>", "d", "\\x1b"]


def test_a_result_comes_after_all_outputs(page: Page) -> None:
    result = {"data": {"text/html": SCRIPT, "text/plain": "R\x1b]0;t\x07"}, "metadata": {}}
    made = session(page, display(text_markdown="*x*\n\n" * 5_000), result=result)
    assert made["result"]["data"] == {"text/html": "<b>x</b>", "text/plain": "R\\x1b]0;t\\x07"}
    assert said(made["out"][-1]).startswith(
        "[monty-kernel left out of this output: <script>. To see the original as text, run"
    )


def test_notes_are_given_once_and_few(page: Page) -> None:
    out = session(page, *[display(text_html=SCRIPT)] * 50)["out"]
    assert [said(each) for each in out].count("<b>x</b>") == 50
    assert sum("left out" in said(each) for each in out) == 1
    out = session(page, *[display(text_html="<script></script>" * count, text_plain="") for count in range(1, 50)])[
        "out"
    ]
    assert sum("left out" in said(each) for each in out) == 5


def test_the_note_is_the_output_where_nothing_is_left(page: Page) -> None:
    [only] = session(page, display(application_javascript="alert(1)"))["out"]
    assert list(only["data"]) == ["text/plain"] and "application/javascript" in only["data"]["text/plain"]


def test_no_two_outputs_share_an_id(page: Page) -> None:
    first, second = (said(each) for each in session(page, *[display(text_markdown="# T\n\n[t](#T)")] * 2)["out"])
    assert first != second


def test_a_display_id_and_updates_stay(page: Page) -> None:
    shown = {**display(text_html="<b>x</b>"), "displayId": "d", "update": True}
    [made] = session(page, shown)["out"]
    assert (made["displayId"], made["update"]) == ("d", True)


def test_no_markup_is_shown_where_its_sanitizer_cannot_be_loaded(page: Page, bundled: Path) -> None:
    browser = page.context.browser
    assert browser is not None
    other = browser.new_page()
    serve(other, bundled, "sanitizer_page.js", without="markup_sanitizer")
    made = other.evaluate(_SHOWN_ALONE, display(text_html="<b>x</b>", text_plain="x"))
    other.close()
    assert made[0]["data"] == {"text/plain": "x"}
    assert "text/html (what sanitizes it could not be loaded" in made[1]["text"]


_SHOWN_ALONE = """async output => {
    const shown = [];
    const sanitizer = new window.Sanitizer();
    sanitizer.emit(output, each => shown.push(each));
    await sanitizer.finish(each => shown.push(each));
    return shown;
}"""
