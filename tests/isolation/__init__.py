"""The walls around the worker process, and attempts to get out of them."""
