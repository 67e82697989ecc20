/** Which frames of a traceback are shown: what recursion repeats is left out, and the middle of a long one. */

import { cut, visible } from './visible_text';
import type { CellSource } from '../source/index';
import type { SourceFrame } from '../worker/messages';

const FRAME_LIMIT = 40; // frames shown after repeated ones were folded

/** Characters of a name that are shown. */
export const NAME_LIMIT = 200;

/** Frames left out of a traceback, and what is said of them. */
export interface Folded {
  readonly description: string;
  readonly count: number;
}

/** A frame, and what is the same for another at the same place. */
interface Placed {
  readonly frame: SourceFrame;
  readonly place: string;
}

/** At most `FRAME_LIMIT` of what is left after folding: the outermost and the innermost half. */
export function shownFrames(frames: readonly SourceFrame[]): (SourceFrame | Folded)[] {
  const items = [...folded(placed(frames))];
  if (items.length <= FRAME_LIMIT) return items;
  const half = FRAME_LIMIT / 2;
  const between = items.slice(half, -half);
  const count = between.reduce((sum, item) => sum + ('description' in item ? item.count : 1), 0);
  return [...items.slice(0, half), { description: `skipping ${count} frames`, count }, ...items.slice(-half)];
}

function placed(frames: readonly SourceFrame[]): Placed[] {
  const byText = new Map<string, number>();
  const known = new Map<CellSource, number>();
  const numberOf = (cell: CellSource): number => {
    const text = `${cell.label}\n${cell.text}`;
    const number = byText.get(text) ?? byText.size;
    byText.set(text, number);
    known.set(cell, number);
    return number;
  };
  return frames.map(frame => {
    const { cell, line } = frame;
    const number = cell === null ? '' : (known.get(cell) ?? numberOf(cell));
    return { frame, place: `${number}:${line}:${frame.function}` };
  });
}

/**
 * The frames without what recursion repeats, by IPython's rule: of a line that occurs more than three times in a run of
 * such lines, the first two frames and the last are shown.
 */
function* folded(frames: readonly Placed[]): Generator<SourceFrame | Folded> {
  const places = grouped(frames);
  const shown = frames.map(({ place }) => (places.get(place)?.length ?? 0) <= 3);
  let start = 0;
  while (start < frames.length) {
    let stop = start + 1;
    while (stop < frames.length && shown[stop] === shown[start]) stop += 1;
    const run = frames.slice(start, stop);
    if (shown[start]) yield* run.map(({ frame }) => frame);
    else yield* foldedRun(run);
    start = stop;
  }
}

function grouped(frames: readonly Placed[]): Map<string, Placed[]> {
  const places = new Map<string, Placed[]>();
  for (const each of frames) {
    const group = places.get(each.place);
    if (group === undefined) places.set(each.place, [each]);
    else group.push(each);
  }
  return places;
}

function* foldedRun(run: readonly Placed[]): Generator<SourceFrame | Folded> {
  const kept = new Set([...grouped(run).values()].flatMap(group => [...group.slice(0, 2), ...group.slice(-1)]));
  let hidden: Placed[] = [];
  for (const each of run) {
    if (!kept.has(each)) {
      hidden.push(each);
      continue;
    }
    if (hidden.length > 0) {
      yield { description: `skipping similar frames: ${described(hidden)}`, count: hidden.length };
      hidden = [];
    }
    yield each.frame;
  }
}

function described(hidden: readonly Placed[]): string {
  const common = [...grouped(hidden).values()].flatMap(group => {
    const [first] = group;
    return first === undefined ? [] : [{ times: group.length, line: first.frame.line, name: first.frame.function }];
  });
  common.sort((one, other) => other.times - one.times || byName(one.name, other.name) || one.line - other.line);
  const names = common.map(({ times, line, name }) => {
    return `${visible(cut(name, NAME_LIMIT))} at line ${line} (${times} times)`;
  });
  return names.slice(0, 6).join(', ') + (names.length > 6 ? ` and ${names.length - 6} more lines` : '');
}

function byName(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
