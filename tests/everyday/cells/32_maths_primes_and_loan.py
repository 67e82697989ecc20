from decimal import ROUND_HALF_UP, Decimal
from itertools import count, islice


def primes():
    """Infinite generator of prime numbers."""
    found = []
    for n in count(2):
        if all(n % p for p in found if p * p <= n):
            found.append(n)
            yield n


print(list(islice(primes(), 15)))

CENT = Decimal("0.01")


def amortize(principal: Decimal, annual_rate: Decimal, months: int):
    rate = annual_rate / 12
    payment = (principal * rate / (1 - (1 + rate) ** -months)).quantize(CENT, ROUND_HALF_UP)
    balance = principal
    for month in range(1, months + 1):
        interest = (balance * rate).quantize(CENT, ROUND_HALF_UP)
        paid = min(payment, balance + interest)
        balance += interest - paid
        yield month, paid, interest, balance


print(f"{'Month':>5} {'Payment':>10} {'Interest':>10} {'Balance':>12}")
for month, paid, interest, balance in amortize(Decimal("10000"), Decimal("0.06"), 6):
    print(f"{month:>5} {paid:>10,.2f} {interest:>10,.2f} {balance:>12,.2f}")
