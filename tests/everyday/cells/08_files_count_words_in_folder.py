from pathlib import Path

notes = Path("notes")
notes.mkdir(exist_ok=True)
(notes / "monday.txt").write_text("Call the plumber\nBuy milk and eggs\n")
(notes / "tuesday.txt").write_text("Finish the quarterly report\n\nReply to Sam\n")
(notes / "readme.md").write_text("# Notes\nOne file per day.\n")

total_words = 0
print(f"{'file':<15}{'lines':>7}{'words':>7}{'bytes':>7}")
for path in sorted(notes.glob("*.txt")):
    text = path.read_text()
    lines = [line for line in text.splitlines() if line.strip()]
    words = sum(len(line.split()) for line in lines)
    total_words += words
    print(f"{path.name:<15}{len(lines):>7}{words:>7}{path.stat().st_size:>7}")

print(f"Total words: {total_words}")

# Search all files for a word
needle = "the"
for path in sorted(notes.iterdir()):
    with open(path) as f:
        for number, line in enumerate(f, start=1):
            if needle in line.lower().split():
                print(f"{path.stem}:{number}: {line.rstrip()}")
