"""Fuzzing of what the host parses. `python -m tests.fuzz --help` says how; `make fuzz` runs all of it."""
