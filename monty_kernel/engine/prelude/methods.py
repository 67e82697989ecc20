# What a method of a built-in value becomes where it is passed on, as in `key=str.lower` or `key=counts.get`.

__mk_builtins = {
    "str": __mk_b_str,
    "bytes": __mk_b_bytes,
    "dict": __mk_b_dict,
    "list": __mk_b_list,
    "tuple": __mk_b_tuple,
    "set": __mk_b_set,
    "frozenset": __mk_b_frozenset,
}


def __mk_passed(owner, name, kinds, call, plain):
    # kinds: the built-in types that have the method; anything else gives the attribute that it has, and
    # so does a named tuple with a field of that name
    for kind in kinds.split():
        if owner is __mk_builtins[kind]:
            return __mk_unbound(owner, name, kind, call)
        if isinstance(owner, __mk_builtins[kind]) and name not in getattr(owner, "_fields", ()):
            return lambda *args, **options: call(owner, *args, **options)
    return plain(owner)


def __mk_unbound(builtin, name, kind, call):
    def method(value, *args, **options):
        if not isinstance(value, builtin):
            found = type(value).__name__
            raise TypeError(f"descriptor '{name}' for '{kind}' objects doesn't apply to a '{found}' object")
        return call(value, *args, **options)

    return method
