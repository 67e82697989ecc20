from collections import defaultdict
from itertools import groupby

words = "listen silent enlist google elbow below state taste inch chin level radar apple noon".split()

groups = defaultdict(list)
for word in words:
    groups["".join(sorted(word))].append(word)

anagrams = [sorted(group) for group in groups.values() if len(group) > 1]
for group in sorted(anagrams, key=lambda g: (-len(g), g)):
    print(" / ".join(group))

palindromes = list(filter(lambda w: w == w[::-1], words))
print("Palindromes:", ", ".join(palindromes))


def run_length_encode(text):
    return "".join(f"{len(list(run))}{char}" for char, run in groupby(text))


def caesar(text, shift):
    result = []
    for ch in text:
        if ch.isalpha():
            base = ord("A") if ch.isupper() else ord("a")
            result.append(chr((ord(ch) - base + shift) % 26 + base))
        else:
            result.append(ch)
    return "".join(result)


print(run_length_encode("WWWWBBBCCD"))
secret = caesar("Hello, World!", 3)
print(secret, "->", caesar(secret, -3))
