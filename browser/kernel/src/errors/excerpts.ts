/** The lines around a frame, as tracebacks show them: with numbers, an arrow, and carets under what failed. */

import { characters, rstrip, lstrip, slice } from '../source/python_text';
import { lineOf } from './cell_code';
import { highlight } from './highlight';
import { displayWidth, more, visible } from './visible_text';
import type { CellLayout, CodeScope, Range } from './cell_code';
import type { SourceFrame } from '../worker/messages';

const CONTEXT = 2; // statements before and after the failing one: IPython's five pieces
const PIECE_LINES = 6; // a longer neighbour is shown with a gap in its middle
const STATEMENT_LINES = 12; // the same for the failing statement itself
const BLANK_LINES = 2; // as many between two statements are shown, with their numbers
const LINE_LIMIT = 400; // characters of a line; a longer one is cut around the failing expression
const LEAD = 80; // characters left before that expression

const GUTTER = 7;

export const [RED, GREEN, CYAN, BLUE, PLAIN] = ['\x1b[31m', '\x1b[32m', '\x1b[36m', '\x1b[34m', '\x1b[39m'] as const;

/** The lines around a frame, without line ends. Context stays within the scope. Empty if the cell has no such line. */
export function excerpt(cell: CellLayout, frame: SourceFrame, scope: CodeScope | null): string[] {
  if (frame.line < 1 || frame.line > cell.lines.count) return [];
  const rows: string[] = [];
  for (const group of groups(cell, frame.line, scope)) {
    if (group.start >= group.stop) {
      rows.push(`${GREEN}   (...)${PLAIN}`);
      continue;
    }
    const marked = cell.lines.range(group.start, group.stop).map((line, index) => {
      return marks(line, ...failing(line, frame, group.start + index));
    });
    highlight(marked.map(([text]) => text)).forEach((text, index) => {
      const number = group.start + index;
      rows.push(`${numbered(number, number === frame.line)} ${text}`);
      const carets = marked[index]?.[1] ?? '';
      if (carets !== '') rows.push(`${' '.repeat(GUTTER + 1)}${RED}${carets}${PLAIN}`);
    });
  }
  return rows;
}

/** The line that a frame begins on, without indentation, and the carets under the expression; null without a line. */
export function markedLine(frame: SourceFrame): [line: string, carets: string] | null {
  const line = lineOf(frame);
  if (line === null) return null;
  const bare = lstrip(line);
  const indent = characters(line) - characters(bare);
  const stop = frame.endLine <= frame.line ? frame.endColumn - 1 : characters(rstrip(line));
  return marks(bare, frame.column - 1 - indent, stop - indent);
}

/**
 * A line as it is shown, and the blanks and carets that mark the characters from `start` to `stop` when printed under it.
 *
 * There is at least one caret, even if the mark lies behind the line's end, but none if `stop` is null. A long line is cut
 * around `start`. Tabs stay tabs in both, so that the carets are aligned whatever the screen's tab width.
 */
function marks(line: string, start: number, stop: number | null): [line: string, carets: string] {
  const length = characters(line);
  const [first, last] = shownPart(length, start);
  const part = slice(line, first, last);
  const lead = first > 0 ? '… ' : '';
  const shown = lead + visible(part) + (length > last ? more(length - last) : '');
  if (stop === null) return [shown, ''];
  const from = Math.min(Math.max(start, first), last) - first;
  const carets = filled(slice(part, from, Math.max(stop - first, from)), '^') || '^';
  return [shown, ' '.repeat(lead.length) + filled(slice(part, 0, from), ' ') + carets];
}

function shownPart(length: number, start: number): [first: number, last: number] {
  if (length <= LINE_LIMIT) return [0, length];
  const first = start < LINE_LIMIT - LEAD ? 0 : Math.max(0, Math.min(start - LEAD, length - LINE_LIMIT));
  return [first, first + LINE_LIMIT];
}

/** Which characters of a line belong to the failing expression, from 0; `stop` is null if none do. */
function failing(line: string, frame: SourceFrame, number: number): [start: number, stop: number | null] {
  const endLine = Math.max(frame.endLine, frame.line);
  if (number < frame.line || number > endLine) return [0, null];
  const length = characters(rstrip(line));
  const start = number === frame.line ? frame.column - 1 : characters(line) - characters(lstrip(line));
  const stop = number === endLine ? frame.endColumn - 1 : length;
  // a blank line within the expression
  return number !== frame.line && start >= Math.min(stop, length) ? [0, null] : [start, stop];
}

const GAP: Range = { start: 0, stop: 0 };

/** The runs of lines to show. An empty range stands for a gap. */
function* groups(cell: CellLayout, line: number, scope: CodeScope | null): Generator<Range> {
  const pieces = cell.pieces.filter(piece => scope === null || isWithin(piece, scope.lines));
  const here = pieces.findIndex(piece => piece.start <= line && line < piece.stop);
  if (here < 0) {
    yield { start: Math.max(1, line - CONTEXT), stop: Math.min(cell.lines.count, line + CONTEXT) + 1 };
    return;
  }
  let shownTo = 0;
  for (let index = Math.max(0, here - CONTEXT); index <= here + CONTEXT; index += 1) {
    const piece = pieces[index];
    if (piece === undefined) return;
    const { start, stop } = piece;
    if (shownTo > 0 && shownTo < start && start <= shownTo + BLANK_LINES) yield { start: shownTo, stop: start };
    shownTo = stop;
    if (index !== here && stop - start > PIECE_LINES) {
      yield* [{ start, stop: start + 3 }, GAP, { start: stop - 2, stop }];
    } else if (index === here && stop - start > STATEMENT_LINES) {
      yield* shortened(piece, line);
    } else {
      yield piece;
    }
  }
}

function* shortened({ start, stop }: Range, line: number): Generator<Range> {
  const most = STATEMENT_LINES - 2;
  const first = Math.max(0, Math.min(line - start - 2, stop - start - most));
  const end = Math.min(start + first + most, stop);
  if (first > 0) yield { start, stop: start + 1 };
  if (first > 1) yield GAP;
  yield { start: start + first, stop: end };
  if (end < stop) yield GAP;
}

function isWithin(piece: Range, lines: Range): boolean {
  return lines.start <= piece.start && piece.stop <= lines.stop;
}

function numbered(number: number, current: boolean): string {
  const digits = String(number);
  if (!current) return `${GREEN}${digits.padStart(GUTTER)}${PLAIN}`;
  const arrow = digits.length < GUTTER - 1 ? '> '.padStart(GUTTER - digits.length, '-') : '';
  return `${GREEN}${arrow}${PLAIN}${GREEN}${digits}${PLAIN}`;
}

function filled(text: string, mark: string): string {
  return text
    .split('\t')
    .map(part => mark.repeat(displayWidth(visible(part))))
    .join('\t');
}
