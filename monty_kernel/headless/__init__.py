"""Notebooks without a front end, straight on the engine: no kernel process, no ZeroMQ, the same outputs."""
