"""What Monty's `collections` lacks: `OrderedDict` as a plain dict, and `ChainMap`.

Lacks: `UserDict` and the like, which are base classes.
"""

LACKS = {
    "UserDict": "keep a dict in an attribute.",
    "UserList": "keep a list in an attribute.",
    "UserString": "keep a text in an attribute.",
}

OrderedDict = dict


class ChainMap:
    def __init__(self, *maps):
        self.maps = list(maps) or [{}]

    def __repr__(self):
        return f"ChainMap({', '.join([repr(each) for each in self.maps])})"

    def __getitem__(self, key):
        for each in self.maps:
            if key in each:
                return each[key]
        raise KeyError(key)

    def __setitem__(self, key, value):
        self.maps[0][key] = value

    def __contains__(self, key):
        for each in self.maps:
            if key in each:
                return True
        return False

    def __iter__(self):
        return iter(self._merged())

    def __eq__(self, other):
        return self._merged() == (other._merged() if hasattr(other, "maps") else other)

    def _merged(self):
        merged = {}
        for each in reversed(self.maps):
            merged.update(each)
        return merged

    def get(self, key, default=None):
        return self[key] if key in self else default

    def keys(self):
        return self._merged().keys()

    def values(self):
        return self._merged().values()

    def items(self):
        return self._merged().items()

    def pop(self, key, *default):
        return self.maps[0].pop(key, *default)

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *other, **named):
        self.maps[0].update(*other, **named)

    def new_child(self, m=None, **named):
        child = {} if m is None else m
        child.update(named)
        return ChainMap(child, *self.maps)

    def copy(self):
        return ChainMap(self.maps[0].copy(), *self.maps[1:])
