# What a file becomes where all of its lines are wanted at once: Monty iterates a file only in a loop.


__mk_of_lines = (
    __mk_b_list,
    __mk_b_tuple,
    __mk_b_set,
    __mk_b_frozenset,
    __mk_b_sorted,
    __mk_b_enumerate,
    __mk_b_zip,
    __mk_b_min,
    __mk_b_max,
    __mk_b_map,
    __mk_b_filter,
)


def __mk_lines(value, consumer=__mk_b_list):
    # consumer: who gets it; if the cell gave the name to something else, that gets the value itself
    for known in __mk_of_lines:
        if consumer is known and str(type(value)) in ("<class '_io.TextIOWrapper'>", "<class '_io.BufferedReader'>"):
            return [line for line in value]  # noqa: C416
    return value
