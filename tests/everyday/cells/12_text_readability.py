import re
from statistics import mean, stdev

text = (
    "The quick brown fox jumps over the lazy dog. It was not amused! "
    "Why would anybody write sentences like this one? Typographers use them, "
    "because every letter of the alphabet appears at least once."
)


def count_syllables(word: str) -> int:
    word = word.lower()
    groups = re.findall(r"[aeiouy]+", word)
    count = len(groups)
    if word.endswith("e") and not word.endswith("le") and count > 1:
        count -= 1
    return max(count, 1)


sentences = [s.strip() for s in re.split(r"(?<=[.!?])\s+", text) if s.strip()]
words = re.findall(r"[A-Za-z']+", text)
syllables = sum(count_syllables(w) for w in words)

lengths = [len(re.findall(r"[A-Za-z']+", s)) for s in sentences]
score = 206.835 - 1.015 * (len(words) / len(sentences)) - 84.6 * (syllables / len(words))

print(f"Sentences: {len(sentences)}")
print(f"Words: {len(words)}, syllables: {syllables}")
print(f"Sentence length: mean {mean(lengths):.2f}, stdev {stdev(lengths):.2f}")
print(f"Flesch reading ease: {score:.1f}")
longest = max(words, key=len)
print(f"Longest word: {longest!r} ({len(longest)} letters)")
