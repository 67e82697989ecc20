"""Methods that Monty's built-in values lack, against CPython's."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

TEXTS = st.text("abcXYZ é1-", max_size=12)
few = settings(max_examples=40, deadline=None)

ALIKE = (
    "'hello'.translate(str.maketrans('el', 'ip'))",
    "'hello, w!'.translate(str.maketrans('', '', ',!'))",
    "'abc'.translate({97: None, 98: 'BB', 99: 100})",
    "'abc'.translate(str.maketrans({'a': 'x', 98: 'y'}))",
    "b'abc'.translate(bytes.maketrans(b'a', b'b'), b'c')",
    "'{a} and {b:>4}|{{}}'.format_map({'a': 1, 'b': 'x'})",
    "'{a!r} {c}'.format_map({'a': 'q'})",
    "(255).bit_length(), (-5).bit_length(), (0).bit_length(), True.bit_length(), (7).bit_count()",
    "(1024).to_bytes(2, 'big'), (1024).to_bytes(4, byteorder='little'), (-2).to_bytes(1, 'big', signed=True)",
    "(1024).to_bytes(1, 'big')",
    "(-1).to_bytes(1, 'big')",
    "int.from_bytes(b'\\x01\\x00', 'big'), int.from_bytes([255, 254], byteorder='little', signed=True)",
    "int.from_bytes(b'ab', 'middle')",
    "(2.0).is_integer(), (2.5).is_integer(), float('nan').is_integer(), float('inf').is_integer()",
    "(0.75).as_integer_ratio(), (3).as_integer_ratio(), (-1e20).as_integer_ratio()",
    "float('inf').as_integer_ratio()",
    "(3).real, (3).imag, (2.5).real, (2.5).imag, True.numerator, (7).denominator",
    "import re\nre.sub('[aeiou]', lambda m: m.group().upper(), 'education')",
    "import re\nre.sub(r'(\\w+) (\\w+)', lambda m: f'{m[2]} {m[1]}', 'ab cd ef gh', count=1)",
    "import re\nre.subn('a', 'b', 'banana'), re.subn('a', 'b', 'banana', count=2)",
    "import re\np = re.compile('A', re.I)\np.sub(lambda m: '<' + m[0] + '>', 'aAb'), p.subn('x', 'aAb')",
    r"import re" "\n" r"re.sub(r'(.)([A-Z][a-z]+)', r'\1_\2', 'getUserByID'), re.sub('(a)(b)?', r'[\2]\1é\\n\n', 'ab a')",
    r"import re" "\n" r"re.sub('(?P<n>a)', r'\g<n>\g<1>0$1${1}', 'a'), re.sub('a', r'\.\-', 'a')",
    r"import re" "\n" r"re.sub('(a)', r'\2_', 'a')",
    r"import re" "\n" r"re.sub('a', r'\d', 'a')",
    "import re\ntable = {'a': '1', 'b': '2'}\nre.sub('|'.join(table), lambda m: table[m.group(0)], 'abcab')",
    "import re\np = re.compile(r'''\n  (?P<year>\\d{4})  # the year\n  - [ #]* (?P<month> \\d\\d )\\ x\n''', re.VERBOSE)\np.search('on 2024- 05 x').groupdict() if p.search('on 2024- 05 x') else None",
    "import re\nre.findall(r' a [ b] \\# ', 'a #ab#', re.X)",
    "import re\n[(m.lastgroup, m.group()) for m in re.finditer(r'(?P<n>\\d+)|(?P<op>[+*])|(?P<s>\\s)', '12 + 3')]",
    "import re\nclass P:\n    def sub(self, *a, **k): return a, k\nP().sub(len, 3, x=4)",
    "s = {1, 2, 3}\ns.update([3, 4], (5,))\ns.difference_update([1], {2})\ns.intersection_update([3, 4, 5, 9])\ns.symmetric_difference_update([5, 6])\nsorted(s)",
    "import datetime\nd = datetime.date(2024, 12, 30)\nd.isocalendar()[:3], d.isocalendar().week, d.toordinal(), d.ctime()",
    "import datetime\ndatetime.date.fromordinal(738000), datetime.datetime.fromordinal(3), datetime.date.fromisocalendar(2020, 53, 7)",
    "import datetime\ndatetime.date.fromisocalendar(2021, 53, 1)",
    "from datetime import datetime\ndatetime.strptime('2024-05-06 08:00:01,120', '%Y-%m-%d %H:%M:%S,%f').microsecond",
    "from datetime import datetime\ndatetime.strptime('2024-05-06 08:00', '%Y-%m-%d %H:%M:%S,%f')",
    "from datetime import datetime\n[datetime.strptime(*each) for each in (('2024-05', '%Y-%m'), ('12:30', '%H:%M'), ('May', '%B'), ('2024', '%Y'))]",
    "from datetime import datetime\ndatetime.strptime('20xx', '%Y')",
    "from pathlib import Path\nPath('/a/b/c').relative_to('/a'), Path('x/y').is_relative_to('z'), list(Path('/a/b').parents)",
    "from pathlib import Path\nPath('/a/b').relative_to('/q')",
    "def f(): pass\nf.__name__, (lambda: 1).__name__, len.__name__, ValueError.__name__, int.__name__, f'{f.__name__}!'",
    "import functools\ndef logged(f):\n    @functools.wraps(f)\n    def inner(*a):\n        return f.__name__, f(*a)\n    return inner\n@logged\ndef area(x): return x\narea.__name__, area(2)",
    "class C:\n    def __call__(self): pass\nclass D: pass\n[callable(x) for x in (len, int, C, C(), D(), 5, 'a', lambda: 1, None)], list(filter(callable, [1, len]))",
    "class A: pass\nissubclass(bool, int), issubclass(int, (str, float)), issubclass(KeyError, LookupError), issubclass(A, A), issubclass(A, object), issubclass(ValueError, OSError)",
    "issubclass(5, int)",
    "def callable(x): return 'mine'\ncallable(1)",
    "class T:\n    real = 5\n    def translate(self, x): return x + 1\nT().translate(1), T().real",
    "list(map(lambda t: t.translate({97: 98}), ['a', 'ba']))",
    "('a'\n    .translate({97: 98})\n    .upper())",
    "f\"{'aXa'.translate({97: 'é'})!r:>8}|{(5).bit_length()}\"",
)  # fmt: skip


@pytest.mark.parametrize("code", ALIKE)
def test_it_is_what_cpython_gives(sandboxed: Sandboxed, code: str) -> None:
    sandboxed.agrees(code, messages="relative_to" not in code)


def test_a_value_that_lacks_the_method_says_so(sandboxed: Sandboxed) -> None:
    for code in ("[].translate({})", "'a'.bit_length()", "None.isocalendar()", "(1.5).bit_length()", "'a'.real"):
        sandboxed.agrees(code)


@few
@given(TEXTS, st.dictionaries(st.sampled_from([97, 98, 45]), st.one_of(st.none(), TEXTS, st.just(120))))
def test_translate(sandboxed: Sandboxed, text: str, table: dict[int, object]) -> None:
    sandboxed.agrees(f"{text!r}.translate({table!r})")


@few
@given(st.sampled_from(["a", "b+", "[aX]+", "a|1", "(a)(b)?", "é|c"]), TEXTS, st.integers(0, 3))
def test_replacing_by_a_function(sandboxed: Sandboxed, pattern: str, text: str, count: int) -> None:
    sandboxed.agrees(f"import re\nre.subn({pattern!r}, lambda m: '<' + m.group() + '>', {text!r}, {count})")


@few
@given(st.integers(-(2**70), 2**70), st.integers(1, 10), st.sampled_from(["big", "little"]), st.booleans())
def test_integers_and_bytes(sandboxed: Sandboxed, n: int, length: int, order: str, signed: bool) -> None:
    sandboxed.agrees(f"({n}).to_bytes({length}, {order!r}, signed={signed})")
    sandboxed.agrees(f"x = {n}\nx.bit_length(), x.bit_count()")
    data = (n % 2 ** (8 * length)).to_bytes(length, "big")
    sandboxed.agrees(f"int.from_bytes({data!r}, {order!r}, signed={signed})")


@few
@given(st.dates(datetime.date(1, 1, 5), datetime.date(9998, 12, 31)))
def test_calendars(sandboxed: Sandboxed, day: datetime.date) -> None:
    y, m, d = day.year, day.month, day.day
    sandboxed.agrees(
        f"import datetime\nd = datetime.date({y}, {m}, {d})\ntuple(d.isocalendar()), d.toordinal(), d.ctime()"
    )
    year, week, weekday = day.isocalendar()
    sandboxed.agrees(f"import datetime\ndatetime.date.fromisocalendar({year}, {week}, {weekday})")


@few
@given(st.floats(), st.floats())
def test_floats(sandboxed: Sandboxed, x: float, y: float) -> None:
    sandboxed.agrees(f"x, y = float({str(x)!r}), float({str(y)!r})\nx.is_integer(), x.real == x, y.imag")
    sandboxed.agrees(f"float({str(x)!r}).as_integer_ratio()")
