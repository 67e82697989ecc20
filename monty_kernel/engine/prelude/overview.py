# What the kernel itself asks of the session's variables: for the reports of %undo and other travel and for %diff, and their
# types for the type checker. Runs no code of the person's.

__mk_SAID = (
    "date",
    "datetime",
    "time",
    "timedelta",
    "timezone",
    "Decimal",
    "complex",
    "range",
    "PosixPath",
    "PurePosixPath",
    "Pattern",
)


def __mk_survey(scope, quick=False):
    # returns (type, short value, digest of the value) by name; the digest is "?" where it is unknown. quick: little is
    # looked through, however much there is
    found = {}
    left = [40000 if quick else 1000000]  # steps of walks
    for name in scope:
        v = scope[name]
        if not __mk_hidden(name, v):
            try:
                digest = __mk_digest(v, left, quick)
            except Exception:  # such as a RecursionError
                digest = "?"
            found[name] = (type(v).__name__, __mk_short(v), digest)
    return found


def __mk_short(v):
    t = type(v)
    if t is list or t is tuple or t is dict or t is set or t is frozenset:
        return f"{t.__name__} of {len(v)}"
    if t is str or t is bytes:
        return repr(v) if len(v) <= 40 else repr(v[:30]) + f"... ({len(v):,})"
    if t is int or t is float or t is bool or v is None or t.__name__ in __mk_SAID:
        text = repr(v)
        return text if len(text) <= 40 else text[:37] + "..."
    return ""


def __mk_digest(v, left, quick=False):
    t = type(v)
    if (t is list or t is dict) and not quick and __mk_is_short(v):
        try:
            import json

            text = json.dumps(v)
            # keys that are not text look like text in JSON
            if t is list or len([key for key in v if type(key) is str]) == len(v):
                return str(hash(text))
        except Exception:
            pass
    parts = []
    budget = min(20000, left[0])
    rest = __mk_walk(v, parts, [], budget)
    left[0] -= budget - max(rest, 0)
    return str(hash("".join(parts))) if rest >= 0 else "?"


def __mk_walk(v, parts, above, budget):
    # appends what v consists of; returns the steps that are left of the budget, below 0 if the digest is unknown
    if budget < 1:
        return -1
    t = type(v)
    name = t.__name__
    if t is int or t is float or t is bool or t is str or t is bytes or v is None or name in __mk_SAID:
        parts.append(name + repr(v) + ",")
        return budget - 1
    if name in ("function", "type", "module", "builtin_function_or_method"):
        parts.append(repr(v))
        return budget - 1
    if not (
        t is list
        or t is tuple
        or t is dict
        or t is set
        or t is frozenset
        or name in ("deque", "Counter", "defaultdict")
    ):
        return -1
    if id(v) in above:
        parts.append("...")
        return budget - 1
    if len(v) >= budget:
        return -1
    above = above + [id(v)]
    parts.append(name + "(")
    items = v
    if t is set or t is frozenset:
        try:
            items = sorted(v)
        except Exception:
            return -1
    for item in items:
        budget = __mk_walk(item, parts, above, budget - 1)
        if budget >= 0 and name in ("dict", "Counter", "defaultdict"):
            budget = __mk_walk(v[item], parts, above, budget)
        if budget < 0:
            return -1
    parts.append(")")
    return budget


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
