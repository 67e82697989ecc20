"""The kernel as Jupyter sees it: the only room that knows ZeroMQ and ipykernel."""
