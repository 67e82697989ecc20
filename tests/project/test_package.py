"""What gets installed: the wheel, the source archive, and the kernelspec that `pip install` alone leaves behind."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

import monty_kernel
from tests.project.test_help_page import help_page
from tests.support.waiting import HANGING

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SPEC_FILES = {"kernel.json", "help.html", "logo-32x32.png", "logo-64x64.png", "logo-svg.svg"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and an sdist. The sdist is built first and the wheel from its contents, as an index would."""
    folder = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder), "-t"]
    subprocess.run([*build, "sdist"], cwd=ROOT, check=True, capture_output=True, timeout=HANGING)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    subprocess.run([*build, "wheel"], cwd=unpacked, check=True, capture_output=True, timeout=HANGING)
    return folder


def test_the_wheel_brings_the_kernelspec(built: Path) -> None:
    (path,) = built.glob("*.whl")
    assert path.name == f"monty_kernel-{monty_kernel.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        shared = f"monty_kernel-{monty_kernel.__version__}.data/data/share/jupyter/kernels/monty/"
        assert {name.removeprefix(shared) for name in names if name.startswith(shared)} == SPEC_FILES
        inside = "monty_kernel/kernelspec/"
        assert {name.removeprefix(inside) for name in names if name.startswith(inside)} == SPEC_FILES
        for folder in (shared, inside):
            assert wheel.read(f"{folder}help.html").decode() == help_page()
        assert {name.split("/")[0].partition("-")[0] for name in names} == {"monty_kernel"}
        metadata = wheel.read(f"monty_kernel-{monty_kernel.__version__}.dist-info/METADATA").decode()
        if "CI" in os.environ or shutil.which("npm") is not None:  # without Node the kernel is installed alone
            extension = f"monty_kernel-{monty_kernel.__version__}.data/data/share/jupyter/labextensions/monty-kernel/"
            assert json.loads(wheel.read(f"{extension}package.json"))["version"] == monty_kernel.__version__
            assert [name for name in names if name.startswith(f"{extension}static/remoteEntry.")]
    for line in ("License-Expression: MIT", "Requires-Python: >=3.11", "Requires-Dist: pydantic-monty<2,>=1.4"):
        assert line in metadata
    modules = {str(file.relative_to(ROOT)) for file in (ROOT / "monty_kernel").rglob("*.py")}
    assert modules <= set(names)


def test_the_source_archive_has_what_the_wheel_and_its_tests_need(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for needed in ("pyproject.toml", "LICENSE", "Makefile", "kernelspec/kernel.json", "tests/project/test_package.py"):
        assert needed in names
    assert not [name for name in names if ".venv" in name or "__pycache__" in name]


def test_the_kernelspec_is_installed_and_python_means_this_interpreter() -> None:
    spec = KernelSpecManager().get_kernel_spec("monty")
    assert {file.name for file in Path(spec.resource_dir).iterdir()} == SPEC_FILES
    assert json.loads((ROOT / "kernelspec/kernel.json").read_text()) == {
        key: value
        for key, value in spec.to_dict().items()
        if key in ("argv", "display_name", "language", "interrupt_mode", "env", "metadata")
    }
    assert spec.argv[:4] == ["python", "-P", "-m", "monty_kernel"]
    manager = KernelManager(kernel_name="monty")
    assert manager.format_kernel_cmd()[:4] == [sys.executable, "-P", "-m", "monty_kernel"]


@pytest.mark.parametrize("size", [32, 64])
def test_the_logos_have_their_sizes(size: int) -> None:
    data = (ROOT / f"kernelspec/logo-{size}x{size}.png").read_bytes()
    header = io.BytesIO(data)
    assert header.read(16) == b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    assert (int.from_bytes(header.read(4), "big"), int.from_bytes(header.read(4), "big")) == (size, size)
