"""What Monty's `re` lacks: `VERBOSE`, which calls of its functions in the same cell then take, beside other flags.

Lacks: `UNICODE` and `LOCALE`, `purge`, and functions in place of a text for a `sub` that was imported by `from re import sub`.
"""

VERBOSE = 64
X = 64
