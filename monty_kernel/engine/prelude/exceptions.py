# Exceptions that are given something else than one text. Monty's hold one text: what else they were given becomes that
# text, as CPython would show it, and is remembered while it is likely to be asked for.

__mk_errors = []


def __mk_is_own(kind):
    # a class or a function of a cell that has the name of an exception
    return type(kind).__name__ != "type" or hasattr(kind, "__annotations__")


def __mk_made(kind, *args):
    if not args or (len(args) == 1 and type(args[0]) is str) or __mk_is_own(kind):
        return kind(*args)
    made = kind(str(args[0]) if len(args) == 1 else str(args))
    attributes = {"args": args}
    if type(made).__name__ == "SystemExit":
        attributes["code"] = args[0] if len(args) == 1 else args
    return __mk_remember(made, attributes)


def __mk_made_of_errno(kind, *args):
    if not 2 <= len(args) <= 5 or __mk_is_own(kind):
        return __mk_made(kind, *args)
    filename = args[2] if len(args) > 2 else None
    made = kind(f"[Errno {args[0]}] {args[1]}" + ("" if filename is None else f": {filename!r}"))
    attributes = {"args": args[:2], "errno": args[0], "strerror": args[1], "filename": filename}
    return __mk_remember(made, attributes)


def __mk_remember(made, attributes):
    # as many as may be alive in a chain of handlers; more would keep what the arguments hold
    if len(__mk_errors) >= 16:
        __mk_errors.pop(0)
    __mk_errors.append((made, attributes))
    return made


def __mk_of_error(error, name):
    for made, attributes in __mk_errors:
        if made is error and name in attributes:
            return attributes[name]
    if name == "args":
        return error.args
    if name == "code" and type(error).__name__ == "SystemExit":
        return error.args[0] if error.args else None
    return getattr(error, name)
