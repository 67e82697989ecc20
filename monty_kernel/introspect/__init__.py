"""Completion, inspection and is-complete: the front end's questions about code, answered without running it."""
