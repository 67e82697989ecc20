import math
import statistics as st
from fractions import Fraction

data = [2.5, 3.1, 4.7, 3.1, 5.9, 6.2, 3.8, 4.4, 5.0, 3.1]

print("mean    ", st.mean(data))
print("median  ", st.median(data))
print("mode    ", st.mode(data))
print("stdev   ", round(st.stdev(data), 4))
print("pstdev  ", round(st.pstdev(data), 4))
print("quartiles", [round(q, 3) for q in st.quantiles(data, n=4)])

xs = [1, 2, 3, 4, 5]
ys = [2.1, 3.9, 6.2, 7.8, 10.1]
slope, intercept = st.linear_regression(xs, ys)
print(f"y = {slope:.3f} x + {intercept:.3f}, r = {st.correlation(xs, ys):.4f}")

# Exact harmonic numbers
h = sum((Fraction(1, n) for n in range(1, 11)), Fraction(0))
print(f"H(10) = {h} = {float(h):.6f}")
print("pi is about", Fraction(math.pi).limit_denominator(1000))

print("gcd:", math.gcd(84, 126), "lcm:", math.lcm(12, 18), "C(10, 3):", math.comb(10, 3))
