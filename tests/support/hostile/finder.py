"""Finds what in a document could run or load something; written apart from the code that takes it out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from monty_kernel.sanitize.allowed import HTML_ATTRIBUTES, HTML_TAGS, SVG_ATTRIBUTES, SVG_TAGS

TAGS = {*HTML_TAGS, *SVG_TAGS}
ATTRIBUTES = {*SVG_ATTRIBUTES, "href", "src", "alt", "style", "class", "id", "title", "target", "rel", "xmlns"}
ATTRIBUTES |= {name for names in HTML_ATTRIBUTES.values() for name in names}
ATTRIBUTES |= {"dir", "lang", "role", "aria-label", "aria-hidden", "aria-labelledby"}


class Finder(HTMLParser):
    """Collects what in a document could run or load something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            value = value or ""
            if name not in ATTRIBUTES or name.startswith("on"):
                self.found.append(f"<{tag} {name}>")
            elif name == "src" and not value.startswith("data:image/"):
                self.found.append(f"<{tag} src={value}>")
            elif name == "href" and not re.match(r"(?i:https?://|mailto:)|#|(?![/?])[^:?\\\x00-\x1f]*\Z", value):
                self.found.append(f"<{tag} href={value}>")
            elif name == "href" and tag not in (
                "a",
                "use",
                "lineargradient",
                "radialgradient",
                "pattern",
                "filter",
                "textpath",
            ):
                self.found.append(f"<{tag} href>")
            elif name not in ("alt", "title", "class", "href", "id") and re.search(
                r"url\((?!#)|expression|@import|image-set|\\", value
            ):
                self.found.append(f"<{tag} {name}={value}>")

    def handle_decl(self, decl: str) -> None:
        self.found.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"<?{data}>")


def active(markup: str) -> list[str]:
    """What of it could run or load something."""
    finder = Finder()
    finder.feed(markup)
    finder.close()
    return finder.found


PIECES = [
    "<", ">", "/", "=", '"', "'", "`", " ", "\n", "&", ";", "!", "--", "-->", "<!--", "]]>", "<![CDATA[", "</", "/>", "<?", "\x00",
    "script", "style", "img", "svg", "a", "b", "p", "table", "td", "math", "title", "iframe", "foreignObject", "use", "image",
    " src=", " href=", " onerror=", " style=", " id=", " xlink:href=", "javascript:", "data:", "http://canary.invalid/", "url(",
    ")", "#", "x", "1", "&lt;", "&#60;", "&Tab;", "&colon;", "\\", "[", "]", "(", "](", "![", "]: ", "$", "```", "mermaid", "\n\n",
    "<img src=x onerror=y>", "<script>z</script>", "<a href='", "<svg><", "\u2060", "\ufdd0", "\ufdd1", "é", "~~~", "- ", "> ", "|",
]  # fmt: skip
"""Pieces of attacks, of which random documents are made."""
