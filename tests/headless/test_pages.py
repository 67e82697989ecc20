"""`monty-kernel run --to html` and `page_of`: pages that run no code and load nothing, whoever wrote the notebook."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import from_dict

from monty_kernel import page_of
from monty_kernel.headless import page as pages
from monty_kernel.headless import page_frame, page_notebook
from monty_kernel.headless.notebook_file import NotebookUnreadable
from monty_kernel.headless.page import TEMPLATES, PageFailed, page_from
from monty_kernel.sanitize.sanitizer import SHOWN
from monty_kernel.sanitize.vega import MIME as CHART
from tests.support.frontends.jupyterlab import browser_page
from tests.support.hostile_pages import ACTIVE, PIXEL, book, cell, hostile_book, hostile_folder, shows
from tests.support.run_command import command, read, run, write
from tests.support.waiting import HANGING

_ADDRESSES = ("src", "href", "xlink:href", "action", "formaction", "data", "poster", "srcset", "background", "content")
_LINK = re.compile(r"(?:https?://|mailto:|#|data:image/[a-z+]+;base64,)|[\w./-]*\Z")


def made(notebook: dict[str, Any], template: str = "lab", **options: Any) -> str:
    """The page, made in this process: what the process of `page_of` does."""
    return page_from(json.dumps(notebook).encode(), template=template, **options)


def text_of(page: str) -> str:
    """What a reader reads."""
    soup = BeautifulSoup(page, "html.parser")
    for each in soup(["style", "script", "title"]):
        each.decompose()
    return soup.get_text()


def require_harmless(page: str) -> None:
    """The page has no script, no handler, and no address but those of links and pictures in itself, for a parser written apart."""
    # no sequence that would change the encoding of a page that does not say which it has
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", page)
    soup = BeautifulSoup(page, "html.parser")
    for script in soup("script"):
        known = script.get("src", "").startswith(page_frame.MATHJAX) or script.string == page_frame._MATHJAX_SCRIPT
        assert known, script
    assert not soup(["iframe", "object", "embed", "base", "form", "link", "frame", "foreignobject", "animate", "set"])
    for element in soup(True):
        if element.name in ("script", "meta"):
            continue
        for name, value in element.attrs.items():
            assert not name.startswith("on"), element
            assert name in ("id", "class", "style", *_ADDRESSES) or "ran()" not in str(value) or name == "alt", element
            if name in _ADDRESSES:
                assert _LINK.match(str(value)), element
                assert name == "href" or str(value).startswith("data:image/"), element
        assert "url(" not in str(element.get("style", "")), element


@pytest.mark.parametrize("number", range(len(ACTIVE)))
def test_nothing_active_is_left_in_any_place(number: int) -> None:
    page = made(hostile_book(ACTIVE[number]), TEMPLATES[number % len(TEMPLATES)])  # the browser gets each in all
    require_harmless(page)
    assert "hijacked" not in page and "root:" not in page


def test_the_check_sees_what_nbconvert_lets_through() -> None:
    for text in (ACTIVE[0], ACTIVE[7]):
        page, _ = HTMLExporter().from_notebook_node(from_dict(book(cell("markdown", text))))
        with pytest.raises(AssertionError):
            require_harmless(page)


@pytest.mark.browser
def test_no_script_of_a_notebook_runs_in_a_browser(tmp_path: Path) -> None:
    requested: list[str] = []
    ran: list[str] = []
    with browser_page() as page:
        page.route(re.compile("^https?:"), lambda route: (requested.append(route.request.url), route.abort()))
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        page.expose_function("ran", lambda: ran.append("called"))
        for template in TEMPLATES:
            for number, text in enumerate(ACTIVE):
                place = tmp_path / f"{template}-{number}.html"
                place.write_text(made(hostile_book(text), template), encoding="utf-8", errors="replace")
                page.goto(place.as_uri())
                page.wait_for_load_state("load")
                page.mouse.move(200, 200)
                assert page.url == place.as_uri()
        # the control: what such a page can do
        place.write_text("<script>ran()</script><img src=http://away.invalid/control>")
        assert not ran and all(url.startswith(page_frame.MATHJAX) for url in requested)
        page.goto(place.as_uri())
        page.wait_for_function("document.readyState === 'complete'")
        assert ran and requested[-1].endswith("/control")


@pytest.mark.browser
def test_the_policy_holds_where_a_script_got_into_the_page(tmp_path: Path) -> None:
    inside = "<script>ran()</script><img src=http://away.invalid/x onerror=ran()>"
    with browser_page() as page:
        for template in ("lab", "classic"):
            for formula in ("", "$x$"):
                whole = made(book(cell("markdown", f"here {formula}")), template)
                place = tmp_path / "page.html"
                place.write_text(whole.replace("here", inside), encoding="utf-8")
                refused: list[str] = []
                page.on("console", lambda message, refused=refused: refused.append(message.text))
                page.goto(place.as_uri())
                page.wait_for_load_state("load")
                assert not page.evaluate("window.ran")
                assert sum("Content Security Policy" in each for each in refused) >= 2, refused


def test_a_page_loads_mathjax_only_for_formulas_and_nothing_else() -> None:
    for template in ("lab", "classic"):
        plain = BeautifulSoup(
            made(book(cell("markdown", "no formula, $5"), cell("code", "'$x$'")), template),
            "html.parser",
        )
        assert not plain("script") and not plain("link")
        soup = BeautifulSoup(made(book(cell("markdown", "$x$")), template), "html.parser")
        inline, loader = soup("script")
        assert loader["src"].startswith(page_frame.MATHJAX)
        policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
        digest = base64.b64encode(hashlib.sha256(inline.string.encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}' {page_frame.MATHJAX};" in policy + ";"
        assert "default-src 'none'" in policy


def test_the_page_is_nbconverts() -> None:
    """Cells and outputs are marked up to the letter as by nbconvert's own exporter."""
    result = {
        "output_type": "execute_result",
        "execution_count": 3,
        "data": {"text/html": "<b>b</b>", "text/plain": "x"},
        "metadata": {},
    }
    printed = [
        {"output_type": "stream", "name": "stdout", "text": "10%\r20%\r100%\n"},
        {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m <plain>\n"},
        {"output_type": "stream", "name": "stderr", "text": "warned"},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["\x1b[31mE\x1b[39m: v", "end"]},
    ]
    notebook = book(
        cell("code", "for i in range(3):  # comment\n    %time print('é', f\"{i}\")", metadata={"tags": ["a", "b"]}),
        cell("code", "x", execution_count=3, outputs=[result]),
        cell("code", "print", outputs=printed),
        shows({"image/png": PIXEL, "text/plain": "p"}, {"image/png": {"width": 20, "height": 30}}),
        shows({"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg" width="9"><circle r="4"/></svg>'}),
        shows({"text/latex": "$$x < 1$$"}),
        shows({"text/plain": "a < b"}),
        cell("markdown", "Some *text*."),
    )
    for number, each in enumerate(notebook["cells"]):
        each["id"] = f"c{number}"
    notebook["nbformat_minor"] = 5
    for template in TEMPLATES:
        for inputs in (True, False):
            hidden = {"exclude_input": True, "exclude_input_prompt": True, "exclude_output_prompt": True}
            exporter = HTMLExporter(template_name=template, **({} if inputs else hidden))
            theirs, _ = exporter.from_notebook_node(from_dict(notebook))
            ours = made(notebook, template, inputs=inputs)
            assert _cells(ours) == _cells(theirs), template


def _cells(page: str) -> list[str]:
    soup = BeautifulSoup(page, "html.parser")
    text = re.sub(r"\s+", " ", str(soup.main or soup))
    return re.sub(r"> <", "><", text).replace("><", ">\n<").split("\n")


def test_attachments_headings_and_links() -> None:
    said = "# A *heading*\n\nsee [it](#A-heading)\n\n![pic](attachment:a%20pic.png) `attachment:a pic.png`\n\n    attachment:a%20pic.png"
    attachments = {"a pic.png": {"image/png": PIXEL}}
    for template in TEMPLATES:
        soup = BeautifulSoup(made(book(cell("markdown", said, attachments=attachments)), template), "html.parser")
        heading = soup.h1
        assert heading.get_text() == "A heading¶"
        assert {link["href"] for link in soup("a")} == {f"#{heading['id']}"}
        assert [image["src"] for image in soup("img")] == [f"data:image/png;base64,{PIXEL}"]
        assert soup.pre.get_text().strip() == "attachment:a%20pic.png"
        assert "left out" not in soup.get_text()


def test_what_is_left_out_has_a_line() -> None:
    page = text_of(
        made(
            book(
                cell("markdown", "![x](http://away.invalid/x.png) ![y](pic.png) ![z](attachment:none.png)"),
                cell("raw", "\\section{x}", metadata={"raw_mimetype": "text/latex"}),
                cell("raw", "<b>kept</b><script>1</script>", metadata={"raw_mimetype": "text/html"}),
                cell("raw", "as <it> is"),
                shows({"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}),
                widgets={"application/vnd.jupyter.widget-state+json": {}},
            )
        )
    )
    assert "3 × linked image" in page
    assert "[A cell of text/latex is not shown on a page." in page
    assert "kept" in page and "left out of this cell: <script>" in page
    assert "as <it> is" in page
    assert "application/vnd.jupyter.widget-view+json" in page
    assert "left out of this page: the state of widgets" in page


def test_every_type_of_output_has_its_place_and_one_without_a_rule_is_text() -> None:
    assert set(page_notebook._ORDER) == SHOWN - {CHART}
    assert len(page_notebook._ORDER) == len(SHOWN) - 1
    pieces = page_notebook.Pieces()
    for value in ("<script>PWN</script>", ["<script>PWN</script>"]):
        data, metadata = page_notebook._datum("text/new", value, {"text/new": {"alt": "x"}}, pieces)
        assert (list(data), metadata) == (["text/plain"], {})
        placed = pieces.placed(data["text/plain"])
        assert "<script>" not in placed
        assert "&lt;script&gt;PWN" in placed


def test_large_cells_are_shown_in_time() -> None:
    coloured = "".join(f"\x1b[31m{number}\x1b[0m\n" for number in range(100_000))
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": text} for text in (coloured, "\x1b[31mx" * 500_000 + "end")
    ]
    begun = time.process_time()
    page = made(book(cell("code", "x = 1\n" * 200_000, outputs=outputs), cell("markdown", "<b>" * 300_000)), "basic")
    assert time.process_time() - begun < 60
    assert page.count("ansi-red-fg") == 100_000 and "shown as text" in page
    assert "x" * 500_000 + "end" in page


def test_no_line_of_a_page_is_a_command_to_a_build_service() -> None:
    said = "::set-output name=a::b\n  ::add-mask::x\n##[error]x ##vso[task.setvariable]x\n##teamcity[x]\n--- x\n+++ x\n^^^ +++"
    printed = {"output_type": "stream", "name": "stdout", "text": f"\n{said}\n"}
    cells = (cell("code", f"\n{said}", outputs=[printed]), cell("raw", said), cell("markdown", f"```\n{said}\n```"))
    page = made(book(*cells, title=said), "basic")
    assert not re.search(r"(?m)^\s*(::|---|\+\+\+|\^\^\^)|##\w*\[", page)
    assert text_of(page).count(said) == 4


def test_values_that_nest_deeply_are_shown() -> None:
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    assert "[" * 150 in made(book(shows({"application/json": deep})), "basic").replace("\n", "").replace(" ", "")


def test_a_template_that_puts_text_elsewhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for change in (
        '<p class="{{ cell.source }}"></p>',
        "<script>{{ cell.source }}</script>",
        "<style>{{ cell.source }}</style>",
        "<!-- {{ cell.source }} -->",
        "",
    ):
        frame = page_frame._FRAME + "{% block input %}" + change + "{% endblock %}"
        monkeypatch.setattr(page_frame, "_FRAME", frame)
        with pytest.raises(page_frame.WrongPlace):
            made(book(cell("code", "1")))
        monkeypatch.undo()


# The process


@pytest.fixture
def trap(tmp_path: Path) -> tuple[Path, Path]:
    """A folder full of code that is never to run, and where it would say that it did."""
    folder, marker = tmp_path / "trap", tmp_path / "marker"
    hostile_folder(folder, marker)
    return folder, marker


def test_nothing_of_the_notebooks_folder_is_read(
    trap: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, marker = trap
    monkeypatch.chdir(folder)
    for name in ("JUPYTER_PATH", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH", "PYTHONUSERBASE"):
        monkeypatch.setenv(name, str(folder))
    monkeypatch.setenv("PYTHONPATH", f"{folder}{os.pathsep}.")
    monkeypatch.setenv("PYTHONSTARTUP", str(folder / "sitecustomize.py"))
    notebook = book(cell("markdown", "# here\n\n![x](pic.png)"), cell("code", "1", outputs=[]))
    (folder / "n.ipynb").write_text(json.dumps(notebook))
    for template in TEMPLATES:
        page = page_of("n.ipynb", template)  # type: ignore[arg-type]
        assert "here" in page and "hijacked" not in page and "away.invalid" not in page
        assert base64.b64encode(b"secret picture").decode() not in page
    assert not marker.exists()
    # the control: a Python that looks where these say runs what lies there, and nbconvert in this folder its template
    subprocess.run([sys.executable, "-c", "import nbformat"], check=True, timeout=HANGING)
    assert "nbformat.py" in marker.read_text() and "sitecustomize.py" in marker.read_text()
    HTMLExporter().from_notebook_node(from_dict(notebook))
    assert "template" in marker.read_text()


def test_the_command_reads_nothing_of_the_notebooks_folder(
    trap: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, marker = trap
    write(folder / "n.ipynb", "6 * 7")
    monkeypatch.setenv("JUPYTER_PATH", str(folder))
    done = run("n.ipynb", "--to", "html", "-o", "n.html", cwd=folder)
    assert done.returncode == 0, done.stderr
    page = (folder / "n.html").read_text()
    assert "42" in page and "hijacked" not in page and not marker.exists()


def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "SECONDS", -4.9)
    with pytest.raises(PageFailed, match="not finished"):
        page_of(book(cell("code", "1")))
    assert not [
        each for each in psutil.Process().children(recursive=True) if "headless.page" in " ".join(each.cmdline())
    ]


def test_the_process_ends_with_the_one_that_asked() -> None:
    starts = (
        "import subprocess, sys, time\n"
        "from monty_kernel.headless.page import command\n"
        "child = subprocess.Popen(command(), stdin=subprocess.PIPE, start_new_session=True)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    keeper, theirs = os.pipe()  # the child's standard input stays open, so that it is not this which ends it
    parent = subprocess.Popen(
        [sys.executable, "-c", starts.replace("subprocess.PIPE", str(keeper))],
        stdout=subprocess.PIPE,
        pass_fds=[keeper],
    )
    try:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        while not child.threads()[1:]:  # its watch has begun
            time.sleep(0.05)
        parent.send_signal(signal.SIGKILL)
        child.wait(HANGING)
    finally:
        parent.kill()
        parent.communicate()
        os.close(keeper)
        os.close(theirs)


# The command


def test_a_page_of_each_notebook(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / f"{name}.ipynb", f"'<{name}>'", ("markdown", f"# {name}", []))
    done = run("a.ipynb", "b.ipynb", "--to", "html", "--output-dir", "out", "-j", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(tmp_path / "out")) == ["a.html", "b.html"]
    for name in ("a", "b"):
        page = (tmp_path / "out" / f"{name}.html").read_text()
        assert f"<title>{name}</title>" in page and f"'&lt;{name}&gt;'" in page
    assert "outputs" not in read(tmp_path / "a.ipynb").cells[0] or not read(tmp_path / "a.ipynb").cells[0].outputs


def test_a_failed_cell_is_on_the_page(tmp_path: Path) -> None:
    source = write(tmp_path / "n.ipynb", "print('before')", "1 / 0", "print('after')")
    done = run(source, "--to", "html", "--stdout", "--template", "basic")
    assert done.returncode == 1
    text = text_of(done.stdout.decode())
    assert "before" in text and "ZeroDivisionError: division by zero" in text
    done = run(source, "--to", "html", "--stdout", "--allow-errors", "--no-input", "--template", "classic")
    assert done.returncode == 0
    text = text_of(done.stdout.decode())
    assert "after" in text and "print" not in text


def test_what_had_run_is_on_the_page_after_a_signal(tmp_path: Path) -> None:
    source = write(tmp_path / "n.ipynb", "print('this ran')", "while True: pass")
    process = subprocess.Popen(command(source, "--to", "html", "-o", tmp_path / "n.html"), stderr=subprocess.PIPE)
    try:
        worker = _computing(psutil.Process(process.pid))
        assert worker
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=HANGING)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 143
    assert "this ran" in text_of((tmp_path / "n.html").read_text())


def _computing(process: psutil.Process) -> bool:
    """Wait until a worker of the process has computed for a second: it is in the cell that does not end."""
    end = time.monotonic() + HANGING
    while time.monotonic() < end:
        if any(sum(child.cpu_times()[:2]) > 1 for child in process.children(recursive=True)):
            return True
        time.sleep(0.1)
    return False


def test_standard_input(tmp_path: Path) -> None:
    source = write(tmp_path / "n.ipynb", "6 * 7")
    done = run("-", "--to", "html", "-o", tmp_path / "n.html", stdin=source.read_bytes())
    assert done.returncode == 0
    assert "42" in text_of((tmp_path / "n.html").read_text())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--to", "html"], "-o FILE, --output-dir DIR or --stdout"),
        (["--to", "html", "--inplace"], "--inplace would write a page over its notebook"),
        (["--to", "html", "--stdout", "--trust-outputs"], "make the page with jupyter nbconvert"),
        (["--template", "basic"], "add --to html"),
        (["--no-input", "--stdout"], "add --to html"),
        (["--to", "html", "--stdout", "--template", "reveal"], "invalid choice: 'reveal'"),
    ],
)
def test_commands_that_make_no_sense(words: list[str], said: str, tmp_path: Path) -> None:
    source = write(tmp_path / "n.ipynb", "1")
    before = source.read_bytes()
    done = run(source, *words)
    assert done.returncode == 2 and not done.stdout
    assert said in done.stderr.decode() and "Traceback" not in done.stderr.decode()
    assert source.read_bytes() == before


def test_without_nbconvert_one_line_says_what_to_install(tmp_path: Path) -> None:
    source = write(tmp_path / "n.ipynb", "1")
    words = command(source, "--to", "html", "--stdout")[4:]
    without = (
        f"import sys; sys.modules['nbconvert'] = None; from monty_kernel.cli import main; sys.exit(main({words!r}))"
    )
    done = subprocess.run([sys.executable, "-P", "-c", without], capture_output=True, timeout=HANGING)
    assert done.returncode == 2 and b"pip install 'monty-kernel[html]'" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_a_page_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text("{}")
    with pytest.raises(PageFailed, match="not a notebook"):
        page_of(tmp_path / "n.ipynb")
    with pytest.raises(NotebookUnreadable):
        page_from(b"[]")
    with pytest.raises(ValueError, match="reveal"):
        page_of({}, "reveal")  # type: ignore[arg-type]
