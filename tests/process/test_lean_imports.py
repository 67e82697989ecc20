"""Deferred packages: their submodules import without them, and whoever asks for the package itself gets all of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

PREPARED = "import sys\nfrom monty_kernel.lean_imports import defer_packages\ndefer_packages()\n"


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-P", "-c", PREPARED + code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_a_started_kernel_has_not_imported_what_it_does_not_use() -> None:
    heavy = (
        "IPython.core.interactiveshell",
        "IPython.core.history",
        "jupyter_client.manager",
        "jupyter_client.asynchronous",
        "jupyter_client.provisioning",
        "debugpy",
        "psutil",
        "sqlite3",
        "nh3",
        "monty_kernel.screening.html",
        "monty_kernel.screening.markdown",
    )
    code = f"import monty_kernel.app, monty_kernel.kernel\nprint([name for name in {heavy} if name in sys.modules])"
    assert python(code) == "[]"


@pytest.mark.parametrize(
    "code",
    [
        "from IPython import get_ipython\nprint(get_ipython())",
        "import IPython\nprint(IPython.get_ipython())",
        "import IPython.core.error\nimport IPython\nprint(IPython.core.getipython.get_ipython())",
        "import IPython.display\nfrom IPython.core.interactiveshell import InteractiveShell\nprint(InteractiveShell._instance)",
        "from IPython.lib import pretty\nfrom IPython import *\nprint(embed and None)",
        "from jupyter_client import KernelManager\nfrom ipykernel import connect\nimport IPython\nprint(IPython.get_ipython())",
    ],
)
def test_the_whole_package_comes_when_it_is_asked_for(code: str) -> None:
    assert python("import ipykernel.kernelbase\n" + code) == "None"


def test_a_loaded_package_is_what_it_would_be_without_us() -> None:
    names = "[(m.__name__, type(m).__name__, sorted(n for n in vars(m) if not n.startswith('__'))) for m in (a, b, c)]"
    code = f"import IPython as a, jupyter_client as b, ipykernel as c\n[dir(m) for m in (a, b, c)]\nprint({names})"
    plain = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert python(code) == plain.stdout.strip()


def test_a_name_that_no_one_has_is_an_attribute_error() -> None:
    code = "import IPython\ntry:\n    IPython.no_such_thing\nexcept AttributeError as error:\n    print(error)"
    assert "no_such_thing" in python(code)


def test_threads_that_ask_at_once_all_get_it() -> None:
    code = """
import threading, IPython, jupyter_client
start, results = threading.Barrier(8), []
def ask(n):
    start.wait()
    results.append(IPython.InteractiveShell if n % 2 else jupyter_client.KernelManager)
threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join(20) for t in threads]
print(len(results), len(set(results)))
"""
    assert python(code) == "8 2"


def test_a_package_that_is_imported_already_or_not_installed_is_left_alone() -> None:
    code = """
import json, types
defer_packages(["json", "no_such_package", "typing"])
print(sys.modules["json"] is json, "no_such_package" in sys.modules, type(sys.modules["json"]) is types.ModuleType)
"""
    assert python(code) == "True False True"
