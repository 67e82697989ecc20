"""Hints can be read in JupyterLab's themes, on the page and on the background of errors."""

from __future__ import annotations

import re
from pathlib import Path

import jupyterlab
import pytest

from monty_kernel.engine.errors.tracebacks import render
from monty_kernel.engine.source import Failure

THEMES = sorted((Path(jupyterlab.__file__).parent / "themes" / "@jupyterlab").glob("theme-*/index.css"))
ENOUGH = 4.5
"""To one: what the Web Content Accessibility Guidelines ask of text (level AA)."""
STYLES = {"1": "bold", "22": "not bold"}
"""What of ANSI leaves a text in the page's own colour."""

Colour = tuple[float, float, float, float]


def colour(text: str) -> Colour:
    """Red, green, blue and opacity, each from 0 to 1."""
    text = {"white": "#fff", "black": "#000"}.get(text.strip(), text.strip())
    if text.startswith("#"):
        digits = text[1:] if len(text) == 7 else "".join(2 * digit for digit in text[1:])
        return int(digits[:2], 16) / 255, int(digits[2:4], 16) / 255, int(digits[4:], 16) / 255, 1.0
    numbers = [float(number) for number in re.findall(r"[\d.]+", text)]
    assert text.startswith("rgb") and len(numbers) in (3, 4), text
    return numbers[0] / 255, numbers[1] / 255, numbers[2] / 255, numbers[3] if len(numbers) == 4 else 1.0


def over(front: Colour, back: Colour) -> Colour:
    red, green, blue = (front[3] * front[i] + (1 - front[3]) * back[i] for i in range(3))
    return red, green, blue, 1.0


def luminance(of: Colour) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in of[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(front: Colour, back: Colour) -> float:
    lights = sorted((luminance(over(front, back)), luminance(back)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def variable(css: str, name: str) -> Colour:
    """A variable of a theme; another variable is followed."""
    found = re.search(rf"{name}:([^;}}]+)", css)
    assert found is not None, name
    other = re.fullmatch(r"\s*var\((--[\w-]+)\)\s*", found[1])
    if other is None:
        return colour(found[1])
    if f"{other[1]}:" in css:
        return variable(css, other[1])
    raise AssertionError(f"{other[1]} is not the theme's")


def test_the_arithmetic() -> None:
    assert contrast(colour("#000"), colour("#fff")) == pytest.approx(21)
    assert contrast(colour("#208ffb"), colour("#fdd")) < ENOUGH  # ANSI's blue in JupyterLab, which hints once had


@pytest.mark.parametrize("theme", THEMES, ids=lambda path: path.parent.name)
def test_a_hint_has_enough_contrast(theme: Path) -> None:
    hint = render(Failure("raised", "ModuleNotFoundError", "No module named 'numpy'")).traceback[-1]
    assert "Hint:" in hint
    assert {code for codes in re.findall(r"\x1b\[([\d;]*)m", hint) for code in codes.split(";")} <= STYLES.keys()
    css = theme.read_text(encoding="utf-8")
    page = variable(css, "--jp-layout-color0")
    for back in (page, over(variable(css, "--jp-rendermime-error-background"), page)):
        assert contrast(variable(css, "--jp-content-font-color1"), back) >= ENOUGH
