"""Markdown on the wire: HTML and its source leave the kernel, and what nbconvert makes of them has all of it."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter, LatexExporter

from tests.support.kernel_client import Kernel

SOURCE = "## A *b*\n\n$x<y$, \\$5 and [c](d.csv)"
HTML = re.compile(
    r'<h2 id="[\w-]+">A <em>b</em></h2>\n<p>\$x&lt;y\$, <span class="mathjax_ignore tex2jax_ignore">\$</span>5 and <a href="d\.csv"[^>]*>c</a></p>\n'
)


def _checked(data: dict[str, str]) -> dict[str, str]:
    assert set(data) == {"text/html", "text/plain"}
    assert HTML.fullmatch(data["text/html"])
    assert data["text/plain"] == SOURCE
    return data


@pytest.mark.parametrize(
    "code",
    [
        f"from IPython.display import Markdown\nMarkdown({SOURCE!r})",
        f"from IPython.display import Markdown\ndisplay(Markdown({SOURCE!r}))",
        f"display({{'text/markdown': {SOURCE!r}}}, raw=True)",
        f"class R:\n    def _repr_markdown_(self): return {SOURCE!r}\nR()",
        f"%%markdown\n{SOURCE}",
    ],
)
def test_markdown_leaves_as_html_and_text(kernel: Kernel, code: str) -> None:
    answer = kernel.run(code)
    assert answer.reply["status"] == "ok"
    [shown] = answer.all("execute_result") + answer.all("display_data")
    data = _checked(shown["data"])
    output = nbformat.v4.new_output("display_data", data=data)  # type: ignore[no-untyped-call]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])  # type: ignore[no-untyped-call]
    for template in ("lab", "classic", "basic"):
        page, _ = HTMLExporter(template_name=template).from_notebook_node(book)  # type: ignore[no-untyped-call]
        assert HTML.search(page)
    page, _ = LatexExporter().from_notebook_node(book)  # type: ignore[no-untyped-call]
    assert "d.csv" in page


def test_an_update_is_rendered_and_two_outputs_share_no_id(kernel: Kernel) -> None:
    kernel.run("from IPython.display import Markdown")
    answer = kernel.run(
        f"h = display(1, display_id='d')\nh.update(Markdown({SOURCE!r}))\ndisplay(Markdown({SOURCE!r}))"
    )
    shown = answer.all("update_display_data") + answer.all("display_data")[1:]
    ids = [re.findall(' id="([^"]+)"', _checked(each["data"])["text/html"]) for each in shown]
    assert len(ids) == 2
    assert set(ids[0]).isdisjoint(ids[1])


def test_who_trusts_outputs_gets_markdown(start: object) -> None:
    assert callable(start)
    kernel = start("--MontyKernel.trust_outputs=True")
    answer = kernel.run(f"display({{'text/markdown': {SOURCE!r}}}, raw=True)")
    assert answer.all("display_data")[0]["data"] == {"text/markdown": SOURCE}
