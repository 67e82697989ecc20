# Built-in functions whose callee may ask the host: written in Python, Monty can suspend inside them. They do what
# Monty's own do, and what those refuse is left to them.


def __mk_is_builtin(call):
    # a cell may have replaced it before
    return type(call).__name__ in ("builtin_function_or_method", "type") and not hasattr(call, "__annotations__")


def __mk_map(builtin, call, *lists):
    if not __mk_is_builtin(builtin):
        return builtin(call, *lists)
    if len(lists) == 1:
        return [call(item) for item in lists[0]]
    return [call(*items) for items in zip(*lists)]  # noqa: B905 - as map() does


def __mk_filter(builtin, call, items):
    if not __mk_is_builtin(builtin):
        return builtin(call, items)
    return [item for item in items if (item if call is None else call(item))]


def __mk_sorted(builtin, *args, key=None, **options):
    if not __mk_is_builtin(builtin) or len(args) != 1 or key is None:
        return builtin(*args, key=key, **options)
    items = list(args[0])
    keys = [key(item) for item in items]
    return [items[at] for at in sorted(range(len(items)), key=lambda at: keys[at], **options)]


def __mk_sort(items, *args, **options):
    if type(items) is not list or args or not options.get("key"):
        return items.sort(*args, **options)
    done = __mk_sorted(__mk_b_sorted, items, **options)
    items.clear()
    items.extend(done)
    return None


def __mk_min(builtin, *args, key=None, **options):
    return __mk_extreme(builtin, args, key, options)


def __mk_max(builtin, *args, key=None, **options):
    return __mk_extreme(builtin, args, key, options)


def __mk_extreme(builtin, args, key, options):
    if not __mk_is_builtin(builtin) or not args or key is None:
        return builtin(*args, key=key, **options)
    items = list(args[0]) if len(args) == 1 else list(args)
    if not items:
        return builtin(items, key=key, **options)
    keys = [key(item) for item in items]
    return items[builtin(range(len(keys)), key=lambda at: keys[at])]


def __mk_iter(builtin, call, last):
    if not __mk_is_builtin(builtin):
        return builtin(call, last)
    found = []
    while True:
        value = call()
        if value == last:
            return found
        found.append(value)
