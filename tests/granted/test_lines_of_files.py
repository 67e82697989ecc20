"""All lines of a file at once: `list(open(path))` and its kind, which Monty itself has only in loops."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.failing_cells import ANSI
from tests.support.kernel_client import Kernel

LINES = "a,b\n1,é\n3,4"


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "a.csv").write_text(LINES, encoding="utf-8")
    kernel = Kernel(tmp_path_factory.mktemp("kernel"), [f"--MontyKernel.mounts={folder}:/data:ro"])
    yield kernel
    kernel.close()


PATH = "'/data/a.csv'"
EXPECTED = LINES.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        (f"list(open({PATH}))", EXPECTED),
        (f"''.join(open({PATH}))", LINES),
        (f"b''.join(open({PATH}, 'rb'))", LINES.encode()),
        (f"first, *rest = open({PATH})\n[first, rest]", [EXPECTED[0], EXPECTED[1:]]),
        (f"a, b, c = open({PATH})\nb", EXPECTED[1]),
        (f"[0, *open({PATH})]", [0, *EXPECTED]),
        (f"sorted(open({PATH}), key=len)", sorted(EXPECTED, key=len)),
        (f"max(open({PATH}))", max(EXPECTED)),
        (f"tuple(enumerate(open({PATH}), 1))", tuple(enumerate(EXPECTED, 1))),
        (f"list(zip([1, 2], open({PATH})))", list(zip([1, 2], EXPECTED, strict=False))),
        (f"with open({PATH}) as f:\n    lines = list(f)\nlines", EXPECTED),
        (f"with open({PATH}) as f:\n    next(f)\n    lines = list(f)\nlines", EXPECTED[1:]),
        (f"n = 0\nwith open({PATH}) as f:\n    for i, line in enumerate(f):\n        n += i * len(line)\nn", 10),
        (f"f = open({PATH})\nfirst, *rest = f\nrest", EXPECTED[1:]),
        (f"list(map(len, open({PATH})))", list(map(len, EXPECTED))),
        (f"with open({PATH}) as f:\n    long = list(filter(lambda line: line > '2', f))\nlong", ["a,b\n", "3,4"]),
        (
            f"with open({PATH}) as f:\n    a = next(f)\nwith open({PATH}) as f:\n    b = dict(enumerate(f))\nb[0] == a",
            True,
        ),
        (
            "with open('w', 'w') as f: n = f.write('x\\ny')\nwith open('w') as f:\n    c = list(zip(f, 'ab'))\nc",
            [("x\n", "a"), ("y", "b")],
        ),
        (f"out = []\nf = open({PATH})\nfor c in iter(lambda: f.read(2), ''):\n    out.append(c)\n''.join(out)", LINES),
        (f"out = []\nf = open({PATH})\nfor c in iter(f.readline, ''):\n    out.append(c)\nout", EXPECTED),
        (f"from pathlib import Path\nlist(Path({PATH}).open())", EXPECTED),
        (f"def read(path):\n    with open(path) as f:\n        return [*f]\nread({PATH})", EXPECTED),
    ],
)
def test_all_lines(mounted: Kernel, code: str, value: object) -> None:
    answer = mounted.run(code)
    assert answer.reply["status"] == "ok", answer.reply
    assert answer.plain == repr(value)


def test_what_is_no_file_or_goes_to_a_function_of_ones_own_is_left_alone(mounted: Kernel) -> None:
    assert mounted.run("open = lambda path: [path]\nvalue = list(open('x'))\ndel open\nvalue").plain == "['x']"
    shown = mounted.run(f"list = type\nkind = list(open({PATH}))\ndel list\nkind").plain
    assert shown is not None and "TextIOWrapper" in shown


@pytest.mark.parametrize("before", ["list(", "x = 1; first, *rest = ("])
def test_a_file_that_is_not_there(mounted: Kernel, before: str) -> None:
    reply = mounted.run(before + "open('/data/none'))").reply
    assert reply["ename"] == "FileNotFoundError"
    marked = ANSI.sub("", "\n".join(reply["traceback"])).split("\n")[4]
    assert marked == " " * len("----> 1 " + before) + "^" * len("open('/data/none')")


@pytest.mark.parametrize(
    "code",
    [
        f"f = open({PATH})\nfor i, line in enumerate(f):\n    break\nf.readline()",  # the rest is still to be read
        f"def rest():\n    return f.readline()\nwith open({PATH}) as f:\n    for i, line in enumerate(f):\n        break\n    rest()",
        f"f = open({PATH})\nwith open({PATH}) as f:\n    for i, line in enumerate(f):\n        break",
        f"'1,é\\n' in open({PATH})",
        f"def lines(f):\n    return list(f)\nlines(open({PATH}))",
    ],
)
def test_where_a_rewrite_would_be_a_guess_a_hint_says_what_to_write(mounted: Kernel, code: str) -> None:
    reply = mounted.run(code).reply
    assert reply["ename"] == "NotImplementedError"
    assert "write .readlines() behind the file" in "".join(reply["traceback"])
