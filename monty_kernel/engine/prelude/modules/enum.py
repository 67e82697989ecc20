"""`Enum`, `IntEnum`, `StrEnum`, `auto` and `unique`: a class that names one of them as its base becomes a collection of members.

Lacks: `Flag`, the functional form, `isinstance` of an enumeration, and the order of an `IntEnum`, since Monty never calls `<` of a class.
"""

LACKS = {
    "Flag": "Monty has no inheritance: keep the flags in ints, with names of their own.",
    "IntFlag": "Monty has no inheritance: keep the flags in ints, with names of their own.",
    "EnumMeta": "Monty has no metaclasses.",
}


class _Base:
    def __init__(self, name):
        self.__name__ = name

    def __repr__(self):
        return f"<enum '{self.__name__}'>"

    def _made_(self, *names):
        return _enumeration(self, names)

    def __call__(self, *args, **options):
        raise NotImplementedError("Enum() as a function is not supported: write `class C(Enum):` with its members")


Enum = _Base("Enum")
IntEnum = _Base("IntEnum")
StrEnum = _Base("StrEnum")


class _Auto:
    def __repr__(self):
        return "auto()"


def auto():
    return _Auto()


def unique(enumeration):
    aliases = [f"{name} -> {member.name}" for name, member in enumeration.__members__.items() if name != member.name]
    if aliases:
        raise ValueError(f"duplicate values found in {enumeration!r}: {', '.join(aliases)}")
    return enumeration


class _Enumeration:
    def __init__(self, name):
        self.__name__ = name
        self.__members__ = {}
        self._all = []

    def __repr__(self):
        return f"<enum '{self.__name__}'>"

    def __iter__(self):
        return iter(self._all)

    def __getitem__(self, name):
        if name not in self.__members__:
            raise KeyError(name)
        return self.__members__[name]

    def __contains__(self, value):
        for member in self._all:
            if value is member or value == member.value:
                return True
        return False

    def __call__(self, value):
        for member in self._all:
            if value is member or value == member.value:
                return member
        raise ValueError(f"{value!r} is not a valid {self.__name__}")


def _nothing(self):
    pass


def _described(self):
    return f"<{type(self).__name__}.{self.name}: {self.value!r}>"


def _named(self):
    return f"{type(self).__name__}.{self.name}"


def _valued(self):
    return str(self.value)


def _of_value(self):
    return self.value


def _same(self, other):
    return self is other or self.value == (other.value if type(other) is type(self) else other)


def _hashed(self):
    return hash(self.value)


def _enumeration(base, names):
    # decorates the class that the person wrote, whose members are its attributes of these names
    def made(kind):
        found = _Enumeration(kind.__name__)
        first = getattr(kind, "__init__", None)
        kind.__init__ = _nothing
        for name, said in (("__repr__", _described), ("__str__", _named if base is Enum else _valued)):
            if not hasattr(kind, name):
                setattr(kind, name, said)
        if base is not Enum:
            kind.__eq__ = _same
            kind.__hash__ = _hashed
            kind.__int__ = _of_value
            kind.__index__ = _of_value
            for name, way in _ARITHMETIC:
                setattr(kind, name, way)
        last = 0
        for name in names:
            value = getattr(kind, name)
            if type(value) is _Auto:
                value = name.lower() if base is StrEnum else last + 1
            if type(value) is int:
                last = value
            same = [member for member in found._all if member.value == value]
            if same:
                member = same[0]
            else:
                member = kind()
                member.name = member._name_ = name
                member.value = member._value_ = value
                if first is not None:
                    first(member, *(value if type(value) is tuple else (value,)))
                found._all.append(member)
            found.__members__[name] = member
            setattr(found, name, member)
            setattr(kind, name, member)
        return found

    return made


def _raw(other):
    return other.value if hasattr(other, "_value_") else other


_ARITHMETIC = (
    ("__add__", lambda self, other: self.value + _raw(other)),
    ("__radd__", lambda self, other: other + self.value),
    ("__sub__", lambda self, other: self.value - _raw(other)),
    ("__rsub__", lambda self, other: other - self.value),
    ("__mul__", lambda self, other: self.value * _raw(other)),
    ("__rmul__", lambda self, other: other * self.value),
)
