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
        return __mk_group(v, "defaultdict(", [[__mk_tree(factory, above)], [inner]], ")", False)
    if name == "Counter" and __mk_is_exactly(t, "Counter"):
        if not v:
            return "Counter()"
        return __mk_group(v, "Counter(", [[__mk_mapping(dict(v.most_common()), "{", "}", above)]], ")", False)
    if name == "deque" and __mk_is_exactly(t, "deque"):
        rows = [[__mk_tree(list(v), above)]]
        if v.maxlen is not None:
            rows.append([f"maxlen={v.maxlen}"])
        return __mk_group(v, "deque(", rows, ")", False)
    if __mk_print_pretty is not None and hasattr(v, "_repr_pretty_"):
        return __mk_print_pretty(v, above)
    return __mk_described(v, __mk_repr(v))


__mk_as_made = locals().get("__mk_as_made")  # a part that cells with exceptions of other arguments than a text have


def __mk_repr(v):
    if __mk_as_made is not None:
        v = __mk_as_made(v)
    # in a method that is called by its name Monty can suspend, so that it may ask the host; inside repr() it cannot
    if type(v).__name__ == "type" or not hasattr(v, "__repr__"):
        return repr(v)
    text = v.__repr__()
    if type(text) is not str:
        raise TypeError(f"__repr__ returned non-string (type {type(text).__name__})")
    return text


__mk_print_pretty = None  # a part that cells with `_repr_pretty_` have


def __mk_described(v, text):
    # the host knows where functions are defined. It is told whether a class is one of the cells', and whether a function
    # still has the name that it was defined under
    name = type(v).__name__
    if hasattr(type(v), "__annotations__"):
        return "<__main__." + name + text[len(name) + 8 :] if text.startswith("<" + name + " object at 0x") else text
    if name != "type" and name != "function" and name != "builtin_function_or_method":
        if name == "Pattern" and text.startswith("re.compile("):
            return __mk_pattern(v)
        return text.replace(" object at 0x", " at 0x", 1) if text.startswith("<") else text
    try:
        own = __mk_is_named(text, v) if name != "type" else hasattr(v, "__annotations__") or hasattr(v, "_fields")
        return __mk_named(text, own) or text
    except Exception:  # in a method that cannot ask the host
        return text


def __mk_is_named(__mk_text, __mk_v):
    try:
        return eval(__mk_text.split("'")[1]) is __mk_v
    except Exception:
        return False


def __mk_pattern(v):
    # a pattern that is not re.ASCII is re.UNICODE, which Monty's flags do not say
    parts = ["r" + repr(v.pattern).replace("\\\\", "\\")]
    named = [("IGNORECASE", 2), ("MULTILINE", 8), ("DOTALL", 16), ("UNICODE", 32), ("VERBOSE", 64)]
    held = v.flags if v.flags & 256 else v.flags | 32
    flags = ["re." + flag for flag, bit in named if held & bit]
    if flags:
        parts.append("|".join(flags))
    return "re.compile(" + ", ".join(parts) + ")"


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


# display(). MIME bundles are made here, beside the value; only text leaves the sandbox.
# __mk_emit, __mk_clear and __mk_most_shown are host functions. The last argument of __mk_emit says whether it updates an
# earlier output; None stands for an empty output that later ones update.

__mk_LIMIT = 1 << 20
__mk_LARGE = 4000000
__mk_METHODS = [
    ("_repr_html_", "text/html"),
    ("_repr_markdown_", "text/markdown"),
    ("_repr_svg_", "image/svg+xml"),
    ("_repr_png_", "image/png"),
    ("_repr_jpeg_", "image/jpeg"),
    ("_repr_latex_", "text/latex"),
    ("_repr_json_", "application/json"),
]


def __mk_cut(text):
    if len(text) <= __mk_LIMIT:
        return text
    return text[:__mk_LIMIT] + f"\n... [cut: the first {__mk_LIMIT:,} of {len(text):,} characters are shown]"


def __mk_fit(text):
    # the host leaves out what is larger: one character too many is enough for it to see that, so no more of it crosses
    if len(text) > __mk_LARGE:
        most = __mk_most_shown()
        if most is not None:
            return text[: most + 1]
    return text


