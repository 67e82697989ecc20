"""Texts taken apart as a shell takes a command apart, and put together.

Lacks: the class `shlex`.
"""

import re

LACKS = {"shlex": "shlex.split(text) gives the words of a text."}

_UNSAFE = re.compile(r"[^\w@%+=:,./-]")


def split(s, comments=False, posix=True):
    if s is None:
        raise ValueError("s argument must not be None")
    words, word, mark, place = [], None, "", 0
    while place < len(s):
        char = s[place]
        place += 1
        if mark:
            if char == mark:
                mark = ""
                if not posix:
                    word += char
            elif char == "\\" and mark == '"' and posix:
                if place == len(s):
                    raise ValueError("No escaped character")
                word += s[place] if s[place] in '"\\' else char + s[place]
                place += 1
            else:
                word += char
        elif char in " \t\r\n":
            if word is not None:
                words.append(word)
                word = None
        elif comments and char == "#":
            while place < len(s) and s[place] != "\n":
                place += 1
            if word is not None:
                words.append(word)
                word = None
        elif char in "'\"" and (posix or word is None):
            mark = char
            word = (word or "") + ("" if posix else char)
        elif char == "\\" and posix:
            if place == len(s):
                raise ValueError("No escaped character")
            word = (word or "") + s[place]
            place += 1
        else:
            word = (word or "") + char
    if mark:
        raise ValueError("No closing quotation")
    return words if word is None else [*words, word]


def join(split_command):
    return " ".join([quote(each) for each in split_command])


def quote(s):
    if not s:
        return "''"
    if not s.isascii() or _UNSAFE.search(s):
        return "'" + s.replace("'", "'\"'\"'") + "'"
    return s
