from difflib import SequenceMatcher, get_close_matches, unified_diff
from functools import lru_cache


def levenshtein(a: str, b: str) -> int:
    @lru_cache(maxsize=None)
    def distance(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        if a[i - 1] == b[j - 1]:
            return distance(i - 1, j - 1)
        return 1 + min(distance(i - 1, j), distance(i, j - 1), distance(i - 1, j - 1))

    return distance(len(a), len(b))


for left, right in [("kitten", "sitting"), ("flaw", "lawn"), ("same", "same")]:
    ratio = SequenceMatcher(None, left, right).ratio()
    print(f"{left} / {right}: distance {levenshtein(left, right)}, ratio {ratio:.3f}")

cities = ["Amsterdam", "Rotterdam", "Utrecht", "Eindhoven", "Groningen"]
for typo in ("Amsterdm", "Roterdam", "Utrect", "xyz"):
    match = get_close_matches(typo, cities, n=1)
    print(f"{typo!r} -> {match[0] if match else 'no match'}")

before = ["milk", "eggs", "bread"]
after = ["milk", "butter", "bread", "jam"]
print("\n".join(unified_diff(before, after, "before", "after", lineterm="")))
