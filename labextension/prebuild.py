"""Builds the extension for JupyterLab into `prebuilt/`, if its sources have changed since it was built last.

`python labextension/prebuild.py` in a checkout. The wheel and the sdist take what is there, see `hatch_build.py`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
PREBUILT = HERE / "prebuilt"
_BUILT_FROM = PREBUILT / "sources.sha256"
_SOURCES = (
    "labextension/src",
    "labextension/style",
    "labextension/package.json",
    "labextension/build.mjs",
    "package-lock.json",
    "monty_kernel/__init__.py",
)
OLDEST_NODE = 20


def is_current() -> bool:
    """Whether `prebuilt/` was built from today's sources."""
    return _BUILT_FROM.exists() and _BUILT_FROM.read_text() == _digest()


def missing() -> str | None:
    """Why it cannot be built here; None if it can."""
    if not (ROOT / "package-lock.json").exists():
        return "its sources are not here"
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return f"there is no Node {OLDEST_NODE} with npm"
    version = (
        subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
    )
    if not version.split(".")[0].isdecimal() or int(version.split(".")[0]) < OLDEST_NODE:
        return f"Node {OLDEST_NODE} or newer is needed, and this is {version or 'none that answers'}"
    return None


def build() -> None:
    """Build it, with `jupyter-builder` from the environment of this Python. Raises CalledProcessError."""
    if not (ROOT / "node_modules" / ".package-lock.json").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=ROOT, check=True)
    # jupyter-builder stands beside the Python that runs this, which need not be on the path
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    shutil.rmtree(PREBUILT, ignore_errors=True)
    run = ["npm", "run", "--silent", "build", "--workspace", "labextension"]
    subprocess.run(run, cwd=ROOT, check=True, env={**os.environ, "PATH": path}, stdout=subprocess.DEVNULL)
    _BUILT_FROM.write_text(_digest())


def _digest() -> str:
    """Of all that the build depends on."""
    digest = hashlib.sha256()
    for source in _SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(f"{file.relative_to(ROOT).as_posix()}\0".encode())
                digest.update(file.read_bytes() + b"\0")
    return digest.hexdigest()


if __name__ == "__main__" and not is_current():
    why = missing()
    if why is not None:
        sys.exit(f"The JupyterLab extension cannot be built: {why}.")
    build()
