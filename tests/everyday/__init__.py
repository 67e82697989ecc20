"""How many cells for everyday tasks run, as language models write them for CPython: `python -m tests.everyday`."""
