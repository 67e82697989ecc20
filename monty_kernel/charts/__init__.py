"""Charts that the host draws for the cells: plain data that `matplotlib.pyplot` wrote down becomes a specification of Vega-Lite.

A cell may forge that data. What becomes of it is a specification, which passes the screen for charts as any other does.
"""

from __future__ import annotations

FIGURE = "application/vnd.monty-kernel.figure+json"
"""What a figure is in the bundle that leaves the sandbox: `size` in inches, `title`, and `axes` with the calls on each."""
