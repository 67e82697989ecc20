"""The working folder over the wire: what can be done in it, how it travels with the states, and what it leaves alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.following_kernels import NOTEBOOK, following
from tests.support.kernel_client import Answer, Kernel, kill_workers

Start = Callable[..., Kernel]


def error(answer: Answer) -> str:
    return f"{answer.reply.get('ename')}: {answer.reply.get('evalue')}"


def hint(answer: Answer) -> str:
    lines = "".join(answer.reply["traceback"]).splitlines()
    return next((line for line in lines if "Hint:" in line), "")


IMPORTS = "import os\nfrom pathlib import Path\n"


@pytest.fixture
def empty(kernel: Kernel) -> Kernel:
    """The module's kernel with nothing in its working folder."""
    kernel.run("%reset -f")
    kernel.run(IMPORTS)
    return kernel


def test_what_is_not_there_is_not_there(empty: Kernel) -> None:
    code = "os.path.exists('data.csv'), Path('data.csv').exists(), os.path.isdir('out'), Path('x').is_file(), "
    code += "os.path.exists('/etc/passwd'), Path('/etc').is_dir(), os.path.exists(''), Path('/work').is_dir()"
    assert empty.run(code).plain == "(False, False, False, False, False, False, False, True)"
    assert empty.run("os.getcwd(), os.listdir(), os.listdir('/'), list(Path('.').glob('*'))").plain == (
        "('/work', [], ['tmp', 'work'], [])"
    )


FILES = [
    ("with open('a.csv', 'w') as f:\n    f.write('x,y\\n')\n    f.write('1,2\\n')\nopen('a.csv').read()", r"'x,y\n1,2\n'"),
    ("open('l.txt', 'w').write('1\\n2\\n')\nopen('l.txt', 'a').write('3\\n')\n[line for line in open('/work/l.txt')]",
     r"['1\n', '2\n', '3\n']"),
    ("open('b', 'wb').write(b'\\xff\\x00')\nPath('b').read_bytes()", r"b'\xff\x00'"),
    ("Path('u').write_text('ü€')\nPath('u').stat().st_size, os.path.getsize('u'), Path('u').read_text()", "(5, 5, 'ü€')"),
    ("Path('d').mkdir()\nos.makedirs('d/e/f', exist_ok=True)\nsorted(os.listdir('d')), Path('d/e').is_dir()",
     "(['e'], True)"),
    ("Path('d/x.txt').write_text('x')\nos.rename('d/x.txt', 'y.txt')\nos.path.exists('d/x.txt'), open('y.txt').read()",
     "(False, 'x')"),
    ("os.replace('y.txt', 'a.csv')\nopen('a.csv').read(), os.path.exists('y.txt')", "('x', False)"),
    ("Path('d/e/f/deep.csv').write_text('')\nsorted(str(each) for each in Path('.').rglob('*.csv'))",
     "['a.csv', 'd/e/f/deep.csv']"),
    ("os.rename('d', 'moved')\nsorted(name for name in os.listdir('.')), os.listdir('moved/e/f')",
     "(['a.csv', 'b', 'l.txt', 'moved', 'u'], ['deep.csv'])"),
    ("Path('b').unlink()\nos.remove('u')\nos.rmdir('moved/e/f') if not os.listdir('moved/e/f') else sorted(os.listdir())",
     "['a.csv', 'l.txt', 'moved']"),
    ("os.chdir('moved')\nopen('here', 'w').write('h')\nos.getcwd(), os.path.exists('/work/moved/here'), os.path.abspath('here')",
     "('/work/moved', True, '/work/moved/here')"),
    ("os.chdir('..')\nsorted(root for root, _, _ in os.walk('.'))", "['.', './moved', './moved/e', './moved/e/f']"),
    ("import json, csv\njson.dump({'a': [1]}, open('j.json', 'w'))\njson.load(open('j.json'))", "{'a': [1]}"),
    ("w = csv.writer(open('t.csv', 'w', newline=''))\nw.writerow(['a', 1])\nlist(csv.reader(open('t.csv').read().splitlines()))",
     "[['a', '1']]"),
    ("Path('/tmp/t').write_text('t')\nopen('/tmp/t').read(), os.path.expanduser('~/x')", "('t', '/work/x')"),
]  # fmt: skip


def test_files_can_be_written_and_read(empty: Kernel) -> None:
    for code, expected in FILES:
        answer = empty.run(code)
        assert answer.plain == expected, (code, error(answer))
    assert not (empty.folder / "a.csv").exists()
    assert sorted(path.name for path in empty.folder.iterdir()) == ["data", "stderr"], (
        "nothing of the computer is touched"
    )


