"""Mounts over the wire: reading, writing, overlays that travel with the states, questions, refusals, ways out."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from monty_kernel.engine.questions import MARK
from tests.support.kernel_client import Answer, Kernel
from tests.support.waiting import HANGING

Start = Callable[..., Kernel]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text("secret")
    path = tmp_path / "data"
    (path / "sub").mkdir(parents=True)
    (path / "a.txt").write_text("one\ntwo\n")
    (path / "sub" / "b.csv").write_text("x,y\n1,2\n")
    (path / "bytes").write_bytes(b"\xff\x00")
    (path / "out").symlink_to("../secret")
    (path / "abs").symlink_to(tmp_path / "secret")
    os.mkfifo(path / "pipe")
    return path


def error(answer: Answer) -> str:
    return f"{answer.reply.get('ename')}: {answer.reply.get('evalue')}"


def disk(path: Path) -> list[tuple[str, bytes]]:
    return sorted(
        (str(each), each.read_bytes()) for each in path.rglob("*") if each.is_file() and not each.is_symlink()
    )


READ = """
import os
from pathlib import Path
with open('/data/a.txt') as file: lines = [line.strip() for line in file]
(lines, Path('/data/sub/b.csv').read_text(), open('/data/bytes', 'rb').read(), sorted(os.listdir('/data')),
 sorted(str(p) for p in Path('/data').glob('**/*.csv')), Path('/data/a.txt').stat().st_size, os.path.isdir('/data/sub'),
 Path('/data/nope').exists(), Path('/data/sub/../a.txt').resolve())
"""
FOUND = (
    "(['one', 'two'], 'x,y\\n1,2\\n', b'\\xff\\x00', ['a.txt', 'abs', 'bytes', 'out', 'pipe', 'sub'], ['/data/sub/b.csv'], "
    "8, True, False, PosixPath('/data/a.txt'))"
)


@pytest.mark.parametrize("mode", ["ro", "rw", "overlay"])
def test_what_is_in_the_folder_can_be_read_and_nothing_else(start: Start, data: Path, mode: str) -> None:
    kernel = start("--mount", f"{data}:/data:{mode}")
    assert kernel.run(READ.replace("\n(lines", "\nprint((lines").rstrip() + ")").text().strip() == FOUND
    for path in ("/data/out", "/data/abs", "/data/../secret", "/data/sub/../../secret", str(data.parent / "secret"),
                 "/data/pipe", "/etc/passwd", "/data/./../../etc/passwd", "/DATA/a.txt", "/data\\u2215a.txt"):  # fmt: skip
        answer = kernel.run(f"print(open('{path}').read())")
        assert answer.reply["status"] == "error", path
        assert "secret\n" not in answer.text() and str(data) not in error(answer).replace(path, ""), path
    assert error(kernel.run("open('/data/a\\0b')")).startswith("ValueError")
    assert "FileNotFoundError: [Errno 2] No such file or directory: '/data/nope'" in error(
        kernel.run("open('/data/nope')")
    )
    assert kernel.run("print(1)").text() == "1\n"


WRITE = """
with open('/data/new.txt', 'w') as file:
    for i in range(3): file.write(f'{i}\\n')
