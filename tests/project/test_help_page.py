"""The page for the Help menu: all of the documentation in one file that runs nothing, loads nothing and leads within itself."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from bs4 import BeautifulSoup

from monty_kernel.jupyter.help_links import DOCUMENTS

KNOWN = {
    "html", "head", "meta", "title", "style", "body", "nav", "main", "article", "h1", "h2", "h3", "h4", "p", "a", "em",
    "strong", "code", "pre", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
"""The elements that the documents need."""

DOCS = Path(__file__).parents[2] / "docs"


def maker() -> ModuleType:
    """The program that makes the page."""
    spec = importlib.util.spec_from_file_location("help_page", DOCS / "help_page.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def help_page() -> str:
    """The page as it is made of today's documents."""
    return str(maker().help_page())


def test_it_runs_nothing_and_loads_nothing() -> None:
    soup = BeautifulSoup(help_page(), "html.parser")
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})["content"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    for element in soup(True):
        assert element.name in KNOWN, element
        assert element.name == "meta" or set(element.attrs) <= {"href", "id", "lang", "class", "start"}, element


def test_its_links_lead_to_a_part_of_it_or_to_the_web() -> None:
    soup = BeautifulSoup(help_page(), "html.parser")
    anchors = [element["id"] for element in soup(id=True)]
    assert len(anchors) == len(set(anchors))
    assert {part for _, part in DOCUMENTS} <= {article["id"] for article in soup("article")}
    for link in soup("a"):
        assert link["href"].startswith("https://") or link["href"].removeprefix("#") in anchors, link
    for page in soup("article"):
        within = re.findall(
            r"\]\(([\w-]*)(?:\.md)?#([\w-]+)\)", (DOCS / f"{page['id']}.md").read_text(encoding="utf-8")
        )
        expected = [f"#{name or page['id']}/{heading}" for name, heading in within]
        assert [link["href"] for link in page("a") if "/" in link["href"] and link["href"][0] == "#"] == expected


def test_every_page_is_in_it() -> None:
    shown = {article["id"]: article for article in BeautifulSoup(help_page(), "html.parser")("article")}
    assert shown.keys() == {page.stem for page in DOCS.glob("*.md")} - {"index"}
    for name, article in shown.items():
        words = set(re.findall(r"\w{4,}", article.get_text()))
        source = re.sub(
            r"!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|<!--.*?-->|^ *```.*$",
            "",
            (DOCS / f"{name}.md").read_text("utf-8"),
            flags=re.M,
        )
        assert set(re.findall(r"\w{4,}", source)) <= words, name


@pytest.mark.parametrize(
    "text", ["<script>x</script>", "a <b>c</b>", "<!-- a --><script>x</script>", "see ![x](y.png)"]
)
def test_what_it_could_not_show_safely_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    made = maker()
    monkeypatch.setattr(made, "DOCS", tmp_path)
    (tmp_path / "a.md").write_text(f"# A\n\n<!-- kept out -->\n\n![picture](x.png)\n\n{text}\n")
    with pytest.raises(ValueError, match=r"a\.md"):
        made._page("a", {"a"})
