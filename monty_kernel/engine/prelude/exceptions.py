# Exceptions that are given something else than one text. Monty's hold one text: what else they were given becomes that
# text, as CPython would show it, and is remembered while it is likely to be asked for.

__mk_errors = []
__mk_of_errno = {
    1: __mk_b_PermissionError,
    2: __mk_b_FileNotFoundError,
    13: __mk_b_PermissionError,
    17: __mk_b_FileExistsError,
    20: __mk_b_NotADirectoryError,
    21: __mk_b_IsADirectoryError,
    110: __mk_b_TimeoutError,
}


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
    if kind is __mk_b_OSError and type(args[0]) is int:
        kind = __mk_of_errno.get(args[0], kind)
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
    if name != "code" and isinstance(error, __mk_b_OSError):
        return __mk_parsed(str(error))[name] if name != "args" else __mk_parsed(str(error))["args"] or error.args
    if name == "args":
        return error.args
    if name == "code" and type(error).__name__ == "SystemExit":
        return error.args[0] if error.args else None
    return getattr(error, name)


def __mk_parsed(text):
    # what the message of the host's errors says: "[Errno 2] No such file or directory: 'a.txt'"
    number, found, said = text.removeprefix("[Errno ").partition("] ")
    if not found or not text.startswith("[Errno ") or not number.isdigit():
        return {"args": None, "errno": None, "strerror": None, "filename": None}
    filename = None
    what, found, quoted = said.partition(": " + said[-1:])
    inside = quoted[:-1].replace("\\\\", "").replace("\\" + said[-1:], "")
    if found and said[-1] in ("'", '"') and quoted and said[-1] not in inside:  # one quoted text and nothing else
        said, filename = what, eval(said[-1] + quoted)
    return {"args": (int(number), said), "errno": int(number), "strerror": said, "filename": filename}
