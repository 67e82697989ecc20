"""Means, medians, spreads and relations of numbers, exact as CPython's for `int`, `float`, `Decimal` and `Fraction`.

Lacks: `median_grouped`, `kde`, `correlation(method="ranked")` and `NormalDist.overlap`. `StatisticsError` is
ValueError. The last digit of `NormalDist.inv_cdf` and of the root of a `Decimal` may be another.
"""

import math
import random
from collections import Counter, namedtuple
from decimal import Decimal

LACKS = {
    "median_grouped": "median() takes the middle of the data; count the classes by hand for grouped ones.",
}

StatisticsError = ValueError
LinearRegression = namedtuple("LinearRegression", ("slope", "intercept"))


def _ratio(x):
    """A number as numerator and denominator, which is None where the number is infinite or none."""
    kind = type(x)
    if kind is int or kind is bool:
        return x, 1
    if kind is float or kind is Decimal:
        if not math.isfinite(x):
            return x, None
        return Decimal(x).as_integer_ratio()
    if hasattr(x, "numerator"):
        return x.numerator, x.denominator
    raise TypeError(f"can't convert type '{kind.__name__}' to numerator/denominator")


def _common(a, b):
    if a is b or b is int or b is bool:
        return a
    if a is int or (b is float and a.__name__ == "Fraction"):
        return b
    if a is float and b.__name__ == "Fraction":
        return a
    raise TypeError(f"don't know how to coerce {a.__name__} and {b.__name__}")