with open('/data/a.txt', 'a') as file: file.write('three\\n')
os.mkdir('/data/made')
os.rename('/data/new.txt', '/data/made/new.txt')
Path('/data/bytes').unlink()
print(open('/data/made/new.txt').read().split(), open('/data/a.txt').read().split(), Path('/data/bytes').exists())
"""


def test_an_overlay_keeps_what_is_written_in_the_session_and_off_the_disk(start: Start, data: Path) -> None:
    before = disk(data)
    kernel = start("--mount", f"{data}:/data")
    kernel.run("import os\nfrom pathlib import Path")
    assert kernel.run(WRITE).text() == "['0', '1', '2'] ['one', 'two', 'three'] False\n"
    assert kernel.run("open('/data/made/new.txt').read()").plain == "'0\\n1\\n2\\n'", "it is there in the next cell"
    assert disk(data) == before
    kernel.run("Path('/data/made/new.txt').write_text('later')")
    kernel.run("%undo")
    assert kernel.run("open('/data/made/new.txt').read()").plain == "'0\\n1\\n2\\n'", "it travels with the states"
    kernel.run("%restore 1")
    assert kernel.run("Path('/data/bytes').exists(), Path('/data/made').exists()").plain == "(True, False)"
    kernel.run("%restore 2")
    assert kernel.run("Path('/data/bytes').exists(), Path('/data/made').exists()").plain == "(False, True)"
    kernel.run("%reset -f")
    assert (
        kernel.run("import os\nsorted(os.listdir('/data'))").plain == "['a.txt', 'abs', 'bytes', 'out', 'pipe', 'sub']"
    )


def test_an_overlay_is_on_each_branch_what_it_was_there(start: Start, data: Path) -> None:
    env = {"JPY_SESSION_NAME": "/work/notebook.ipynb"}
    kernel = start("--mount", f"{data}:/data", "--mount", f"{data / 'sub'}:/other", env=env)
    assert "overlaps" in kernel.run("from pathlib import Path\np = Path('/data/a.txt')").text("stderr")
    kernel.run("p.write_text('two')")
    kernel.run("p.write_text('three')")
    assert kernel.run("%undo").text().endswith("no variable differs; changed in the overlay: /data.\n")
    kernel.run("p.write_text('branch')")
    assert kernel.run("%restore 3\np.read_text()").plain == "'three'"
    assert kernel.run("%restore 5\np.read_text()").plain == "'branch'"
    lost = kernel.run("%restore 2\nPath('/data/new').write_text('n')\n'x' * (1 << 31)")
    assert lost.reply["ename"] == "MemoryError"
    assert kernel.run("p.read_text(), Path('/data/new').exists()").plain == "('two', False)"
    kernel.run("%diff 3 5")
    assert kernel.run("p.read_text()").plain == "'two'"
    os.kill(kernel.pid, signal.SIGKILL)
    env["JUPYTER_DATA_DIR"] = str(kernel.folder / "data")
    second = start("--mount", f"{data}:/data", env=env)
    second.run("from pathlib import Path\nPath('/data/a.txt').write_text('mine')")
    assert "overlays of mounted folders begin empty" in second.answer("%resume", "y")[1].text()
    assert second.run("p.read_text()").plain == "'one\\ntwo\\n'"
    second.run("p.write_text('later')")
    assert second.run("p.write_text('lost')\n'x' * (1 << 31)").reply["ename"] == "MemoryError"
    assert second.run("p.read_text()").plain == "'later'"
    assert "begin empty" in second.run("%restore 3").text()
    assert second.run("p.read_text()").plain == "'one\\ntwo\\n'", "what is not on the disk is not made up"


def test_a_cell_whose_worker_is_lost_leaves_no_trace_in_an_overlay(start: Start, data: Path) -> None:
    kernel = start("--mount", f"{data}:/data", "--MontyKernel.max_cell_seconds=0.5")
    kernel.run("from pathlib import Path\nPath('/data/a.txt').write_text('first')")
    failed = kernel.run("Path('/data/a.txt').write_text('second')\nwhile True: pass")
    assert failed.reply["ename"] == "TimeoutError"
    assert kernel.run("Path('/data/a.txt').read_text()").plain == "'first'"


def test_a_mount_to_be_read_only_is_and_one_to_be_written_is_written(start: Start, data: Path, tmp_path: Path) -> None:
    before = disk(data)
    kernel = start("--mount", f"{data}:/data:ro")
    kernel.run("import os\nfrom pathlib import Path")
    for code in ("open('/data/a.txt', 'w')", "open('/data/a.txt', 'a')", "Path('/data/a.txt').unlink()",
                 "os.mkdir('/data/x')", "os.rename('/data/a.txt', '/data/c')", "Path('/data/x').write_bytes(b'')"):  # fmt: skip
        assert error(kernel.run(code)).startswith("PermissionError"), code
    assert disk(data) == before
    log = tmp_path / "audit.jsonl"
    kernel = start("--mount", f"{data}:/data:rw", "--audit", str(log))
    kernel.run("import os\nfrom pathlib import Path")
    assert kernel.run(WRITE).reply["status"] == "ok"
    assert (data / "made" / "new.txt").read_text() == "0\n1\n2\n"
    assert (data / "a.txt").read_text() == "one\ntwo\nthree\n"
    assert not (data / "bytes").exists()
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(each["kind"], each["what"], each["arguments"]) for each in records][1:] == [
        ("write", "/data/new.txt", "open('w')"),
        ("write", "/data/a.txt", "open('a')"),
        ("write", "/data/made", "mkdir"),
        ("write", "/data/new.txt", "rename to /data/made/new.txt"),
        ("write", "/data/bytes", "unlink"),
    ]
    assert records[0]["kind"] == "mount"
    assert error(kernel.run("open('/data/out', 'w').write('x')")).startswith("PermissionError")
    assert (data.parent / "secret").read_text() == "secret"


def test_a_cell_that_is_run_again_is_told_the_same_and_writes_nothing_twice(start: Start, data: Path) -> None:
    kernel = start("--mount", f"{data}:/data:rw", "--MontyKernel.snapshot_budget=0")
    kernel.run("big = list(range(300000))\nfrom pathlib import Path")
    codes = [
        "text = Path('/data/a.txt').read_text()",
        "n = open('/data/log', 'a').write('line\\n')",
        "names = sorted(p.name for p in Path('/data').iterdir())",
        "z = 1",
    ]
    for request in [kernel.client.execute(code) for code in codes]:
        assert kernel.finish(request).reply["status"] == "ok"
    (data / "a.txt").write_text("changed since")
    kernel.run("text = n = names = None")
    assert kernel.run("%restore 5").reply["status"] == "ok"
    assert (
        kernel.run("print(text.split(), n, names)").text()
        == "['one', 'two'] 5 ['a.txt', 'abs', 'bytes', 'log', 'out', 'pipe', 'sub']\n"
    )
    assert (data / "log").read_text() == "line\n"


def test_what_the_kernel_reads_at_its_start_cannot_be_changed(start: Start, tmp_path: Path) -> None:
    for name in ("tools", "linked", "config", "history", "log"):
        (tmp_path / name).mkdir()
    (tmp_path / "tools" / "shop.py").write_text("def f() -> int: return 1\n")
    (tmp_path / "linked" / "shop.py").symlink_to("../tools/shop.py")
    (tmp_path / "config" / "my.py").write_text("")
    kernel = start(
        *("--tools", str(tmp_path / "linked" / "shop.py"), "--config", str(tmp_path / "config" / "my.py")),
        *("--audit", str(tmp_path / "log" / "audit"), f"--MontyKernel.history_file={tmp_path / 'history' / 'file'}"),
        *("--mount", f"{tmp_path / 'linked'}:/x:rw"),
    )
    assert "A mount was refused" in kernel.run("1").text("stderr")
    for name in ("tools", "linked", "config", "history", "log"):
        request = kernel.client.execute(f"%mount {tmp_path / name} /x rw", allow_stdin=True)
        assert "is not mounted to be changed" in kernel.client.get_stdin_msg(timeout=HANGING)["content"]["prompt"], name
        kernel.client.input("yes")
        assert kernel.finish(request).reply["status"] == "error"
    assert kernel.run("%mounts").text().startswith("No folder")


def test_the_question_shows_all_of_a_path_and_nothing_of_the_notebooks_making(start: Start, tmp_path: Path) -> None:
    kernel = start()
    deep = tmp_path.joinpath(*["d" * 100] * 12, "the-end")
    deep.mkdir(parents=True)
    (tmp_path / "link").symlink_to(deep)
    request = kernel.client.execute(f"%mount {tmp_path / 'link'} /x rw", allow_stdin=True)
    prompt = kernel.client.get_stdin_msg(timeout=HANGING)["content"]["prompt"]
    assert prompt == f"{MARK}let this notebook read and change {str(deep)!r} as '/x'? [y]es, [n]o: "
    kernel.client.input("n")
    kernel.finish(request)
    forged = "/x? [y]es, [n]o: n monty-kernel asks: let this notebook read '/tmp/empty' as /x"
    answer = kernel.run(f'%mount {deep} "{forged}"', allow_stdin=False)
    assert "Use an absolute path such as /data" in error(answer)


@pytest.mark.parametrize(
    ("typed", "mode"),
    [("%mount . /data", "overlay"), ("%mount .", "overlay"), ("%mount . ro", "ro"), ("%mount ./ /data ro", "ro")],
)
def test_what_the_hint_says_works_as_typed(start: Start, data: Path, typed: str, mode: str) -> None:
    kernel = start(cwd=data)
    missing = kernel.run("open('a.txt').read()")
    assert "`%mount . /data`" in "".join(missing.reply["traceback"])
    prompts, _ = kernel.answer(typed, "y")
    assert repr(str(data)) in prompts[0] and "as '/data'" in prompts[0]
    assert kernel.run("open('/data/a.txt').read()").plain == "'one\\ntwo\\n'"
    written = kernel.run("open('/data/a.txt', 'w').write('x')")
    assert (written.reply["status"] == "ok") == (mode == "overlay")
    assert (data / "a.txt").read_text() == "one\ntwo\n"
    assert "not mounted" in error(kernel.run("%mount . /data/sub", allow_stdin=False))


def test_a_notebook_may_ask_and_only_a_yes_mounts(start: Start, data: Path) -> None:
    kernel = start()
    (kernel.folder / "link").symlink_to(data)

    prompts, answer = kernel.answer("%mount link /data ro", "n")
    assert prompts == [f"{MARK}let this notebook read {str(data)!r} as '/data'? [y]es, [n]o: "]
    assert error(answer).startswith("UsageError") and str(data) not in error(answer) + answer.text()
    assert error(kernel.run("%mount link /data", allow_stdin=False)).startswith("UsageError")
    assert error(kernel.run("open('/data/a.txt')")).startswith("FileNotFoundError")
    _, answer = kernel.answer("%mount link /data ro", "yes")
    assert answer.text() == "Mounted at /data, read only.\n"
    assert kernel.run("open('/data/a.txt').read()").plain == "'one\\ntwo\\n'"
    assert kernel.run("%mounts").text() == "/data  …/data  read only\n"
    assert kernel.run("%mount ./link/ ro", allow_stdin=False).text() == "Already mounted at /data, read only.\n"
    for other in ("%mount link /data overlay", f"%mount {data} /data ro"):  # not what was asked before
        prompts, answer = kernel.answer(other, "y")
        assert "/data overlaps the mount at /data; %unmount /data first" in prompts[0]
        assert "Already" not in error(answer)
    # what the disk holds is told to the person alone: the cell hears the same of all that is not mounted
    heard = set()
    for host, why in {
        "~": "",
        "/": "",
        "/nowhere": "there is no folder '/nowhere'",
        "nowhere": f"there is no folder {str(kernel.folder / 'nowhere')!r}",
        "/proc": "",
        "link/a.txt": f"{str(kernel.folder / 'link' / 'a.txt')!r} is not a folder",
    }.items():
        prompts, answer = kernel.answer(f"%mount {host} /other rw", "y")
        assert prompts[0].startswith(f"{MARK}this notebook asked for a folder that it cannot have: {why}"), host
        heard.add(error(answer))
    _, answer = kernel.answer(f"%mount {kernel.folder} /other", "n")
    heard.add(error(answer))
    assert heard == {"UsageError: %mount: not mounted: you declined, or the question said why not."}
    assert kernel.run("%unmount /data").reply["status"] == "ok"
    prompts, _ = kernel.answer("%mount link /data ro", "n")
    assert prompts == [f"{MARK}let this notebook read {str(data)!r} as '/data'? [y]es, [n]o: "]
    assert error(kernel.run("open('/data/a.txt')")).startswith("FileNotFoundError")
    kernel.run("%restore 5")
    assert error(kernel.run("open('/data/a.txt')")).startswith("FileNotFoundError"), (
        "a restored state brings no mount back"
    )
    kinds = kernel.run("%audit").all("display_data")[0]["data"]["text/plain"]
    assert "question: /data" in kinds and "mount: /data" in kinds


def prompt(kernel: Kernel, line: str) -> tuple[str, str]:
    """Run a cell up to its question: the request's id, and the question."""
    request = kernel.client.execute(line, allow_stdin=True)
    return request, kernel.client.get_stdin_msg(timeout=HANGING)["content"]["prompt"]


