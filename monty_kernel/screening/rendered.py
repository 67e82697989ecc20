"""Markdown made into HTML that runs nothing and loads nothing."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .html import screened_html
from .screened import Screened

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


def rendered_markdown(text: str) -> Screened:
    """The HTML of a text in Markdown. Raises `TooLarge`."""
    return screened_html(_renderer().render(text))


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
