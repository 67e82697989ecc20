"""`io` against CPython's: text and bytes in memory, alone and with `csv`, `json` and `print`."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

TEXT = st.text("ab\n\r;", max_size=6)
SIZE = st.one_of(st.none(), st.integers(-2, 8))
STEP = st.one_of(
    st.tuples(st.just("write"), TEXT),
    st.tuples(st.sampled_from(["read", "readline", "readlines", "truncate"]), SIZE),
    st.tuples(st.just("seek"), st.integers(-1, 12)),
    st.tuples(st.sampled_from(["tell", "getvalue", "list", "close", "flush", "seekable"])),
    st.tuples(st.just("writelines"), st.lists(TEXT, max_size=3)),
)


def _code(made: str, steps: list[tuple[object, ...]], *, bytes_: bool) -> str:
    code = f"import io\nf = {made}\nfound = []\n"
    for name, *given_ in steps:
        values = [
            each.encode() if bytes_ and isinstance(each, str)
            else [item.encode() for item in each] if bytes_ and isinstance(each, list)
            else each
            for each in given_
        ]  # fmt: skip
        call = "list(f)" if name == "list" else f"f.{name}({', '.join(map(repr, values))})"
        code += (
            f"try:\n    found.append({call})\nexcept Exception as e:\n    found.append((type(e).__name__, str(e)))\n"
        )
    return code + "found"


@settings(max_examples=40, deadline=None)
@given(TEXT, st.sampled_from(["\n", "", "\r\n"]), st.lists(STEP, max_size=25))
def test_text(sandboxed: Sandboxed, first: str, newline: str, steps: list[tuple[object, ...]]) -> None:
    sandboxed.agrees(_code(f"io.StringIO({first!r}, newline={newline!r})", steps, bytes_=False))


@settings(max_examples=40, deadline=None)
@given(TEXT, st.lists(STEP, max_size=25))
def test_bytes(sandboxed: Sandboxed, first: str, steps: list[tuple[object, ...]]) -> None:
    sandboxed.agrees(_code(f"io.BytesIO({first.encode()!r})", steps, bytes_=True))


def test_with_csv_json_and_print(sandboxed: Sandboxed) -> None:
    for code in (
        "import csv, io\nlist(csv.DictReader(io.StringIO('x,y\\n1,2\\n3,\"4,5\"\\n')))",
        "import csv, io\nwith io.StringIO('a;b') as f:\n    rows = list(csv.reader(f, delimiter=';'))\nrows, f.closed",
        "import csv, io\nf = io.StringIO()\nw = csv.DictWriter(f, fieldnames=['a', 'b'])\nw.writeheader()\nw.writerow({'a': 1, 'b': 'q,r'})\nf.getvalue()",
        "import csv, io\nf = io.StringIO()\ncsv.writer(f).writerows([[1, 'a\"b'], [2, None]])\nf.getvalue().splitlines()",
        "import io, json\njson.load(io.StringIO('{\"a\": [1]}'))",
        "import io, json\nf = io.StringIO()\njson.dump({'a': [1]}, f, indent=1)\nf.getvalue()",
        "from io import StringIO\nf = StringIO()\nprint('a', 1, sep='-', file=f)\nprint('b', end='', file=f, flush=True)\nf.getvalue()",
        "import io\nf = io.StringIO()\nprint('a', sep=3, file=f)\n1",
        "import io\nf = io.StringIO('one\\ntwo')\nnext(f), [line for line in f], f.read()",
        "import io\nf = io.StringIO('one\\ntwo')\nfor line in f:\n    print(line.strip(), f.tell())",
        "import io\nf = io.StringIO()\nf.write(3)",
        "import io\nf = io.BytesIO()\nf.write('a')",
        "import io\nio.StringIO(3)",
        "print('a', file=3)\n1",
        "print('a', file=None)\n1",
    ):
        sandboxed.agrees(code)
