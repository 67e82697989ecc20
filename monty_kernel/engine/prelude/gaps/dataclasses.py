"""What Monty's `dataclasses` lacks: `fields`, `asdict`, `astuple`, `replace`.

Lacks: `make_dataclass`, and `order=True`, since Monty never calls `<` of a class.
"""

from copy import deepcopy

LACKS = {
    "make_dataclass": "write the class with @dataclass.",
    "InitVar": "give it to a function that makes the object.",
    "KW_ONLY": "write @dataclass(kw_only=True).",
}


def _of(obj, name):
    found = getattr(obj, "__dataclass_fields__", None)
    if found is None or type(obj) is type(_Probe):
        raise TypeError(f"{name}() should be called on dataclass instances")
    return found


class _Probe:
    pass


def fields(class_or_instance):
    found = getattr(class_or_instance, "__dataclass_fields__", None)
    if found is None:
        raise TypeError("must be called with a dataclass type or instance")
    return tuple(found.values())


def _copied(value, made):
    kind = type(value)
    if hasattr(value, "__dataclass_fields__") and kind is not type(_Probe):
        return made(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return kind(*[_copied(item, made) for item in value])
    if kind is list or kind is tuple:
        return kind([_copied(item, made) for item in value])
    if kind is dict:
        return {_copied(key, made): _copied(value[key], made) for key in value}
    return deepcopy(value)


def asdict(obj, *, dict_factory=dict):
    def made(one):
        return dict_factory([(name, _copied(getattr(one, name), made)) for name in one.__dataclass_fields__])

    _of(obj, "asdict")
    return made(obj)


def astuple(obj, *, tuple_factory=tuple):
    def made(one):
        return tuple_factory([_copied(getattr(one, name), made) for name in one.__dataclass_fields__])

    _of(obj, "astuple")
    return made(obj)


def replace(obj, /, **changes):
    found = getattr(obj, "__dataclass_fields__", None)
    if found is None or type(obj) is type(_Probe):
        raise TypeError("replace() should be called on dataclass instances")
    for name in found:
        if not found[name].init:
            if name in changes:
                raise ValueError(f"field {name} is declared with init=False, it cannot be specified with replace()")
        elif name not in changes:
            changes[name] = getattr(obj, name)
    return type(obj)(**changes)
