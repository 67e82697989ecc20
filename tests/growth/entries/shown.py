"""What a cell shows: each MIME type of the sanitizer, its metadata, text for a terminal, prompts and questions."""

from __future__ import annotations

from contextlib import suppress

from monty_kernel.engine import access, questions
from monty_kernel.grants import plain
from monty_kernel.outputs import Display, Result, Stream, visible_text
from monty_kernel.sanitize.sanitizer import Sanitizer, sanitized_bundle
from monty_kernel.sanitize.terminal import PrintedText
from monty_kernel.sanitize.vega import MIME as CHART

from ..entry import MEBI, Entry
from ..shapes import Shape

MARKUP = (
    "<template ", "<template>", "</template>", "<template/>", "<script>", "</script", "<script ", "<style>", "</style>", "<title>", "<textarea>", "<plaintext>", "<svg>", "</svg>", "<svg ", "<math>", "<table>",
    "<tr>", "<td>", "</table>", "<p>", "</p>", "<b>", "</b>", "<div ", "<a href=", "<a href='#x'>", "<img src=", "<img src='data:image/png;base64,AA=='>", "<x", "<x>", "</x>", "</", "<", ">", "<!", "<!--", "-->", "--!>",
    "<!-->", "<![CDATA[", "]]>", "<?", "&", "&amp;", "&#", "&#x41", "&#x6a;", ";", '"', "'", "=", "='", '="', " a=", " a", " on", " style='", "color:red;", "position:fixed;", "url(", "url(#a)", "(", ")", " class='",
    "x ", "/", "/>", " id=a", "<use href='#a'/>", "<path d='M0 0'/>", "<g>", "</g>", "<foreignObject>", "<li>", "<dd>", "<option>", "<details>", "$", "\\(", "\\[", "\\href{", "\\begin{x}", "{", "}", "<iframe ", "<object>",
    "<noscript>", "<select>", "<form>", "<form ", " a=<",
)  # fmt: skip
MARKDOWN = (
    *MARKUP, "*", "**", "_", "__", "~~", "`", "``", "```", "~~~", "```python\n", "[", "]", "](", "](x)", "![", "![x](", "[x]: ", "[^1]", "[^1]: ", "<http://", "http://x ", "www.x ", "a@b.c ", "# ", "## ", "> ", ">> ", "- ",
    "1. ", "- [ ] ", "* ", "    ", "---\n", "===\n", "| a ", "|-|-|\n", "|\n", "\\", "\\$", "$$", "$x$", "\\\\(", "\\\\[", "a\n", "\n\n", "(", ")", "<x@y>", "[a][b]", "^", "==", "[x][", "  \n", "*a ", "_a", "**a", "[a](<", "[a](b 'c",
)  # fmt: skip
TEX = (
    "\\",
    "$",
    "$$",
    "\\href{",
    "\\style{",
    "{",
    "}",
    "\\begin{a}",
    "\\end{a}",
    "\\\\",
    "^",
    "_",
    "\\htmlData{",
    "\\require{",
    "\\htm",
    "\\data",
    "&",
    "%",
    "x",
)
TERMINAL = (
    "\x1b",
    "\x1b[",
    "\x1b[31m",
    "\x1b[0m",
    "\x1b[K",
    "\x1b]0;",
    "\x07",
    "\x9b",
    "1;",
    "0",
    "m",
    "K",
    "\r",
    "\b",
    "\n",
    "\u202e",
    "x",
    "é",
    "\x1b[1;",
    "\x1b[2",
)
BASE64 = ("A", "=", "\n", "/", "+", " ", "AA==", "iVBOR", "data:")
PROMPTS = ("monty-kernel asks: ", "m", "м", "ο", "y/n", *TERMINAL, "ﷺ", "\u0301", "ﬃ", "一")
PATHS = ("/", "\\", "~/", "C:\\", "file:/", "file://", "'/a", "'", '"', "/a b/", "a", ".", ":", " /x", "…", "(", "/a'")

MIME_TOKENS = {
    "text/html": MARKUP,
    "image/svg+xml": MARKUP,
    "text/markdown": MARKDOWN,
    "text/latex": TEX,
    "text/plain": TERMINAL,
    "application/json": ("{", "[", '"', ","),
    CHART: ("(", "datum.a", " + ", '"', "'", "[", "!", "1", "\\"),
    **dict.fromkeys(("image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"), BASE64),
}
"""The language of each MIME type that may be shown. A type without one is no entry, and a test says so."""

