"""Grants the bookshop to kernels that are started with this folder in JUPYTER_CONFIG_PATH, as the tests and `make lab` do."""

from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.MontyKernel.tools = [str(Path(__file__).with_name("bookshop.py"))]
