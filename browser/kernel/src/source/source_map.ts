/** Rewrites source text by edits, and leads places in the result back to what the person typed. Counts lines and columns. */

import { characters, count, forward, hasPairs } from './python_text';

/** Above so many UTF-16 units of a text, no list of its lines is made: there may be millions. */
export const LARGE = 1 << 17;

export type Span = readonly [start: number, end: number];

/** Lines and columns of a place. They count characters from 1; the end is exclusive. */
export type Lines4 = readonly [line: number, column: number, endLine: number, endColumn: number];

/**
 * Replaces `original.slice(start, end)` by `text`. Offsets count UTF-16 units.
 *
 * What is inserted at one place is ordered by what it encloses, so that edits which know nothing of each other nest: what
 * closes something, the innermost first; what encloses nothing; what opens something, the outermost first. What replaces
 * text from there on comes last.
 */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The original span that an error inside `text` belongs to; by default the replaced one. */
  readonly blame: Span | null;
  /** Where what an insertion opens ends. */
  readonly opens?: number;
  /** Where what an insertion closes begins. */
  readonly closes?: number;
}

export function edit(start: number, end: number, text: string, blame: Span | null = null): Edit {
  return { start, end, text, blame };
}

/** The same edit of a text in which the original stands at an offset. */
export function moved(each: Edit, offset: number): Edit {
  return {
    ...edit(each.start + offset, each.end + offset, each.text, shifted(each.blame, offset)),
    ...(each.opens === undefined ? {} : { opens: each.opens + offset }),
    ...(each.closes === undefined ? {} : { closes: each.closes + offset })
  };
}

/** A span that stands at an offset. */
export function shifted(span: Span | null | undefined, offset: number): Span | null {
  return span ? [span[0] + offset, span[1] + offset] : null;
}

/** The two edits that put text around a span, which is to blame for what goes wrong in it. */
export function enclosing(span: Span, before: string, after: string): [Edit, Edit] {
  return [opening(span, before), { ...edit(span[1], span[1], after, span), closes: span[0] }];
}

/** The edit that puts text before a span, where another edit closes it, at its end or before. */
export function opening(span: Span, text: string, blame: Span = span): Edit {
  return { ...edit(span[0], span[0], text, blame), opens: span[1] };
}

/** The edits as they follow each other in the text. */
function ordered(edits: Iterable<Edit>): Edit[] {
  const numbered = [...edits].map((each, index) => ({ each, place: order(each, index) }));
  numbered.sort((one, other) => compared(one.place, other.place));
  return numbered.map(({ each }) => each);
}

type Order = readonly [number, number, number, number];

function order(each: Edit, index: number): Order {
  if (each.end > each.start) return [each.start, 3, each.end, index];
  if (each.closes !== undefined) return [each.start, 0, -each.closes, -index];
  if (each.opens !== undefined) return [each.start, 2, -each.opens, index];
  return [each.start, 1, 0, index];
}

function compared(one: Order, other: Order): number {
  return one[0] - other[0] || one[1] - other[1] || one[2] - other[2] || one[3] - other[3];
}

/** Edits of a text, and the names of the prelude's parts that they need. */
export interface Rewritten {
  readonly edits: Edit[];
  readonly parts: ReadonlySet<string>;
}

/** An original text, the edits made to it, and the way back. */
export class SourceMap {
  readonly original: string;
  readonly text: string;
  readonly edits: readonly Edit[];
  private readonly starts: number[] = []; // where each edit's text begins in the rewritten text
  private originalLines: LineTable | undefined;
  private textLines: LineTable | undefined;

  /** Throws an Error if two edits overlap. */
  constructor(original: string, edits: Iterable<Edit> = []) {
    this.original = original;
    this.edits = ordered(edits);
    const pieces: string[] = [];
    let position = 0;
    let length = 0;
    for (const each of this.edits) {
      if (each.start < position) {
        throw new Error(`edit at ${each.start} overlaps the one before it, which ends at ${position}`);
      }
      pieces.push(original.slice(position, each.start), each.text);
      length += each.start - position;
      this.starts.push(length);
      length += each.text.length;
      position = each.end;
    }
    pieces.push(original.slice(position));
    this.text = pieces.join('');
  }

  /** The original span of `text.slice(start, end)`, or the nearest place to it. */
  span(start: number, end: number): Span {
    const [at, blamed] = this.back(start);
    if (blamed !== null && start === end) return blamed;
    const [to, blamedLast] = this.back(Math.max(start, end - 1));
    const first = blamed === null ? at : blamed[0];
    const last = blamedLast === null ? to + (end > start ? 1 : 0) : blamedLast[1];
    return [first, Math.max(first, last)];
  }

  /** The text of the edit that a place in the rewritten text is inside of; empty if it is the person's own. */
  inserted(line: number, column: number): string {
    const offset = this.toOffset(line, column);
    const index = bisectRight(this.starts, offset) - 1;
    const found = this.edits[index];
    return found !== undefined && offset - (this.starts[index] ?? 0) < found.text.length ? found.text : '';
  }

