"""Tests of the kernel in the browser that are driven from Python: what is shared, and what only a browser can tell."""
