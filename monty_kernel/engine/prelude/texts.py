# Methods of text and bytes that Monty lacks: `__mk_of_texts('translate', v, table)` is `v.translate(table)`.


def __mk_make_texts():
    def translate(v, table):
        found = []
        for letter in v:
            try:
                each = table[ord(letter)]
            except LookupError:
                each = letter
            if each is None:
                continue
            if type(each) is int:
                each = chr(each)
            elif type(each) is not str:
                raise TypeError("character mapping must return integer, None or str")
            found.append(each)
        return "".join(found)

    def maketrans(x, *more):
        if not more:
            if type(x) is not dict:
                raise TypeError("if you give only one argument to maketrans it must be a dict")
            made = {}
            for key in x:
                if type(key) is str and len(key) != 1:
                    raise ValueError("string keys in translate table must be of length 1")
                made[ord(key) if type(key) is str else key] = x[key]
            return made
        y = more[0]
        if len(x) != len(y):
            raise ValueError("the first two maketrans arguments must have equal length")
        made = {ord(a): ord(b) for a, b in zip(x, y, strict=True)}
        if len(more) > 1:
            for letter in more[1]:
                made[ord(letter)] = None
        return made

    def made_bytes(values):
        return type(b"").fromhex("".join([f"{each:02x}" for each in values]))

    def of_bytes(v, table, delete=b""):
        return made_bytes([each if table is None else table[each] for each in v if each not in delete])

    def bytes_table(x, y):
        if len(x) != len(y):
            raise ValueError("maketrans arguments must have same length")
        made = list(range(256))
        for a, b in zip(x, y, strict=True):
            made[a] = b
        return made_bytes(made)

    def format_map(v, mapping):
        import re

        found, at = [], 0
        for match in re.finditer(r"\{\{|\}\}|\{(\w+)[^{}]*\}", v):
            found.append(v[at : match.start()])
            at, name = match.end(), match[1]
            if name is None:
                found.append(match[0][0])
            else:
                found.append(("{0" + match[0][1 + len(name) :]).format(mapping[name]))
        return "".join(found) + v[at:]

    def called(name, v, *args, **options):
        kind = type(v).__name__
        if hasattr(v, name):  # its class has it; of built-in values Monty says that nothing is there
            return getattr(v, name)(*args, **options)
        if v is str or v is bytes:
            if name != "maketrans":
                return called(name, *args, **options)
            return maketrans(*args) if v is str else bytes_table(*args)
        if kind == "str":
            return {"translate": translate, "format_map": format_map, "maketrans": lambda v, *args: maketrans(*args)}[
                name
            ](v, *args)
        if kind == "bytes" and name == "translate":
            return of_bytes(v, *args, **options)
        if kind == "bytes" and name == "maketrans":
            return bytes_table(*args)
        return getattr(v, name)(*args, **options)

    return called


__mk_of_texts = __mk_make_texts()
