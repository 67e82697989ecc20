/** What the lines of a cell became: the person's text beside what Monty was given for it. */

import { Feed } from './feed';
import { pythonPattern } from './python_pattern';
import { Lines, SourceMap } from './source_map';

/** What is put around the code of every cell: it records the source, and shows the last expression. */
const IN_EVERY_CELL = pythonPattern(
  String.raw`\A(?:__mk_begin\(\d+\)\n.*|__mk_value = \(\n *|\n\)\n.*__mk_show\(\d+\)|\n.*None)?\Z`,
  { dotAll: true }
);

/** Neighbouring lines of a cell, from the line with the number `first`, and the lines that they became. */
export interface Change {
  readonly first: number;
  readonly typed: readonly string[];
  readonly became: readonly string[];
}

/** The lines of the feed's cell that Monty was given in another form, in their order. */
export function changes(feed: Feed): Change[] {
  const [wrapped, ...others] = feed.maps;
  if (wrapped === undefined) return [];
  const edits = wrapped.edits.filter(each => each.end > each.start || !IN_EVERY_CELL.test(each.text));
  const inner = new SourceMap(wrapped.original, edits);
  const bare = new Feed(feed.cell, inner.text, [inner, ...others], feed.parts);
  const became = new Map<number, string[]>();
  const lines = Lines.of(inner.text);
  for (const [index, line] of lines.range(1, lines.count + 1).entries()) {
    const [number] = bare.toCell(index + 1, 1, index + 1, 1);
    became.set(number, [...(became.get(number) ?? []), line]);
  }
  const typed = Lines.of(feed.cell.text);
  const found: Change[] = [];
  const reached = [...became.keys()];
  const last = reached.reduce((most, number) => Math.max(most, number), 0);
  for (let number = reached.reduce((least, each) => Math.min(least, each), last); number <= last; number += 1) {
    const now = became.get(number) ?? [];
    const before = typed.at(number) ?? '';
    if (now.length !== 1 || now[0] !== before) found.push({ first: number, typed: [before], became: now });
  }
  return joined(found);
}

/** A line that nothing stands for belongs to a statement that became something at another of its lines. */
function joined(found: readonly Change[]): Change[] {
  const kept: Change[] = [];
  for (const change of found) {
    const last = kept.at(-1);
    const next = last !== undefined && last.first + last.typed.length === change.first;
    if (next && !(last.became.length > 0 && change.became.length > 0)) {
      kept[kept.length - 1] = {
        first: last.first,
        typed: [...last.typed, ...change.typed],
        became: [...last.became, ...change.became]
      };
    } else {
      kept.push(change);
    }
  }
  return kept;
}