WRONG = [
    ("open('nope.csv')", "FileNotFoundError: [Errno 2] No such file or directory: 'nope.csv'"),
    ("open('/etc/passwd').read()", "FileNotFoundError: [Errno 2] No such file or directory: '/etc/passwd'"),
    ("open('../../etc/passwd').read()", "FileNotFoundError: [Errno 2] No such file or directory: '/etc/passwd'"),
    ("os.mkdir('d')\nopen('d', 'w')", "IsADirectoryError: [Errno 21] Is a directory: 'd'"),
    ("os.mkdir('d')", "FileExistsError: [Errno 17] File exists: 'd'"),
    ("open('f', 'w').write('f')\nos.listdir('f')", "NotADirectoryError: [Errno 20] Not a directory: 'f'"),
    ("open('f/g', 'w')", "NotADirectoryError: [Errno 20] Not a directory: 'f/g'"),
    ("open('d/g', 'w').write('g')\nos.rmdir('d')", "OSError: [Errno 39] Directory not empty: 'd'"),
    ("os.remove('gone')", "FileNotFoundError: [Errno 2] No such file or directory: 'gone'"),
    ("os.rename('d', 'd/e')", "OSError: [Errno 22] Invalid argument: 'd'"),
    ("open('x' * 300, 'w')", f"OSError: [Errno 36] File name too long: '{'x' * 300}'"),
    ("os.rename('/work', '/other')", "OSError: [Errno 18]"),
    ("open('')", "FileNotFoundError: [Errno 2] No such file or directory: ''"),
]


def test_errors_are_pythons(empty: Kernel) -> None:
    for code, expected in WRONG:
        assert error(empty.run(code)).startswith(expected), code


def test_a_file_that_is_not_there_says_how_to_show_the_folder(empty: Kernel) -> None:
    for code, mount, words in (
        ("open('prices.csv')", ".", "'/data/prices.csv'"),
        ("open('./prices.csv')", ".", "'/data/prices.csv'"),
        ("Path('in/prices.csv').read_text()", "in", "'/data/prices.csv'"),
        ("open('in/2024/prices.csv')", "in", "'/data/2024/prices.csv'"),
        ("open('in/../out/prices.csv')", "out", "'/data/prices.csv'"),
        ("open('my data/prices.csv')", ".", "'/data/my data/prices.csv'"),
        ("open('/home/me/prices.csv').read()", ".", "`%mount FOLDER /data`"),
    ):
        said = hint(empty.run(code))
        assert f"`%mount {mount} /data`" in said and words in said, (code, said)
    assert "os.makedirs('out', exist_ok=True)" in hint(empty.run("open('out/prices.csv', 'w')"))
    assert hint(empty.run("raise FileNotFoundError(\"[Errno 2] No such file or directory: 'x'\")")) == ""
    assert "Monty has no mode 'x'" in hint(empty.run("open('new', 'x')"))


def test_there_is_a_limit(start: Start) -> None:
    kernel = start("--MontyKernel.work_max_bytes=100000")
    kernel.run(IMPORTS)
    assert error(kernel.run("Path('big').write_text('x' * 200_000)")) == (
        "OSError: [Errno 28] No space left: the files of a session take at most 100,000 bytes (work_max_bytes) and "
        "10,000 entries: 'big'"
    )
    assert kernel.run("Path('big').write_text('x' * 90_000)").plain == "90000"
    assert error(kernel.run("Path('more').write_text('x' * 20_000)")).startswith("OSError: [Errno 28]")
    assert error(kernel.run("open('big', 'a').write('x' * 20_000)")).startswith("OSError: [Errno 28]")
    assert kernel.run("os.rename('big', 'large'); os.path.getsize('large')").plain == "90000"
    answer = kernel.run("os.remove('large')\nfor i in range(1000): Path(f'{i}').write_text('')")
    assert "No space left" in error(answer), "empty files take room too"
    assert kernel.run("for name in os.listdir(): os.remove(name)\nPath('x').write_text('x' * 90_000)").plain == "90000"
    unlimited = start("--MontyKernel.work_max_bytes=None")
    assert unlimited.run("from pathlib import Path\nPath('big').write_text('x' * (70 << 20))").plain == str(70 << 20)


def test_files_travel_with_the_states(empty: Kernel) -> None:
    empty.run("open('a', 'w').write('1')")
    empty.run("open('a', 'w').write('2'); os.mkdir('d')")
    named = empty.run("%snapshot before")
    assert named.reply["status"] == "ok"
    report = empty.run("%undo").text()
    assert "files changed: a; files gone: d" in report
    assert empty.run("open('a').read(), os.listdir()").plain == "('1', ['a'])"
    assert "files back: d; files changed: a" in empty.run("%restore before").text()
    assert empty.run("open('a').read(), sorted(os.listdir())").plain == "('2', ['a', 'd'])"
    empty.run("%reset -f")
    assert empty.run("import os\nos.listdir()").plain == "[]"


