# Exceptions that are given something else than one text. Monty's hold one text: what else they were given becomes that
# text, as CPython would show it, and is remembered: of 256 exceptions with a few small arguments, as a loop may collect
# them, and of the last 16 others, as many as may be alive in a chain of handlers. More would keep what those hold.

__mk_errors = {}  # by id: the exception, its arguments, and its other attributes or None
__mk_large_errors = {}
__mk_of_errno = {
    1: __mk_b_PermissionError,
    2: __mk_b_FileNotFoundError,
    13: __mk_b_PermissionError,
    17: __mk_b_FileExistsError,
    20: __mk_b_NotADirectoryError,
    21: __mk_b_IsADirectoryError,
    110: __mk_b_TimeoutError,
}
__mk_KEYWORDS = {
    "ImportError": {"name": None, "path": None},
    "ModuleNotFoundError": {"name": None, "path": None},
    "NameError": {"name": None},
    "UnboundLocalError": {"name": None},
    "AttributeError": {"name": None, "obj": None},
}


def __mk_is_own(kind):
    # a class or a function of a cell that has the name of an exception
    return type(kind).__name__ != "type" or hasattr(kind, "__annotations__")


def __mk_made(kind, *args, **named):
    if __mk_is_own(kind):
        return kind(*args, **named)
    if not named and (not args or (len(args) == 1 and type(args[0]) is str)):
        return kind(*args)
    name = repr(kind)[8:-2]
    attributes = None
    if name in __mk_KEYWORDS:
        attributes = {**__mk_KEYWORDS[name], **named}
        if len(attributes) > len(__mk_KEYWORDS[name]):
            other = list(attributes)[len(__mk_KEYWORDS[name])]
            raise TypeError(f"'{other}' is an invalid keyword argument for {name}()")
    elif named:
        raise TypeError(f"{name}() takes no keyword arguments")
    elif name == "SystemExit":
        attributes = {"code": args[0] if len(args) == 1 else args}
    elif name == "StopIteration":
        attributes = {"value": args[0]}
    if not args:
        return __mk_remember(kind(), args, attributes)
    text = str(__mk_as_made(args[0])) if len(args) == 1 else __mk_listed(args)
    return __mk_remember(kind(text), args, attributes)


def __mk_made_of_errno(kind, *args, **named):
    if named or not 2 <= len(args) <= 5 or __mk_is_own(kind):
        return __mk_made(kind, *args, **named)
    filename = args[2] if len(args) > 2 else None
    if kind is __mk_b_OSError and type(args[0]) is int:
        kind = __mk_of_errno.get(args[0], kind)
    made = kind(f"[Errno {args[0]}] {args[1]}" + ("" if filename is None else f": {filename!r}"))
    return __mk_remember(made, args[:2], {"errno": args[0], "strerror": args[1], "filename": filename})


def __mk_listed(args):
    # the repr() of a tuple, but for exceptions in it
    return "(" + ", ".join([repr(__mk_as_made(arg)) for arg in args]) + ("," if len(args) == 1 else "") + ")"


def __mk_remember(made, args, attributes):
    small = len(args) <= 8 and not (attributes and attributes.get("obj"))
    for arg in args:
        t = type(arg)
        small = small and (
            arg is None
            or t is bool
            or t is float
            or (t is int and -(1 << 64) < arg < 1 << 64)
            or (t is str and len(arg) <= 200)
        )
    errors = __mk_errors if small else __mk_large_errors
    errors[id(made)] = (made, args, attributes)
    if len(errors) > (256 if small else 16):
        for oldest in errors:
            errors.pop(oldest)
            break
    return made


def __mk_remembered(error):
    for errors in (__mk_errors, __mk_large_errors):
        entry = errors.get(id(error))
        if entry is not None and entry[0] is error:
            return entry
    return None


def __mk_of_error(error, name):
    entry = __mk_remembered(error)
    if entry is not None:
        if name == "args":
            return entry[1]
        if entry[2] and name in entry[2]:
            return entry[2][name]
    if not isinstance(error, __mk_b_BaseException):
        return getattr(error, name)
    if name == "__class__":
        return type(error)
    if name in ("args", "errno", "strerror", "filename") and isinstance(error, __mk_b_OSError):
        return __mk_parsed(str(error))[name] if name != "args" else __mk_parsed(str(error))["args"] or error.args
    if name == "code" and type(error).__name__ == "SystemExit":
        return error.args[0] if error.args else None
    if name == "value" and type(error).__name__ == "StopIteration":
        return error.args[0] if error.args else None
    return error.args if name == "args" else getattr(error, name)


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


class __mk_Made:
    # says what an exception says in CPython
    def __init__(self, error, args):
        self.error = error
        self.given = args

    def __str__(self):
        if type(self.error).__name__ == "KeyError" and len(self.given) == 1:
            return repr(__mk_as_made(self.given[0]))
        return self.error.args[0] if self.error.args else ""

    def __repr__(self):
        listed = __mk_listed(self.given)
        return type(self.error).__name__ + (listed[:-2] + ")" if len(self.given) == 1 else listed)


def __mk_as_made(v):
    # what to write for v; for all but exceptions that are remembered it is v itself
    entry = __mk_remembered(v)
    return v if entry is None else __mk_Made(v, entry[1])
