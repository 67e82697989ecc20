"""`FileLink('out.csv')` is a link that saves the file. The kernel makes it, and nothing that a notebook writes passes as one."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.outputs import Display
from monty_kernel.sanitize.downloads import MOST_BYTES, TYPES, NoDownload, download
from monty_kernel.sanitize.sanitizer import Sanitizer, sanitized_bundle
from tests.support.kernel_client import Answer, Kernel
from tests.support.run_command import read, run, write

LINK = re.compile(
    r'<a download="([^"]*)" href="data:([^"]*);base64,([^"]*)" target="_blank" rel="noopener noreferrer">'
)
MADE = download("out.csv", b"a,b\n")["text/html"]
FORGED = str.__str__(MADE)
IMPORT = "from IPython.display import FileLink, HTML, Markdown, SVG, display\n"


def shown(answer: Answer) -> list[dict[str, Any]]:
    return [content["data"] for content in (*answer.all("display_data"), *answer.all("execute_result"))]


def saved(data: dict[str, Any]) -> tuple[str, str, bytes]:
    match = LINK.match(data["text/html"])
    assert match is not None, data
    return match[1], match[2], base64.b64decode(match[3])


@pytest.mark.parametrize(
    "code", ["FileLink('out.csv')", "display(FileLink('/work/out.csv'))", "FileLink(Path('out.csv'))"]
)
def test_it_saves_the_file(kernel: Kernel, code: str) -> None:
    kernel.run(IMPORT + "from pathlib import Path\nopen('out.csv', 'w').write('ü,b\\n')")
    (data,) = shown(kernel.run(code))
    assert saved(data) == ("out.csv", "text/csv;charset=utf-8", "ü,b\n".encode())
    assert data["text/plain"] == "out.csv (5 bytes)"


def test_what_cannot_be_saved_says_so(kernel: Kernel) -> None:
    kernel.run(IMPORT + "import os\nfrom pathlib import Path\nos.makedirs('folder.csv', exist_ok=True)")
    for code, words in (
        ("FileLink('nope.csv')", "Path (nope.csv) doesn't exist"),
        ("FileLink('folder.csv')", "Path (folder.csv) doesn't exist, or is no file"),
        ("FileLink('/etc/hosts.txt')", "doesn't exist"),
        ("Path('page.html').write_text('<script>')\nFileLink('page.html')", "only files that end in .csv, "),
        ("Path('plain').write_text('x')\nFileLink('plain')", "only files that end in .csv, "),
        (f"Path('b.csv').write_text('x' * {MOST_BYTES + 1})\nFileLink('b.csv')", "at most 4,000,000 can be saved"),
    ):
        (data,) = shown(kernel.run(code))
        assert words in data["text/plain"] and "text/html" not in data, code
    (data,) = shown(kernel.run(f"Path('b.csv').write_text('x' * {MOST_BYTES})\nFileLink('b.csv')"))
    assert len(saved(data)[2]) == MOST_BYTES


DRAWN = f'<svg xmlns="http://www.w3.org/2000/svg">{FORGED}</svg>'
WRITTEN = [
    f"HTML({FORGED!r})", f"Markdown({FORGED!r})", f"display({{'text/html': {FORGED!r}}}, raw=True)",
    f"__mk_emit({{'text/html': {FORGED!r}}}, {{}}, '', None, False)",
    f"SVG({DRAWN!r})",
    f"class Mine:\n    def _repr_html_(self): return {FORGED!r}\nMine()",
    "HTML('<a href=\"data:text/csv;base64,YQ==\" download>x</a>')",
]  # fmt: skip


@pytest.mark.parametrize("code", WRITTEN)
def test_nothing_that_a_cell_writes_passes_as_one(kernel: Kernel, code: str) -> None:
    kernel.run(IMPORT)
    for data in shown(kernel.run(code)):
        for mime, text in data.items():
            assert mime == "text/plain" or ("data:" not in text and "download" not in text), mime


def test_nor_what_a_notebook_brings_along() -> None:
    assert type(MADE) is not str and type(FORGED) is str
    assert "data:" not in sanitized_bundle({"text/html": FORGED}, {}).data["text/html"]
    assert "data:" in sanitized_bundle({"text/html": MADE}, {}).data["text/html"]
    passed: list[Any] = []
    Sanitizer().emit(Display({"text/html": MADE + ""}), passed.append)
    assert "data:" not in passed[0].data["text/html"], "what is made of one is none"


def test_a_run_writes_it_and_the_next_does_not_trust_it(tmp_path: Path) -> None:
    source = write(tmp_path / "in.ipynb", IMPORT + "open('out.csv', 'w').write('a')\nFileLink('out.csv')")
    assert run(source, "-o", tmp_path / "out.ipynb").returncode == 0
    (output,) = read(tmp_path / "out.ipynb").cells[0].outputs
    assert saved(output.data)[2] == b"a"
    stranger = read(tmp_path / "out.ipynb")
    stranger.cells[0].metadata["tags"] = ["skip-execution"]
    import nbformat

    (tmp_path / "brought.ipynb").write_text(nbformat.writes(stranger))  # type: ignore[no-untyped-call]
    assert run(tmp_path / "brought.ipynb", "-o", tmp_path / "again.ipynb").returncode == 0
    (output,) = (each for each in read(tmp_path / "again.ipynb").cells[0].outputs if "data" in each)
    assert "data:" not in output.data["text/html"] and "out.csv" in output.data["text/html"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a b.csv", "a_b.csv"), ('"><script>.csv', "___script_.csv"), ("../x.CSV", "_x.csv"), (".bashrc.txt", "bashrc.txt"),
        ("run.exe\u202ecsv.txt", "run.exe_csv.txt"), (".csv", "file.csv"), ("x" * 300 + ".csv", "x" * 100 + ".csv"),
        ("a\nb.json", "a_b.json"),
    ],
)  # fmt: skip
def test_the_name_misleads_nobody(name: str, expected: str) -> None:
    match = LINK.match(download(name, b"x")["text/html"])
    assert match is not None and match[1] == expected


def test_only_harmless_types() -> None:
    for name in ("x.html", "x.svg", "x.xml", "x.exe", "x.py", "x.csv.bat", "csv", "x.", "x.ipynb", "x.pdf", "x.csv "):
        with pytest.raises(NoDownload):
            download(name, b"x")
    assert not {kind for kind in TYPES.values() if "html" in kind or "xml" in kind or "script" in kind}
