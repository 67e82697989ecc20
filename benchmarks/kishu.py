"""Kishu (VLDB 2025), the best time travel for the stock kernel: a kernel with it at work, where it is installed.

It is no dependency. MONTY_BENCH_KISHU names the Python of an environment of its own that has it (`pip install kishu`);
without that, this environment is looked at.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat

from .kernel import Kernel, running_kernel

KISHU = "kishu"
_VARIABLE = "MONTY_BENCH_KISHU"


def python() -> str | None:
    """The Python that has Kishu; None if none does."""
    named = os.environ.get(_VARIABLE)
    if named:
        with suppress(OSError):
            found = subprocess.run([named, "-c", "import kishu, ipykernel"], capture_output=True, check=False)
            return named if found.returncode == 0 else None
        return None
    return sys.executable if importlib.util.find_spec("kishu") else None


def missing() -> str | None:
    """A line for the screen if Kishu cannot be measured."""
    if python() is not None:
        return None
    return f"Kishu is not installed here, so it is left out. {_VARIABLE} may name the Python of an environment that has it."


class KishuKernel:
    """An ipykernel whose cells Kishu commits."""

    def __init__(self, kernel: Kernel, database: Path) -> None:
        self.kernel = kernel
        self._database = database

    def head(self) -> str:
        """The commit of the present state."""
        return self._ask("_kishu._kishu_branch.get_head().commit_id").strip("'")

    def checkout(self, commit: str) -> None:
        """Go back to a commit, as Kishu's own command line does; its variables only."""
        said = self._ask(f"_kishu.checkout({commit!r}, skip_notebook=True)")
        if "Checkout" not in said:
            raise RuntimeError(f"Kishu said: {said}")

    def stored(self) -> int:
        """Bytes of its database."""
        return self._database.stat().st_size

    def _ask(self, expression: str) -> str:
        # silent: Kishu does not commit it
        client = self.kernel.client
        request = client.execute("", silent=True, user_expressions={"it": expression})
        self.kernel.until_idle(request)
        answer = self.kernel.take_reply(request)["user_expressions"]["it"]
        if answer["status"] != "ok":
            raise RuntimeError(f"Kishu failed: {answer['ename']}: {answer['evalue']}")
        return str(answer["data"]["text/plain"])


@contextmanager
def kishu_kernel() -> Iterator[KishuKernel]:
    """A running kernel with Kishu switched on, its files in a folder of its own."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        notebook = folder / "benchmark.ipynb"
        nbformat.write(nbformat.v4.new_notebook(), notebook)  # type: ignore[no-untyped-call]
        spec = Path(os.environ["JUPYTER_DATA_DIR"]) / "kernels" / KISHU / "kernel.json"
        spec.parent.mkdir(parents=True, exist_ok=True)
        environment = {
            "KISHU_PATH_ROOT": name,
            "ENV_KISHU_TEST_MODE": "1",  # no front end that would save the notebook for it, which costs it 0.2 s and more
            "TEST_NOTEBOOK_PATH": str(notebook),
        }
        argv = [python(), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec.write_text(json.dumps({"argv": argv, "display_name": "Kishu", "language": "python", "env": environment}))
        with running_kernel(KISHU) as kernel:
            kernel.wait_for_welcome()
            kernel.run(f"from kishu import init_kishu\ninit_kishu({str(notebook)!r})")
            yield KishuKernel(kernel, notebook.with_suffix(".kishudb"))
