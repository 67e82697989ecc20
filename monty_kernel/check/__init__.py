"""The gaps between a notebook and Monty, found without running the notebook, and what a language model must know.

`cell_reading.py` gives each cell to Monty's parser, which refuses what it cannot read; `gaps.py` looks in the syntax
trees for names, members, methods and arguments that may be missing. Neither decides what is missing: `asking.py` writes
a few lines of its own that use the thing, runs them in an empty sandbox, and what fails there gets the message and the
hint that the cell would get.
"""