def test_the_folder_that_was_shown_is_the_one_that_is_mounted(start: Start, tmp_path: Path) -> None:
    for name in ("shown", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "which").write_text(name)
    link = tmp_path / "link"
    link.symlink_to("shown")
    kernel = start()
    request, asked = prompt(kernel, f"%mount {link} /data ro")
    assert f"let this notebook read {str(tmp_path / 'shown')!r}" in asked
    link.unlink()
    link.symlink_to("other")
    (tmp_path / "shown").rename(tmp_path / "aside")
    (tmp_path / "other").rename(tmp_path / "shown")
    kernel.client.input("y")
    assert kernel.finish(request).text() == "Mounted at /data, read only.\n"
    assert kernel.run("open('/data/which').read()").plain == "'shown'"


def test_what_looks_like_another_name_is_spelled_out(start: Start, tmp_path: Path) -> None:
    kernel = start()
    for name, shown in (
        ("p\u0430y", r"p\u0430y'"),
        ("a\u202etxt.b", r"a\u202etxt.b'"),
        ("a\u200bb", r"a\u200bb'"),
        ("B\xfccher", "B\xfccher' (spelled '" + str(tmp_path) + r"/B\xfccher')"),
        (
            "\u0440\u0430\u0441\u0435",
            "\u0440\u0430\u0441\u0435' (spelled '" + str(tmp_path) + r"/\u0440\u0430\u0441\u0435')",
        ),
    ):
        (tmp_path / name).mkdir()
        request, asked = prompt(kernel, f"%mount '{tmp_path / name}' /x ro")
        assert f"let this notebook read '{tmp_path}/{shown} as '/x'?" in asked
        kernel.client.input("n")
        kernel.finish(request)


