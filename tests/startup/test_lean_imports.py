"""Deferred packages: their submodules import without them, and whoever asks for the package itself gets all of it."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.support.kernel_process import KernelProcess, run
from tests.support.waiting import HANGING

PREPARED = "import sys\nfrom monty_kernel.startup import defer_modules, import_lightly\ndefer_modules()\n"


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-c", PREPARED + code], capture_output=True, text=True, timeout=HANGING
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


PACKAGES = frozenset(
    {
        "IPython",  # its errors only
        "ipykernel",
        "jupyter_client",
        "jupyter_core",
        "monty_kernel",
        "platformdirs",
        "pydantic_monty",
        "tornado",
        "traitlets",
        "typing_extensions",
        "zmq",
    }
)
"""All that the start takes from outside the standard library."""

CELLS_TOO = frozenset({"pyfastcdc", "zstandard", "argcomplete", "colorama", "msgpack", "opentelemetry", "orjson"})
"""What a first cell may take besides: the store of states, and what tornado, traitlets and others take where it is installed."""

HEAVY = frozenset(
    {
        "IPython.core.history",
        "IPython.core.interactiveshell",
        "IPython.core.profiledir",
        "IPython.utils",
        "jupyter_client.asynchronous",
        "jupyter_client.manager",
        "jupyter_client.provisioning",
        "ctypes",
        "curses",
        "email",
        "http",
        "importlib.metadata",
        "importlib.resources",
        "multiprocessing",
        "unittest",
        "xml",
        "zipfile",
        "zoneinfo",
    }
)

LATER = frozenset(
    {
        "sqlite3",
        "monty_kernel.session.cell_runner",
        "monty_kernel.engine.source.cell",
        "monty_kernel.engine.engine",
        "monty_kernel.history.history",
        "monty_kernel.sanitize",
        "monty_kernel.timetravel",
        "monty_kernel.isolation",
    }
)
"""What the sandbox thread imports, while the loop answers."""

NEVER = frozenset({"jedi", "nh3", "monty_kernel.grants", "monty_kernel.introspect", "monty_kernel.magics"})
"""What is imported when somebody uses it."""


def among(imported: set[str], packages: frozenset[str]) -> set[str]:
    """Those that are one of the packages or in one."""
    return {name for name in imported if any(name == one or name.startswith(one + ".") for one in packages)}


def strangers(imported: set[str]) -> set[str]:
    """Packages among them that are not known to be needed."""
    found = {name.partition(".")[0] for name in imported} - PACKAGES - sys.stdlib_module_names
    # compiled modules register something of Cython's; what is not installed was looked for in vain
    return {name for name in found if "cython" not in name and "sysconfig" not in name and find_spec(name) is not None}


def imports_in(log: str) -> set[str]:
    """What `-X importtime` saw."""
    return {line.rpartition("|")[2].strip() for line in log.splitlines() if line.startswith("import time:")}


def test_what_a_kernel_imports_before_it_answers() -> None:
    code = "import_lightly()\nimport monty_kernel.jupyter.app, monty_kernel.jupyter.kernel\nprint(*(n for n in sys.modules if sys.modules[n]))"
    bare = set(python("print(*sys.modules)").split())  # what the environment's own .pth files import is not ours
    imported = set(python(code).split()) - bare
    assert {"monty_kernel.jupyter.kernel", "zmq", "traitlets.config.application"} <= imported
    assert not among(imported, HEAVY | LATER | NEVER)
    assert not strangers(imported)


def test_what_a_kernel_has_imported_when_a_cell_has_run(tmp_path: Path) -> None:
    watched = [sys.executable, "-P", "-X", "importtime"]
    bare = subprocess.run([*watched, "-c", ""], capture_output=True, text=True, timeout=HANGING, check=True).stderr
    with KernelProcess(tmp_path, [*watched, "-m", "monty_kernel"]) as kernel:
        assert run(kernel.client(), "6 * 7") == "42"
    imported = imports_in(kernel.output()) - imports_in(bare)
    assert {"monty_kernel.jupyter.kernel", "monty_kernel.engine.engine", "sqlite3"} <= imported
    assert not among(imported, HEAVY | NEVER) - {"curses"}  # listed too when it is not found
    assert not strangers(imported) - CELLS_TOO


def test_dates_are_read_without_dateutil_as_with_it() -> None:
    code = """
import_lightly()
from jupyter_client.jsonutil import parse_date
dates = ["2026-11-23T10:00:00Z", "2026-11-23T10:00:00.5+01:30", "2026-11-23T10:00:00.123456-0130", "2026-11-23", "", None]
print([parse_date(date).isoformat() if date and "T" in date else parse_date(date) for date in dates])
print("dateutil.parser" in sys.modules)
print(parse_date("2026-11-23T24:00:00Z").isoformat())
for wrong in ["2026-13-23T10:00:00Z", "2026-11-23T10:00:61Z"]:
    try:
        print(parse_date(wrong))
    except ValueError:
        print("refused")
import dateutil.parser, dateutil.tz, curses
print(dateutil.parser.parse("3 May 2026").date(), dateutil.tz.UTC, hasattr(curses, "initscr"))
"""
    plain = code.replace("import_lightly()", "").replace('print("dateutil.parser" in sys.modules)', "print(False)")
    assert python(code) == python(plain)
    assert "refused" in python(code)


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
    plain = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=HANGING, check=True
    )
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
defer_modules(["json", "no_such_package", "typing"])
print(sys.modules["json"] is json, "no_such_package" in sys.modules, type(sys.modules["json"]) is types.ModuleType)
"""
    assert python(code) == "True False True"


def test_ssl_is_there_for_whoever_uses_it() -> None:
    code = """
import asyncio, ssl, tempfile
from importlib.util import find_spec
print(type(ssl).__name__, type(sys.modules["asyncio.sslproto"]).__name__, end=" ")

async def main():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0, ssl=ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))
    port = server.sockets[0].getsockname()[1]
    try:
        await asyncio.open_connection("127.0.0.1", port, ssl=True)
    except OSError:  # there is no certificate; without ssl it is a RuntimeError
        print("shaken", end=" ")
    server.close()

asyncio.run(main())
from tempfile import TemporaryDirectory
print(type(ssl).__name__, tempfile.TemporaryDirectory is TemporaryDirectory)
"""
    assert python(code) == "DeferredModule DeferredModule shaken module True"


def test_what_is_set_in_a_deferred_module_stays() -> None:
    code = "import tempfile\ntempfile.tempdir = '/somewhere'\nprint(tempfile.gettempdir(), type(tempfile).__name__)"
    assert python(code) == "/somewhere module"
