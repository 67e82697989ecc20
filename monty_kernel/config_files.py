"""The person's configuration files: where they may be, and what they are called."""

from __future__ import annotations

import os

from jupyter_core.paths import jupyter_config_path

NAMES = ("jupyter_config", "monty_kernel_config")
"""Each with `.py` or `.json`; what the latter says prevails."""


def folders() -> list[str]:
    """Jupyter's configuration folders. Those given relative to the working directory are left out: a notebook configures nothing."""
    return [folder for folder in jupyter_config_path() if os.path.isabs(folder)]
