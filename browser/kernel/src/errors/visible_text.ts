/** Text from a notebook made fit to show: no control characters, a known width, a bounded length. */

import shared from '../generated/characters.json';
import { characters, escape, firstCharacters, thousands } from '../source/python_text';

const UNSHOWN = new RegExp(shared.unshown, 'gu');
const INVISIBLE = /^(?:[\p{Mn}\p{Me}\p{Cf}]|[\u1160-\u11ff\ud7b0-\ud7ff])$/u; // the ranges are parts of Korean syllables
const ASCII = /^[\0-\x7f]*$/;
const JOINER = '\u200d';
const EMOJI_STYLE = '\ufe0f';

/** The text with its control characters written out: ESC becomes `\x1b`. Tabs and newlines stay. */
export function visible(text: string): string {
  return text.replace(UNSHOWN, escape);
}

/** A text on one line: control characters, line ends and tabs are written out. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** How many terminal columns a text takes that has neither tabs nor control characters. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  let previous = '';
  let previousWidth = 0;
  for (const character of text) {
    let own = characterWidth(character);
    if (previous === JOINER || (previousWidth === 2 && isSkinTone(character)))
      own = 0; // part of the emoji before it
    else if (character === EMOJI_STYLE && previousWidth === 1) own = 1; // the sign before it is drawn two columns wide
    width += own;
    previous = character;
    previousWidth = own;
  }
  return width;
}

function isSkinTone(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x1f3fb && code < 0x1f400;
}

function characterWidth(character: string): number {
  if (ASCII.test(character)) return 1;
  if (INVISIBLE.test(character)) return 0;
  return isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
}

function isWide(code: number): boolean {
  let low = 0;
  let high = shared.wide.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (code > (shared.wide[middle]?.[1] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return code >= (shared.wide[low]?.[0] ?? Infinity);
}

/** The first characters of a text, with a note of how many more there were. */
export function cut(text: string, limit: number): string {
  const first = firstCharacters(text, limit);
  return first.length === text.length ? text : first + more(characters(text) - limit);
}

/** The note that stands for characters left out. */
export function more(count: number): string {
  return ` … [${thousands(count)} more characters]`;
}
