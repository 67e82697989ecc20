"""Fractions of whole numbers, exact in all arithmetic and in `==`.

Lacks: the ordering, since Monty calls no `<` of a class: compare `a - b` with 0 by its `numerator`, and sort with `key=float`.
`float(x)`, `int(x)`, `round`, `math.floor` and `math.ceil` work; a format such as `f"{x:.2f}"` does not: write `float(x)`.
"""

import math
import re
from builtins import hash as _hash
from decimal import Decimal

_TEXT = re.compile(r"\s*([-+]?)(?:(\d[\d_]*)\s*/\s*(\d[\d_]*)|(\d[\d_]*)?(?:\.(\d*))?(?:[eE]([-+]?\d+))?)\s*\Z")


def _read(text):
    match = _TEXT.match(text)
    if match is None or not (match.group(2) or match.group(4) or match.group(5)):
        raise ValueError(f"Invalid literal for Fraction: {text!r}")
    if match.group(2):
        top, bottom = int(match.group(2)), int(match.group(3))
    else:
        places, power = match.group(5) or "", int(match.group(6) or 0)
        top, bottom = int((match.group(4) or "") + places), 10 ** len(places)
        if power >= 0:
            top *= 10**power
        else:
            bottom *= 10**-power
    return (-top if match.group(1) == "-" else top), bottom


def _ratio(value):
    """A number or a text as numerator and denominator."""
    kind = type(value)
    if kind is int or kind is bool:
        return int(value), 1
    if kind is Fraction:
        return value.numerator, value.denominator
    if kind is float or kind is Decimal:
        if not math.isfinite(value):
            error = ValueError if value != value else OverflowError
            raise error(f"cannot convert {'NaN' if value != value else 'Infinity'} to integer ratio")
        return Decimal(value).as_integer_ratio()
    if kind is str:
        return _read(value)
    raise TypeError("argument should be a string or a Rational instance")


def _from_number(value):
    return Fraction(value)


class Fraction:
    from_float = _from_number
    from_decimal = _from_number

    def __init__(self, numerator=0, denominator=None):
        top, bottom = _ratio(numerator)
        if denominator is not None:
            if type(numerator) not in (int, bool, Fraction) or type(denominator) not in (int, bool, Fraction):
                raise TypeError("both arguments should be Rational instances")
            above, under = _ratio(denominator)
            top, bottom = top * under, bottom * above
        if not bottom:
            raise ZeroDivisionError(f"Fraction({top}, 0)")
        shared = math.gcd(top, bottom) * (-1 if bottom < 0 else 1)
        self.numerator, self.denominator = top // shared, bottom // shared

    def as_integer_ratio(self):
        return self.numerator, self.denominator

    def is_integer(self):
        return self.denominator == 1

    def limit_denominator(self, max_denominator=1000000):
        if max_denominator < 1:
            raise ValueError("max_denominator should be at least 1")
        if self.denominator <= max_denominator:
            return Fraction(self)
        p0, q0, p1, q1, n, d = 0, 1, 1, 0, self.numerator, self.denominator
        while True:
            a = n // d
            if q0 + a * q1 > max_denominator:
                break
            p0, q0, p1, q1, n, d = p1, q1, p0 + a * p1, q0 + a * q1, d, n - a * d
        k = (max_denominator - q0) // q1
        near, far = Fraction(p1, q1), Fraction(p0 + k * p1, q0 + k * q1)
        closer = abs(near - self) - abs(far - self)
        return near if closer.numerator <= 0 else far

    def _with(self, other, exact, rough):
        """What an operator gives: of floats it is a float."""
        kind = type(other)
        if kind is float or kind is complex:
            return rough(float(self), other)
        if kind is int or kind is bool or kind is Fraction:
            return exact(self, Fraction(other))
        return NotImplemented

    def __add__(self, other):
        return self._with(other, _add, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, _sub, lambda a, b: a - b)

    def __mul__(self, other):
        return self._with(other, _mul, lambda a, b: a * b)

    def __truediv__(self, other):
        return self._with(other, _div, lambda a, b: a / b)

    def __floordiv__(self, other):
        return self._with(other, _floordiv, lambda a, b: a // b)

    def __mod__(self, other):
        return self._with(other, _mod, lambda a, b: a % b)

    def __divmod__(self, other):
        return self // other, self % other

    def __radd__(self, other):
        return self._with(other, _add, lambda a, b: b + a)

    def __rsub__(self, other):
        return self._with(other, lambda a, b: _sub(b, a), lambda a, b: b - a)

    def __rmul__(self, other):
        return self._with(other, _mul, lambda a, b: b * a)

    def __rtruediv__(self, other):
        return self._with(other, lambda a, b: _div(b, a), lambda a, b: b / a)

    def __rfloordiv__(self, other):
        return self._with(other, lambda a, b: _floordiv(b, a), lambda a, b: b // a)

    def __rmod__(self, other):
        return self._with(other, lambda a, b: _mod(b, a), lambda a, b: b % a)

    def __pow__(self, other):
        if type(other) is float or (type(other) is Fraction and other.denominator != 1):
            return float(self) ** float(other)
        power = int(other)
        if power >= 0:
            return Fraction(self.numerator**power, self.denominator**power)
        if not self.numerator:
            raise ZeroDivisionError(f"Fraction({self.denominator**-power}, 0)")
        return Fraction(self.denominator**-power, self.numerator**-power)

    def __rpow__(self, other):
        return other**self.numerator if self.denominator == 1 else other ** float(self)

    def __neg__(self):
        return Fraction(-self.numerator, self.denominator)

    def __pos__(self):
        return Fraction(self)

    def __abs__(self):
        return Fraction(abs(self.numerator), self.denominator)

    def __float__(self):
        return self.numerator / self.denominator

    def __int__(self):
        return -(-self.numerator // self.denominator) if self.numerator < 0 else self.numerator // self.denominator

    def __trunc__(self):
        return int(self)

    def __floor__(self):
        return self.numerator // self.denominator

    def __ceil__(self):
        return -(-self.numerator // self.denominator)

    def __round__(self, ndigits=None):
        if ndigits is not None:
            scale = Fraction(10) ** ndigits
            return Fraction(round(self * scale)) / scale
        whole, rest = divmod(self.numerator, self.denominator)
        return whole + (rest * 2 > self.denominator or (rest * 2 == self.denominator and whole % 2 == 1))

    def __eq__(self, other):
        kind = type(other)
        if kind is int or kind is bool or kind is Fraction:
            return self.numerator == other * self.denominator if kind is not Fraction else (
                self.numerator == other.numerator and self.denominator == other.denominator
            )  # fmt: skip
        if kind is float:
            return math.isfinite(other) and _ratio(other) == (self.numerator, self.denominator)
        return False

    def __hash__(self):
        if self.denominator == 1:
            return _hash(self.numerator)
        return _hash(float(self)) if Fraction(float(self)) == self else _hash((self.numerator, self.denominator))

    def __repr__(self):
        return f"Fraction({self.numerator}, {self.denominator})"

    def __str__(self):
        return str(self.numerator) if self.denominator == 1 else f"{self.numerator}/{self.denominator}"


def _add(a, b):
    return Fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)


def _sub(a, b):
    return Fraction(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator)


def _mul(a, b):
    return Fraction(a.numerator * b.numerator, a.denominator * b.denominator)


def _div(a, b):
    return Fraction(a.numerator * b.denominator, a.denominator * b.numerator)


def _floordiv(a, b):
    return (a.numerator * b.denominator) // (a.denominator * b.numerator)


def _mod(a, b):
    return a - b * _floordiv(a, b)
