/** %history: the inputs of this session and of those before it. */

import { firstCharacters, repr, rstrip, thousands } from '../source/python_text';
import { shortened, UsageError } from './usage';
import type { Given } from './arguments';

/** The inputs of this session and of those before it. */
export interface Inputs {
  /** The answer to a `history_request`: rows of session, number and source, or source and output. */
  answer(request: Record<string, unknown>): Promise<unknown[]>;
  /** The number that this session has in the answers. */
  sessionNumber(): Promise<number>;
}

const MOST = 1_000; // sessions that one range may span
const SHOWN = 1 << 20; // characters that are printed
const RANGE = /^(?<session>~?\d{1,9}\/)?(?<start>\d{1,9})?(?:(?<sign>[-:])(?<last>~?\d{1,9}\/)?(?<stop>\d{1,9})?)?$/;

interface Range {
  session: number;
  start: number;
  /** Exclusive; null for the end. */
  stop: number | null;
}

/** The lines to print. `consent`: whether inputs of other sessions may be shown. Throws UsageError. */
export async function historyLines(
  given: Given,
  inputs: Inputs,
  consent: () => Promise<boolean | null>
): Promise<string[]> {
  const ranges = rangesOf(given['ranges'] as readonly string[]);
  const { pattern, last, unique, outputs } = given;
  const others = pattern !== null || last !== null || ranges.some(range => range.session !== 0);
  if (others && (await consent()) !== true) {
    throw new UsageError('%history: inputs of other sessions are shown only if you answer yes.');
  }
  const output = outputs === true;
  const ask = (request: Record<string, unknown>): Promise<unknown[]> => inputs.answer(request);
  let rows: unknown[];
  if (Array.isArray(pattern)) {
    const glob = pattern.length > 0 ? `*${pattern.join(' ')}*` : '*';
    rows = await ask({ hist_access_type: 'search', pattern: glob, unique, n: last, output });
  } else if (typeof last === 'number') {
    // one more, since the last is this very cell
    rows = (await ask({ hist_access_type: 'tail', n: last + 1, output })).slice(0, -1);
  } else {
    const answers = ranges.map(range => ask({ hist_access_type: 'range', ...range, output }));
    rows = (await Promise.all(answers)).flat();
  }
  const numbers = given['numbers'] === true || pattern !== null;
  const current = numbers ? await inputs.sessionNumber() : 0;
  return within(rows.flatMap(row => linesOf(row, numbers, current)));
}

function rangesOf(texts: readonly string[]): Range[] {
  if (texts.length === 0) return [{ session: 0, start: 1, stop: null }];
  return texts.flatMap(text => {
    const match = RANGE.exec(text)?.groups;
    if (match === undefined || (!match['session'] && !match['start'])) {
      const shown = repr(shortened(text));
      throw new UsageError(`%history: ${shown} is not a range. Examples: 4, 4-6, 4-, ~2/, ~2/4-6, 243/1-5`);
    }
    const session = sessionOf(match['session'] ?? '0/');
    const last = match['last'] === undefined ? session : sessionOf(match['last']);
    if (!(session <= last && last < session + MOST)) {
      const shown = repr(shortened(text));
      throw new UsageError(`%history: ${shown} is a range that runs backwards, or spans too many sessions`);
    }
    const start = Number(match['start'] ?? 1) || 1;
    const stop = stopOf(match, start);
    return Array.from({ length: last - session + 1 }, (_, index) => ({
      session: session + index,
      start: index === 0 ? start : 1,
      stop: session + index === last ? stop : null
    }));
  });
}

function stopOf(match: Record<string, string | undefined>, start: number): number | null {
  if (match['sign'] === undefined) return match['start'] === undefined ? null : start + 1;
  return match['stop'] === undefined ? null : Number(match['stop']) + (match['sign'] === '-' ? 1 : 0);
}

function sessionOf(text: string): number {
  const number = Number(text.replace(/[~/]/g, ''));
  return text.startsWith('~') ? -number : number;
}

function linesOf(row: unknown, numbers: boolean, current: number): string[] {
  if (!Array.isArray(row) || row.length !== 3) return [];
  const [session, number, content] = row as [unknown, unknown, unknown];
  const [input, output] = (Array.isArray(content) ? content : [content, null]) as [unknown, unknown];
  const source = rstrip(String(input).replaceAll('\t', '    '));
  const where = session === 0 || session === current ? String(number) : `${String(session)}/${String(number)}`;
  const line = numbers ? `${where.padStart(4)}:${source.includes('\n') ? '\n' : ' '}${source}` : source;
  return typeof output === 'string' && output !== '' ? [line, output] : [line];
}

function within(lines: readonly string[]): string[] {
  const found: string[] = [];
  let left = SHOWN;
  for (const line of lines) {
    if (line.length > left) {
      const cut = `... [cut: %history shows ${thousands(SHOWN)} characters; ask for fewer inputs, e.g. %history 4-6]`;
      return [...found, firstCharacters(line, left), cut];
    }
    left -= line.length;
    found.push(line);
  }
  return found;
}
