"""Markdown that a cell shows, in JupyterLab: formulas are typeset, prices are not, and code has the editor's colours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.support.frontends.environment import display_name
from tests.support.frontends.jupyterlab import Lab, browser_page
from tests.support.frontends.server import running_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

CELL = r"""from IPython.display import Markdown
Markdown(r'''# Title

Formula $x < y$, block

$$
a
- b
$$

and \\(z\\); \$5 and \$10, `$code$`. [file](data.csv) and [up](#Title).

- [x] done

|a|b|
|-|-:|
|1|2|

```python
def f(): return "x"
```''')"""


@pytest.fixture
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("lab")
    with running_server("jupyterlab", folder) as server, browser_page() as page:
        (server.root / "data.csv").write_text("a,b\n1,2\n")
        yield Lab.open(page, server.url)


def test_in_jupyterlab_it_looks_like_markdown(lab: Lab) -> None:
    notebook = lab.new_notebook(display_name())
    output = notebook.outputs(notebook.run(CELL)).first
    expect(output.locator("mjx-container")).to_have_count(3)
    expect(output).to_contain_text("$5 and $10, $code$")
    expect(output).to_contain_text("☑ done")

    def style(selector: str, name: str) -> str:
        return str(output.locator(selector).first.evaluate(f"e => getComputedStyle(e)['{name}']"))

    assert style("td", "text-align") == "left"
    assert style("td:nth-child(2)", "text-align") == "right"
    keyword = lab.page.evaluate(
        "() => { const e = document.createElement('i'); e.style.color = 'var(--jp-mirror-editor-keyword-color)';"
        " document.querySelector('.jp-NotebookPanel').append(e); const c = getComputedStyle(e).color; e.remove(); return c; }"
    )
    assert style("pre span", "color") == keyword
    # a link to a file beside the notebook opens it, as one of JupyterLab's own Markdown would
    output.get_by_text("file", exact=True).click()
    expect(lab.page.locator(".jp-CSVViewer:visible")).to_be_visible()
