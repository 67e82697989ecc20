"""`matplotlib`: what `matplotlib.pyplot` is a part of.

Lacks: all but `pyplot`, `rcParams` (of which `figure.figsize` counts), `use()` and `get_backend()`.
"""

LACKS = {
    "cm": "Name a colour map: cmap='viridis'.",
    "colors": "Name a colour, or write it as '#rrggbb'.",
    "dates": "Dates on an axis get labels by themselves; plt.xticks(positions, labels) gives others.",
    "ticker": "plt.xticks(positions, labels) gives the labels.",
    "patches": "plt.fill_between() and plt.fill() draw areas, plt.bar() rectangles.",
    "animation": "Draw one figure for each step.",
    "style": "Import matplotlib.pyplot: plt.style is there.",
}

rcParams = {"figure.figsize": [6.4, 4.8]}


def use(backend, force=True):
    pass


def get_backend():
    return "inline"
