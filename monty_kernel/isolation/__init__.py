"""Isolation of the worker process: what stands between a hole in the interpreter and this computer."""
