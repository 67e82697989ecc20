"""Soak: the kernel under load for a long time. `python -m tests.soak --help` says how; `make soak` runs all of it."""
