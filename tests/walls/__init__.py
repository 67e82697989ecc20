"""The walls around the worker process."""
