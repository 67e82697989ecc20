# %who and %whos: the session's variables. The caller passes locals(), which holds them only at the top level.


def __mk_hidden(name, v):
    # as in IPython: names that begin with an underscore, and those that the kernel defined
    if name[:1] == "_":
        return True
    if (name == "In" and v is __mk_In) or (name == "Out" and v is __mk_Out):
        return True
    if type(v).__name__ != "function":
        return False
    # a host function, such as input, that a cell called stays among the session's names
    return v is __mk_display_function or name == "get_ipython" or repr(v) == f"<function '{name}' external>"


def __mk_locals(scope):
    # the names that the kernel defined are none of the person's
    if type(scope) is not dict:
        return scope  # a cell has its own function of that name
    found = {}
    for name in scope:
        v = scope[name]
        own = name[:5] == "__mk_" or name in ("_", "__", "___", "_i", "_ii", "_iii", "_ih", "_oh")
        if not own and not (name[:1] != "_" and __mk_hidden(name, v)):
            found[name] = v
    return found


def __mk_who_ls(scope, kinds):
    if "__mk_value" not in scope:
        __mk_magic("!usage", "A function cannot see the session's variables: put the magic at the top level of a cell.")
    found = [name for name in scope if not __mk_hidden(name, scope[name])]
    if kinds:
        found = [name for name in found if type(scope[name]).__name__ in kinds]
    return sorted(found)


def __mk_found(scope, kinds):
    found = __mk_who_ls(scope, kinds)
    if not found:
        print("No variables match your requested type." if kinds else "Interactive namespace is empty.")
    return found


def __mk_who(scope, kinds):
    text = ""
    for number, name in enumerate(__mk_found(scope, kinds)):
        text += name + "\t "
        if number % 9 == 8:
            text += "\n"
    if text:
        print(text)


def __mk_brief(v):
    t = type(v)
    if t is list or t is tuple or t is dict or t is set or t is frozenset:
        return f"n={len(v)}"
    if t is str:
        text = v if len(v) < 1000 else v[:500] + v[-500:]
    else:
        try:
            text = str(v) if __mk_is_short(v) else "<its text is too long>"
        except Exception as error:
            text = f"<its text raised {type(error).__name__}>"
    text = text.replace("\n", "\\n")
    return text if len(text) < 50 else text[:25] + "<...>" + text[-25:]


def __mk_whos(scope, kinds):
    rows = [(name, type(scope[name]).__name__, __mk_brief(scope[name])) for name in __mk_found(scope, kinds)]
    if rows:
        names = max([8] + [len(row[0]) for row in rows]) + 3
        types = max([4] + [len(row[1]) for row in rows]) + 3
        print("Variable".ljust(names) + "Type".ljust(types) + " Data/Info")
        print("-" * (names + types + 10))
        for name, kind, brief in rows:
            print(name.ljust(names) + kind.ljust(types) + " " + brief)
