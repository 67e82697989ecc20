"""The documentation site: the pages of this folder, read by MyST, with the PyData theme. `make docs` builds it.

Links between pages are written as code hosts follow them, so that the pages can be read in both places. Pages in `site/` show what only
the site can: the Python interface from its docstrings, and files from the top of the repository.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

from monty_kernel import __version__

ROOT = Path(__file__).parents[1]

project = "monty-kernel"
author = "The monty-kernel maintainers"
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

myst_heading_anchors = 3  # the anchors that code hosts give to headings

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"

nitpick_ignore_regex = [
    # other projects' names, whose inventories a build without a network cannot fetch, and aliases that say no more than their values
    ("py:.*", r"(collections|nbclient|nbformat|os|pathlib)\..*"),
    ("py:class", r"([A-Z]\w*|monty_kernel\.grants\.\w+\.F)"),
    ("py:exc", r"(PageFailed|monty_kernel\.isolation\.\w+\.WallsMissing)"),
]

html_theme = "pydata_sphinx_theme"
html_title = "monty-kernel"
html_show_sourcelink = False

_ABOVE = {"site/changes": "CHANGELOG.md", "site/contributing": "CONTRIBUTING.md", "site/policy": "SECURITY.md"}
"""Pages that show files from the top of the repository."""

_OUTSIDE = re.compile(r"\]\((\.\./[\w./-]+\.md)\)")


def _prepare(app: Sphinx, page: str, source: list[str]) -> None:
    """Fill in the pages of `_ABOVE`, and make links to other Markdown files above this folder downloads."""
    if page in _ABOVE:
        text = (ROOT / _ABOVE[page]).read_text(encoding="utf-8").replace("](docs/", "](../")
        for name, file in _ABOVE.items():
            text = text.replace(f"]({file})", f"](../{name}.md)")
        source[0] = text
    elif "/" not in page:
        source[0] = _OUTSIDE.sub(r"](path:\1)", source[0])


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _prepare)
