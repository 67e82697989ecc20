"""Completion, inspection and is-complete: what the front end asks about code without running it."""
