# What the session holds, for the one-line reports of %undo and its kin, and for %diff. Runs no code of the person's.


def __mk_survey(scope):
    # -> name: (kind, short value, digest of the value or "")
    found = {}
    for name in scope:
        v = scope[name]
        if __mk_hidden(name, v):
            continue
        t = type(v)
        if t is int or t is float or t is bool or t is str or t is bytes or v is None:
            found[name] = (t.__name__, __mk_short(v), str(hash(v)) if t is not float else repr(v))
        elif t is list or t is tuple or t is dict or t is set or t is frozenset:
            digest = ""
            try:
                import json

                digest = str(hash(json.dumps(v)))
            except Exception:
                pass
            found[name] = (t.__name__, f"n={len(v)}", digest)
        elif t.__name__ == "function" or t.__name__ == "type" or t.__name__ == "module":
            found[name] = (t.__name__, "", repr(v))
        else:
            found[name] = (t.__name__, "", "")
    return found


def __mk_short(v):
    text = repr(v[:60]) if type(v) is str or type(v) is bytes else repr(v)
    return text if len(text) <= 40 else text[:37] + "..."
