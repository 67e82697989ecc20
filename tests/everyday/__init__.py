"""Cells for everyday tasks, as language models write them for CPython."""
