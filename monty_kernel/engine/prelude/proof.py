# For %undo: whether a cell changed anything. Says what every variable consists of, so that two states can be compared,
# and which variables are plain data. Runs no code of the person's: it asks the type of a value before anything else.

__mk_MOST_WALKED = 400000  # containers


def __mk_said():
    # returns the types of values that cannot change and whose repr says all of them
    import datetime
    import decimal
    import pathlib
    import re

    moment = datetime.datetime(2020, 1, 1)
    values = [0, 0.5, True, "", b"", None, 1j, range(1), ..., moment, moment.date(), moment - moment]
    values = values + [datetime.time(1), datetime.timezone.utc, decimal.Decimal(1), pathlib.Path("a"), re.compile("a")]
    return {type(v) for v in values}


def __mk_classes():
    # returns the classes that nobody can change
    import collections
    import datetime
    import decimal
    import pathlib

    known = {}
    for v in (collections.deque, collections.Counter, collections.defaultdict, decimal.Decimal, pathlib.Path):
        known[v] = True
    for v in (datetime.datetime, datetime.date, datetime.time, datetime.timedelta, datetime.timezone):
        known[v] = True
    for v in (__mk_b_bool, __mk_b_bytes, __mk_b_dict, __mk_b_float, __mk_b_frozenset, __mk_b_int, __mk_b_list):
        known[v] = True
    for v in (__mk_b_set, __mk_b_str, __mk_b_tuple, __mk_b_type):
        known[v] = True
    return known


def __mk_containers():
    # returns by type: its name, whether it has keys, and whether its repr says all of it
    import collections

    return {
        type([]): ("list", False, True),
        type(()): ("tuple", False, True),
        type({}): ("dict", True, True),
        type({1}): ("set", False, True),
        type(frozenset()): ("frozenset", False, True),
        type(collections.deque()): ("deque", False, False),
        type(collections.Counter()): ("Counter", True, False),
        type(collections.defaultdict()): ("defaultdict", True, False),
    }


def __mk_anatomy(roots, steady):
    # roots: pairs of a name and its value; steady: each name for itself, and refuse what reading may change
    # returns by name the digest of what the value consists of, or "?" if it holds something that cannot be compared.
    # Containers are numbered through all roots, so that two names of one list are not the same as two equal lists:
    # what was walked for one name is not walked again for the next. So the digests hold only if none of them is "?".
    import hashlib
    import typing

    said = __mk_said()
    classes = __mk_classes()
    kinds = __mk_containers()
    function = type(__mk_anatomy)
    fixed = {type(hashlib), type(hashlib.sha256), type(typing.Any)}
    klass = type(function)
    found = {}
    numbers = {}
    kept = []  # what is in no other place might make room for something with the same id
    walked = 0

    for name, root in roots:
        if steady:
            numbers = {}
        parts = hashlib.sha256()
        known = True
        stack = [[root]]  # a list of its own, so that the root is an element too
        kept.append(stack[0])
        while stack and known:
            container = stack.pop()
            walked += 1
            kind, keyed, is_said = kinds[type(container)]
            types = {type(item) for item in container}
            if keyed:
                types = types | {type(item) for item in container.values()}
            if steady and (kind == "defaultdict" or __mk_is_decimal(types)):
                known = False
            elif walked > __mk_MOST_WALKED:
                known = False
            elif is_said and types <= said:  # all in one go
                parts.update((kind + repr(container)).encode())
            else:
                items = [*container, *container.values()] if keyed else container
                texts = [kind, str(len(container))]
                if kind == "defaultdict":
                    items = [container.default_factory, *items]
                elif kind == "deque":
                    texts.append(str(container.maxlen) if hasattr(container, "maxlen") else "?")
                for item in items:
                    t = type(item)
                    if t in kinds:
                        key = id(item)
                        if key not in numbers:
                            numbers[key] = len(numbers)
                            kept.append(item)
                            stack.append(item)
                        texts.append("#" + str(numbers[key]))
                    elif t in said:
                        texts.append(repr(item))
                    elif steady:
                        known = False  # a function, which a cell may call without a call that one sees
                    elif t is function:
                        text = repr(item)
                        known = known and text[-8:] != " at 0x0>"  # a closure, or one with default values
                        texts.append(text)
                    elif t in fixed or (t is klass and item in classes):
                        texts.append(repr(item))
                    else:
                        known = False
                parts.update("\n".join(texts).encode())
        found[name] = parts.hexdigest() if known else "?"
    return found


def __mk_is_decimal(types):
    # whether a type of decimal numbers is among these: computing with one leaves marks
    import decimal

    return type(decimal.Decimal(1)) in types


def __mk_own(name, v):
    # whether it is a name that the kernel gives, and a cell that only looks may bind
    if name[:5] == "__mk_" or name in ("_", "__", "___", "_i", "_ii", "_iii"):
        return True
    if name[:1] == "_" and (name[1:].isdigit() or (name[:2] == "_i" and name[2:].isdigit())):
        return True
    if name == "In" or name == "_ih":
        return v is __mk_In
    if name == "Out" or name == "_oh":
        return v is __mk_Out
    if type(v) is not type(__mk_own):
        return False
    return v is __mk_display_function or repr(v) == f"<function '{name}' external>"


def __mk_proof(scope, drawn, computed):
    # drawn: whether random numbers may have been drawn; computed: the same of decimal numbers
    # returns what each name consists of, the same of the results in Out, and what else the session holds
    import hashlib
    import os
    import sys

    roots = [(name, scope[name]) for name in sorted(scope) if not __mk_own(name, scope[name])]
    roots.append(("sys.argv", sys.argv))
    roots.append(("os.environ", scope["__mk_environ"] if "__mk_environ" in scope else {}))
    roots.append(("os.getcwd()", os.getcwd()))
    roots = roots + [(f"Out[{number}]", __mk_Out[number]) for number in __mk_Out]
    anatomy = __mk_anatomy(roots, False)
    if drawn:
        import random

        anatomy["random.getstate()"] = hashlib.sha256(repr(random.getstate()).encode()).hexdigest()
    if computed:
        import decimal

        anatomy["decimal.getcontext()"] = repr(decimal.getcontext())
    return anatomy


def __mk_steady(scope, names, quick):
    # quick: no container of the session may change when it is read, and so what JSON can say is plain
    # returns by name "absent", "plain" data that reading does not change, a "module" of pure functions, or "?"
    import json
    import math

    answers = {}
    roots = []
    for name in names:
        if name not in scope or __mk_own(name, scope[name]):
            answers[name] = "absent" if name not in scope or scope[name] is __mk_display_function else "?"
        elif type(scope[name]) is type(json):
            answers[name] = "module" if repr(scope[name]) in (repr(json), repr(math)) else "?"
        elif quick and __mk_is_json(scope[name]):
            answers[name] = "plain"
        else:
            roots.append((name, scope[name]))
    anatomy = __mk_anatomy(roots, True)
    for name, _ in roots:
        answers[name] = "?" if anatomy[name] == "?" else "plain"
    return answers


def __mk_is_json(v):
    import json

    try:
        if not __mk_is_short(v):
            return False
        json.dumps(v)
        return True
    except Exception:
        return False
