/** How the lines of two texts differ, as `difflib.unified_diff` says it, to the letter. */

type Match = [one: number, other: number, size: number];
type Step = [kind: 'equal' | 'replace' | 'delete' | 'insert', i1: number, i2: number, j1: number, j2: number];

/** Lines from which on difflib does not begin with those that are there often. */
const MANY = 200;

/** The lines of the difference, each after its sign, in hunks. @param around - Lines of what is the same around each. */
export function* unifiedDiff(before: readonly string[], after: readonly string[], around: number): Generator<string> {
  for (const group of grouped(steps(before, after), around)) {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) continue;
    yield `@@ -${range(first[1], last[2])} +${range(first[3], last[4])} @@`;
    for (const [kind, i1, i2, j1, j2] of group) {
      if (kind === 'equal') for (const line of before.slice(i1, i2)) yield ` ${line}`;
      if (kind === 'replace' || kind === 'delete') for (const line of before.slice(i1, i2)) yield `-${line}`;
      if (kind === 'replace' || kind === 'insert') for (const line of after.slice(j1, j2)) yield `+${line}`;
    }
  }
}

function range(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}

function grouped(all: Step[], around: number): Step[][] {
  const groups: Step[][] = [];
  let group: Step[] = [];
  all.forEach(([kind, first, last, from, to], index) => {
    let [i1, i2, j1, j2] = [first, last, from, to];
    if (kind === 'equal') {
      if (index === 0) [i1, j1] = [Math.max(i1, i2 - around), Math.max(j1, j2 - around)];
      if (index === all.length - 1) [i2, j2] = [Math.min(i2, i1 + around), Math.min(j2, j1 + around)];
      if (i2 - i1 > 2 * around) {
        group.push([kind, i1, Math.min(i2, i1 + around), j1, Math.min(j2, j1 + around)]);
        groups.push(group);
        group = [];
        [i1, j1] = [Math.max(i1, i2 - around), Math.max(j1, j2 - around)];
      }
    }
    group.push([kind, i1, i2, j1, j2]);
  });
  groups.push(group);
  return groups.filter(each => each.some(([kind]) => kind !== 'equal'));
}

/** What makes the one of the other. */
function steps(before: readonly string[], after: readonly string[]): Step[] {
  const found: Step[] = [];
  let [i, j] = [0, 0];
  for (const [one, other, size] of matches(before, after)) {
    const kind = i < one && j < other ? 'replace' : i < one ? 'delete' : j < other ? 'insert' : null;
    if (kind !== null) found.push([kind, i, one, j, other]);
    [i, j] = [one + size, other + size];
    if (size > 0) found.push(['equal', one, i, other, j]);
  }
  return found;
}

/** The runs of lines that are the same, in order; an empty one at the end. */
function matches(before: readonly string[], after: readonly string[]): Match[] {
  const places = placesOf(after);
  const found: Match[] = [];
  const waiting: (readonly [number, number, number, number])[] = [[0, before.length, 0, after.length]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [i1, i2, j1, j2] = next;
    const [i, j, size] = longest(before, after, places, next);
    if (size === 0) continue;
    found.push([i, j, size]);
    if (i1 < i && j1 < j) waiting.push([i1, i, j1, j]);
    if (i + size < i2 && j + size < j2) waiting.push([i + size, i2, j + size, j2]);
  }
  found.sort(([one, first], [other, second]) => one - other || first - second);
  const joined: Match[] = [];
  for (const [i, j, size] of found) {
    const last = joined.at(-1);
    if (last !== undefined && last[0] + last[2] === i && last[1] + last[2] === j) last[2] += size;
    else joined.push([i, j, size]);
  }
  return [...joined, [before.length, after.length, 0]];
}

function placesOf(lines: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  lines.forEach((line, index) => {
    const known = places.get(line);
    if (known === undefined) places.set(line, [index]);
    else known.push(index);
  });
  if (lines.length < MANY) return places;
  const often = Math.floor(lines.length / 100) + 1;
  return new Map([...places].filter(([, each]) => each.length <= often));
}

function longest(
  before: readonly string[],
  after: readonly string[],
  places: ReadonlyMap<string, number[]>,
  [i1, i2, j1, j2]: readonly [number, number, number, number]
): Match {
  let [i, j, size] = [i1, j1, 0];
  let sizes = new Map<number, number>();
  for (let place = i1; place < i2; place += 1) {
    const next = new Map<number, number>();
    for (const other of places.get(before[place] ?? '') ?? []) {
      if (other < j1) continue;
      if (other >= j2) break;
      const length = (sizes.get(other - 1) ?? 0) + 1;
      next.set(other, length);
      if (length > size) [i, j, size] = [place - length + 1, other - length + 1, length];
    }
    sizes = next;
  }
  while (i > i1 && j > j1 && before[i - 1] === after[j - 1]) [i, j, size] = [i - 1, j - 1, size + 1];
  while (i + size < i2 && j + size < j2 && before[i + size] === after[j + size]) size += 1;
  return [i, j, size];
}
