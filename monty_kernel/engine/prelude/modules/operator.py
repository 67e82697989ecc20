"""The operators as functions, and what gets an item or an attribute.

Lacks: the in-place operators, and `length_hint`. `itemgetter` and the like are functions, without a `repr` of their own.
"""

from builtins import abs as _abs

LACKS = {
    "iadd": "Write a += b, or a.extend(b).",
    "length_hint": "Write len(value).",
}


def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def mul(a, b):
    return a * b


def truediv(a, b):
    return a / b


def floordiv(a, b):
    return a // b


def mod(a, b):
    return a % b


def pow(a, b):
    return a**b


def neg(a):
    return -a


def pos(a):
    return +a


def abs(a):
    return _abs(a)


def invert(a):
    return ~a


def and_(a, b):
    return a & b


def or_(a, b):
    return a | b


def xor(a, b):
    return a ^ b


def lshift(a, b):
    return a << b


def rshift(a, b):
    return a >> b


def eq(a, b):
    return a == b


def ne(a, b):
    return a != b


def lt(a, b):
    return a < b


def le(a, b):
    return a <= b


def gt(a, b):
    return a > b


def ge(a, b):
    return a >= b


def not_(a):
    return not a


def truth(a):
    return bool(a)


def is_(a, b):
    return a is b


def is_not(a, b):
    return a is not b


def contains(a, b):
    return b in a


def concat(a, b):
    if type(a) in (int, float, bool):
        raise TypeError(f"'{type(a).__name__}' object can't be concatenated")
    return a + b


def countOf(a, b):
    count = 0
    for item in a:
        if item is b or item == b:
            count += 1
    return count


def indexOf(a, b):
    for index, item in enumerate(a):
        if item is b or item == b:
            return index
    raise ValueError("sequence.index(x): x not in sequence")


def getitem(a, b):
    return a[b]


def setitem(a, b, c):
    a[b] = c


def itemgetter(item, *items):
    if not items:
        return lambda obj: obj[item]
    every = (item, *items)
    return lambda obj: tuple([obj[each] for each in every])


def attrgetter(attr, *attrs):
    for each in (attr, *attrs):
        if type(each) is not str:
            raise TypeError("attribute name must be a string")
    paths = [each.split(".") for each in (attr, *attrs)]

    def got(obj, path):
        for name in path:
            obj = getattr(obj, name)
        return obj

    if not attrs:
        return lambda obj: got(obj, paths[0])
    return lambda obj: tuple([got(obj, path) for path in paths])


def methodcaller(name, *args, **options):
    if type(name) is not str:
        raise TypeError("method name must be a string")
    if not name.isidentifier():
        return lambda obj: getattr(obj, name)(*args, **options)
    # a method of a built-in value can be called, but not be had
    call = eval("lambda obj, args, options: obj." + name + "(*args, **options)")
    return lambda obj: call(obj, args, options)
