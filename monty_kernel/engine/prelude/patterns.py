# What Monty's patterns and its module `re` lack: functions in place of a text, `VERBOSE`, `subn`, `lastgroup`.


def __mk_make_patterns():
    def replaced(pattern, call, text, count):
        found, at, done = [], 0, 0
        for match in pattern.finditer(text):
            if count and done >= count:
                break
            put = call(match)
            found.append(text[at : match.start()])
            found.append(put)
            at = match.end()
            done += 1
        found.append(text[at:])
        return text[:0].join(found), done

    def substituted(pattern, repl, string, count=0):
        kind = type(repl).__name__
        if kind != "str" and kind != "bytes":
            return replaced(pattern, repl, string, max(count, 0))
        if kind == "str" and "\\" in repl:
            pieces = template(repl)
            return replaced(pattern, lambda match: filled(pieces, match), string, max(count, 0))
        done = len(pattern.findall(string))
        return pattern.sub(repl, string, count), min(done, count) if count > 0 else done

    def wrong(text):
        import re

        return re.error(text)

    def template(text):
        # texts and groups in turn, the groups in tuples: Monty takes what follows a number for a part of the group's name
        pieces, at = [], 0
        plain = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "b": "\b", "\\": "\\"}
        while at < len(text):
            end = text.find("\\", at)
            if end < 0 or end == len(text) - 1:
                pieces.append(text[at:])
                break
            pieces.append(text[at:end])
            letter, at = text[end + 1], end + 2
            if letter == "g" and text[at : at + 1] == "<" and ">" in text[at:]:
                name = text[at + 1 : text.index(">", at)]
                at += len(name) + 2
                pieces.append((int(name) if name.isdigit() else name, end + 3))
            elif letter in "123456789":
                number = letter
                if text[at : at + 1].isdigit():
                    number += text[at]
                    at += 1
                pieces.append((int(number), end + 1))
            elif letter in plain:
                pieces.append(plain[letter])
            elif letter.isalpha():
                raise wrong(f"bad escape \\{letter} at position {end}")
            else:
                pieces.append("\\" + letter)
        return pieces

    def filled(pieces, match):
        found = []
        for piece in pieces:
            if type(piece) is tuple:
                try:
                    piece = match.group(piece[0]) or ""
                except IndexError:
                    raise wrong(f"invalid group reference {piece[0]} at position {piece[1]}") from None
            found.append(piece)
        return "".join(found)

    def unspaced(pattern):
        # what VERBOSE leaves of a pattern: no blanks and comments outside of sets
        found, at, inside = [], 0, False
        while at < len(pattern):
            letter = pattern[at]
            if letter == "\\":
                found.append(pattern[at : at + 2])
                at += 2
                continue
            if inside:
                inside = letter != "]"
            elif letter == "[":
                inside = True
                first = at + 1 + (pattern[at + 1 : at + 2] == "^")
                if pattern[first : first + 1] == "]":
                    found.append(pattern[at : first + 1])
                    at = first + 1
                    continue
            elif letter == "#":
                while at < len(pattern) and pattern[at] != "\n":
                    at += 1
                continue
            elif letter in " \t\n\r\f\v":
                at += 1
                continue
            found.append(letter)
            at += 1
        return "".join(found)

    def compiled(re, pattern, flags=0):
        if type(pattern).__name__ == "Pattern":
            return pattern
        if flags & 64:
            pattern, flags = unspaced(pattern), flags - 64
        return re.compile(pattern, flags)

    def method(v, name, args, options):
        if name == "findall":
            return v.findall(*args, **options)
        if name == "finditer":
            return v.finditer(*args, **options)
        if name == "fullmatch":
            return v.fullmatch(*args, **options)
        if name == "match":
            return v.match(*args, **options)
        if name == "search":
            return v.search(*args, **options)
        return v.split(*args, **options)

    def of_re(name, re, args, options):
        flags = options.pop("flags", 0)
        most = {"compile": 1, "sub": 4, "subn": 4, "split": 3}.get(name, 2)
        if len(args) > most:
            args, flags = args[:-1], args[-1]
        pattern = compiled(re, args[0] if args else options.pop("pattern"), flags)
        if name == "compile":
            return pattern
        if name in ("sub", "subn"):
            done = substituted(pattern, *args[1:], **options)
            return done if name == "subn" else done[0]
        return method(pattern, name, args[1:], options)

    def called(name, v, *args, **options):
        kind = type(v).__name__
        if kind == "module" and str(v) == "<module 're'>":
            return of_re(name, v, args, options)
        if kind == "Pattern" and (name == "sub" or name == "subn"):
            done = substituted(v, *args, **options)
            return done if name == "subn" else done[0]
        if kind == "Pattern" or kind == "str" or kind == "bytes":
            return method(v, name, args, options)
        return getattr(v, name)(*args, **options)

    def attribute(name, v):
        if type(v).__name__ == "Match":
            names = v.groupdict()
            found = [each for each in names if names[each] is not None]
            if len(names) == len(v.groups()) and len(found) < 2:  # else it matters which of them ended last
                return found[0] if found else None
        return getattr(v, name)

    return called, attribute


__mk_of_patterns, __mk_at_patterns = __mk_make_patterns()
