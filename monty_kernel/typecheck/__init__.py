"""`%typecheck`: each cell goes through Monty's bundled type checker before it runs.

A cell is checked as the continuation of a program that begins with a stub of the session (`program.py`), so that its
names are known whatever ran before. Diagnostics that may be wrong are suppressed (`suppressions.py`): a finding must
be true.
"""
