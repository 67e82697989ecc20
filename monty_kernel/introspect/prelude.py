"""The part of introspection that runs inside Monty. It examines values without running any of their code.

Feed `engine.prelude.guarded(INTROSPECTION_PRELUDE)` to a session at any time after the engine's own prelude.
`guarded` gives separate names to the builtins that it calls, so that a cell with a variable named `type` or `len`
cannot change what it does. Types are taken from values for the same reason.

It runs no code of the notebook: types are compared by identity; dicts are walked, never indexed, since a key's
`__eq__` could answer; `repr` is applied only to values of exact builtin types; a class with `__getattr__` or
`__getattribute__` is not asked for its instances' attributes; and if Monty comes to support descriptors or
metaclasses (1.4 does not), classes are not asked either, which `__mk_see_plain` finds out.

It is terse because every byte of it is in every snapshot from then on, about 5 bytes for each character of source.
"""

from __future__ import annotations

INTROSPECTION_PRELUDE = r"""
def __mk_see_loaded():
    import math, collections
    return type(math), type(math.sqrt), collections.deque, collections.defaultdict, collections.Counter
class __mk_see_D:
    def __get__(self, instance, owner): return 0
class __mk_see_C:
    d = __mk_see_D()
__mk_see_module, __mk_see_builtin, __mk_see_deque, __mk_see_defaultdict, __mk_see_Counter = __mk_see_loaded()
__mk_see_class, __mk_see_int, __mk_see_str, __mk_see_range = type(__mk_see_C), type(1), type(""), type(range(0))
__mk_see_code = [__mk_see_builtin, type(lambda: 0)]
__mk_see_atoms = [type(None), type(True), __mk_see_int, type(1.0), type(1j), __mk_see_str, type(b"")]
__mk_see_boxes = [type([]), type(()), type({1}), type(frozenset()), __mk_see_deque]
__mk_see_maps = [type({}), __mk_see_defaultdict, __mk_see_Counter]
__mk_see_known = __mk_see_atoms + __mk_see_boxes + __mk_see_maps + __mk_see_code + [__mk_see_module, __mk_see_class, __mk_see_range]
__mk_see_sized = __mk_see_boxes + __mk_see_maps + [__mk_see_str, type(b"")]
__mk_see_plain = type(__mk_see_C.d) is __mk_see_D and type(__mk_see_C().d) is __mk_see_D and not hasattr(__mk_see_C, "__getattribute__")
def __mk_see_is(t, kinds):
    for each in kinds:
        if t is each: return True
    return False
def __mk_see_open(cls):
    # whether asking this class or its instances for an attribute runs no code of theirs
    return __mk_see_plain and type(cls) is __mk_see_class and not __mk_see_is(cls, __mk_see_known) and not hasattr(cls, "__getattr__") and not hasattr(cls, "__getattribute__")
def __mk_see_kind(t):
    if t is __mk_see_module: return "module"
    if t is __mk_see_class: return "class"
    return "function" if __mk_see_is(t, __mk_see_code) else "instance"
def __mk_see_names(scope, prefix, limit):
    found = []
    for name, v in scope.items():
        if name.startswith(prefix) and not name.startswith("__mk_"):
            found.append((name, __mk_see_kind(type(v))))
            if len(found) == limit: break
    return found
def __mk_see_has(v, name):
    try:
        return hasattr(v, name)
    except Exception:
        return True  # there, but only the host can tell its value
def __mk_see_item(v, key):
    t = type(v)
    k = type(key)
    if __mk_see_is(t, __mk_see_maps):
        n = 0
        for each, w in v.items():
            n += 1
            if type(each) is k and each == key: return [w]
            if n == 100000: break
    elif __mk_see_is(t, __mk_see_boxes[:2]) and k is __mk_see_int and -len(v) <= key < len(v):
        return [v[key]]
def __mk_see_walk(scope, path):
    # path: a name, then (".", attribute) and ("[", key) -> [value], or None if it cannot be reached
    if path[0] not in scope: return None
    v = scope[path[0]]
    for step, key in path[1:]:
        t = type(v)
        owner = v if t is __mk_see_class else t
        if step == "[":
            found = __mk_see_item(v, key)
            if found is None: return None
            v = found[0]
        elif t is __mk_see_module or __mk_see_open(owner):
            try:
                if __mk_see_open(owner) and hasattr(owner, key) and not __mk_see_is(type(getattr(owner, key)), __mk_see_known): return None
                v = getattr(v, key)
            except Exception:
                return None
        else:
            return None
    return [v]
def __mk_see_look(scope, path):
    # -> [kind, repr of the type, own repr of a module, class or function, names of fields]
    found = __mk_see_walk(scope, path)
    if found is None: return None
    v = found[0]
    t = type(v)
    kind = __mk_see_kind(t)
    owner = v if kind == "class" else t
    fields = []
    for name in ("_fields", "__dataclass_fields__"):
        if __mk_see_open(owner) and hasattr(owner, name):
            w = getattr(owner, name)
            if __mk_see_is(type(w), __mk_see_boxes + __mk_see_maps):
                for each in w:
                    if type(each) is __mk_see_str: fields.append(each)
    return [kind, repr(t), "" if kind == "instance" else repr(v), fields]
def __mk_see_members(scope, path, names):
    found = __mk_see_walk(scope, path)
    if found is None: return None
    v = found[0]
    t = type(v)
    owner = v if t is __mk_see_class else t
    if t is __mk_see_module: return [name for name in names if __mk_see_has(v, name)]
    if not __mk_see_plain or type(owner) is not __mk_see_class or __mk_see_is(owner, __mk_see_known): return []
    had = [name for name in names if __mk_see_has(owner, name)]
    return had + [name for name in names if name not in had and __mk_see_has(v, name)] if __mk_see_open(owner) else had
def __mk_see_keys(scope, path, prefix, limit):
    found = __mk_see_walk(scope, path)
    if found is None or not __mk_see_is(type(found[0]), __mk_see_maps): return None
    keys = []
    n = 0
    for key in found[0]:
        n += 1
        t = type(key)
        if t is __mk_see_str and key.startswith(prefix) and len(key) <= 200 or t is __mk_see_int and -(10**18) < key < 10**18: keys.append(key)
        if len(keys) == limit or n == 100000: break
    return keys
def __mk_see_copy(v, depth):
    # small plain data as it is; a container as (type, [copies], length); its text as (type, text); anything else as (type,)
    t = type(v)
    if t is __mk_see_int and not -(10**60) < v < 10**60: return ("int", "an int of more than 60 digits")
    if __mk_see_is(t, __mk_see_atoms):
        if __mk_see_is(t, __mk_see_sized) and len(v) > 200: return (t.__name__, [v[:200]], len(v))
        return v
    if __mk_see_is(t, __mk_see_sized):
        copies = []
        for each in v.items() if __mk_see_is(t, __mk_see_maps) else v:
            if depth == 0 or len(copies) == 20: break
            copies.append([__mk_see_copy(each[0], depth - 1), __mk_see_copy(each[1], depth - 1)] if __mk_see_is(t, __mk_see_maps) else __mk_see_copy(each, depth - 1))
        return (t.__name__, copies, len(v))
    if __mk_see_is(t, __mk_see_known) or __mk_see_is(t, __mk_see_leaves()): return (t.__name__, repr(v))
    return (t.__name__,)
def __mk_see_leaves():
    import datetime as d, decimal, pathlib, re
    return (d.date, d.datetime, d.time, d.timedelta, d.timezone, decimal.Decimal, pathlib.Path, re.Pattern)
def __mk_see_value(scope, path):
    # -> [copy, length or None, docstring of a class or of an instance's class, or None]
    found = __mk_see_walk(scope, path)
    if found is None: return None
    v = found[0]
    t = type(v)
    owner = v if t is __mk_see_class else t
    doc = None
    if __mk_see_open(owner) and hasattr(owner, "__doc__"):
        w = getattr(owner, "__doc__")
        if type(w) is __mk_see_str: doc = w[:20000]
    return [__mk_see_copy(v, 2), len(v) if __mk_see_is(t, __mk_see_sized) else None, doc]
"""
