import string
from collections import Counter

text = """
It was the best of times, it was the worst of times, it was the age of wisdom,
it was the age of foolishness, it was the epoch of belief, it was the epoch of
incredulity, it was the season of Light, it was the season of Darkness...
"""

stop_words = {"the", "of", "it", "was"}

# Remove punctuation and split into words
cleaned = text.lower().translate(str.maketrans("", "", string.punctuation))
words = cleaned.split()
counts = Counter(words)

print(f"Total words: {len(words)}")
print(f"Unique words: {len(counts)}")
print("\nMost common words:")
for word, count in counts.most_common(4):
    print(f"{word:>10} {count:>3} {'#' * count}")

print("\nWithout stop words:")
interesting = Counter({w: c for w, c in counts.items() if w not in stop_words})
for word, count in sorted(interesting.items(), key=lambda kv: (-kv[1], kv[0]))[:5]:
    print(f"{word}: {count}")

average = sum(map(len, words)) / len(words)
print(f"\nAverage word length: {average:.2f}")
