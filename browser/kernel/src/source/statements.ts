/** Finds where statements begin in text that may not be Python yet, past strings, brackets and continuation lines. */

import { pythonPattern } from './python_pattern';
import { count } from './python_text';
import { bisectRight, lineEnd } from './source_map';
import type { Span } from './source_map';

const INTERESTING = /[#\n\\()[\]{}]|"""|'''|"|'/g;
const STRING_OR_COMMENT = /"""|'''|"|'|#/g;
const HOLDS_CODE = /[fFtT][rR]?$/; // what stands before an f-string's quote
const STRING_END: Record<string, RegExp> = {
  "'": /['\\\n]/g,
  '"': /["\\\n]/g,
  "'''": /'''|\\/g,
  '"""': /"""|\\/g
};
const BACKSLASH_AT_END = /\\(?:\r\n|\r|\n)/g;
const MAGIC_HEAD = pythonPattern(String.raw`[ \t]*+(?:[%!?]|[^\W\d][\w, \t]*+=[ \t]*+(?:%\w|!))`, { sticky: true });

/**
 * The span of each logical line, without the newline. Blank lines count.
 *
 * A line that begins with `%`, `!` or `?` is a logical line: quotes and brackets in it mean nothing to Python.
 */
export function* logicalLines(text: string): Generator<Span> {
  let start = 0;
  let position = 0;
  let depth = 0;
  let fresh = true;
  while (position < text.length) {
    if (fresh && depth === 0) {
      fresh = false;
      if (matchesAt(MAGIC_HEAD, text, position)) {
        let end = lineEnd(text, position);
        while (text[end - 1] === '\\' && end < text.length) end = lineEnd(text, end + 1); // a continuation line
        yield [start, end];
        start = position = end + 1;
        fresh = true;
        continue;
      }
    }
    const match = searchFrom(INTERESTING, text, position);
    if (match === null) break;
    const found = match[0];
    position = match.index + found.length;
    if (STRING_END[found] !== undefined) position = stringEnd(text, found, position);
    else if (found === '#') position = lineEnd(text, position);
    else if (found === '\\') position += text.startsWith('\r\n', position) ? 2 : 1;
    else if ('([{'.includes(found)) depth += 1;
    else if (')]}'.includes(found)) depth = Math.max(0, depth - 1);
    else if (depth === 0) {
      yield [start, position - 1];
      start = position;
      fresh = true;
    }
  }
  if (start < text.length || text === '') yield [start, text.length];
}

/** How much of a text costs a parser memory and time: all but comments and the contents of plain strings. */
export function weight(text: string): number {
  let light = 0;
  for (const [start, inside, end] of stringsAndComments(text)) {
    if (!HOLDS_CODE.test(text.slice(Math.max(0, start - 2), start))) light += end - inside;
  }
  return text.length - light;
}

/** The numbers, from 1, of the lines that begin inside a string. */
export function linesInsideStrings(text: string): Set<number> {
  const found = new Set<number>();
  let counted = 0;
  let line = 1;
  for (const [start, , end] of stringsAndComments(text)) {
    const first = line + count(text, '\n', counted, start);
    line = first + count(text, '\n', start, end);
    counted = end;
    for (let number = first + 1; number <= line; number += 1) found.add(number);
  }
  return found;
}

/** The offsets of the lines that go on with the one before, which ends with a backslash outside of strings and comments. */
export function continuationLines(text: string): Set<number> {
  const found = new Set<number>();
  if (!/\\[\r\n]/.test(text)) return found;
  const within = [...stringsAndComments(text)];
  const begins = within.map(([start]) => start);
  for (const match of text.matchAll(BACKSLASH_AT_END)) {
    const before = within[bisectRight(begins, match.index) - 1];
    if (before === undefined || before[2] <= match.index) found.add(match.index + match[0].length);
  }
  return found;
}

/** Where each begins, where its content begins, and where it ends, before the end of its line if it has no other. */
function* stringsAndComments(text: string): Generator<[start: number, inside: number, end: number]> {
  let position = 0;
  for (;;) {
    const match = searchFrom(STRING_OR_COMMENT, text, position);
    if (match === null) return;
    const inside = match.index + match[0].length;
    position = match[0] === '#' ? lineEnd(text, inside) : stringEnd(text, match[0], inside);
    yield [match.index, inside, position];
  }
}

/** Where a string ends whose content begins here; an unclosed one ends with its line. */
function stringEnd(text: string, quote: string, start: number): number {
  return stringFrom(text, quote, start).end;
}

/** Where a string ends whose content begins here, and whether by its quote. */
export function stringFrom(text: string, quote: string, start: number): { end: number; closed: boolean } {
  const pattern = STRING_END[quote];
  if (pattern === undefined) throw new Error(`not a quote: ${quote}`);
  let position = start;
  while (position < text.length) {
    const match = searchFrom(pattern, text, position);
    if (match === null) break;
    if (match[0] === '\n') return { end: match.index, closed: false };
    position = match.index + match[0].length;
    if (match[0] === quote) return { end: position, closed: true };
    position += quote.length === 1 && text.startsWith('\r\n', position) ? 2 : 1;
  }
  return { end: text.length, closed: false };
}

/** The offset of the last logical line that begins in the first column; 0 when there is none. */
export function lastStatement(text: string): number {
  let found = 0;
  for (const [start, end] of logicalLines(text)) {
    if (start < end && !' \t\r\f#)]}'.includes(text[start] ?? '')) found = start;
  }
  return found;
}

/** The first match of a global pattern at an offset or behind it. */
function searchFrom(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

/** Whether a sticky pattern matches at an offset. */
function matchesAt(pattern: RegExp, text: string, position: number): boolean {
  pattern.lastIndex = position;
  return pattern.test(text);
}
