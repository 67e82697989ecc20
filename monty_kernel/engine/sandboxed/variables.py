# %who and %whos: what the session holds. The caller passes locals(), which only the top level can see.


def __mk_hidden(name, v):
    if name.startswith("__") or name in ("In", "Out", "_", "___", "_i", "_ii", "_iii", "_ih", "_oh"):
        return True
    if name == "display" and v is __mk_display_function:
        return True
    return name[:1] == "_" and (name[1:].isdigit() or (name[1:2] == "i" and name[2:].isdigit()))


def __mk_kind(v):
    return type(v).__name__


def __mk_variables(scope, kinds):
    found = [name for name in scope if not __mk_hidden(name, scope[name])]
    if kinds:
        found = [name for name in found if __mk_kind(scope[name]) in kinds]
    return sorted(found)


def __mk_who(scope, kinds):
    found = __mk_variables(scope, kinds)
    if not found:
        print("No variables match your requested type." if kinds else "Interactive namespace is empty.")
        return
    line = ""
    for number, name in enumerate(found):
        line += name + "\t "
        if number % 10 == 9:
            line += "\n"
    print(line)


def __mk_who_ls(scope, kinds):
    return __mk_variables(scope, kinds)


def __mk_brief(v):
    t = type(v)
    if t is list or t is tuple or t is dict or t is set or t is frozenset:
        return f"n={len(v)}"
    if t is str and len(v) > 2000:
        v = v[:2000]
    text = v if t is str else repr(v)
    text = text.replace("\n", "\\n")
    if len(text) > 60:
        return text[:25] + "<...>" + text[-25:]
    return text


def __mk_whos(scope, kinds):
    found = __mk_variables(scope, kinds)
    if not found:
        print("No variables match your requested type." if kinds else "Interactive namespace is empty.")
        return
    rows = [(name, __mk_kind(scope[name]), __mk_brief(scope[name])) for name in found]
    names = max([len("Variable")] + [len(row[0]) for row in rows]) + 3
    kinds = max([len("Type")] + [len(row[1]) for row in rows]) + 3
    print("Variable".ljust(names) + "Type".ljust(kinds) + "Data/Info")
    print("-" * (names + kinds + len("Data/Info")))
    for name, kind, brief in rows:
        print(name.ljust(names) + kind.ljust(kinds) + brief)
