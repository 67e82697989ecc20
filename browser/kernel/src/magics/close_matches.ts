/** `difflib.get_close_matches` of Python, for one match. */

/** The most similar of some words; null if none is similar enough. `cutoff` is from 0 to 1. */
export function closeMatch(word: string, known: Iterable<string>, cutoff: number): string | null {
  let best: string | null = null;
  let score = cutoff;
  for (const each of known) {
    const found = ratio(each, word);
    if (found > score || (found === score && (best === null || each > best))) [best, score] = [each, found];
  }
  return best;
}

/** How similar two texts are: twice the characters in common blocks, of all characters. */
export function ratio(one: string, other: string): number {
  const length = one.length + other.length;
  return length === 0 ? 1 : (2 * common(one, other)) / length;
}

/** The characters in the longest common block, and in those on both sides of it. */
function common(one: string, other: string): number {
  let [start, startOther, size] = [0, 0, 0];
  let before: number[] = [];
  for (let at = 0; at < one.length; at += 1) {
    const row: number[] = [];
    for (let to = 0; to < other.length; to += 1) {
      if (one[at] !== other[to]) continue;
      const length = (before[to - 1] ?? 0) + 1;
      row[to] = length;
      if (length > size) [start, startOther, size] = [at - length + 1, to - length + 1, length];
    }
    before = row;
  }
  if (size === 0) return 0;
  const left = common(one.slice(0, start), other.slice(0, startOther));
  return left + size + common(one.slice(start + size), other.slice(startOther + size));
}
