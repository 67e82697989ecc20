"""The fork server imports whatever of ours a kernel may use: nothing is left for each kernel to import for itself."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

from monty_kernel.fork_server.owner import is_read_at_start
from monty_kernel.fork_server.server import NEEDED, NOT_KERNELS, useful
from tests.support.kernel_process import KernelProcess, messages_of, run
from tests.support.waiting import HANGING, until

STAND_IN = [sys.executable, "-P", str(Path(__file__).parents[1] / "support" / "standin" / "imported.py")]
TOOLS = Path(__file__).parents[1] / "granted" / "bookshop.py"

CELLS = (
    "x = {'a': 1}\nprint('out')\nx",
    "1 / 0",
    "import numpy",
    "from IPython.display import display, HTML, Markdown, SVG, Latex\n"
    "display(HTML('<b style=\"color: red\" onclick=\"x\">b</b>'), Markdown('*m*'), SVG('<svg></svg>'), Latex('$x$'))",
    "x?",
    "%lsmagic",
    "%timeit -n1 -r1 1",
    "%whos",
    "%history",
    "%limits",
    "%undo",
    "%snapshots",
    "%snapshot named",
    "%diff named",
    "%sessions",
    "%tools",
    "%mounts",
    "%%html\n<i>i</i>",
    "from pathlib import Path\nPath('/data/new').write_text('t')",
    "%undo",
    "!ls",
)


def test_a_kernel_that_is_used_imports_nothing_more_of_ours(tmp_path: Path) -> None:
    report, folder = tmp_path / "report", tmp_path / "folder"
    folder.mkdir()
    env = {"MONTY_TEST_REPORT": str(report), "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    with KernelProcess(tmp_path, STAND_IN, options=[f"--tools={TOOLS}", f"--mount={folder}:/data"], env=env) as kernel:
        client = kernel.client()
        for cell in CELLS:
            messages_of(client, client.execute(cell))
        client.complete("x['", reply=True, timeout=HANGING)
        client.complete("import j", reply=True, timeout=HANGING)
        client.inspect("print", reply=True, timeout=HANGING)
        client.is_complete("for")
        client.history(hist_access_type="search", pattern="*", reply=True, timeout=HANGING)
        assert run(client, "6 * 7") == "42"
        Path(f"{report}.asked").touch()
        until(report.exists)
    threads, *later = report.read_text().splitlines()
    assert threads == "(1, 1)"
    assert [name for name in later if name.startswith("monty_kernel.")] == []


def test_what_is_left_out_exists_and_is_no_kernels() -> None:
    for name in NOT_KERNELS:
        assert importlib.util.find_spec(name) is not None, name
    assert not {name for name in NEEDED if name in NOT_KERNELS}
    assert {"monty_kernel.grants.files", "monty_kernel.introspect.live", "monty_kernel.sanitize.html"} <= set(useful())


def test_what_is_read_of_the_environment_at_import_belongs_to_the_kind_of_server() -> None:
    code = """
import os
read = set()
class Watched(type(os.environ)):
    def __getitem__(self, name):
        read.add(name)
        return super().__getitem__(name)
    def __contains__(self, name):
        read.add(name)
        return super().__contains__(name)
os.environ.__class__ = Watched
from monty_kernel.startup import defer_modules, forgo_missing, import_lightly
defer_modules(); forgo_missing(); import_lightly()
import importlib
from monty_kernel.fork_server.server import NEEDED, useful
for name in (*NEEDED, *useful()):
    importlib.import_module(name)
print(*read)
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=HANGING, check=True
    )
    read = set(done.stdout.split())
    assert read
    assert {name for name in read if not is_read_at_start(name)} == set()
