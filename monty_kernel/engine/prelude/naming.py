# `f.__name__`, `callable` and `issubclass`, which Monty lacks. `__mk_wrapped` has what functools.wraps() was given.


def __mk_make_naming():
    called = ("function", "builtin_function_or_method", "type", "partial", "_lru_cache_wrapper", "method")

    def attribute(name, v):
        kind = type(v).__name__
        if kind == "function" or kind == "builtin_function_or_method":
            for wrapper, wrapped in __mk_wrapped:
                if wrapper is v:
                    return attribute(name, wrapped)
            text = str(v)
            if text.startswith("<function '"):
                return text[11 : text.index("'", 11)]
            if text.startswith("<built-in function "):
                return text[19:-1]
        elif kind == "type" and not hasattr(v, name):
            return str(v)[8:-2].split(".")[-1]
        return getattr(v, name)

    def can_be_called(v):
        return type(v).__name__ in called or hasattr(v, "__call__")  # noqa: B004 - Monty has no other way

    def is_class(v):
        return type(v).__name__ == "type"

    def is_below(cls, class_or_tuple):
        if not is_class(cls):
            raise TypeError("issubclass() arg 1 must be a class")
        kinds = class_or_tuple if type(class_or_tuple) is tuple else (class_or_tuple,)
        for kind in kinds:
            if type(kind) is tuple:
                if is_below(cls, kind):
                    return True
                continue
            if not is_class(kind):
                raise TypeError("issubclass() arg 2 must be a class, a tuple of classes, or a union")
            if cls is kind or kind is object or (cls is bool and kind is int):
                return True
            if not hasattr(cls, "__name__"):  # exceptions have none; classes of one's own do
                try:
                    if isinstance(cls(""), kind):
                        return True
                except TypeError:
                    pass  # it is no exception
        return False

    return attribute, can_be_called, is_below


__mk_at_naming, __mk_callable, __mk_issubclass = __mk_make_naming()
