"""A feed as plain JSON data, and back: how the disk and the packed steps of a trail have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .source.cell import Feed
from .source.source_map import Edit, SourceMap
from .source.sources import CellSource


def feed_data(feed: Feed) -> dict[str, Any]:
    """The data of a feed. Its text is left out: the edits make it of the cell's."""
    return {
        "label": feed.cell.label,
        "text": feed.cell.text,
        "parts": sorted(feed.parts),
        "maps": [[[edit.start, edit.end, edit.text, edit.blame] for edit in each.edits] for each in feed.maps],
    }


def feed_of(data: Mapping[str, Any]) -> Feed:
    """The feed of such data.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError: it is not what `feed_data` makes.
    """
    cell = CellSource(str(data["label"]), str(data["text"]))
    text, maps = cell.text, []
    for edits in reversed(data["maps"]):  # the last map is the one nearest to what the person typed
        made = SourceMap(text, [_edit(*each) for each in edits])
        maps.append(made)
        text = made.text
    return Feed(cell, text, tuple(reversed(maps)), frozenset(map(str, data["parts"])))


def _edit(start: Any, end: Any, text: Any, blame: Any) -> Edit:
    return Edit(int(start), int(end), str(text), None if blame is None else (int(blame[0]), int(blame[1])))
