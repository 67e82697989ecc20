# What `del x[...]` becomes: `__mk_delete_item(x, __mk_key[...])`.


class __mk_Key:
    # gives what stands between the brackets of a subscript, slices included
    def __getitem__(self, key):
        return key


__mk_key = __mk_Key()
__mk_slice = type(__mk_key[:])


def __mk_delete_item(obj, key):
    t = type(obj)
    if isinstance(obj, __mk_b_dict):
        if str(t) == "<class 'Counter'>":
            obj.pop(key, None)  # to delete what it does not count is no error
        else:
            obj.pop(key)
    elif t is list and type(key) is __mk_slice:
        if key.step is None:
            obj[key] = []
        else:
            gone = set(range(len(obj))[key])
            obj[:] = [item for place, item in enumerate(obj) if place not in gone]
    elif t is list:
        obj[key] = None  # refuses a wrong index in the words of `del`
        obj.pop(range(len(obj))[key])
    elif str(t) == "<class 'collections.deque'>":
        obj[key] = None
        place = range(len(obj))[key]
        obj.rotate(-place)
        obj.popleft()
        obj.rotate(place)
    elif hasattr(t, "__delitem__"):
        t.__delitem__(obj, key)
    else:
        ordered = t in (__mk_b_str, __mk_b_bytes, __mk_b_tuple, __mk_b_range, __mk_b_set, __mk_b_frozenset)
        counted = type(key) is __mk_b_int and (ordered or hasattr(t, "__annotations__"))
        does_not = "doesn't" if counted else "does not"
        raise TypeError(f"'{t.__name__}' object {does_not} support item deletion")
