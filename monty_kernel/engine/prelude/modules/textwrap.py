"""Paragraphs broken into lines of a width, and lines moved in and out.

Lacks: nothing; a TextWrapper is what it was made with, since its methods cannot be replaced.
"""

import re

_BLANK = "\t\n\x0b\x0c\r "
_LETTER = r"[^\d\W]"
_PUNCTUATION = r"[\w!\"'&.,?]"
_WORD = re.compile(
    rf"[{_BLANK}]+"  # a gap
    rf"|(?<={_PUNCTUATION})-{{2,}}(?=\w)"  # a dash between words
    # a word, perhaps with a hyphen at its end
    rf"|[^{_BLANK}]+?(?:-(?:(?<={_LETTER}{{2}}-)|(?<={_LETTER}-{_LETTER}-))(?={_LETTER}-?{_LETTER})"
    rf"|(?=[{_BLANK}]|\Z)|(?<={_PUNCTUATION})(?=-{{2,}}\w))"
)
_PLAIN = re.compile(rf"[{_BLANK}]+|[^{_BLANK}]+")
_SENTENCE = re.compile(r"[a-z][.!?][\"']?\Z")


class TextWrapper:
    def __init__(
        self, width=70, initial_indent="", subsequent_indent="", expand_tabs=True, replace_whitespace=True,
        fix_sentence_endings=False, break_long_words=True, drop_whitespace=True, break_on_hyphens=True, tabsize=8,
        *, max_lines=None, placeholder=" [...]",
    ):  # fmt: skip
        self.width, self.tabsize = width, tabsize
        self.initial_indent, self.subsequent_indent = initial_indent, subsequent_indent
        self.expand_tabs, self.replace_whitespace = expand_tabs, replace_whitespace
        self.fix_sentence_endings, self.break_long_words = fix_sentence_endings, break_long_words
        self.drop_whitespace, self.break_on_hyphens = drop_whitespace, break_on_hyphens
        self.max_lines, self.placeholder = max_lines, placeholder

    def _chunks(self, text):
        if self.expand_tabs:
            text = text.expandtabs(self.tabsize)
        if self.replace_whitespace:
            for each in _BLANK:
                text = text.replace(each, " ")
        chunks = (_WORD if self.break_on_hyphens else _PLAIN).findall(text)
        if self.fix_sentence_endings:
            for place in range(len(chunks) - 1):
                if chunks[place + 1] == " " and _SENTENCE.search(chunks[place]):
                    chunks[place + 1] = "  "
        return chunks

    def _long(self, chunks, line, size, width):
        """Breaks a word that fits into no line."""
        room = 1 if width < 1 else width - size
        if self.break_long_words and room > 0:
            word = chunks[-1]
            end = room
            if self.break_on_hyphens and len(word) > room:
                hyphen = word.rfind("-", 0, room)
                if hyphen > 0 and word[:hyphen].strip("-"):
                    end = hyphen + 1
            line.append(word[:end])
            chunks[-1] = word[end:]
            if not chunks[-1]:
                chunks.pop()  # CPython goes on with it for ever where the indentation takes the whole width
        elif not line:
            line.append(chunks.pop())

    def wrap(self, text):
        if self.width <= 0:
            raise ValueError(f"invalid width {self.width!r} (must be > 0)")
        lines, chunks = [], self._chunks(text)
        if self.max_lines is not None:
            indent = self.subsequent_indent if self.max_lines > 1 else self.initial_indent
            if len(indent) + len(self.placeholder.lstrip()) > self.width:
                raise ValueError("placeholder too large for max width")
        chunks.reverse()
        while chunks:
            line, size = [], 0
            indent = self.subsequent_indent if lines else self.initial_indent
            width = self.width - len(indent)
            if self.drop_whitespace and lines and not chunks[-1].strip():
                chunks.pop()
            while chunks and size + len(chunks[-1]) <= width:
                size += len(chunks[-1])
                line.append(chunks.pop())
            if chunks and len(chunks[-1]) > width:
                self._long(chunks, line, size, width)
            if self.drop_whitespace and line and not line[-1].strip():
                line.pop()
            if not line:
                continue
            size = sum([len(each) for each in line])
            left = chunks and not (self.drop_whitespace and len(chunks) == 1 and not chunks[0].strip())
            if self.max_lines is None or len(lines) + 1 < self.max_lines or (not left and size <= width):
                lines.append(indent + "".join(line))
                continue
            self._shorten(lines, line, size, width, indent)
            break
        return lines

    def _shorten(self, lines, line, size, width, indent):
        """Ends the last line that is allowed with the placeholder."""
        while line:
            if line[-1].strip() and size + len(self.placeholder) <= width:
                lines.append(indent + "".join(line) + self.placeholder)
                return
            size -= len(line.pop())
        if lines:
            before = lines[-1].rstrip()
            if len(before) + len(self.placeholder) <= self.width:
                lines[-1] = before + self.placeholder
                return
        lines.append(indent + self.placeholder.lstrip())

    def fill(self, text):
        return "\n".join(self.wrap(text))


def wrap(text, width=70, **kwargs):
    return TextWrapper(width, **kwargs).wrap(text)


def fill(text, width=70, **kwargs):
    return TextWrapper(width, **kwargs).fill(text)


def shorten(text, width, **kwargs):
    return TextWrapper(width, max_lines=1, **kwargs).fill(" ".join(text.strip().split()))


def _margin(one, other):
    size = 0
    for a, b in zip(one, other):
        if a != b:
            break
        size += 1
    return one[:size]


def dedent(text):
    lines = [line if line.strip(" \t") else "" for line in text.split("\n")]
    margin = None
    for line in lines:
        if line:
            own = line[: len(line) - len(line.lstrip(" \t"))]
            margin = own if margin is None else _margin(margin, own)
    size = len(margin or "")
    return "\n".join([line[size:] for line in lines])


def indent(text, prefix, predicate=None):
    lines = text.splitlines(True)
    chosen = predicate or (lambda line: line.strip())
    return "".join([prefix + line if chosen(line) else line for line in lines])
