"""`contextlib` against CPython's, and what is redirected."""

from __future__ import annotations

from tests.modules.agreement import Sandboxed
from tests.support.kernel_client import Kernel, kill_workers


def test_it_does_what_cpythons_does(sandboxed: Sandboxed) -> None:
    for code in (
        "from contextlib import suppress\nwith suppress(KeyError, ZeroDivisionError):\n    1 / 0\n'on'",
        "from contextlib import suppress\nwith suppress(KeyError):\n    1 / 0",
        "from contextlib import nullcontext\nwith nullcontext(5) as x:\n    pass\nx",
        "from contextlib import closing\nimport io\nwith closing(io.StringIO('q')) as f:\n    text = f.read()\ntext, f.closed",
        "import contextlib, io\nwith contextlib.ExitStack() as stack:\n    f = stack.enter_context(io.StringIO('q'))\n    stack.callback(print, 'bye', end='!')\n    print(f.read())\nf.closed",
        "import contextlib\nwith contextlib.ExitStack() as stack:\n    stack.push(contextlib.suppress(ValueError))\n    stack.callback(print, 'first')\n    raise ValueError('q')\n'on'",
        "import contextlib\nwith contextlib.ExitStack() as stack:\n    stack.push(lambda *raised: print(raised[0].__name__))\n    raise ValueError('q')",
        "import contextlib\nwith contextlib.ExitStack() as stack:\n    kept = stack.pop_all()\n    kept.callback(print, 'later')\nprint('now')\nkept.close()\n'on'",
        "import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stdout(out) as same:\n    print('in')\nprint('out')\nout.getvalue(), same is out",
        "import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    print('in')\n    1 / 0",
        "import io\nfrom contextlib import redirect_stdout\nwith redirect_stdout(io.StringIO()) as out, redirect_stdout(io.StringIO()) as inner:\n    print('in')\nout.getvalue(), inner.getvalue()",
    ):
        sandboxed.agrees(code)


def test_functions_of_earlier_cells_print_there_too(kernel: Kernel) -> None:
    kernel.run("import contextlib, io, sys\ndef say():\n    print('said')\n    print('warned', file=sys.stderr)")
    answer = kernel.run(
        "out, err = io.StringIO(), io.StringIO()\n"
        "with contextlib.redirect_stdout(out):\n    say()\n"
        "with contextlib.redirect_stderr(err):\n    say()\n"
        "out.getvalue(), err.getvalue()"
    )
    assert answer.plain == "('said\\n', 'warned\\n')"
    assert (answer.text("stdout"), answer.text("stderr")) == ("said\n", "warned\n")


def test_a_cell_that_ends_inside_shows_what_the_next_prints(kernel: Kernel) -> None:
    kernel.run(
        "import contextlib, io\nopened = contextlib.redirect_stdout(io.StringIO())\nopened.__enter__()\nprint('kept')"
    )
    assert kernel.run("print('shown')").text("stdout") == "shown\n"


def test_what_was_captured_is_there_after_an_undo_and_in_a_session_that_is_restored(kernel: Kernel) -> None:
    kernel.run("import contextlib, io\nout = io.StringIO()\nwith contextlib.redirect_stdout(out):\n    print('one')")
    kernel.run("with contextlib.redirect_stdout(out):\n    print('two')")
    kernel.run("%undo")
    assert kernel.run("out.getvalue()").plain == "'one\\n'"
    kill_workers(kernel.pid)
    assert kernel.run("out.getvalue()").plain == "'one\\n'"
