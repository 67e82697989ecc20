# Built-in functions whose callee may ask the host: written in Python, Monty can suspend inside them. They do what
# Monty's own do, and what those refuse is left to them.


def __mk_map(call, *lists):
    if len(lists) == 1:
        return [call(item) for item in lists[0]]
    return [call(*items) for items in zip(*lists)]  # noqa: B905 - as map() does


def __mk_filter(call, items):
    return [item for item in items if (item if call is None else call(item))]


def __mk_sorted(items, *more, key=None, reverse=False):
    if more or key is None:
        return sorted(items, *more, key=key, reverse=reverse)
    items = list(items)
    keys = [key(item) for item in items]
    return [items[at] for at in sorted(range(len(items)), key=lambda at: keys[at], reverse=reverse)]


def __mk_sort(items, *more, **options):
    if type(items) is not list or more or not options.get("key"):
        return items.sort(*more, **options)
    done = __mk_sorted(items, **options)
    items.clear()
    items.extend(done)
    return None


def __mk_keyed(args, key):
    # the items, and their keys; None if the built-in function has to see the arguments itself
    items = list(args[0]) if len(args) == 1 else list(args)
    return (items, [key(item) for item in items]) if items and key is not None else None


def __mk_min(*args, key=None, **options):
    found = __mk_keyed(args, key)
    if found is None:
        return min(*args, key=key, **options)
    return found[0][min(range(len(found[1])), key=lambda at: found[1][at])]


def __mk_max(*args, key=None, **options):
    found = __mk_keyed(args, key)
    if found is None:
        return max(*args, key=key, **options)
    return found[0][max(range(len(found[1])), key=lambda at: found[1][at])]


def __mk_iter(call, last):
    found = []
    while True:
        value = call()
        if value == last:
            return found
        found.append(value)
