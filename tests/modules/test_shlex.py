"""`shlex` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.text("ab'\"\\ #\n", max_size=12), st.booleans()), min_size=1, max_size=30))
def test_split(sandboxed: Sandboxed, given: list[tuple[str, bool]]) -> None:
    code = "import shlex\nfound = []\n"
    for text, comments in given:
        code += f"try:\n    found.append(shlex.split({text!r}, comments={comments}))\nexcept ValueError as e:\n    found.append(str(e))\n"
    sandboxed.agrees(code + "found")


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("ab'\"$ é-/", max_size=8), max_size=20))
def test_quote_and_join(sandboxed: Sandboxed, texts: list[str]) -> None:
    sandboxed.agrees(f"import shlex\ntexts = {texts!r}\n[shlex.quote(each) for each in texts], shlex.join(texts)")
    sandboxed.agrees(f"import shlex\nshlex.split(shlex.join({texts!r})) == {texts!r}")


def test_words_in_quotation_marks(sandboxed: Sandboxed) -> None:
    sandboxed.agrees("import shlex\nshlex.split('a \"b c\" d', posix=False)")
    sandboxed.agrees("import shlex\nlist(map(shlex.quote, ['a', 'b c']))")
