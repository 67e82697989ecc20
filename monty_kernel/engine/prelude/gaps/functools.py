"""What Monty's `functools` lacks: `wraps`, `update_wrapper`, `cmp_to_key`."""

LACKS = {
    "total_ordering": "Monty never calls `<` of a class: sort with `key=` instead.",
}


def wraps(wrapped, assigned=(), updated=()):
    return lambda wrapper: wrapper


def update_wrapper(wrapper, wrapped, assigned=(), updated=()):
    return wrapper
