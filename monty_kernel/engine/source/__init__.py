"""A cell's source: its parts, how it is rewritten, and where each character came from."""