def test_after_three_times_no_the_cell_asks_no_more_whatever_it_asks(start: Start, data: Path) -> None:
    kernel = start()
    code = "for i in range(5):\n    try: __mk_magic('mount', '" + str(data) + " /d')\n    except Exception: pass\n"
    code += "    try: __mk_magic('history', '-g x')\n    except Exception: pass\n"
    code += "    try: __mk_magic('mount', '~ /home')\n    except Exception: pass\n%reset"
    request = kernel.client.execute(code, allow_stdin=True)
    asked = []
    for _ in range(3):
        asked.append(kernel.client.get_stdin_msg(timeout=HANGING)["content"]["prompt"])
        kernel.client.input("n")
    assert kernel.finish(request).text().endswith("Nothing was cleared. %reset -f clears without asking.\n")
    assert [
        "let this notebook read" in asked[0],
        "inputs of your other sessions" in asked[1],
        "cannot have" in asked[2],
    ] == [True] * 3
    request, again = prompt(kernel, "%history -g x")
    assert "inputs of your other sessions" in again, "the next cell may ask"
    kernel.client.input("n")
    kernel.finish(request)


def test_a_question_for_a_mount_can_be_interrupted(start: Start, data: Path) -> None:
    kernel = start()
    request = kernel.client.execute(f"x = 1\n%mount {data} /data", allow_stdin=True)
    kernel.client.get_stdin_msg(timeout=HANGING)
    kernel.manager.interrupt_kernel()
    assert kernel.finish(request).reply["ename"] == "KeyboardInterrupt"
    assert kernel.run("x").plain == "1"


