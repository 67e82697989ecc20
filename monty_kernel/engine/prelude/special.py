# Special methods of built-in values that are called by name, as in `rows.__getitem__(0)`: Monty has only what they stand for.

__mk_mappings = ("dict", "Counter", "defaultdict", "OrderedDict")
__mk_sequences = ("list", "tuple", "str", "bytes", "range", "deque")


def __mk_special(name, v, *args):
    kind = type(v).__name__
    if hasattr(v, name):
        return getattr(v, name)(*args)
    if name == "__str__":
        return str(v)
    if name == "__repr__":
        return repr(v)
    indexed = kind in __mk_mappings or kind in __mk_sequences
    if name == "__getitem__" and indexed:
        return v[args[0]]
    if name == "__setitem__" and (kind in __mk_mappings or kind == "list" or kind == "deque"):
        v[args[0]] = args[1]
        return None
    if indexed or kind == "set" or kind == "frozenset":
        if name == "__len__":
            return len(v)
        if name == "__contains__":
            return args[0] in v
    return getattr(v, name)(*args)
