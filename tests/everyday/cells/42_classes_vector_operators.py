from dataclasses import dataclass
from functools import reduce


@dataclass(frozen=True)
class Vector:
    x: float
    y: float

    def __add__(self, other: "Vector") -> "Vector":
        return Vector(self.x + other.x, self.y + other.y)

    def __sub__(self, other: "Vector") -> "Vector":
        return Vector(self.x - other.x, self.y - other.y)

    def __mul__(self, scalar: float) -> "Vector":
        return Vector(self.x * scalar, self.y * scalar)

    __rmul__ = __mul__

    def __abs__(self) -> float:
        return (self.x**2 + self.y**2) ** 0.5

    @classmethod
    def zero(cls) -> "Vector":
        return cls(0, 0)


a, b = Vector(3, 4), Vector(1, -2)
print(a + b, a - b, 2 * a, sep="\n")
print("Length:", abs(a))
print("Equal:", a == Vector(3, 4))
print("Sum:", reduce(lambda u, v: u + v, [a, b, a], Vector.zero()))
a * 0.5