def test_an_answer_that_may_be_meant_for_an_earlier_question_grants_nothing(start: Start, data: Path) -> None:
    kernel = start()
    request, _ = prompt(kernel, "typed = input('y? ')")
    kernel.manager.interrupt_kernel()
    assert kernel.finish(request).reply["ename"] == "KeyboardInterrupt"
    request, asked = prompt(kernel, f"%mount {data} /data ro")
    assert asked.startswith(MARK)
    kernel.client.input("y")  # names no question, as the answers of consoles do
    assert kernel.client.get_stdin_msg(timeout=HANGING)["content"]["prompt"] == asked
    kernel.client.input("y")
    assert kernel.finish(request).text() == "Mounted at /data, read only.\n"


def test_a_mount_that_is_refused_at_the_start_is_told_of(start: Start, data: Path) -> None:
    kernel = start(
        "--mount",
        "relative:/data",
        "--mount",
        "/:/all:ro",
        "--mount",
        f"{data}:/data:ro",
        "--mount",
        f"{data / 'sub'}:/sub",
    )
    told = kernel.run("1").text("stderr")
    assert told.count("A mount was refused") == 3
    assert "overlaps" in told and "holds" in told and "absolute" in told
    assert kernel.run("open('/data/a.txt').read()").plain == "'one\\ntwo\\n'"


