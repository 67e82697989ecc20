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


def __mk_complain(v, method, error):
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
                made = v._repr_mimebundle_(include=include, exclude=exclude)
                if type(made) is tuple:
                    made, metadata = made
                    if type(metadata) is not dict:
                        metadata = {}
                for mime in made or {}:
                    if made[mime] is not None:
                        __mk_put(data, jsons, mime, made[mime])
            except Exception as error:
                __mk_complain(v, "_repr_mimebundle_", error)
        for method, mime in __mk_METHODS:
            if hasattr(v, method) and mime not in data and mime not in jsons:
                try:
                    made = __mk_call(v, method)
                    if type(made) is tuple and len(made) == 2 and mime != "application/json":
                        made, metadata[mime] = made
                    if made is not None:
                        __mk_put(data, jsons, mime, made)
                except Exception as error:
                    __mk_complain(v, method, error)
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


def __mk_call(v, method):
    # Monty cannot pass on a bound method, so each of __mk_METHODS is named
    if method == "_repr_html_":
        return v._repr_html_()
    if method == "_repr_markdown_":
        return v._repr_markdown_()
    if method == "_repr_svg_":
        return v._repr_svg_()
    if method == "_repr_png_":
        return v._repr_png_()
    if method == "_repr_jpeg_":
        return v._repr_jpeg_()
    if method == "_repr_latex_":
        return v._repr_latex_()
    if method == "_repr_json_":
        return v._repr_json_()
    raise NotImplementedError(method)


def __mk_json(value):
    if not value:
        return ""
    import json

    return json.dumps(value)


def display(*objs, include=None, exclude=None, metadata=None, transient=None, display_id=None, raw=False, clear=False):
    if clear:
        __mk_clear(True)
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
        display_id = __mk_emit(bundle[0], bundle[1], __mk_json(metadata) or bundle[2], display_id, update)
    if display_id is None:
        return None
    if not objs:
        display_id = __mk_emit({}, {}, __mk_json(metadata), display_id, None)
    return __mk_names.DisplayHandle(None if display_id is True else display_id)


__mk_bundle_of = __mk_bundle
__mk_display_function = display
