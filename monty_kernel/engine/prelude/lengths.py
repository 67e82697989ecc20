# Whether a value may be written out: what holds others twice, and these again, has a text that never ends. For what looks
# through all variables.


def __mk_is_short(v):
    # whether the text of v says no more than a million elements, or none twice: that of [x, x] is twice that of x, and so
    # it doubles with each level of lists that hold each other. What is not deep is not looked through: that takes longer
    # than the text.
    level = [v]
    seen = {id(v)}
    times = None  # how often the text says each of the level; None if all once
    size = 0
    if not __mk_is_deep(v, 8):
        return True
    for _ in range(1000):  # levels; neither json nor repr() goes deeper
        parts = [item.values() if type(item) is dict else __mk_inside(item) for item in level]
        counts = times or [1] * len(level)
        size += sum([count * len(part) for count, part in zip(counts, parts, strict=True)])
        if times is not None and size > 1000000:
            return False
        items = [item for part in parts for item in part if type(item) not in __mk_SINGLE]
        if not items:
            return True
        distinct = {id(item): item for item in items}
        if times is None and len(distinct) == len(items) and seen.isdisjoint(distinct):
            level = items
            seen.update(distinct)
        else:
            counts = [
                count
                for count, part in zip(counts, parts, strict=True)
                for item in part
                if type(item) not in __mk_SINGLE
            ]
            totals = {}
            for item, count in zip(items, counts, strict=True):
                totals[id(item)] = totals.get(id(item), 0) + count
            level = list(distinct.values())
            times = list(totals.values())
    return False


__mk_SINGLE = {type(0), type(0.5), type(True), type(""), type(b""), type(None)}
__mk_VALUES = type({}.values())
__mk_ITEMS = type({}.items())


def __mk_is_deep(v, levels):
    # whether so many levels lie below v, as far as its first and last elements tell
    ends = [v]
    for _ in range(levels):
        parts = [__mk_inside(item) for item in ends]
        ends = [item for part in parts for item in [*part[:4], *part[-4:]] if type(item) not in __mk_SINGLE][:16]
        if not ends:
            return False
    return True


def __mk_inside(v):
    # what the text of v says the texts of. Runs no code of the person's.
    t = type(v)
    if t is list or t is tuple:
        return v
    if isinstance(v, __mk_b_dict):  # a Counter or a defaultdict, too
        return [*v, *v.values()]
    if (
        isinstance(v, (__mk_b_tuple, __mk_b_set, __mk_b_frozenset, __mk_VALUES, __mk_ITEMS))
        or str(t) == "<class 'collections.deque'>"
    ):
        return list(v)
    if hasattr(t, "__dataclass_fields__"):
        return [getattr(v, name) for name in t.__annotations__ if hasattr(v, name)]
    return []