def _together(parts):
    bottom = 1
    for each in parts:
        bottom = math.lcm(bottom, each)
    top = 0
    for each in parts:
        top += parts[each] * (bottom // each)
    return top, bottom


def _sum(data):
    """The type of the data, their sum as a ratio, and how many there are."""
    kind, count, parts = int, 0, {}
    for x in data:
        kind = _common(kind, type(x))
        top, bottom = _ratio(x)
        parts[bottom] = parts.get(bottom, 0) + top
        count += 1
    if None in parts:
        return kind, parts[None], None, count
    top, bottom = _together(parts)
    return kind, top, bottom, count


def _number(kind, top, bottom):
    """A ratio as a number of a type."""
    if bottom is None:
        return top if type(top) is kind else kind(top)
    if kind is float or kind is int:
        return top // bottom if kind is int and top % bottom == 0 else top / bottom
    return Decimal(top) / bottom if kind is Decimal else kind(top, bottom)


def mean(data):
    kind, top, bottom, count = _sum(data)
    if not count:
        raise StatisticsError("mean requires at least one data point")
    return _number(kind, top / count if bottom is None else top, bottom and bottom * count)


def fmean(data, weights=None):
    data = list(data)
    if weights is None:
        if not data:
            raise StatisticsError("fmean requires at least one data point")
        return math.fsum(data) / len(data)
    weights = list(weights)
    if len(data) != len(weights):
        raise StatisticsError("data and weights must be the same length")
    total = math.fsum(weights)
    if not total:
        raise StatisticsError("sum of weights must be non-zero")
    return math.sumprod(data, weights) / total


def geometric_mean(data):
    logs, zero = [], False
    for x in data:
        if x > 0 or x != x:
            logs.append(math.log(x))
        elif x == 0:
            zero = True
        else:
            raise StatisticsError(f"No negative inputs allowed {x!r}")
    if not logs and not zero:
        raise StatisticsError("Must have a non-empty dataset")
    return 0.0 if zero else math.exp(math.fsum(logs) / len(logs))


def harmonic_mean(data, weights=None):
    data = list(data)
    if not data:
        raise StatisticsError("harmonic_mean requires at least one data point")
    alone = len(data) == 1 and weights is None
    weights = [1] * len(data) if weights is None else list(weights)
    if len(weights) != len(data):
        raise StatisticsError("Number of weights does not match data size")
    if any(x < 0 for x in [*data, *weights]):
        raise StatisticsError("harmonic mean does not support negative values")
    if alone:
        return data[0]
    _, above, under, _ = _sum(weights)
    try:
        kind, top, bottom, _ = _sum([w / x if w else 0 for w, x in zip(weights, data)])
    except ZeroDivisionError:
        return 0
    if top <= 0:
        raise StatisticsError("Weighted sum must be positive")
    return _number(kind, 0, 1) if bottom is None else _number(kind, above * bottom, under * top)


def _sorted(data):
    data = sorted(data)
    if not data:
        raise StatisticsError("no median for empty data")
    return data


def median(data):
    data = _sorted(data)
    half = len(data) // 2
    return data[half] if len(data) % 2 else (data[half - 1] + data[half]) / 2


def median_low(data):
    data = _sorted(data)
    return data[(len(data) - 1) // 2]


def median_high(data):
    data = _sorted(data)
    return data[len(data) // 2]


def mode(data):
    for x in multimode(data):
        return x
    raise StatisticsError("no mode for empty data")


def multimode(data):
    counts = Counter(data)
    most = max(counts.values(), default=0)
    return [x for x in counts if counts[x] == most]


def quantiles(data, *, n=4, method="exclusive"):
    if n < 1:
        raise StatisticsError("n must be at least 1")
    data = sorted(data)
    size = len(data)
    if size < 2:
        if not size:
            raise StatisticsError("must have at least one data point")
        return data * (n - 1)
    if method not in ("inclusive", "exclusive"):
        raise ValueError(f"Unknown method: {method!r}")
    found = []
    for i in range(1, n):
        if method == "inclusive":
            j, rest = i * (size - 1) // n + 1, i * (size - 1) % n
        else:
            j = min(max(i * (size + 1) // n, 1), size - 1)
            rest = i * (size + 1) - j * n
        found.append((data[j - 1] * (n - rest) + data[j] * rest) / n)
    return found


def _squares(data, center, least, name):
    """The type, the sum of squared differences from the mean as a ratio, and how many data there are."""
    data = list(data)
    if len(data) < least:
        raise StatisticsError(f"{name} requires at least {'one data point' if least == 1 else 'two data points'}")
    if center is not None:
        return _sum([(x - center) * (x - center) for x in data])
    kind, count, sums, squares = int, 0, {}, {}
    for x in data:
        kind = _common(kind, type(x))
        top, bottom = _ratio(x)
        count += 1
        sums[bottom] = sums.get(bottom, 0) + top
        if bottom is not None:
            squares[bottom * bottom] = squares.get(bottom * bottom, 0) + top * top
    if None in sums:
        return kind, sums[None], None, count
    top, bottom = _together(sums)
    square, under = _together(squares)
    # n times the sum of squares less the square of the sum, over n
    return kind, count * square * bottom * bottom - top * top * under, count * under * bottom * bottom, count


def _divided(top, bottom, count):
    return (top / count, None) if bottom is None else (top, bottom * count)


def variance(data, xbar=None):
    kind, top, bottom, count = _squares(data, xbar, 2, "variance")
    return _number(kind, *_divided(top, bottom, count - 1))


def pvariance(data, mu=None):
    kind, top, bottom, count = _squares(data, mu, 1, "pvariance")
    return _number(kind, *_divided(top, bottom, count))


def stdev(data, xbar=None):
    kind, top, bottom, count = _squares(data, xbar, 2, "stdev")
    return _root(kind, *_divided(top, bottom, count - 1))


def pstdev(data, mu=None):
    kind, top, bottom, count = _squares(data, mu, 1, "pstdev")
    return _root(kind, *_divided(top, bottom, count))


def _root(kind, top, bottom):
    if bottom is None:
        return top
    if kind is Decimal:
        return (Decimal(top) / bottom).sqrt() if top else Decimal("0.0")
    if not top:
        return 0.0
    # an integer root with more bits than a float has, its last bit set where it is not exact
    shift = (len(bin(top)) - len(bin(bottom)) - 109) // 2
    n, m = (top, bottom << 2 * shift) if shift >= 0 else (top << -2 * shift, bottom)
    root = math.isqrt(n // m)
    root |= root * root * m != n
    return (root << shift) / 1 if shift >= 0 else root / (1 << -shift)


def _pairs(x, y, name):
    x, y = list(x), list(y)
    if len(x) != len(y):
        raise StatisticsError(f"{name} requires that both inputs have same number of data points")
    if len(x) < 2:
        raise StatisticsError(f"{name} requires at least two data points")
    return x, y


def _centered(data):
    middle = math.fsum(data) / len(data)
    return [x - middle for x in data]


def covariance(x, y, /):
    x, y = _pairs(x, y, "covariance")
    return math.sumprod(_centered(x), _centered(y)) / (len(x) - 1)


def correlation(x, y, /):
    x, y = _pairs(x, y, "correlation")
    x, y = _centered(x), _centered(y)
    square = math.sumprod(x, x) * math.sumprod(y, y)
    if not square:
        raise StatisticsError("at least one of the inputs is constant")
    return math.sumprod(x, y) / math.sqrt(square)


def linear_regression(x, y, /, *, proportional=False):
    x, y = _pairs(x, y, "linear regression")
    left, right = (x, y) if proportional else (_centered(x), _centered(y))
    square = math.sumprod(left, left)
    if not square:
        raise StatisticsError("x is constant")
    slope = (math.sumprod(left, right) + 0.0) / square
    return LinearRegression(slope, 0.0 if proportional else math.fsum(y) / len(y) - slope * (math.fsum(x) / len(x)))


def _from_samples(data):
    data = list(data)
    return NormalDist(fmean(data), stdev(data))


def _inverse(p):
    """Where the standard normal distribution reaches p: Abramowitz and Stegun's 26.2.23, made exact by Halley's method."""
    least = min(p, 1 - p)
    t = math.sqrt(-2 * math.log(least))
    x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
    for _ in range(3):
        u = (least - math.erfc(x / math.sqrt(2)) / 2) * math.sqrt(math.tau) * math.exp(x * x / 2)
        x -= u / (1 + x * u / 2)
    return x if p > 0.5 else -x


class NormalDist:
    from_samples = _from_samples

    def __init__(self, mu=0.0, sigma=1.0):
        if sigma < 0:
            raise StatisticsError("sigma must be non-negative")
        self.mean = self.median = self.mode = float(mu)
        self.stdev = float(sigma)
        self.variance = self.stdev * self.stdev

    def samples(self, n, *, seed=None):
        draw = random if seed is None else random.Random(seed)
        return [draw.gauss(self.mean, self.stdev) for _ in range(n)]

    def _spread(self, name):
        if not self.stdev:
            raise StatisticsError(name + "() not defined when sigma is zero")

    def pdf(self, x):
        self._spread("pdf")
        diff = x - self.mean
        return math.exp(diff * diff / (-2.0 * self.variance)) / math.sqrt(math.tau * self.variance)

    def cdf(self, x):
        self._spread("cdf")
        return 0.5 * math.erfc((self.mean - x) / (self.stdev * math.sqrt(2.0)))

    def inv_cdf(self, p):
        if p <= 0.0 or p >= 1.0:
            raise StatisticsError("p must be in the range 0.0 < p < 1.0")
        return self.mean + _inverse(p) * self.stdev

    def quantiles(self, n=4):
        return [self.inv_cdf(i / n) for i in range(1, n)]

    def zscore(self, x):
        self._spread("zscore")
        return (x - self.mean) / self.stdev

    def __add__(self, other):
        if isinstance(other, NormalDist):
            return NormalDist(self.mean + other.mean, math.hypot(self.stdev, other.stdev))
        return NormalDist(self.mean + other, self.stdev)

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        if isinstance(other, NormalDist):
            return NormalDist(self.mean - other.mean, math.hypot(self.stdev, other.stdev))
        return NormalDist(self.mean - other, self.stdev)

    def __rsub__(self, other):
        return -(self - other)

    def __mul__(self, other):
        return NormalDist(self.mean * other, self.stdev * abs(other))

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        return NormalDist(self.mean / other, self.stdev / abs(other))

    def __neg__(self):
        return NormalDist(-self.mean, self.stdev)

    def __eq__(self, other):
        return isinstance(other, NormalDist) and self.mean == other.mean and self.stdev == other.stdev

    def __hash__(self):
        return hash((self.mean, self.stdev))

    def __repr__(self):
        return f"NormalDist(mu={self.mean!r}, sigma={self.stdev!r})"
