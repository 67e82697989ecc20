"""The pages of this folder as one page of HTML, for the Help menu: python docs/help_page.py [FILE]

It becomes `kernelspec/help.html` whenever the package is built (`hatch_build.py`), and Jupyter servers serve it with the
kernel's logos. JupyterLab shows it in a sandboxed frame, from which a request for a second file would come without the
cookie that lets the person in. So everything is in one file: a link to another page leads within it, and the style shows
the page that the address names. There are no scripts and no pictures, and nothing is loaded.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.anchors.index import slugify

DOCS = Path(__file__).parent
TARGET = DOCS.parent / "kernelspec" / "help.html"
GROUPS = ("use", "inside")
"""The pages of `site/` that list the pages."""

STYLE = """
:root { color-scheme: light dark; --line: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 0 1.5rem 3rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav h2 { font-size: 1rem; margin: 1rem 0 .2rem; }
code, pre { font: .9em/1.4 ui-monospace, monospace; }
pre { background: #8881; border: 1px solid var(--line); overflow-x: auto; padding: .6rem .8rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
.right { text-align: right; }
.center { text-align: center; }
h1 { font-size: 1.6rem; }
article { border-top: 1px solid var(--line); max-width: 48rem; min-width: 0; }
@media (min-width: 52rem) {
  body { display: grid; gap: 2rem; grid-template-columns: 13rem 1fr; }
  nav { align-self: start; max-height: 100vh; overflow-y: auto; position: sticky; top: 0; }
  article { border: 0; }
}
@media (max-width: 52rem) { nav li { display: inline-block; margin-right: .8rem; } }
@supports selector(:has(*)) {
  main:has(:target) > article:not(:target, :has(:target)), main:not(:has(:target)) > article:not(:first-child) { display: none; }
}
"""
"""Where no page is named, the first one is shown. Browsers that do not know `:has` show all of them."""

_COMMENT = re.compile(r"\s*<!--(?:(?!--).)*-->\s*")


class Page(NamedTuple):
    """name: of its file, without the ending; its anchors begin with it. title: its first heading."""

    name: str
    title: str
    html: str


def help_page() -> str:
    """The page."""
    groups = [_group(DOCS / "site" / f"{name}.md") for name in GROUPS]
    names = {name for _, listed in groups for name in listed}
    pages = {name: _page(name, names) for name in names}
    contents = "".join(
        f"<h2>{escape(title)}</h2>\n<ul>\n"
        + "".join(f'<li><a href="#{name}">{pages[name].title}</a></li>\n' for name in listed)
        + "</ul>\n"
        for title, listed in groups
    )
    articles = "".join(
        f'<article id="{name}">\n{pages[name].html}</article>\n' for _, listed in groups for name in listed
    )
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>monty-kernel</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<nav>\n{contents}</nav>\n<main>\n{articles}</main>\n</body>\n</html>\n"
    )


def write(target: Path = TARGET) -> None:
    """Write the page, unless the file has it already: `make` compares times."""
    page = help_page().encode()
    if not target.is_file() or target.read_bytes() != page:
        target.write_bytes(page)


def _group(page: Path) -> tuple[str, list[str]]:
    """The title of a page of `site/`, and the pages of this folder that it lists."""
    text = page.read_text(encoding="utf-8")
    return text.partition("\n")[0].removeprefix("# "), re.findall(r"^\.\./([\w-]+)$", text, re.MULTILINE)


def _page(name: str, names: set[str]) -> Page:
    parser = MarkdownIt("commonmark").enable("table")
    # the anchors that code hosts give to headings, after the page's own
    parser.use(anchors_plugin, max_level=6, slug_func=lambda title: f"{name}/{slugify(title)}")
    tokens = parser.parse((DOCS / f"{name}.md").read_text(encoding="utf-8"))
    heading = next(after for token, after in pairwise(tokens) if token.type == "heading_open")
    kept = list(_without_pictures(tokens))
    for token in kept:
        if "style" in token.attrs:  # of a column, and the policy allows the page's own style only
            token.attrs["class"] = str(token.attrs.pop("style")).removeprefix("text-align:")
        for each in (token, *(token.children or ())):
            if each.type in ("html_block", "html_inline"):
                if _COMMENT.fullmatch(each.content) is None:
                    raise ValueError(f"{name}.md holds HTML: {each.content!r}")
                each.content = ""
            elif each.type == "image":
                raise ValueError(f"{name}.md has a picture within a paragraph: {each.content!r}")
        if token.children is not None:
            token.children = _with_links(name, names, token.children)

    def rendered(some: list[Token]) -> str:
        return str(parser.renderer.render(some, parser.options, {}))

    return Page(name, rendered([heading]), rendered(kept))


def _without_pictures(tokens: list[Token]) -> Iterator[Token]:
    """The tokens without the paragraphs that are a picture and nothing else."""
    left_out = 0
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        inside = [child.type for child in after.children or ()] if after is not None else []
        if token.type == "paragraph_open" and inside == ["image"]:
            left_out = len(("paragraph_open", "inline", "paragraph_close"))
        if left_out:
            left_out -= 1
        else:
            yield token


def _with_links(name: str, names: set[str], children: list[Token]) -> list[Token]:
    """The tokens of a text with its links led to anchors of this page. Links to other files become plain text."""
    made: list[Token] = []
    dropped = False
    for token in children:
        if token.type == "link_open":
            address = str(token.attrs["href"])
            led = address if address.startswith(("https:", "mailto:")) else _anchor(name, names, address)
            dropped = led is None
            if led is None:
                continue
            token.attrs["href"] = led
        elif token.type == "link_close" and dropped:
            continue
        made.append(token)
    return made


def _anchor(name: str, names: set[str], address: str) -> str | None:
    path, _, heading = address.partition("#")
    page = path.removesuffix(".md") or name
    if page not in names:
        return None
    return f"#{page}/{heading}" if heading else f"#{page}"


if __name__ == "__main__":
    write(*map(Path, sys.argv[1:]))
