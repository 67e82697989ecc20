"""Markdown as it is rendered here: all that a person wrote is there, formulas stay TeX, and the time is that of the text."""

from __future__ import annotations

import re
import time

import pytest

from monty_kernel.outputs.highlighting import LANGUAGES, inline_coloured
from monty_kernel.sanitize import TooLarge
from monty_kernel.sanitize.markdown import sanitized_markdown
from monty_kernel.sanitize.sanitizer import sanitized_bundle

pytestmark = pytest.mark.slow

LITERAL = '<span class="mathjax_ignore tex2jax_ignore">'


def html(text: str) -> str:
    return sanitized_markdown(text).text


def typeset(text: str) -> list[str]:
    """What MathJax would find between its delimiters: it looks at all text but that of code and of the classes for it."""
    seen = re.sub(r"<(code|pre)[^>]*>.*?</\1>|" + re.escape(LITERAL) + ".*?</span>", "\0", html(text), flags=re.DOTALL)
    return [
        found[0]
        for found in re.finditer(
            r"\$\$.+?\$\$|\$.+?\$|\\\(.+?\\\)|\\\[.+?\\\]|\\begin\{(\w+\*?)\}.*?\\end\{\1\}", seen, re.DOTALL
        )
    ]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("**b** *e* ~~s~~ `c<d`", "<p><strong>b</strong> <em>e</em> <s>s</s> <code>c&lt;d</code></p>\n"),
        ("[a](b/c.ipynb#d)", '<a href="b/c.ipynb#d" target="_blank"'),
        ("[a](../my%20data.csv)", '<a href="../my%20data.csv"'),
        ("[a](<my data.csv>)", '<a href="my%20data.csv"'),
        ("[a][r]\n\n[r]: b.ipynb 't'", '<a href="b.ipynb" title="t"'),
        ("see https://a.b/c_d?e=f&g).", '(<a href="https://a.b/c_d?e=f&amp;g"'.lstrip("(")),
        ("www.a.org, a@b.org", '<a href="http://www.a.org" target="_blank" rel="noopener noreferrer">www.a.org</a>, <a href="mailto:a@b.org"'),
        ("- [ ] a\n- [x] b", "<li>☐ a</li>\n<li>☑ b</li>"),
        ("|a|b|c|\n|-|:-:|-:|\n|1|2|3|", '<td style="text-align:left">1</td>\n<td style="text-align:center">2</td>\n<td style="text-align:right">3</td>'),
        ("H<sub>2</sub>O<br/><kbd>k</kbd>", "<p>H<sub>2</sub>O<br><kbd>k</kbd></p>\n"),
        ("<div align='center'>\n\n*x*\n\n</div>", '<div align="center">\n<p><em>x</em></p>\n</div>'),
        ("![d](data:image/png;base64,AAAA)", '<img src="data:image/png;base64,AAAA" alt="d">'),
        ("![d](http://a.b/c.png)", '<a href="http://a.b/c.png" target="_blank" rel="noopener noreferrer">d</a>'),
        ("~~~mermaid\ngraph <a>\n~~~", "<pre><code>graph &lt;a&gt;\n</code></pre>\n"),
        ("<script>x</script>\n\ny", "<p>y</p>\n"),
    ],
)  # fmt: skip
def test_what_is_made_of_markdown(text: str, made: str) -> None:
    assert made in html(text)


@pytest.mark.parametrize(
    "address",
    ["javascript:x", "java&Tab;script&colon;x", " javascript:x", "//host/x", "/api/x", r"/\host", "?reset", "a:b", "vbscript:x", "data:text/html,x", "file:///x"],
)  # fmt: skip
def test_links_that_name_more_than_a_file_or_the_web_lead_nowhere(address: str) -> None:
    for text in (f"[x](<{address}>)", f"[x]\n\n[x]: <{address}>", f'<a href="{address}">x</a>'):
        sanitized = sanitized_markdown(text)
        assert "href" not in sanitized.text
        assert sanitized.removed["link"] == 1


