"""Constants of characters, `capwords`, and `Template`.

Lacks: `Formatter`. A `Template` has no attributes to change what it reads, as subclasses would.
"""

import re

LACKS = {"Formatter": "str.format() and f-strings do the same; Monty has no inheritance to change it."}

ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = digits + "abcdef" + "ABCDEF"
octdigits = "01234567"
punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
whitespace = " \t\n\r\v\f"
printable = digits + ascii_letters + punctuation + whitespace

_FIELD = re.compile(r"\$(?:(?P<escaped>\$)|(?P<named>[_a-zA-Z][_a-zA-Z0-9]*)|\{(?P<braced>[_a-zA-Z][_a-zA-Z0-9]*)\})?")


def capwords(s, sep=None):
    return (sep or " ").join([word.capitalize() for word in s.split(sep)])


class Template:
    def __init__(self, template):
        self.template = template

    def _filled(self, mapping, safe):
        text, parts, end = self.template, [], 0
        for match in _FIELD.finditer(text):
            name = match.group("named") or match.group("braced")
            parts.append(text[end : match.start()])
            end = match.end()
            if match.group("escaped"):
                parts.append("$")
            elif name is None and not safe:
                self._invalid(match.start())
            elif name is None or (safe and name not in mapping):
                parts.append(match.group())
            else:
                parts.append(str(mapping[name]))
        return "".join(parts) + text[end:]

    def _invalid(self, place):
        lines = self.template[: place + 1].splitlines(True)
        column = place + 1 - len("".join(lines[:-1]))
        raise ValueError(f"Invalid placeholder in string: line {len(lines)}, col {column}")

    def substitute(self, mapping=None, /, **kws):
        return self._filled(kws if mapping is None else {**mapping, **kws}, False)

    def safe_substitute(self, mapping=None, /, **kws):
        return self._filled(kws if mapping is None else {**mapping, **kws}, True)

    def get_identifiers(self):
        names = [match.group("named") or match.group("braced") for match in _FIELD.finditer(self.template)]
        return list(dict.fromkeys([name for name in names if name]))

    def is_valid(self):
        return all([match.group() != "$" for match in _FIELD.finditer(self.template)])

    def __repr__(self):
        return f"Template({self.template!r})"
