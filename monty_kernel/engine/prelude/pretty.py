# Lays out plain data as IPython does: on one line if it fits in 79 columns, else one element a line.
# First a tree of groups is built, so that the repr() of every leaf runs once; then the tree is laid out.
# group: [flat width, opening text, rows, closing text]; a row is a list of leaves (str) and groups.


def __mk_group(v, opening, rows, closing, cut):
    width = len(opening) + len(closing) + 2 * max(len(rows) - 1, 0)
    if cut:
        rows.append(["..."])
        width += 5
    for row in rows[: len(rows) - 1] if cut else rows:
        for part in row:
            if type(part) is str:
                width += 80 if "\n" in part else len(part)  # text of several lines does not fit on one
            else:
                width += part[0]
    return [width, opening, rows, closing]


def __mk_tree(v, above, guarded=False):
    t = type(v)
    if t is str or t is int or t is float or t is bool or v is None or len(above) > 200:
        return repr(v)
    if len(above) == 8 and not guarded:
        # only here: an exception that passes an `except` loses the frames below, such as those of a person's __repr__
        try:
            return __mk_tree(v, above, True)
        except RecursionError:
            return repr(v)
    name = t.__name__
    if t is list or t is tuple or t is set or t is frozenset:
        opening, closing = {
            "list": ("[", "]"),
            "tuple": ("(", ")"),
            "set": ("{", "}"),
            "frozenset": ("frozenset({", "})"),
        }[name]
        if not v:
            return repr(v)
        if id(v) in above:
            return opening + "..." + closing
        items = v
        if t is set or t is frozenset:
            try:
                items = sorted(v)
            except TypeError:
                items = list(v)
        elif t is tuple and len(v) == 1:
            closing = ",)"
        above = above + [id(v)]
        rows = [[__mk_tree(item, above)] for item in items[:1000]]
        return __mk_group(v, opening, rows, closing, len(v) > 1000)
    if t is dict:
        return __mk_mapping(v, "{", "}", above)
    if name == "defaultdict" and __mk_is_exactly(t, "defaultdict"):
        factory = v.default_factory
        inner = __mk_mapping(v, "{", "}", above)
        label = "None" if factory is None else getattr(factory, "__name__", None) or repr(factory)
        return __mk_group(v, "defaultdict(", [[label], [inner]], ")", False)
    if name == "Counter" and __mk_is_exactly(t, "Counter"):
        if not v:
            return "Counter()"
        return __mk_group(v, "Counter(", [[__mk_mapping(dict(v.most_common()), "{", "}", above)]], ")", False)
    if name == "deque" and __mk_is_exactly(t, "deque"):
        rows = [[__mk_tree(list(v), above)]]
        if v.maxlen is not None:
            rows.append([f"maxlen={v.maxlen}"])
        return __mk_group(v, "deque(", rows, ")", False)
    return repr(v)


def __mk_is_exactly(t, name):
    import collections

    return t is getattr(collections, name)


def __mk_mapping(v, opening, closing, above):
    if not v:
        return opening + closing
    if id(v) in above:
        return opening + "..." + closing
    above = above + [id(v)]
    rows = []
    for key in v:
        if len(rows) == 1000:
            break
        rows.append([__mk_tree(key, above), ": ", __mk_tree(v[key], above)])
    return __mk_group(v, opening, rows, closing, len(v) > 1000)


def __mk_flat(part, out):
    if type(part) is str:
        out.append(part)
        return
    out.append(part[1])
    first = True
    for row in part[2]:
        if not first:
            out.append(", ")
        first = False
        for inner in row:
            __mk_flat(inner, out)
    out.append(part[3])


def __mk_lay(part, indent, column, trail, out):
    # trail: the columns that the text up to the next possible line break needs
    if type(part) is str:
        lines = part.split("\n")
        out.append(("\n" + " " * indent).join(lines))
        return column + len(part) if len(lines) == 1 else indent + len(lines[-1])
    if column + part[0] + trail <= 79:
        __mk_flat(part, out)
        return column + part[0]
    opening, rows, closing = part[1:]
    out.append(opening)
    indent = indent + len(opening)
    column = column + len(opening)
    last = len(rows) - 1
    for number, row in enumerate(rows):
        if number:
            out.append(",\n" + " " * indent)
            column = indent
        after = 1 if number < last else len(closing) + trail
        for index, inner in enumerate(row):
            rest = after
            for later in row[index + 1 :]:
                if type(later) is not str:  # a group can break after its opening
                    rest += len(later[1]) - after
                    break
                rest += len(later)
            column = __mk_lay(inner, indent, column, rest, out)
    out.append(closing)
    return column + len(closing)


def __mk_pretty(v):
    t = type(v)
    if t is str or t is int or t is float or t is bool:
        return repr(v)
    tree = __mk_tree(v, [])
    if type(tree) is str:
        return tree
    out = []
    __mk_lay(tree, 0, 0, 0, out)
    return "".join(out)
