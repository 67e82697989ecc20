"""Names and values in the kernel's questions: nothing is hidden, and nothing passes for something else."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monty_kernel.outputs.visible_text import plain_name, quoted, readable


@given(st.text() | st.text("payрау\u202e\\'\"()", max_size=30))
def test_a_name_that_is_not_spelled_out_is_plain_ascii_and_always_exact(name: str) -> None:
    shown = quoted(name)
    assert shown.isprintable()
    whole, spelled, exact = shown.partition(" (spelled ")
    if spelled and ast.literal_eval(exact[:-1]) == name:
        assert ast.literal_eval(whole) == name
    else:
        assert shown.isascii()
        assert ast.literal_eval(shown) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/home/me/data", "'/home/me/data'"),
        ("it's", '"it\'s"'),
        ("/Bücher", r"'/Bücher' (spelled '/B\xfccher')"),
        ("p\u0430y", r"'p\u0430y'"),
        ("ｐａｙ", r"'\uff50\uff41\uff59'"),
        ("a\u202eb", r"'a\u202eb'"),
        ("a\\u202e", r"'a\\u202e'"),
        ("x\u2215y\u2024z", r"'x\u2215y\u2024z'"),
        ("\u0440\u0430\u0441\u0435", "'\u0440\u0430\u0441\u0435' (spelled " + r"'\u0440\u0430\u0441\u0435')"),
        ("a\udcff", r"'a\udcff'"),
    ],
)
def test_names(name: str, shown: str) -> None:
    assert quoted(name) == shown


def test_a_function_is_named_without_quotes_if_its_name_is_plain() -> None:
    assert plain_name("tools.pay") == "tools.pay"
    assert plain_name("tools.p\u0430y") == r"'tools.p\u0430y'"
    assert plain_name("x)? [y]es") == "'x)? [y]es'"


@pytest.mark.parametrize(
    "text", ["Привет, мир", "Grüße aus Köln", "日本語のテキスト", "Pythonの本", "שלום", "नमस्ते", "naïve 12€"]
)
def test_text_in_ones_own_language_stays(text: str) -> None:
    assert readable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("p\u0430y", r"p\u0430y"), ("a\u202eb\n", r"a\u202eb\n"), ("x\u3164", r"x\u3164"), ("\u0440\u0430yp\u0430l.com", r"\u0440\u0430yp\u0430l.com")],
)  # fmt: skip
def test_what_deceives_is_written_out(text: str, shown: str) -> None:
    assert readable(text) == shown