def __mk_complain(v, method, error, raised=True):
    # raised: whether the method did, which then is shown as a traceback
    try:
        if raised and __mk_failed(type(v).__name__, method, type(error).__name__, str(error)):
            return
    except Exception:  # in a method that cannot ask the host
        pass
    import sys

    print(f"{type(v).__name__}.{method}() raised {type(error).__name__}: {error}", file=sys.stderr)


def __mk_put(data, jsons, mime, value):
    if type(mime) is not str:
        raise TypeError(f"a MIME type must be a str, not {type(mime).__name__}")
    if type(value) is str and mime != "application/json":
        data[mime] = __mk_fit(value)
    elif type(value) is bytes:
        import base64

        data[mime] = __mk_fit(base64.b64encode(value).decode())
    elif mime.endswith("json"):
        import json

        text = json.dumps(value)
        fit = __mk_fit(text)
        if len(fit) < len(text):
            data[mime] = fit
        else:
            jsons[mime] = text
    else:
        raise TypeError(f"{mime} must be a str, not {type(value).__name__}")


def __mk_bundle(v, include=None, exclude=None):
    # returns texts by MIME type, JSON texts by MIME type, JSON text of the metadata; empty if the object displayed itself
    t = type(v)
    data = {}
    jsons = {}
    metadata = {}
    if not (t is str or t is int or t is float or t is bool or t is list or t is dict or t is type or v is None):
        if hasattr(v, "_ipython_display_"):
            try:
                v._ipython_display_()
                return {}, {}, ""
            except NotImplementedError:
                pass
            except Exception as error:
                __mk_complain(v, "_ipython_display_", error)
        if hasattr(v, "_repr_mimebundle_"):
            try:
                raised = True
                made = v._repr_mimebundle_(include=include, exclude=exclude)
                raised = False
                if type(made) is tuple:
                    made, metadata = made
                    if type(metadata) is not dict:
                        metadata = {}
                for mime in made or {}:
                    if made[mime] is not None:
                        __mk_put(data, jsons, mime, made[mime])
            except Exception as error:
                __mk_complain(v, "_repr_mimebundle_", error, raised)
        for method, mime in __mk_METHODS:
            if hasattr(v, method) and mime not in data and mime not in jsons:
                try:
                    raised = True
                    made = getattr(v, method)()
                    raised = False
                    if type(made) is tuple and len(made) == 2 and mime != "application/json":
                        made, metadata[mime] = made
                    if made is not None:
                        __mk_put(data, jsons, mime, made)
                except Exception as error:
                    __mk_complain(v, method, error, raised)
    if "text/plain" not in data:
        data["text/plain"] = __mk_pretty(v)
    data["text/plain"] = __mk_cut(data["text/plain"])
    if include:
        data = {mime: data[mime] for mime in data if mime in include}
        jsons = {mime: jsons[mime] for mime in jsons if mime in include}
    if exclude:
        data = {mime: data[mime] for mime in data if mime not in exclude}
        jsons = {mime: jsons[mime] for mime in jsons if mime not in exclude}
    return data, jsons, __mk_json(metadata)


def __mk_json(value):
    if not value:
        return ""
    import json

    return json.dumps(value)


def display(*objs, include=None, exclude=None, metadata=None, transient=None, display_id=None, raw=False, clear=False):
    if clear:
        try:
            __mk_clear(True)
        except NotImplementedError:
            raise NotImplementedError(
                "external function 'display' cannot suspend in this synchronous context"
            ) from None
    return __mk_display(objs, include, exclude, metadata, display_id, raw, False)


def __mk_display(objs, include, exclude, metadata, display_id, raw, update):
    for v in objs:
        if raw:
            data = {}
            jsons = {}
            for mime in v:
                __mk_put(data, jsons, mime, v[mime])
            bundle = (data, jsons, "")
        else:
            bundle = __mk_bundle(v, include, exclude)
        about = __mk_json(metadata) or bundle[2]
        try:
            display_id = __mk_emit(bundle[0], bundle[1], about, display_id, update)
        except NotImplementedError:  # Monty cannot suspend here, and names what it called
            raise NotImplementedError(
                "external function 'display' cannot suspend in this synchronous context"
            ) from None
    if display_id is None:
        return None
    if not objs:
        display_id = __mk_emit({}, {}, __mk_json(metadata), display_id, None)
    return __mk_names.DisplayHandle(None if display_id is True else display_id)


__mk_bundle_of = __mk_bundle
__mk_display_function = display
