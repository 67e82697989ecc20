"""Values laid out over several lines: `pprint`, `pp`, `pformat`, `PrettyPrinter` and `saferepr`.

Lacks: `isreadable` and `isrecursive`. Bytes and objects of classes stay on one line.
"""

import re
from collections import Counter, defaultdict, deque

LACKS = {
    "isreadable": "Look whether repr(value) has a '<' in it.",
    "isrecursive": "Look for '[...]' or '{...}' in repr(value).",
}


def _sorted(values, key):
    try:
        return sorted(values, key=key)
    except TypeError:  # they have no order among each other
        return sorted(values, key=lambda each: (str(type(key(each))), str(key(each))))


class PrettyPrinter:
    def __init__(
        self, indent=1, width=80, depth=None, stream=None, *, compact=False, sort_dicts=True, underscore_numbers=False
    ):  # fmt: skip
        if indent < 0:
            raise ValueError("indent must be >= 0")
        if depth is not None and depth <= 0:
            raise ValueError("depth must be > 0")
        if not width:
            raise ValueError("width must be != 0")
        self._indent, self._width, self._depth, self._stream = indent, width, depth, stream
        self._compact, self._sort, self._underscores = compact, sort_dicts, underscore_numbers

    def pprint(self, object):
        if self._stream is None:
            print(self.pformat(object))
        else:
            self._stream.write(self.pformat(object) + "\n")

    def pformat(self, object):
        parts = []
        self._write(parts, object, 0, 0, (), 0)
        return "".join(parts)

    def _items(self, value):
        return _sorted(value.items(), lambda item: item[0]) if self._sort else list(value.items())

    def _repr(self, value, around, level):
        kind = type(value)
        if kind is int and self._underscores:
            return f"{value:_d}"
        if kind is not dict and kind is not list and kind is not tuple:
            return repr(value)
        left, right = {"dict": "{}", "list": "[]", "tuple": "()"}[kind.__name__]
        if not value:
            return left + right
        if self._depth and level >= self._depth:
            return f"{left}...{',' if kind is tuple and len(value) == 1 else ''}{right}"
        if id(value) in around:
            return f"<Recursion on {kind.__name__} with id={id(value)}>"
        around, level = (*around, id(value)), level + 1
        if kind is dict:
            texts = [
                self._repr(key, around, level) + ": " + self._repr(item, around, level)
                for key, item in self._items(value)
            ]
        else:
            texts = [self._repr(item, around, level) for item in value]
        return left + ", ".join(texts) + ("," if kind is tuple and len(texts) == 1 else "") + right

    def _write(self, parts, value, indent, allowance, around, level):
        kind = type(value)
        if id(value) in around:
            parts.append(f"<Recursion on {kind.__name__} with id={id(value)}>")
            return
        text = self._repr(value, around, level)
        if len(text) <= self._width - indent - allowance:
            parts.append(text)
            return
        around, level = (*around, id(value)), level + 1
        if kind is str and value:
            self._text(parts, value, indent, allowance, level)
        elif kind is dict:
            self._pairs(parts, "{", self._items(value), "}", indent, allowance, around, level)
        elif kind is list:
            self._several(parts, "[", value, "]", indent, allowance, around, level)
        elif kind is tuple:
            self._several(parts, "(", value, ",)" if len(value) == 1 else ")", indent, allowance, around, level)
        elif kind in (set, frozenset) and value:
            name = "" if kind is set else "frozenset("
            parts.append(name)
            ordered = _sorted(value, lambda item: item)
            self._several(parts, "{", ordered, "})" if name else "}", indent + len(name), allowance, around, level)
        elif kind is Counter and value:
            parts.append("Counter(")
            self._pairs(parts, "{", value.most_common(), "})", indent + 8, allowance, around, level)
        elif kind is defaultdict and value:
            blank = " " * (indent + 12)
            parts.append(f"defaultdict({self._repr(value.default_factory, around, level)},\n{blank}")
            self._pairs(parts, "{", self._items(value), "}", indent + 12, allowance + 1, around, level)
            parts.append(")")
        elif kind is deque and value:
            parts.append("deque(")
            end = "])" if value.maxlen is None else f"],\n{' ' * (indent + 6)}maxlen={value.maxlen})"
            self._several(parts, "[", list(value), end, indent + 6, allowance + 2 - len(end), around, level)
        else:
            parts.append(text)

    def _pairs(self, parts, left, items, right, indent, allowance, around, level):
        indent += self._indent
        parts.append(left + " " * (self._indent - 1))
        for place, (key, item) in enumerate(items):
            name = self._repr(key, around, level) + ": "
            parts.append((",\n" + " " * indent if place else "") + name)
            room = 1 if place < len(items) - 1 else allowance + len(right)
            self._write(parts, item, indent + len(name), room, around, level)
        parts.append(right)

    def _several(self, parts, left, items, right, indent, allowance, around, level):
        indent, allowance = indent + self._indent, allowance + len(right)
        parts.append(left + " " * (self._indent - 1))
        new_line = ",\n" + " " * indent
        between, most = "", self._width - indent + 1
        width = most
        for place, item in enumerate(items):
            last = place == len(items) - 1
            if last:
                most, width = most - allowance, width - allowance
            if self._compact:
                text = self._repr(item, around, level)
                size = len(text) + 2
                if width < size:
                    width = most
                    between = between and new_line
                if width >= size:
                    width -= size
                    parts.append(between + text)
                    between = ", "
                    continue
            parts.append(between)
            between = new_line
            self._write(parts, item, indent, allowance if last else 1, around, level)
        parts.append(right)

    def _text(self, parts, value, indent, allowance, level):
        lines = value.splitlines(True)
        if level == 1:
            indent, allowance = indent + 1, allowance + 1
        most, chunks = self._width - indent, []
        for place, line in enumerate(lines):
            last_line = place == len(lines) - 1
            if len(repr(line)) <= most - (allowance if last_line else 0):
                chunks.append(repr(line))
                continue
            current, words, room = "", re.findall(r"\S*\s+|\S+", line), most
            for number, word in enumerate(words):
                if last_line and number == len(words) - 1:
                    room -= allowance
                if len(repr(current + word)) > room:
                    if current:
                        chunks.append(repr(current))
                    current = word
                else:
                    current += word
            if current:
                chunks.append(repr(current))
        text = ("\n" + " " * indent).join(chunks)
        parts.append(f"({text})" if level == 1 and len(chunks) > 1 else text)


def pformat(object, indent=1, width=80, depth=None, **options):
    return PrettyPrinter(indent, width, depth, **options).pformat(object)


def pprint(object, stream=None, indent=1, width=80, depth=None, **options):
    PrettyPrinter(indent, width, depth, stream, **options).pprint(object)


def pp(object, *args, sort_dicts=False, **options):
    pprint(object, *args, sort_dicts=sort_dicts, **options)


def saferepr(object):
    return PrettyPrinter()._repr(object, (), 0)