def test_the_fence_and_the_blanks_that_ran_code_in_jupyterlab() -> None:
    assert (
        html('~~~x"style="display:block"oncontentvisibilityautostatechange="f()"\ny\n~~~')
        == "<pre><code>y\n</code></pre>\n"
    )
    assert "href" not in html("[x](" + " " * 81 + "javascript:f())")


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$x^2$ and $$y$$", ["$x^2$", "$$y$$"]),
        ("$a_1 * b_2 * c$", ["$a_1 * b_2 * c$"]),
        (r"\\(a\\) \\[b\\]", [r"\(a\)", r"\[b\]"]),
        ("$$\na\n- b\n= c < d & e\n$$", ["$$\na\n- b\n= c &lt; d &amp; e\n$$"]),
        ("> $$\n> a\n> $$", ["$$\na\n$$"]),
        ("text:\n\\begin{align*}\n+ x \\\\\n# y\n\\end{align*}\nmore", ["\\begin{align*}\n+ x \\\\\n# y\n\\end{align*}"]),
        ("$ x $", ["$ x $"]),
        ("$5 and $10", []),
        ("5$ and 6 $ more, 7 $ each", []),
        ("$HOME and $PATH", []),
        (r"\$5 \$6 and \(a\) \[b\]", []),
        ("`$x$` and `$y$`", []),
        ("```\n$x$ \\(y\\)\n```\n\n    $z$", []),
        ("$x\n\ny$", []),
        ("${a$ b", []),
        ("costs `$`5, $ `6$`", []),
        (r"a \\(b and C:\\[c", []),
        (r"C:\begin{x} \ref{y}", []),
        ("*$*a*$*", ["$*a*$"]),
    ],
)  # fmt: skip
def test_formulas_are_what_mathjax_will_find_and_all_else_is_kept_from_it(text: str, formulas: list[str]) -> None:
    assert typeset(text) == formulas
    assert (
        "$"
        not in re.sub(
            r"<(code|pre)[^>]*>.*?</\1>|" + re.escape(LITERAL) + ".*?</span>", "", html(text), flags=re.DOTALL
        )
        or formulas
    )


def test_a_formula_ends_where_its_braces_do() -> None:
    assert html(r"$\text{if $x>0$ then}$") == "<p>$\\text{if $x&gt;0$ then}$</p>\n"


def test_a_formula_is_one_piece_of_text_without_the_macros_that_load() -> None:
    sanitized = sanitized_markdown(r"$\href{javascript:x}{<b>y</b>}$ $$\style{a:url(b)}{c}$$")
    assert "<b>" not in sanitized.text
    assert not re.search(r"\\(href|style)", sanitized.text)
    assert sanitized.removed == {"formula's macro": 2}


def test_footnotes_and_headings_of_two_outputs_do_not_meet() -> None:
    text = "# A b\n\n[to](#A-b) x[^1] y[^1]\n\n[^1]: *note*"
    first, second = (sanitized_markdown(text, place).text for place in ("1", "2"))
    for made in (first, second):
        ids = re.findall(r' id="([^"]+)"', made)
        assert len(ids) == len(set(ids)) == 4
        assert set(re.findall(r'href="#([^"]+)"', made)) == set(ids)
    assert set(re.findall(r' id="([^"]+)"', first)).isdisjoint(re.findall(r' id="([^"]+)"', second))
    assert sanitized_markdown(text, "1").text == first


def test_code_has_the_colours_of_the_front_ends_editor() -> None:
    made = html('```python\nfor x in "a": # c\n```')
    assert (
        '<span style="color:#2e8b2e; color:var(--jp-mirror-editor-keyword-color, #2e8b2e); font-weight:bold">for'
        in made
    )
    assert re.sub("<[^>]+>", "", made) == 'for x in "a": # c\n\n'
    assert "contain:paint" not in made  # colours stay in their place, so that the look is that of the front end's own
    assert "style" not in html("```nothing\nfor\n```") + html("```python\n" + "x = 1;" * 200 + "\n```")


def test_what_is_nested_too_deeply_is_shown_as_it_is_written() -> None:
    assert "- - x" in html("- " * 100 + "x")
    assert "&gt; &gt; x" in html("> " * 100 + "x")


