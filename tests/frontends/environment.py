"""Where a front end under test keeps its files: a folder of its own, nothing of the person who runs the tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

KERNEL = "monty"

_FOLDERS = {
    "HOME": "home",
    "JUPYTER_CONFIG_DIR": "config",
    "JUPYTER_DATA_DIR": "data",
    "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython",
    "JUPYTERLAB_SETTINGS_DIR": "lab-settings",
    "JUPYTERLAB_WORKSPACES_DIR": "lab-workspaces",
}
_UNSET = (
    "JUPYTER_PATH",
    "JUPYTER_CONFIG_PATH",
    "JUPYTER_NO_CONFIG",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
)


def isolated_environment(folder: Path) -> dict[str, str]:
    """The environment variables of a Jupyter program that keeps everything below `folder`.

    Kernelspecs are still found: they are in the environment that runs the tests, not in a home folder.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _UNSET}
    for name, subfolder in _FOLDERS.items():
        (folder / subfolder).mkdir(parents=True, exist_ok=True)
        environment[name] = str(folder / subfolder)
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return environment


def display_name() -> str:
    """What launchers call the kernel."""
    return str(KernelSpecManager().get_kernel_spec(KERNEL).display_name)
