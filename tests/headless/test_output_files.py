"""A run writes where it was told: under the name that was given, never through a link that lies there."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from monty_kernel import run_notebook
from tests.support.run_command import command, read, report, run, texts, write
from tests.support.waiting import HANGING


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A file of the person's that a stranger's link leads to."""
    path = tmp_path / "home" / ".bashrc"
    path.parent.mkdir()
    path.write_text("# mine\n")
    return path


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    path = tmp_path / "checkout"
    path.mkdir()
    write(path / "in.ipynb", "6 * 7")
    return path


def _is_a_file_of_its_own(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


@pytest.mark.parametrize("dangling", [False, True])
@pytest.mark.parametrize("place", ["--output-dir", "-o"])
def test_a_link_where_a_notebook_is_written_is_replaced(mine: Path, checkout: Path, place: str, dangling: bool) -> None:
    target = mine if not dangling else mine.with_name("new")
    (checkout / "done").mkdir()
    (checkout / "done" / "in.ipynb").symlink_to(target)
    done = run("in.ipynb", place, "done" if place == "--output-dir" else "done/in.ipynb", cwd=checkout)
    assert done.returncode == 0, done.stderr
    assert mine.read_text() == "# mine\n" and os.listdir(mine.parent) == [".bashrc"]
    assert _is_a_file_of_its_own(checkout / "done" / "in.ipynb") and texts(read(checkout / "done" / "in.ipynb")) == [
        "42"
    ]


def test_a_link_where_the_report_is_written_is_replaced(mine: Path, checkout: Path) -> None:
    (checkout / "report.json").symlink_to(mine)
    assert run("in.ipynb", "--report", "report.json", cwd=checkout).returncode == 0
    assert mine.read_text() == "# mine\n"
    assert _is_a_file_of_its_own(checkout / "report.json") and report(checkout / "report.json")[0]["status"] == "ok"


def test_a_link_to_a_notebook_becomes_a_notebook(mine: Path, checkout: Path) -> None:
    private = write(mine.with_name("mine.ipynb"), "1")
    before = private.read_bytes()
    (checkout / "link.ipynb").symlink_to(private)
    assert run("link.ipynb", "--inplace", cwd=checkout).returncode == 0
    assert private.read_bytes() == before
    assert _is_a_file_of_its_own(checkout / "link.ipynb") and texts(read(checkout / "link.ipynb")) == ["1"]


@pytest.mark.parametrize("absolute", [False, True])
def test_a_folder_that_is_a_link_holds_no_notebook_to_be_written_in_place(
    mine: Path, checkout: Path, absolute: bool
) -> None:
    private = write(mine.with_name("mine.ipynb"), "1")
    before = private.read_bytes()
    (checkout / "deep").mkdir()
    (checkout / "deep" / "sub").symlink_to(mine.parent)
    name = "deep/sub/mine.ipynb"
    done = run("in.ipynb", checkout / name if absolute else name, "--inplace", cwd=checkout)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1, done.stderr
    assert b"sub is a link" in done.stderr
    assert private.read_bytes() == before and texts(read(checkout / "in.ipynb")) == [""]


def test_the_folder_that_was_typed_may_be_a_link(tmp_path: Path, checkout: Path) -> None:
    (tmp_path / "disk").mkdir()
    (checkout / "done").symlink_to(tmp_path / "disk")
    assert run("in.ipynb", "--output-dir", "done", cwd=checkout).returncode == 0
    assert texts(read(tmp_path / "disk" / "in.ipynb")) == ["42"]


def test_a_folder_that_becomes_a_link_meanwhile_gets_nothing(mine: Path, checkout: Path, tmp_path: Path) -> None:
    """The folders are open before the first cell runs; what their paths lead to afterwards makes no difference."""
    go = tmp_path / "go"
    tools = tmp_path / "pause.py"
    tools.write_text(
        "import pathlib, time\n"
        "def pause() -> None:\n"
        f"    pathlib.Path({str(go)!r}).with_name('begun').touch()\n"
        f"    while not pathlib.Path({str(go)!r}).exists():\n"
        "        time.sleep(0.01)\n"
    )
    for way in ("out", "inplace"):
        (checkout / way).mkdir()
        book = write(
            checkout / way / "x.ipynb" if way == "inplace" else checkout / "x.ipynb", "import pause\npause.pause()\n7"
        )
        words = ["--inplace"] if way == "inplace" else ["--output-dir", checkout / way]
        process = subprocess.Popen(command(book, *words, "--tools", tools), stderr=subprocess.PIPE, cwd=checkout)
        try:
            while not (tmp_path / "begun").exists():
                assert process.poll() is None
            (checkout / way).rename(checkout / f"{way}-moved")
            (checkout / way).symlink_to(mine.parent)
            go.touch()
            _, said = process.communicate(timeout=HANGING)
        finally:
            process.kill()
            process.communicate()
        assert process.returncode == 0, said
        assert os.listdir(mine.parent) == [".bashrc"]
        assert texts(read(checkout / f"{way}-moved" / "x.ipynb")) == ["7"]
        go.unlink()
        (tmp_path / "begun").unlink()


def test_permissions_stay_and_those_of_a_program_do_not(checkout: Path) -> None:
    target = checkout / "out.ipynb"
    target.write_text("old")
    target.chmod(0o6751)
    assert run("in.ipynb", "-o", "out.ipynb", cwd=checkout).returncode == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o751


def test_a_second_name_of_a_file_keeps_its_content(mine: Path, checkout: Path) -> None:
    os.link(mine, checkout / "out.ipynb")
    assert run("in.ipynb", "-o", "out.ipynb", cwd=checkout).returncode == 0
    assert mine.read_text() == "# mine\n" and texts(read(checkout / "out.ipynb")) == ["42"]


def test_names_that_are_too_long_or_odd(checkout: Path) -> None:
    for name in ("ж" * 124 + ".ipynb", "a\nb.ipynb", "-x.ipynb", "..ipynb"):
        (checkout / name).write_bytes((checkout / "in.ipynb").read_bytes())
        done = run("--output-dir", "done", "--", name, cwd=checkout)
        assert done.returncode == 0, done.stderr
        assert texts(read(checkout / "done" / name)) == ["42"]
    for place in (".", "..", "done", "nowhere/x.ipynb"):
        done = run("in.ipynb", "-o", place, cwd=checkout)
        assert done.returncode == 2 and done.stderr.count(b"\n") == 1, done.stderr


def test_the_folder_of_the_sources_as_the_place_to_write_to(checkout: Path) -> None:
    assert run("in.ipynb", "--output-dir", ".", cwd=checkout).returncode == 0
    assert texts(read(checkout / "in.ipynb")) == ["42"] and os.listdir(checkout) == ["in.ipynb"]


def test_two_things_do_not_go_to_one_place(checkout: Path) -> None:
    (checkout / "a").mkdir()
    write(checkout / "a" / "in.ipynb", "1")
    for words in (["in.ipynb", "a/in.ipynb", "--output-dir", "done"], ["in.ipynb", "-o", "x", "--report", "./x"]):
        done = run(*words, cwd=checkout)
        assert done.returncode == 2 and b"would both be written to" in done.stderr


@pytest.mark.parametrize("stream", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
def test_streams_are_written_to_as_they_are(checkout: Path, tmp_path: Path, stream: str) -> None:
    done = run("in.ipynb", "-o", stream, cwd=checkout)
    assert done.returncode == 0 and texts(read(done.stdout)) == ["42"], done.stderr
    words = " ".join(command("in.ipynb", "-q", "-o", stream))
    with (tmp_path / "log").open("wb") as log:
        subprocess.run(
            ["/bin/sh", "-c", f"echo before; {words}; echo after"], stdout=log, cwd=checkout, timeout=HANGING
        )
    lines = (tmp_path / "log").read_bytes()
    assert lines.startswith(b"before\n{") and lines.endswith(b"}\nafter\n")


def test_a_link_to_a_stream_is_no_stream(checkout: Path) -> None:
    (checkout / "out.ipynb").symlink_to("/dev/stdout")
    done = run("in.ipynb", "-o", "out.ipynb", cwd=checkout)
    assert done.returncode == 0 and done.stdout == b"" and _is_a_file_of_its_own(checkout / "out.ipynb")


def test_a_pipe_below_the_output_folder_is_not_waited_for(checkout: Path) -> None:
    (checkout / "done").mkdir()
    os.mkfifo(checkout / "done" / "in.ipynb")
    done = run("in.ipynb", "--output-dir", "done", cwd=checkout)
    assert done.returncode == 2 and done.stderr.count(b"\n") == 1, done.stderr
    assert b"cannot write done/in.ipynb: it is a pipe or a device" in done.stderr


def test_a_file_that_is_mounted_over_another_is_an_error_and_no_loss(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "below").write_text("as it was")
    (checkout / "out.ipynb").write_text("covered")
    words = " ".join(command("in.ipynb", "-o", "out.ipynb", "--report", "report.json"))
    script = f"mount --bind {tmp_path / 'below'} out.ipynb && {{ {words}; echo $?; cat out.ipynb; }}"
    unshare = ["unshare", "--map-root-user", "--user", "--mount"] if os.geteuid() else ["unshare", "--mount"]
    done = subprocess.run([*unshare, "/bin/sh", "-c", script], cwd=checkout, capture_output=True, timeout=HANGING)
    if done.returncode and (b"unshare" in done.stderr or b"mount:" in done.stderr):
        pytest.skip(f"nothing can be mounted here: {done.stderr.decode()}")
    assert done.stdout == b"2\nas it was", done.stderr
    assert b"cannot be replaced" in done.stderr and b"Traceback" not in done.stderr
    [beside] = [each for each in checkout.iterdir() if each.name.startswith("out.new-")]
    assert beside.name in done.stderr.decode() and texts(read(beside)) == ["42"]
    assert beside.name in report(checkout / "report.json")[0]["message"]


def test_an_exported_session_is_a_new_file(mine: Path, checkout: Path) -> None:
    """Whatever has the name stays: a file, and a link too, wherever it leads."""
    (checkout / "dangling.monty").symlink_to(mine.with_name("new"))
    (checkout / "link.monty").symlink_to(mine)
    for name in ("dangling.monty", "link.monty", "in.ipynb"):
        words = [sys.executable, "-P", "-m", "monty_kernel.cli", "sessions", "export", "abcd", name]
        done = subprocess.run(words, cwd=checkout, capture_output=True, timeout=HANGING)
        assert done.returncode == 2 and b"exists" in done.stderr, done.stderr
    assert os.listdir(mine.parent) == [".bashrc"]


def test_the_audit_log_goes_through_no_link_and_is_nobody_elses(mine: Path, checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "shop.py"
    tools.write_text("def price() -> int:\n    return 1\n")
    write(checkout / "in.ipynb", "import shop\nshop.price()")
    (checkout / "link.jsonl").symlink_to(mine)
    done = run("in.ipynb", "--tools", tools, "--audit", "link.jsonl", "--inplace", cwd=checkout)
    assert done.returncode == 2 and "it is a link" in done.stderr.decode(), done.stderr
    assert mine.read_text() == "# mine\n"
    words = " ".join(command("in.ipynb", "--tools", tools, "--audit", "log.jsonl"))
    done = subprocess.run(["/bin/sh", "-c", f"umask 0; {words}"], cwd=checkout, capture_output=True, timeout=HANGING)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE((checkout / "log.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "mistyped/x.ipynb"], "cannot write mistyped/x.ipynb: there is no folder mistyped."),
        (["--to", "html", "-o", "mistyped/x.html"], "cannot write mistyped/x.html: there is no folder mistyped."),
        (["--report", "mistyped/r.json"], "cannot write the report mistyped/r.json: there is no folder mistyped."),
        (
            ["--audit", "mistyped/a.jsonl"],
            "cannot log to mistyped/a.jsonl: the audit log cannot be opened: there is no folder mistyped.",
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_names_a_file_makes_no_folder(checkout: Path, words: list[str], said: str) -> None:
    """A name may be mistyped. One line says so, and nothing runs."""
    done = run("in.ipynb", "--inplace" if words[0] != "-o" and "-o" not in words else "-q", *words, cwd=checkout)
    assert (done.returncode, done.stderr.decode()) == (2, f"monty-kernel: {said}\n")
    assert os.listdir(checkout) == ["in.ipynb"] and texts(read(checkout / "in.ipynb")) == [""]


@pytest.mark.parametrize("option", ["--output-dir", "--files-out"])
def test_what_names_a_folder_makes_it(checkout: Path, option: str) -> None:
    assert run("in.ipynb", option, "new/folder", cwd=checkout).returncode == 0
    assert (checkout / "new" / "folder").is_dir()


def test_run_notebook_makes_no_folder_for_an_audit_log(tmp_path: Path) -> None:
    path = write(tmp_path / "in.ipynb", "6 * 7")
    with pytest.raises(OSError, match=f"there is no folder {tmp_path}/mistyped"):
        run_notebook(path, audit_file=tmp_path / "mistyped" / "a.jsonl")
    run_notebook(path, audit_file=tmp_path / "a.jsonl")
    assert sorted(os.listdir(tmp_path)) == ["a.jsonl", "in.ipynb"]
