# The types of global variables, for the type checker. Runs no code of the person's.


def __mk_kinds(scope, names):
    # returns the name of the type by variable; "=C" for an object of the session's own class C
    found = {}
    for name in names:
        if name in scope:
            v = scope[name]
            t = type(v)
            kind = t.__name__
            if t is int or t is float or t is str or t is bytes or t is bool or v is None:
                pass
            elif t is list or t is dict or t is set or t is frozenset or t is tuple:
                pass
            elif kind in scope and scope[kind] is t:
                kind = "=" + kind
            elif kind not in ("function", "type", "module"):
                kind = ""
            found[name] = kind
    return found