  private back(offset: number): [number, Span | null] {
    const index = bisectRight(this.starts, offset) - 1;
    const found = this.edits[index];
    if (found === undefined) return [offset, null];
    const inside = offset - (this.starts[index] ?? 0);
    if (inside < found.text.length) return [found.start, found.blame ?? [found.start, found.end]];
    return [Math.min(found.end + inside - found.text.length, this.original.length), null];
  }

  /** The place in the original text that a place in the rewritten text comes from. */
  linesAndColumns(line: number, column: number, endLine: number, endColumn: number): Lines4 {
    const [start, end] = this.span(this.toOffset(line, column), this.toOffset(endLine, endColumn));
    this.originalLines ??= new LineTable(this.original);
    return [...this.originalLines.place(start), ...this.originalLines.place(end)];
  }

  private toOffset(line: number, column: number): number {
    this.textLines ??= new LineTable(this.text);
    return this.textLines.offset(line, column);
  }
}

// Lines ----------------------------------------------------------------------------------------------------------------

/** Makes offsets of lines and columns in a text, and the other way round. Lines end with LF only, as Monty counts them. */
export class LineTable {
  private static recent: LineTable[] = [];
  private readonly starts: number[] | null;
  private readonly pairs: boolean;

  /** That of a text; of the last few texts they are kept. */
  static of(text: string): LineTable {
    const found = LineTable.recent.find(each => each.text === text) ?? new LineTable(text);
    LineTable.recent = [found, ...LineTable.recent.filter(each => each !== found).slice(0, 3)];
    return found;
  }

  constructor(private readonly text: string) {
    this.starts = text.length <= LARGE ? lineFeedStarts(text) : null;
    this.pairs = hasPairs(text);
  }

  /** The offset of a line and a column; the end of the line or of the text if it has no such place. */
  offset(line: number, column: number): number {
    const start = this.starts === null ? lineStart(this.text, line) : this.starts[line - 1];
    if (start === undefined) return this.text.length;
    const end = lineEnd(this.text, start);
    return Math.min(this.pairs ? forward(this.text, start, column - 1) : start + column - 1, end);
  }

  /** The line and the column of an offset. */
  place(offset: number): [line: number, column: number] {
    const line = this.starts === null ? count(this.text, '\n', 0, offset) + 1 : bisectRight(this.starts, offset);
    const start = this.starts === null ? lineBegin(this.text, offset) : (this.starts[line - 1] ?? 0);
    return [line, (this.pairs ? characters(this.text, start, offset) : offset - start) + 1];
  }
}

/** The offset of each line as CPython's `ast` counts lines: they end with LF, CR LF or CR. */
export function lineStarts(text: string): number[] {
  if (!text.includes('\r')) return lineFeedStarts(text);
  const starts = [0];
  for (const match of text.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

/** The offset of each line as Monty's frames count lines: they end with LF only. */
export function lineFeedStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The offset of a line, counted from 1; undefined if there are fewer. */
export function lineStart(text: string, line: number): number | undefined {
  let position = 0;
  for (let left = line - 1; left > 0; left -= 1) {
    const found = text.indexOf('\n', position);
    if (found < 0) return undefined;
    position = found + 1;
  }
  return position;
}

/** Where the line begins that an offset is on. */
function lineBegin(text: string, position: number): number {
  return position === 0 ? 0 : text.lastIndexOf('\n', position - 1) + 1;
}

/** Where the line ends that an offset is on. */
export function lineEnd(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return end < 0 ? text.length : end;
}

/** The first index behind all values that are not greater. */
export function bisectRight(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < (values[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The lines of a text, without their ends (LF or CR LF), by their numbers from 1, as Monty numbers them. */
export class Lines {
  private readonly rows: string[] | null;
  private counted: number | undefined;

  private constructor(private readonly text: string) {
    this.rows = text.length <= LARGE ? text.replaceAll('\r\n', '\n').split('\n') : null;
  }

  /** Those of a text; of the last few texts they are kept. */
  static of(text: string): Lines {
    const found = Lines.recent.find(each => each.text === text) ?? new Lines(text);
    Lines.recent = [found, ...Lines.recent.filter(each => each !== found).slice(0, 3)];
    return found;
  }

  private static recent: Lines[] = [];

  get count(): number {
    this.counted ??= this.rows === null ? count(this.text, '\n') + 1 : this.rows.length;
    return this.counted;
  }

  /** A line; undefined if there is none of that number. Of a long text, it takes as long as counting those before it. */
  at(number: number): string | undefined {
    if (this.rows !== null) return this.rows[number - 1];
    const start = number < 1 ? undefined : lineStart(this.text, number);
    if (start === undefined) return undefined;
    const end = this.text.indexOf('\n', start);
    return end < 0 ? this.text.slice(start) : this.text.slice(start, end).replace(/\r$/, '');
  }

  /** The lines from one number up to another, which is left out. */
  range(start: number, stop: number): string[] {
    const found: string[] = [];
    for (let number = Math.max(start, 1); number < Math.min(stop, this.count + 1); number += 1) {
      found.push(this.at(number) ?? '');
    }
    return found;
  }
}