_ELEMENTS = (("<template>", "</template>"), ("<svg>", "</svg>"), ("<div>", "</div>"), ("<table><tr><td>", "</table>"), ("<ul><li>", "</ul>"), ("<g>", "</g>"), ("<x>", "</x>"), ("> ", "\n"), ("- ", "\n"), ("[", "](x)"))  # fmt: skip
_FOUND_IN_MARKUP = (
    Shape("<template ", "<template>"), Shape("<template ", "<noscript/><template>x"), Shape("<template/"), Shape("<template>"), Shape("0", "&#"), Shape("9", "<p title='&#", tail="'>"),
    Shape("<template>", closing="</template>"), Shape("<script>"), Shape("<!--"), Shape("<![CDATA[", "<svg>"), Shape(" a=b", "<p", tail=">"),
    Shape(" a", "<p", tail=">"), Shape(" x y", "<p class='", tail="'>"), Shape("a:b;", "<p style='", tail="'>"), Shape("(", "<p style='width:", tail="'>"), Shape("<textarea "), Shape("</b>", "<b>"), Shape("<form "),
)  # fmt: skip


def _chart(text: str) -> object:
    """A chart that says a text, and has it as an expression."""
    return {"mark": "bar", "data": {"values": [{"a": text}]}, "title": text, "transform": [{"filter": text}]}


def _bundle(mime: str, text: str) -> object:
    value: object = [text] if mime == "application/json" else _chart(text) if mime == CHART else text
    head = "<svg>" if mime == "image/svg+xml" else ""
    return sanitized_bundle({mime: head + text if isinstance(value, str) else value}, {})


def _of_mime(mime: str) -> Entry:
    known = _FOUND_IN_MARKUP if mime in ("text/html", "image/svg+xml") else ()
    return Entry(
        f"shown: {mime}",
        lambda text: _bundle(mime, text),
        MIME_TOKENS[mime],
        _ELEMENTS if "text/" in mime else (),
        known,
    )


def _sanitized(text: str) -> list[object]:
    """A sanitizer in all that it does: a print, a display, a result, a prompt, a page."""
    out: list[object] = []
    sanitizer = Sanitizer()
    sanitizer.start_cell()
    sanitizer.emit(Stream("stdout", text), out.append)
    sanitizer.emit(Display({"text/plain": text}, {}), out.append)
    out.append(sanitizer.result(Result({"text/plain": text}, {}), out.append))
    out.append(sanitizer.prompt(text))
    out.append(sanitizer.page({"text/plain": text}))
    sanitizer.end_styles(out.append)
    return out


def _crossed(text: str) -> object:
    value = [text, {text: (text,)}]
    with suppress(ValueError, TypeError):  # what may not cross is refused
        value = plain.plain_copy(value, from_cell=True)
    return plain.short(value)


def _printed(text: str, step: int) -> list[str]:
    printed = PrintedText()
    pieces = [printed.feed(text[at : at + step]) for at in range(0, len(text), step)]
    return [*pieces, printed.rest(), printed.end_styles()]


ENTRIES = (
    *(_of_mime(mime) for mime in sorted(MIME_TOKENS)),
    Entry("shown: names of MIME types", lambda text: sanitized_bundle({text: "x", **dict.fromkeys(text.split("/"), "x")}, {}), ("text/", "x-", "/", "+", ".")),
    Entry("shown: metadata", lambda text: sanitized_bundle({"text/plain": "x"}, {"text/html": {"alt": text, text: 1}, text: text}), TERMINAL),
    Entry("shown: sanitizer", _sanitized, TERMINAL),
    Entry("shown: print in one piece", lambda text: _printed(text, len(text) or 1), TERMINAL, limit=16 * MEBI),
    Entry("shown: print in pieces of 7", lambda text: _printed(text, 7), TERMINAL),
    Entry("shown: print in single characters", lambda text: _printed(text, 1), TERMINAL, limit=MEBI),
    Entry("question: prompt", access.disguise, PROMPTS, limit=16 * MEBI),
    Entry("question: answer", access.answered, ("yes", "a", "no")),
    Entry("question: call", lambda text: questions.call_question("f", plain.short({text: [text]}), ()), PROMPTS),
    Entry("question: mount", lambda text: questions.mount_question(plain.one_line(text), plain.one_line(text), "ro"), PATHS),
    Entry("tools: value", _crossed, PROMPTS),
    Entry("tools: error", lambda text: plain.exception_for_cell(OSError(text)), PATHS),
    Entry("tools: path in an error", plain.without_folders, PATHS, limit=plain._READ),
    Entry("shown: width", lambda text: visible_text.display_width(visible_text.visible(text)), PROMPTS),
)  # fmt: skip