def test_cells_may_not_change_the_tools_file_that_serves_them(start: Start, data: Path) -> None:
    (data / "shop.py").write_text("def f(): ...\n")
    kernel = start("--tools", str(data / "shop.py"), "--mount", f"{data}:/data:rw")
    assert "shop.py is in it" in kernel.run("1").text("stderr")
    assert error(kernel.run("open('/data/shop.py', 'w')")).startswith("FileNotFoundError")


def test_a_notebook_fills_no_disk_through_a_mount(start: Start, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    kernel = start(
        *("--mount", f"{tmp_path / 'data'}:/data:rw"),
        *("--MontyKernel.mount_max_bytes=100_000", "--MontyKernel.mount_max_files=20"),
    )
    kernel.run("from pathlib import Path\nbig = 'x' * 60_000")
    assert kernel.run("Path('/data/a').write_text(big)").reply["status"] == "ok"
    answer = kernel.run("Path('/data/b').write_text(big)")
    assert error(answer) == (
        "OSError: [Errno 28] No space left: cells have added 60,000 bytes to mounted folders and may add 100,000; "
        "the option mount_max_bytes sets this limit: '/data/b'"
    )
    assert os.listdir(tmp_path / "data") == ["a"]
    kernel.run("%reset -f")
    kernel.run("%unmount /data")
    _, answer = kernel.answer(f"%mount {tmp_path / 'data'} /again rw", "y")
    assert answer.reply["status"] == "ok"
    kernel.run("from pathlib import Path\nbig = 'x' * 60_000")
    assert "mount_max_bytes" in error(kernel.run("Path('/again/b').write_text(big)")), "it holds for the session"
    assert kernel.run("for i in range(50): Path('/again/a').write_text(big)").reply["status"] == "ok"
    kernel.run("Path('/again/a').unlink()\nPath('/again/b').write_text(big)")
    assert "mount_max_files" in error(kernel.run("for i in range(50): open(f'/again/f{i}', 'w').close()"))
    assert len(os.listdir(tmp_path / "data")) == 20


def test_folders_in_folders_use_nothing_up(start: Start, tmp_path: Path) -> None:
    kernel = start("--mount", f"{tmp_path}:/data:rw")
    kernel.run("from pathlib import Path\nimport os\np = Path('/data')")
    before = len(os.listdir(f"/proc/{kernel.pid}/fd"))
    answer = kernel.run("for i in range(1000):\n    p = p / 'd'\n    p.mkdir()")
    assert "File name too long: cells can create at most 200 levels of folders" in error(answer)
    assert "File name too long" in error(kernel.run("Path('/data/' + '/'.join(['e'] * 1000)).mkdir(parents=True)"))
    assert kernel.run("len(str(p)), len(list(Path('/data').glob('**/*'))) > 50").plain == "(407, True)"
    assert kernel.run("while str(p.parent) != '/data':\n    p = p.parent\n    p.rmdir()").reply["status"] == "ok"
    assert len(os.listdir(f"/proc/{kernel.pid}/fd")) < before + 50, "the store opens some, the folders none"
    assert sum(1 for _ in os.walk(tmp_path / "d")) == 0
