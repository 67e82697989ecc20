"""A Jupyter kernel whose cells run in Monty, a sandboxed Python interpreter."""

__version__ = "0.1.0"
