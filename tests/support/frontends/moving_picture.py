"""A short animated picture of what a person does in a page, as a GIF."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Locator, Page

_COLOURS = 64
_POINTER = """([x, y]) => {
    let pointer = document.getElementById('pointer-of-the-picture');
    if (pointer === null) {
        pointer = document.createElement('div');
        pointer.id = 'pointer-of-the-picture';
        pointer.innerHTML = '<svg width="20" height="24" viewBox="0 0 20 24"><path d="M2 1 L2 19 L6.5 15 L9.5 22 L12.5 20.7 L9.6 14 L16 14 Z"'
            + ' fill="black" stroke="white" stroke-width="1.5"/></svg>';
        pointer.style.cssText = 'position: fixed; z-index: 100000; pointer-events: none';
        document.body.append(pointer);
    }
    pointer.style.left = x + 'px';
    pointer.style.top = y + 'px';
}"""
"""Draws a pointer, which is in no screenshot."""


class MovingPicture:
    """Frames of a part of a page.

    Args:
        page: What is shown.
        clip: The part of it, in CSS pixels; the picture has as many pixels.
    """

    def __init__(self, page: Page, clip: FloatRect) -> None:
        self._page = page
        self._clip = clip
        self._frames: list[tuple[Image.Image, int]] = []

    def frame(self, seconds: float) -> None:
        """Show the page as it is now for so long."""
        taken = Image.open(io.BytesIO(self._page.screenshot(clip=self._clip)))
        size = (round(self._clip["width"]), round(self._clip["height"]))
        self._frames.append((taken.convert("RGB").resize(size, Image.Resampling.LANCZOS), round(seconds * 1000)))

    def point_at(self, target: Locator, seconds: float) -> None:
        """Move the pointer to the middle of an element, and show that for so long."""
        box = target.bounding_box()
        assert box is not None, "it is not to be seen"
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self._page.mouse.move(x, y)
        self._page.evaluate(_POINTER, [x, y])
        self.frame(seconds)

    def save(self, path: Path) -> None:
        """Write the picture, which begins anew when it is over."""
        palette = self._frames[-1][0].quantize(_COLOURS)  # one for all frames, so that nothing flickers between them
        images = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image, _ in self._frames]
        durations = [milliseconds for _, milliseconds in self._frames]
        images[0].save(path, save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=True)
