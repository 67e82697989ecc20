"""%diff and the reports of travel, on files of the working folder and on the session's environment variables."""

from __future__ import annotations

import time
from collections.abc import Callable

from monty_kernel.engine.written import Node
from monty_kernel.timetravel.file_differences import compare_files, described
from tests.support.kernel_client import Kernel

Start = Callable[..., Kernel]


def test_files_and_environment_variables_between_states(start: Start) -> None:
    kernel = start()
    kernel.run("import os\nopen('same.txt', 'w').write('s')\nopen('a.txt', 'w').write('one\\ntwo\\nthree\\nfour\\n')")
    kernel.run("open('old.bin', 'wb').write(b'\\0' * 2000)\nos.environ.update(MODE='test', API_KEY='x', GONE='1')")
    kernel.run("%snapshot before")
    kernel.run("open('a.txt', 'w').write('one\\n2\\nthree\\nfour\\n')\nos.remove('old.bin')\nos.makedirs('data/in')")
    kernel.run("open('data/in/new.csv', 'w').write('a,b\\n')\nopen('/tmp/t', 'w').write('t')")
    kernel.run(
        "os.environ['MODE'] = 'live'; os.environ['API_KEY'] = 'y'; os.environ['NEW'] = '2'; del os.environ['GONE']"
    )
    expected = [
        "+ os.environ['NEW'] = '2'",
        "~ os.environ['API_KEY']",
        "~ os.environ['MODE'] = 'test' -> 'live'",
        "- os.environ['GONE'] = '1'",
        "+ file /tmp/t, 1 bytes",
        "~ file a.txt, 19 -> 17 bytes",
        "    @@ -1,3 +1,3 @@",
        "     one",
        "    -two",
        "    +2",
        "     three",
        "+ folder data",
        "+ folder data/in",
        "+ file data/in/new.csv, 4 bytes",
        "- file old.bin, 2,000 bytes",
    ]
    assert kernel.run("%diff before").text().splitlines() == expected
    assert kernel.run("%diff before 5").text().splitlines() == expected[4:]
    back = kernel.run("%diff 6 before").text().splitlines()
    assert back[:5] == [
        "+ os.environ['GONE'] = '1'",
        "~ os.environ['API_KEY']",
        "~ os.environ['MODE'] = 'live' -> 'test'",
        "- os.environ['NEW'] = '2'",
        "- file /tmp/t, 1 bytes",
    ]
    assert kernel.run("%diff 5 6").text().splitlines() == expected[:4]
    assert kernel.run("open('a.txt').read(), os.environ['MODE']").plain == "('one\\n2\\nthree\\nfour\\n', 'live')"


def test_a_report_of_travel_names_environment_variables(start: Start) -> None:
    kernel = start()
    kernel.run("%env MODE=test")
    kernel.run("%env MODE=live")
    assert kernel.run("%undo").text().endswith("changed: os.environ['MODE'] = 'test' (was 'live').\n")
    assert kernel.run("%undo").text().endswith("gone: os.environ['MODE'].\n")


def test_a_file_with_other_text_of_the_same_size(start: Start) -> None:
    kernel = start()
    kernel.run("open('a', 'w').write('1')")
    kernel.run("open('a', 'w').write('2')")
    kernel.run("open('a', 'w').write('2')")
    assert kernel.run("%diff 1 2").text().splitlines() == ["~ file a, 1 bytes", "    @@ -1 +1 @@", "    -1", "    +2"]
    assert kernel.run("%diff 2 3").text() == "~ file a (written again)\n"


def test_environments_that_are_none_stop_no_diff(start: Start) -> None:
    kernel = start()
    kernel.run(
        "import os\nos.environ[5] = 'x'\nos.environ['deep'] = deep = []\nfor _ in range(3000): deep.append(deep := [])"
    )
    kernel.run("x = 1")
    assert "+ x = 1" in kernel.run("%diff 1").text()
    kernel.run("__mk_environ = 5")
    assert "the variables (cannot be compared)" in kernel.run("%diff 1").text()
    kernel.run("%undo")
    assert kernel.run("os.environ[5]").plain == "'x'"


def file(text: bytes) -> Node:
    return Node("file", (text,), len(text), 1.0)


def test_control_characters_of_names_and_texts_are_written_out() -> None:
    path = ("work", "a\x1b[31m\n")
    assert list(described(compare_files({path: file(b"a\x1b[0m")}, {path: file(b"b\r\nc")})))[:3] == [
        "~ file a\\x1b[31m\\n, 5 -> 4 bytes",
        "    @@ -1 +1,2 @@",
        "    -a\\x1b[0m",
    ]


def test_what_is_large_is_named_and_not_read_line_by_line() -> None:
    path = ("work", "a")
    for before, after in (
        (b"x\n" * 10_000, b"y\n" * 10_000),  # many lines
        (b"x" * 20_000, b"y" * 20_000),  # long
        (b"\xff", b"\xfe"),  # no text
        (b"a\0", b"b\0"),
    ):
        assert len(list(described(compare_files({path: file(before)}, {path: file(after)})))) == 1


def test_long_lines_and_many_lines_and_files_are_cut() -> None:
    before = {("work", f"{n:05}"): file(b"a" * 500 + b"\n") for n in range(1000)}
    after = {path: file(b"\n".join(b"b" * 200 for _ in range(50))) for path in before}
    lines = list(described(compare_files(before, after)))
    assert len(lines) == 100 + 5 * 21 + 1
    assert lines[-1] == "… and 900 more files and folders"
    assert lines[21] == "    … and 32 more lines"
    assert max(map(len, lines)) <= 104


def test_texts_made_to_be_slow_to_compare_are_compared_in_no_time() -> None:
    shapes: list[Callable[[str, int], str]] = [
        lambda side, n: f"x\n{side}{n}\n",
        lambda side, n: f"{'xy'[n % 2]}\n{side if n % 7 == 0 else ''}\n",
        lambda side, n: f"{n * 7919 % 101 if side == 'a' else n * 104729 % 101}\n",
        lambda side, n: "x\n",
    ]
    for shape in shapes:
        texts = {side: "".join(shape(side, n) for n in range(200)).encode() for side in "ab"}
        texts = {side: b"\n".join(text.split(b"\n")[:199]) for side, text in texts.items()}
        layers = [{("work", str(n)): file(texts[side] + side.encode()) for n in range(5)} for side in "ab"]
        begin = time.process_time()
        assert list(described(compare_files(*layers)))
        assert time.process_time() - begin < 2
