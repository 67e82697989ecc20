/**
 * Regular expressions in Python's words. In a pattern for text, Python's `\w`, `\d`, `\s` and `\b` know all of Unicode.
 *
 * So the patterns of the native kernel can stand here, and in the shared data, as they are written there. What is not
 * translated throws. A possessive quantifier becomes a greedy one, which matches the same where what follows it cannot
 * begin with what it repeats.
 */

import { LatePattern } from './late_pattern';

const WORD = String.raw`\p{L}\p{N}_`;
const SPACE = String.raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const ENDS = {
  '^': { whole: String.raw`(?<![\s\S])`, line: String.raw`(?<![^\n])` },
  $: { whole: String.raw`(?=\n?(?![\s\S]))`, line: String.raw`(?![^\n])` }
};

const OUTSIDE: Record<string, string> = {
  w: `[${WORD}]`,
  W: `[^${WORD}]`,
  d: String.raw`\p{Nd}`,
  D: String.raw`\P{Nd}`,
  s: `[${SPACE}]`,
  S: `[^${SPACE}]`,
  b: `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`,
  A: '(?<![\\s\\S])',
  Z: '(?![\\s\\S])'
};

/** Inside of brackets. */
const INSIDE: Record<string, string> = { w: WORD, d: String.raw`\p{Nd}`, s: SPACE };

/** What a class says that is not a list of what it holds. */
const CLASSES: Record<string, string> = {
  [String.raw`[^\W\d]`]: String.raw`[\p{L}\p{Nl}\p{No}_]`,
  [String.raw`[^\S\n]`]: `[${SPACE.replace(String.raw`\t-\r`, String.raw`\t\x0b-\r`)}]`
};

/** What `re.compile` takes as flags, and how the pattern is used. */
export interface PatternFlags {
  dotAll?: boolean;
  multiline?: boolean;
  /** For a pattern that is searched again and again from `lastIndex`. */
  global?: boolean;
  /** For a pattern that has to match at `lastIndex`. */
  sticky?: boolean;
  /** For a pattern whose groups are asked for their places. */
  places?: boolean;
}

/** The pattern, as `re.compile` reads it. What is wrong with it is found at its first use. */
export function pythonPattern(source: string, flags: PatternFlags = {}): RegExp {
  const options = ['u', flags.dotAll && 's', flags.global && 'g', flags.sticky && 'y', flags.places && 'd'];
  return new LatePattern(options.filter(Boolean).join(''), () => inJavaScript(source, flags));
}

function inJavaScript(source: string, flags: PatternFlags): string {
  const pieces: string[] = [];
  let at = 0;
  while (at < source.length) {
    const [piece, next] = translated(source, at, flags);
    pieces.push(piece);
    at = next;
  }
  return pieces.join('');
}

/** One piece of a pattern in JavaScript's words, and where the next begins. */
function translated(source: string, at: number, flags: PatternFlags): [string, number] {
  const character = source[at] ?? '';
  if (character === '\\') return escaped(source, at);
  if (character === '[') return bracketed(source, at);
  if (source.startsWith('(?P<', at)) return ['(?<', at + 4];
  if (source.startsWith('(?s:.)', at)) return [String.raw`[\s\S]`, at + 6];
  if (source.startsWith('(?P', at) || /^\(\?[a-zA-Z-]/.test(source.slice(at, at + 3))) {
    throw new Error(`not translated: ${source.slice(at, at + 8)}`);
  }
  if (/[*+?}]/.test(character)) return [character, source[at + 1] === '+' ? at + 2 : at + 1];
  if (character === '^' || character === '$') return [ENDS[character][flags.multiline ? 'line' : 'whole'], at + 1];
  if (character === '.' && !flags.dotAll) return [String.raw`[^\n]`, at + 1]; // a dot in JavaScript also stops at U+2028
  return [character, at + 1];
}

function escaped(source: string, at: number): [string, number] {
  const letter = source[at + 1] ?? '';
  const known = OUTSIDE[letter];
  if (known !== undefined) return [known, at + 2];
  if (/[A-Za-z]/.test(letter) && !/[nrtfvxu]/.test(letter)) throw new Error(`not translated: \\${letter}`);
  return [plainly(letter), at + 2];
}

/** An escaped character: with the flag `u`, JavaScript takes a backslash only where it is needed. */
function plainly(letter: string): string {
  return /[A-Za-z0-9^$\\.*+?()[\]{}|/]/.test(letter) ? `\\${letter}` : letter;
}

function bracketed(source: string, start: number): [string, number] {
  const end = endOfClass(source, start);
  const whole = source.slice(start, end);
  const known = CLASSES[whole];
  if (known !== undefined) return [known, end];
  let inside = '';
  for (let at = start + 1; at < end - 1; at += 1) {
    const character = source[at] ?? '';
    if (character !== '\\') {
      inside += character === '[' || (character === ']' && at > start) ? `\\${character}` : character;
      continue;
    }
    at += 1;
    const letter = source[at] ?? '';
    if (INSIDE[letter] !== undefined) inside += INSIDE[letter];
    else if (/[A-Za-z]/.test(letter) && !/[nrtfvxu]/.test(letter)) throw new Error(`not translated: ${whole}`);
    else inside += letter === '-' ? String.raw`\-` : plainly(letter);
  }
  return [`[${inside}]`, end];
}

function endOfClass(source: string, start: number): number {
  let at = start + (source[start + 1] === '^' ? 2 : 1);
  if (source[at] === ']') at += 1;
  while (source[at] !== ']') {
    if (at >= source.length) throw new Error(`an open class: ${source.slice(start)}`);
    at += source[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

/** The text with what has a meaning in patterns escaped, as `re.escape`. */
export function escapedPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}

/** The match of a whole text, as `fullmatch`. The pattern is not global. */
export function fullMatch(pattern: RegExp, text: string): RegExpExecArray | null {
  const whole = wholes.get(pattern) ?? new RegExp(`(?<![\\s\\S])(?:${pattern.source})(?![\\s\\S])`, pattern.flags);
  wholes.set(pattern, whole);
  return whole.exec(text);
}

const wholes = new WeakMap<RegExp, RegExp>();