def test_undo_counts_files_variables_of_the_environment_and_the_folder(empty: Kernel) -> None:
    for change, look, before in (
        ("open('a', 'w').write('1')", "os.listdir()", "[]"),
        ("os.environ['X'] = '1'", "os.environ", "{}"),
        ("os.chdir('/tmp')", "os.getcwd()", "'/work'"),
    ):
        empty.run(change)
        assert empty.run(look).plain != before
        empty.run("%undo")
        assert empty.run(look).plain == before, change


def test_a_cell_whose_worker_is_lost_leaves_no_file(start: Start) -> None:
    kernel = start()
    kernel.run("open('a', 'w').write('1')")
    kernel.run("open('b', 'w').write('1')")
    kernel.rest()
    kill_workers(kernel.pid)
    assert kernel.run("import os\nsorted(os.listdir())").plain == "['a', 'b']"
    msg_id = kernel.client.execute("open('c', 'w').write('1')\nprint('written')\nwhile True: pass")
    answer = kernel.finish(msg_id, meanwhile=kernel.interrupt_when(lambda message: message["msg_type"] == "stream"))
    assert answer.reply["status"] == "error"
    assert kernel.run("sorted(os.listdir())").plain == "['a', 'b']"


def killed(kernel: Kernel) -> None:
    kernel.rest()
    os.kill(kernel.pid, signal.SIGKILL)
    time.sleep(0.3)


@pytest.mark.parametrize("size", [10, 1 << 20, 40 << 20])
def test_a_state_on_disk_has_its_files(start: Start, size: int) -> None:
    first = start(env=NOTEBOOK)
    first.run(IMPORTS + "os.mkdir('d')")
    first.run(f"Path('d/large').write_text('ab' * {size // 2})")
    first.run("for i in range(3): open('log', 'a').write(f'{i}\\n')")
    first.run("open('log', 'a').write('end\\n'); n = 5")
    first.run("Path('d/large').read_text()[:4], n")
    killed(first)
    second = following(start, first)
    assert "log" in second.answer("%resume", "y")[1].text()
    seen = "open('log').read(), os.path.getsize('d/large'), Path('d/large').read_text()[-2:], sorted(os.listdir()), n"
    assert second.run(seen).plain == f"('0\\n1\\n2\\nend\\n', {size}, 'ab', ['d', 'log'], 5)"
    assert second.run("%restore 3").reply["status"] == "ok"
    assert second.run("open('log').read(), os.path.getsize('d/large')").plain == f"('0\\n1\\n2\\n', {size})"
    assert second.run("%restore 1").reply["status"] == "ok"
    assert second.run("os.listdir(), os.listdir('d')").plain == "(['d'], [])"


def test_quick_cells_on_disk_have_their_files(start: Start) -> None:
    first = start(env=NOTEBOOK)
    requests = [
        first.client.execute(f"open('log', 'a').write('{i}')\nopen('last', 'w').write('{i}')") for i in range(8)
    ]
    for each in requests:
        first.finish(each)
    killed(first)
    second = following(start, first)
    second.answer("%resume", "y")
    assert second.run("open('log').read(), open('last').read()").plain == "('01234567', '7')"
    second.run("%restore 4")
    assert second.run("open('log').read(), open('last').read()").plain == "('0123', '3')"


def test_a_mount_is_beside_it_or_over_it(start: Start, tmp_path: Path) -> None:
    (tmp_path / "shown").mkdir()
    (tmp_path / "shown" / "in.csv").write_text("x")
    kernel = start("--mount", f"{tmp_path / 'shown'}:/work/data:ro")
    kernel.run(IMPORTS)
    assert kernel.run("os.listdir('/'), os.listdir(), os.listdir('data'), open('data/in.csv').read()").plain == (
        "(['tmp', 'work'], ['data'], ['in.csv'], 'x')"
    )
    assert kernel.run("sorted(str(each) for each in Path('.').rglob('*'))").plain == "['data', 'data/in.csv']"
    assert kernel.run("open('own', 'w').write('1')\nsorted(os.listdir())").plain == "['data', 'own']"
    assert error(kernel.run("open('data/x', 'w')")).startswith("PermissionError: [Errno 30]")
    assert error(kernel.run("os.rename('own', 'data/own')")).startswith("OSError: [Errno 18]")
    assert sorted(os.listdir(tmp_path / "shown")) == ["in.csv"]
