# Methods and attributes of numbers that Monty lacks: `__mk_of_numbers('bit_length', v)` is `v.bit_length()`.


def __mk_make_numbers():
    def made_bytes(values):
        return type(b"").fromhex("".join([f"{each:02x}" for each in values]))

    def integer_ratio(v):
        if v != v:
            raise ValueError("cannot convert NaN to integer ratio")
        if v in (float("inf"), float("-inf")):
            raise OverflowError("cannot convert Infinity to integer ratio")
        below = 1
        while v != int(v):
            v *= 2
            below *= 2
        return int(v), below

    def bit_length(v):
        return len(bin(v).lstrip("-0b"))

    def to_bytes(v, length=1, byteorder="big", *, signed=False):
        if byteorder not in ("big", "little"):
            raise ValueError("byteorder must be either 'little' or 'big'")
        if v < 0 and not signed:
            raise OverflowError("can't convert negative int to unsigned")
        most = 1 << (8 * length - 1 if signed and length else 8 * length)
        if not (-most if signed else 0) <= v < most:
            raise OverflowError("int too big to convert")
        rest = v % (1 << (8 * length))
        found = [rest >> (8 * at) & 255 for at in range(length)]
        return made_bytes(found if byteorder == "little" else found[::-1])

    def from_bytes(data, byteorder="big", *, signed=False):
        if byteorder not in ("big", "little"):
            raise ValueError("byteorder must be either 'little' or 'big'")
        data = list(data)
        value = 0
        for each in data if byteorder == "big" else data[::-1]:
            value = value << 8 | each
        if signed and data and value >> (8 * len(data) - 1):
            value -= 1 << (8 * len(data))
        return value

    def called(name, v, *args, **options):
        kind = type(v).__name__
        if hasattr(v, name):  # its class has it; of built-in values Monty says that nothing is there
            return getattr(v, name)(*args, **options)
        if v is int or v is bool or v is float:
            if name != "from_bytes":
                return called(name, *args, **options)
            if v is not float:
                return from_bytes(*args, **options)
        elif kind == "int" or kind == "bool":
            if name == "to_bytes":
                return to_bytes(v, *args, **options)
            if name == "from_bytes":
                return from_bytes(*args, **options)
            if name == "bit_length":
                return bit_length(v)
            if name == "bit_count":
                return bin(v).count("1")
            return {"is_integer": True, "as_integer_ratio": (int(v), 1), "conjugate": int(v)}[name]
        elif kind == "float":
            if name == "is_integer":
                return v == v and v not in (float("inf"), float("-inf")) and v == int(v)
            if name == "as_integer_ratio":
                return integer_ratio(v)
            if name == "conjugate":
                return v
        return getattr(v, name)(*args, **options)

    def attribute(name, v):
        kind = type(v).__name__
        if kind in ("int", "bool", "float"):
            if name == "real":
                return +v
            if name == "imag":
                return type(+v)(0)
            if kind != "float":
                return +v if name == "numerator" else 1
        return getattr(v, name)

    return called, attribute


__mk_of_numbers, __mk_at_numbers = __mk_make_numbers()