def test_bundles_of_markdown() -> None:
    def shown(data: dict[str, str]) -> dict[str, object]:
        return dict(sanitized_bundle(data, {}).data)

    assert shown({"text/markdown": "*a*\x1b]0;t\x07"}) == {
        "text/html": "<p><em>a</em>]0;t</p>\n",
        "text/plain": "*a*\\x1b]0;t\\x07",
    }
    assert shown({"text/markdown": "a", "text/plain": "<IPython.core.display.Markdown object>"})["text/plain"] == "a"
    assert shown({"text/markdown": "a", "text/plain": "own"})["text/plain"] == "own"
    for order in (("text/markdown", "text/html"), ("text/html", "text/markdown")):
        both = {"text/markdown": "[a](javascript:b)", "text/html": "<b>c</b>"}
        assert shown({mime: both[mime] for mime in order}) == {
            "text/html": "<b>c</b>",
            "text/plain": "[a](javascript:b)",
        }
        assert sanitized_bundle({mime: both[mime] for mime in order}, {}).note is None
    large = sanitized_bundle({"text/markdown": "x" * 4_000_001}, {})
    assert set(large.data) == {"text/plain"}
    assert large.data["text/plain"].startswith("x" * (1 << 20) + "\n... [cut: ")
    assert large.note is not None
    assert "more than 4 MB" in large.note


def _size(text: str) -> int:
    """The size of the HTML; 0 if the text is too large."""
    try:
        return len(sanitized_markdown(text).text)
    except TooLarge:
        return 0


def _seconds(text: str) -> float:
    """Processor time, the least of three tries, since other work on the machine slows some of them."""

    def once() -> float:
        began = time.process_time()
        _size(text)
        return time.process_time() - began

    return min(once() for _ in range(3))


REPEATED = [
    "[", "![", "](", "[a](b)", "[a][", "[[]", "*", "**a", "_a*", "*a **b ", "`", "`a``", "> ", "> a\n", "- ", "1. - > ", "- a\n", "- [ ] a\n", " - a\n  ", "|a", "|a|b|\n|-|-|\n", "a|b\n",
    "$", "$$", "$a$ ", "${", "$a ", "$$\n", "$$a$$\n", "$$a$$ x\n", "\\\\(", "\\\\[", "\\begin{a}", "$$ $", "5$ ", "\\", "\\$", "&", "&#x", "<", "<a ", "<!--", "<!-", "<?", "<div>\n\n", '<a href="',
    "http://a.b/)", "www._", "a@b.", "a_", "~~a", "[^1]", "[^1]: a\n", "[^a", "[^", "[a]: b\n", "[a]: <", '[a]: b "', "[a\n", "[x]\n", '![a](b "', "[a](<", "[a](b(", "# a\n", "a\n---\n",
    "\\\n", "a\n", "```python\nx = 1 # a\n```\n", "~~~\n", "[^a]: [^b]: ", "<svg><use href='#a'/>", "<template ", "'",
]  # fmt: skip


@pytest.mark.weekly
@pytest.mark.parametrize("piece", REPEATED)
def test_time_grows_as_the_text_does(piece: str) -> None:
    prefix = "[^1]: n\n\n" if "[^" in piece else ""
    short, long = (prefix + piece * (size // len(piece)) for size in (6_000, 48_000))
    assert _seconds(long) < 8 * 5 * max(_seconds(short), 0.01)
    assert _size(long) < 100 * len(long)


def test_wide_tables_are_not_filled_up_without_end() -> None:
    text = "|" + "a|" * 250 + "\n|" + "-|" * 250 + "\n" + "|a\n" * 100_000
    assert _size(text) < 100 * len(text)


HOSTILE = [
    "(",
    "[",
    "{",
    '"',
    "'",
    "'''",
    "\\",
    "/",
    "/*",
    "<",
    "<a ",
    "a ",
    "a.",
    "0",
    "#",
    "%",
    "$",
    "${",
    "`",
    "@",
    "\n ",
    "<<",
    "a=",
    "e-",
    "-- ",
    "::",
    "\t\t\n",
    "r'",
    "f'{",
]


@pytest.mark.weekly
@pytest.mark.parametrize("language", sorted(set(LANGUAGES.values())))
def test_hostile_code_is_coloured_in_time(language: str) -> None:
    for piece in HOSTILE:
        began = time.process_time()
        for text in (piece * (450 // len(piece)), (piece * 20 + "\n") * (9_000 // (20 * len(piece) + 1))):
            assert re.sub("<[^>]*>", "", inline_coloured(text, language)).count("\n") == text.count("\n")
        assert time.process_time() - began < 5, piece
