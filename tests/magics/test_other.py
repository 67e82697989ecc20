"""Cells of other languages, what needs a shell or files, and the lines notebooks of the stock kernel begin with."""

from __future__ import annotations

import pytest

from tests.support.engine_session import Session


@pytest.mark.parametrize(
    ("name", "mime"),
    [("html", "text/html"), ("latex", "text/latex")],
)
def test_the_cell_is_shown_as_it_is(session: Session, name: str, mime: str) -> None:
    text = "<b>'é\" {x} %time \\n $1$</b>\n\n!ls\n%who?\n# IPython"
    ran = session.run(f"%%{name}\n{text}")
    assert ran.failure is None
    [display] = ran.displays
    assert display.data == {mime: text, "text/plain": text}
    assert ran.printed == ""


def test_a_cell_of_markdown_is_rendered(session: Session) -> None:
    text = "*'é\"* {x} %time $1$\n\n    !ls\n\n# IPython"
    [display] = session.run(f"%%markdown\n{text}").displays
    assert set(display.data) == {"text/html", "text/plain"}
    assert display.data["text/plain"] == text
    assert display.data["text/html"].startswith(
        "<p><em>'é\"</em> {x} %time $1$</p>\n<pre><code>!ls\n</code></pre>\n<h1 id="
    )


def test_an_svg_cell(session: Session) -> None:
    text = "<svg><text>%time 'é'\n!ls</text></svg>"
    [display] = session.run(f"%%svg\n{text}").displays
    assert display.data == {"image/svg+xml": text, "text/plain": text}


def test_isolated_html(session: Session) -> None:
    [display] = session.run("%%html --isolated\n<b>").displays
    assert display.metadata == {"text/html": {"isolated": True}}


@pytest.mark.parametrize(
    "cell",
    [
        "!ls",
        "x = !ls",
        "!!ls",
        "if True:\n    !ls -l {x} $HOME",
        "%sx ls",
        "%system ls",
        "%%bash\nls",
        "%%sh\nls",
        "%%script bash\nls",
        "%%!\nls",
    ],
)
def test_there_is_no_shell(session: Session, cell: str) -> None:
    assert "the sandbox has no shell and starts no programs" in session.refusal(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "%run script.py", "%load script.py", "%pycat /etc/passwd",
        "%save x 1-5", "%store x", "%ls", "%cat /etc/passwd", "%notebook x.ipynb", "%logstart x",
    ],
)  # fmt: skip
def test_no_files_are_opened(session: Session, cell: str) -> None:
    assert "opens no files of this computer" in session.refusal(cell)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("%pip install x", "nothing can be installed"),
        ("%conda install x", "nothing can be installed"),
        ("%cd /", "sees no folders"),
        ("%load_ext sql", "%load_ext: sql is a program for the stock kernel"),
        ("%load_ext", "required: EXTENSION"),
        ("%matplotlib widget", "figures show below their cell"),
        ("%gui qt", "opens no windows"),
        ("%debug", "no debugger"),
        ("%prun f()", "no debugger or profiler"),
        ("%%javascript\nalert(1)", "no programs to the browser"),
    ],
)
def test_what_is_not_there_is_said_so(session: Session, cell: str, reason: str) -> None:
    refusal = session.refusal(cell)
    assert reason in refusal
    assert "\n" not in refusal.partition("usage: ")[0].rstrip()


def test_a_refused_line_can_be_caught_as_front_ends_do(session: Session) -> None:
    ran = session.run("try:\n    %gui qt\nexcept:\n    pass\nprint('on')")
    assert ran.failure is None
    assert ran.printed == "on\n"


def test_what_stands_before_a_refused_line_runs(session: Session) -> None:
    assert "no shell" in session.refusal("x = 1\n!ls\nx = 2")
    assert session.run("x").result == "1"


def test_settings_of_the_stock_kernel_stop_no_cell(session: Session) -> None:
    assert session.run("%config Completer.use_jedi = False").printed == ""
    assert session.run("%config InlineBackend.figure_format = 'retina'").printed == ""
    assert session.run("%matplotlib inline").printed == ""
    assert "no effect here" in session.run("%config Class.trait = 1").printed
    assert "no effect here" in session.run("%config").printed
    ran = session.run("%load_ext autoreload\n%autoreload 2\n1")
    assert ran.result == "1"
    assert ran.printed.count("nothing to do here") == 2


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("%tiem 1", "There is no magic %tiem here. Did you mean %time?"),
        ("%whoo", "There is no magic %whoo here. Did you mean %who?"),
        ("%revert", "There is no magic %revert here. Did you mean %undo?"),
        ("%xyzzy", "There is no magic %xyzzy here. %lsmagic lists all magics."),
        ("%%hmtl\n<b>", "There is no cell magic %%hmtl here. Did you mean %%html?"),
        ("%html <b>", "There is no magic %html here. The cell magic %%html exists: put it on the first line."),
        ("%%who\nint", "There is no cell magic %%who here. The line magic %who exists."),
        ("x = 1\n%%time\nx", "%%time must be the first line of its cell"),
        ("x = %time y = 1", "%time has no value to assign"),
    ],
)
def test_a_magic_that_does_not_exist_names_the_nearest(session: Session, cell: str, message: str) -> None:
    assert session.refusal(cell) == message


@pytest.mark.parametrize(
    "cell", ["%" + "a" * 1_000_000, "%who " + "a" * 1_000_000, "%%" + "b" * 100_000, "%time " + "(" * 100_000]
)
def test_long_nonsense_gets_a_short_answer(session: Session, cell: str) -> None:
    failure = session.run(cell).failure
    assert failure is not None
    assert len(failure.evalue) < 500


@pytest.mark.parametrize("name", ["__class__", "_line", "run", "!usage", "{0}", "%s", "../x", "a.b.c"])
def test_odd_names_find_nothing(session: Session, name: str) -> None:
    failure = session.run(f"__mk_magic({name!r}, '{{0.__class__}} %s')").failure
    assert failure is not None
    assert failure.ename == "UsageError"
