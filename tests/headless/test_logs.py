"""What a run says in a log stays text: no service that builds things finds a command of its own in it."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monty_kernel.outputs import log_text
from monty_kernel.outputs.log_text import LogStream, for_log, json_for_log
from tests.support.run_command import read, run, run_in_a_terminal, write
from tests.support.waiting import HANGING

COMMANDS = [
    "::set-output name=a::b",
    "::add-mask::a",
    " \t::stop-commands::x",
    "\u00a0\u3000::debug::x",
    "::set-env name=PATH::/x",
    "##vso[task.setvariable variable=PATH]/x",
    "text ##vso[task.complete result=Succeeded;]done",
    "text ##[add-mask]x",
    "###[error]x",
    "##teamcity[buildStatus text='fine']",
    "a##octopus[setVariable name='x']",
    "section_start:1700000000:name\r\x1b[0KTitle",
    "travis_fold:start:x\r\x1b[0K",
    "\x1b[8mha:////4AAA\x1b[0m",
    "--- group",
    "+++ group",
    "~~~ group",
    "^^^ +++",
    "<3>an error, says journald",
    '{"severity": "ERROR"}',
]
BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


def _obeyed(text: str) -> list[str]:
    """The lines that some service would obey, by the rules in the sources and documents of each, of a log cut as any of them cuts."""
    found = [line for line in re.split("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text) if _is_command(line)]
    return found + (["a control character"] if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text) else [])


def _is_command(line: str) -> bool:
    start = line.strip()
    return (
        start.startswith(("::", "##", "section_", "travis_", "---", "+++", "~~~", "^^^", "<", "{"))
        or re.search(r"##[^\s\[#]*\[", line) is not None
    )


def test_the_rules_know_the_commands() -> None:
    assert all(map(_obeyed, COMMANDS))


@pytest.mark.parametrize("command_", COMMANDS)
def test_no_line_of_a_log_is_a_command(command_: str) -> None:
    for line_break in BREAKS:
        for text in (command_, f"a{line_break}{command_}", f"{line_break}{command_}{line_break}b", f"  {command_}"):
            assert not _obeyed(for_log(text)), ascii(for_log(text))


@pytest.mark.parametrize("command_", COMMANDS)
def test_nor_when_it_comes_in_parts(command_: str) -> None:
    """Cut at every place, with the log flushed between the parts or not."""
    for place in range(len(command_) + 1):
        for flushed in (False, True):
            below = io.StringIO()
            stream = LogStream(below)
            for part in (command_[:place], command_[place:], "\nnext\n"):
                stream.write(part)
                if flushed:
                    stream.flush()
            assert not _obeyed(below.getvalue()), (place, below.getvalue())
            assert below.getvalue().endswith("next\n")


def test_ordinary_text_is_as_it_was() -> None:
    text = (
        "usage: x [-h] NOTEBOOK\n\n  -o FILE, --output FILE  what it does\n\tindented\nC:\\x, /y, ./z\n"
        "ok          a.ipynb  0.10 s, 2 cells\n## Heading [link]\n".replace("## H", "x ## H")
    )
    assert for_log(text) == text


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["sessions", "--help"], ["install", "--help"], ["doctor"]]
)
def test_what_the_command_itself_says_is_as_it_was(words: list[str]) -> None:
    def said(argv: str) -> str:
        code = f"import sys; from monty_kernel.cli import main; sys.exit(main({argv}))"
        done = subprocess.run([sys.executable, "-P", "-c", code, *words], capture_output=True, timeout=HANGING)
        return re.sub(r"[\d,.]+", "0", done.stdout.decode().replace("-c", "monty-kernel"))

    assert said("") == said("sys.argv[1:]") != ""


def test_json_says_the_same_and_holds_no_command() -> None:
    value = {"a": [*COMMANDS, *BREAKS, "é日🎉 ## Heading"], "##vso[x]": "#" * 100 + "[x]"}
    for indent in (None, 1):
        data = json.dumps(value, ensure_ascii=False, indent=indent).encode()
        assert json.loads(json_for_log(data)) == value
        assert not re.search(rb"##[^\s\[#]*\[|[\x7f]|\xc2[\x80-\x9f]", json_for_log(data))
        assert "é日🎉 ## Heading".encode() in json_for_log(data)


def test_it_takes_time_in_proportion_to_the_text() -> None:
    import time

    def seconds(text: str) -> float:
        begin = time.process_time()
        for_log(text)
        json_for_log(text.encode())
        return time.process_time() - begin

    for piece in ("#", "##a", "::", "\n::", " ", "#[", "\r"):
        short, long = (min(seconds(piece * size) for _ in range(3)) for size in (50_000, 400_000))
        assert long < 40 * short + 0.3, piece  # 8 times as much text


EVERYTHING = "\n".join(["x", *COMMANDS])


def test_a_traceback_and_the_line_of_a_notebook(tmp_path: Path) -> None:
    name = "a\n::add-mask::x ##vso[task.x]y.ipynb"
    sources = [
        f"raise ValueError({EVERYTHING!r})",
        f"def f():\n    '''\n{EVERYTHING}'''\n    1/0\nf()".replace("\x1b", "").replace("\r", ""),
    ]
    for source in sources:
        path = write(tmp_path / name, source)
        for words in ([path], [path, "--allow-errors"], [path, "-o", tmp_path / "nowhere\n::add-mask::x" / "y"]):
            done = run(*words)
            assert done.stderr and not _obeyed(done.stderr.decode()), done.stderr.decode()
            assert done.stdout == b""


def test_messages_about_what_was_typed_or_globbed(tmp_path: Path) -> None:
    (tmp_path / "--x\n::add-mask::x.ipynb").touch()
    for words in (["--x\n::add-mask::x.ipynb"], ["y", "-p", "1\n::add-mask::x"], ["y", "--walls", "\n::debug::x"]):
        done = run(*words, cwd=tmp_path)
        assert done.returncode == 2 and b"add-mask" in done.stderr + b"add-mask"
        assert not _obeyed(done.stderr.decode()), done.stderr.decode()


def test_notebooks_and_reports_that_are_printed(tmp_path: Path) -> None:
    path = write(
        tmp_path / "in.ipynb", "print('''##vso[task.x]y\\n::add-mask::x\\n\\u2028::debug::x''')", "1/0 ##[error]x"
    )
    for words in (["--stdout"], ["-o", "/dev/stdout"], ["--report", "/dev/stdout"]):
        done = run(path, *words)
        assert done.returncode == 1 and not _obeyed(re.sub(rb"(?m)^ *[{}]", b"", done.stdout).decode()), (
            done.stdout.decode()
        )
        found = done.stdout.decode()
        assert "##[error]x" in json.dumps(json.loads(found)), found
    assert "##vso[task.x]y\n" in read(run(path, "--stdout").stdout).cells[0].outputs[0].text


def test_what_a_tool_prints_and_what_python_itself_says(tmp_path: Path) -> None:
    tools = tmp_path / "shop.py"
    tools.write_text(
        "import logging, sys, threading, warnings\n"
        "def show(text: str) -> None:\n"
        "    print(text)\n"
        "    print(text, file=sys.stderr)\n"
        "    logging.getLogger('shop').error('%s', text)\n"
        "    warnings.warn(text)\n"
        "    def fail(): raise ValueError(text)\n"
        "    thread = threading.Thread(target=fail)\n"
        "    thread.start()\n"
        "    thread.join()\n"
    )
    done = run(write(tmp_path / "in.ipynb", f"import shop\nshop.show({EVERYTHING!r})"), "--tools", tools)
    assert done.returncode == 0, done.stderr
    for stream in (done.stdout.decode(), done.stderr.decode()):
        assert "add-mask" in stream and not _obeyed(stream), stream
    assert done.stderr.count(b"add-mask") >= 4


@pytest.mark.parametrize("variable", ["CI", "TF_BUILD", "TEAMCITY_VERSION"])
def test_a_build_that_has_a_terminal_is_a_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "true")
    _, seen = run_in_a_terminal(write(tmp_path / "in.ipynb", f"raise ValueError({EVERYTHING!r})"))
    assert "add-mask" in seen and not _obeyed(seen.replace("\r\n", "\n")), seen


def test_the_kernels_own_log_passes_too() -> None:
    from monty_kernel.jupyter.app import VisibleFormatter

    for command_ in COMMANDS:
        record = logging.LogRecord("x", logging.WARNING, "x.py", 1, "%s", (f"a\n{command_}",), None)
        assert not _obeyed(VisibleFormatter("%(message)s").format(record))


@pytest.mark.parametrize(
    ("name", "broken"),
    [("_HARMLESS", re.compile("")), ("_COMMAND", re.compile("(?!)")), ("visible", lambda text: text)],
)
def test_each_rule_is_needed(monkeypatch: pytest.MonkeyPatch, name: str, broken: Callable[[str], str]) -> None:
    monkeypatch.setattr(log_text, name, broken)
    assert any(_obeyed(for_log(f"a\n{command_}")) for command_ in COMMANDS)
