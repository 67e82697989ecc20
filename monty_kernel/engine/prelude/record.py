# What a session keeps of its cells: In, Out, _, __, ___, _i, _ii, _iii. A cell that names _3 or _i3 binds it.

In = [""]
Out = {}
_ih = In
_oh = Out
_ = __ = ___ = _i = _ii = _iii = ""
__mk_In = In
__mk_Out = Out
__mk_last = ["", "", ""]
__mk_value = None
__mk_bundle_of = None  # shows what is more than a number or a short text; fed when a value first needs it
__mk_display_function = None


def __mk_begin(number):
    # __mk_source, the cell's source, is an input of the feed
    global _i, _ii, _iii
    while len(__mk_In) < number:
        __mk_In.append("")
    try:
        _iii = _ii
        _ii = _i
    except NameError:  # a cell deleted one: it comes back
        _ii = _iii = ""
    _i = __mk_In[-1]
    if len(__mk_In) == number:
        __mk_In.append(__mk_source)


def __mk_show(number):
    # returns the MIME bundle of __mk_value, or "showing": that part has to be fed before this is called again
    # number: the cell's execution count, 0 leaves no record
    global __mk_value, __mk_last, _, __, ___
    v = __mk_value
    if v is None:
        return None
    t = type(v)
    text = repr(v) if t is int or t is float or t is bool or (t is str and len(v) < 1000) else None
    if text is not None and len(text) < 10000:
        bundle = ({"text/plain": text}, {}, "")
    elif __mk_bundle_of is None:
        return "showing"
    else:
        bundle = __mk_bundle_of(v)
    if number and v is not __mk_Out:
        # as in IPython: if the person assigns one of these names, all three are theirs; one that is deleted comes back
        try:
            ours = _ is __mk_last[0] and __ is __mk_last[1] and ___ is __mk_last[2]
        except NameError:
            ours = True
        if ours:
            __mk_last = [v, __mk_last[0], __mk_last[1]]
            _, __, ___ = __mk_last
        if len(__mk_Out) >= 1000 and number not in __mk_Out:
            for oldest in sorted(__mk_Out)[:200]:  # as in IPython: old results must not fill the memory
                __mk_Out.pop(oldest)
        __mk_Out[number] = v
    return bundle if bundle[0] or bundle[1] else None
