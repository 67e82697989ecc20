"""What `%typecheck` does: each cell goes through Monty's bundled type checker before it runs.

A cell is checked as the rest of a program whose beginning is what the session holds (`session_stub.py`), so its names are known
whatever ran before. What the checker says is believed only where it can be (`doubts.py`): a finding must be true.
"""
