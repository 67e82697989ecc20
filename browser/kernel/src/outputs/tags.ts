/**
 * Finds tags and their attributes in text, as browsers do, in time proportional to the text.
 *
 * The native kernel has patterns for this (`_TAG`, `_ATTRIBUTE`, `_SOURCE` in `monty_kernel/sanitize/markup.py`) whose
 * possessive repeats JavaScript lacks.
 */

import { SPACE } from './text';

const NAME = new RegExp(`[a-zA-Z][^${SPACE}/>]*`, 'y');
const STOP = /[>=]/g;
const BLANKS = new RegExp(`[${SPACE}]*`, 'y');
const ATTRIBUTE_NAME = new RegExp(`[^${SPACE}/>=]+`, 'g');
const EQUALS = new RegExp(`[${SPACE}]*=[${SPACE}]*`, 'y');
const VALUE = new RegExp(`[^${SPACE}>]*`, 'y');
const SOURCE = new RegExp(`[${SPACE}]*<[sS][oO][uU][rR][cC][eE](?=[${SPACE}/])`, 'y');
const QUOTE_OR_END = /[>"']/g;

/** A start tag or an end tag. */
export interface Tag {
  /** As it is written. */
  name: string;
  /** What stands between its name and its `>`. */
  inside: string;
  /** The place after its `>`. */
  end: number;
}

/** The tag at a place where `<` or `</` and a letter stand; null if it has no end. */
export function tagAt(text: string, start: number): Tag | null {
  NAME.lastIndex = start + (text[start + 1] === '/' ? 2 : 1);
  const name = NAME.exec(text)?.[0];
  if (name === undefined) return null;
  const begin = NAME.lastIndex;
  for (let position = begin; ;) {
    STOP.lastIndex = position;
    const stop = STOP.exec(text);
    if (stop === null) return null;
    if (stop[0] === '>') return { name, inside: text.slice(begin, stop.index), end: stop.index + 1 };
    position = afterValue(text, stop.index + 1);
  }
}

function afterValue(text: string, start: number): number {
  BLANKS.lastIndex = start;
  BLANKS.test(text);
  const position = BLANKS.lastIndex;
  const sign = text[position];
  if (sign === '"' || sign === "'") {
    const close = text.indexOf(sign, position + 1);
    return close < 0 ? position + 1 : close + 1;
  }
  return sign === undefined || sign === '>' ? position : position + 1;
}

/** The attributes that stand in a tag, each as it is written; empty text for one without a value. */
export function* attributesIn(inside: string): Generator<[name: string, value: string]> {
  ATTRIBUTE_NAME.lastIndex = 0;
  for (let place = 0; ;) {
    ATTRIBUTE_NAME.lastIndex = place;
    const name = ATTRIBUTE_NAME.exec(inside)?.[0];
    if (name === undefined) return;
    place = ATTRIBUTE_NAME.lastIndex;
    EQUALS.lastIndex = place;
    if (!EQUALS.test(inside)) {
      yield [name, ''];
      continue;
    }
    place = EQUALS.lastIndex;
    const quote = inside[place];
    const close = quote === '"' || quote === "'" ? inside.indexOf(quote, place + 1) : -1;
    if (close >= 0) {
      yield [name, inside.slice(place + 1, close)];
      place = close + 1;
      continue;
    }
    VALUE.lastIndex = place;
    yield [name, VALUE.exec(inside)?.[0] ?? ''];
    place = VALUE.lastIndex;
  }
}

/** What stands in the tag `<source …>` at a place, blanks before it aside; null if there is none. */
export function sourceAt(text: string, start: number): string | null {
  SOURCE.lastIndex = start;
  if (!SOURCE.test(text)) return null;
  const begin = SOURCE.lastIndex;
  for (let position = begin; ;) {
    QUOTE_OR_END.lastIndex = position;
    const found = QUOTE_OR_END.exec(text);
    if (found === null) return null;
    if (found[0] === '>') return text.slice(begin, found.index);
    const close = text.indexOf(found[0], found.index + 1);
    if (close < 0) return null;
    position = close + 1;
  }
}

/** The place after a mark; the end of the text if it is not found. */
export function after(text: string, mark: string, position: number): number {
  const found = text.indexOf(mark, position);
  return found < 0 ? text.length : found + mark.length;
}
