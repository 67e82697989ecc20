"""A JupyterLite site with Pyodide's kernel, as `make site` builds ours, that fetches nothing from elsewhere.

Pyodide comes from npm, which has its core alone; the packages that the kernel installs into it come from PyPI, in the versions
of Pyodide's own lock file.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KERNEL = "jupyterlite-pyodide-kernel==0.8.6"
PYODIDE = "pyodide@314.0.6"
"""The one that KERNEL fetches where its site says nothing else."""
PYTHON = "3.14"
"""Pyodide's."""

NEEDED = ("micropip", "packaging", "ipython", "jedi", "comm")
"""What KERNEL installs into Pyodide when it starts; the rest it brings along."""
COMM = "comm==0.2.3"
"""The one of them that Pyodide does not list: the kernel takes it from PyPI."""

LITE = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "defaultKernelName": "python",
        "exposeAppInBrowser": True,
        "litePluginSettings": {
            "@jupyterlite/pyodide-kernel-extension:kernel": {
                "pyodideUrl": "/pyodide/pyodide.mjs",
                "disablePyPIFallback": True,
            }
        },
    },
}

Lock = dict[str, Any]


def built(folder: Path) -> Path:
    """The folder of the site, below `folder`, built unless it is there already."""
    site, stamp = folder / "site", folder / "built"
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != recipe:
        shutil.rmtree(folder, ignore_errors=True)
        _build(folder, site)
        stamp.write_text(recipe)
    return site


def _build(folder: Path, site: Path) -> None:
    lite, wheels = folder / "lite", folder / "wheels"
    for each in (lite, wheels):
        each.mkdir(parents=True)
    (lite / "jupyter-lite.json").write_text(json.dumps(LITE))
    pyodide = _pyodide(folder)
    lock = json.loads((pyodide / "pyodide-lock.json").read_text())
    packages = _with_comm(lock["packages"])
    _download([KERNEL, *(f"{one['name']}=={one['version']}" for one in _needed(packages))], wheels)
    (extension,) = wheels.glob("jupyterlite_pyodide_kernel-*.whl")
    _lite_build(lite, site, extension)
    extension.unlink()
    for wheel in wheels.iterdir():
        name = _normal(wheel.name.split("-")[0])
        packages[name] |= {"file_name": wheel.name, "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}
        shutil.copy(wheel, pyodide)
    (pyodide / "pyodide-lock.json").write_text(json.dumps(lock | {"packages": packages}))
    shutil.move(pyodide, site / "pyodide")


def _pyodide(folder: Path) -> Path:
    packed = subprocess.run(
        ["npm", "pack", "--silent", PYODIDE], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
    with tarfile.open(folder / packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def _download(requirements: list[str], wheels: Path) -> None:
    only = ("--no-deps", "--only-binary", ":all:", "--python-version", PYTHON)
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *only, "-d", wheels, *requirements], check=True)


def _lite_build(lite: Path, site: Path, extension: Path) -> None:
    settings = {
        "federated_extensions": [str(extension)],
        "ignore_sys_prefix": ["federated_extensions"],
        "no_sourcemaps": True,
        "output_dir": str(site),
        "cache_dir": str(lite / "cache"),
    }
    (lite / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": settings}))
    command = [str(Path(sys.executable).with_name("jupyter")), "lite", "build"]
    built = subprocess.run(command, cwd=lite, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if built.returncode:
        raise RuntimeError(f"the site with Pyodide's kernel could not be built:\n{built.stdout}")


def _with_comm(packages: Lock) -> Lock:
    name, version = COMM.split("==")
    fields = {"imports": [name], "install_dir": "site", "package_type": "package", "unvendored_tests": False}
    comm = {"name": name, "version": version, "depends": ["traitlets"], **fields}
    return {_normal(one): package for one, package in packages.items()} | {name: comm}


def _needed(packages: Lock) -> Iterator[Lock]:
    """The packages of NEEDED, and what they depend on."""
    waiting, seen = list(NEEDED), set[str]()
    while waiting:
        name = _normal(waiting.pop())
        if name not in seen:
            seen.add(name)
            waiting += packages[name]["depends"]
            yield packages[name]


def _normal(name: str) -> str:
    return name.lower().replace("_", "-")
