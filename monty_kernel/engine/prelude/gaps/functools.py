"""What Monty's `functools` lacks: `wraps`, `update_wrapper`, `cmp_to_key`, `singledispatch`.

Lacks: `__wrapped__` and `__doc__` of what is wrapped. `cmp_to_key` orders what one `sorted`, `sort`, `min` or `max` compares. `singledispatch` knows
built-in types and classes, by `register(type)` and `dispatch`.
"""

LACKS = {
    "total_ordering": "Monty never calls `<` of a class: sort with `key=` instead.",
    "cached_property": "Monty has no properties: compute it in __init__, or keep it in an attribute.",
    "partialmethod": "write a method that calls the other.",
    "singledispatchmethod": "use functools.singledispatch on a function.",
}


def wraps(wrapped, assigned=(), updated=()):
    return lambda wrapper: update_wrapper(wrapper, wrapped)


def update_wrapper(wrapper, wrapped, assigned=(), updated=()):
    __mk_wrapped.append((wrapper, wrapped))  # for `__name__`
    return wrapper


def cmp_to_key(mycmp):
    # each item gets a rank among those before it; sorted() takes all keys before it compares them
    order = []

    def key(item):
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            said = mycmp(item, order[middle][1])
            if said == 0:
                return order[middle][0]
            if said < 0:
                high = middle
            else:
                low = middle + 1
        if 0 < low < len(order) and order[low][0][0] - order[low - 1][0][0] < 2:
            for at, (rank, _) in enumerate(order):
                rank[0] = at << 40
        if not order:
            rank = [0]
        elif low == 0:
            rank = [order[0][0][0] - (1 << 40)]
        elif low == len(order):
            rank = [order[-1][0][0] + (1 << 40)]
        else:
            rank = [(order[low - 1][0][0] + order[low][0][0]) // 2]
        order.insert(low, (rank, item))
        return rank

    return key


def singledispatch(function):
    ways = [(object, function)]

    def dispatch(kind):
        for known, way in reversed(ways):
            if known is kind or (known is int and kind is bool):
                return way
        return function

    def register(self, kind, way=None):
        if way is None:
            return lambda given: register(self, kind, given)
        ways.append((kind, way))
        return way

    class dispatched:
        def __call__(self, *args, **options):
            return dispatch(type(args[0]))(*args, **options)

    made = dispatched()
    dispatched.register = register
    dispatched.dispatch = lambda self, kind: dispatch(kind)
    return made
