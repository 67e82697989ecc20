"""`string` against CPython's."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed

TEXTS = st.text("ab$ {}_1\n.", max_size=14)
VALUES = st.dictionaries(st.sampled_from(["a", "b", "ab", "_"]), st.integers(0, 9), max_size=3)


def test_constants(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        "import string\n[string.ascii_letters, string.ascii_lowercase, string.ascii_uppercase, string.digits, "
        "string.hexdigits, string.octdigits, string.punctuation, string.whitespace, string.printable]"
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(TEXTS, VALUES), min_size=1, max_size=20))
def test_templates(sandboxed: Sandboxed, given: list[tuple[str, dict[str, int]]]) -> None:
    code = "import string\nfound = []\n"
    for text, values in given:
        for way in ("substitute", "safe_substitute"):
            code += (
                f"try:\n    found.append(string.Template({text!r}).{way}({values}, b=5))\n"
                "except KeyError as e:\n    found.append('KeyError')\nexcept ValueError as e:\n    found.append(str(e))\n"
            )
    sandboxed.agrees(code + "found")


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text("aB -\n", max_size=9), min_size=1, max_size=20))
def test_words_with_capitals(sandboxed: Sandboxed, texts: list[str]) -> None:
    sandboxed.agrees(f"import string\n[(string.capwords(each), string.capwords(each, '-')) for each in {texts!r}]")


def test_names_of_a_template(sandboxed: Sandboxed) -> None:
    found = sandboxed.run(
        "from string import Template\nt = Template('$b ${a} $$ $b')\nt.get_identifiers(), t.is_valid(), t.template"
    )
    assert found.result == "(['b', 'a'], True, '$b ${a} $$ $b')"
    assert sandboxed.run("Template('$ 1').is_valid()").result == "False"
