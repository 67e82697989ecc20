/** Styles without an address or an escape, that draw only in the output's own place: as in `monty_kernel/sanitize/allowed.py`. */

import { everywhere, styles, whole } from './rules';
import { count, stripped, strippedRight } from './text';

const { patterns } = styles;
const PLAIN_CHARACTERS = whole(patterns.plainCharacters);
const LOCAL = everywhere(patterns.local);
const FAMILY = whole(patterns.family);
const MANY_TRACKS = new RegExp(patterns.manyTracks, 'u');
const FUNCTIONS = new Set(styles.functions);
const SINGLE = new Set(styles.single);
const IN_PLACE = new Set(styles.inPlace);
const LAYERED = new Set(styles.layered);
const OF_DRAWINGS = new Set(styles.ofDrawings);
const POSITIONS = new Set(['static', 'relative', 'absolute']);
const NAME = /[A-Za-z0-9_-]/;

/** Characters of a style attribute that is remembered, and how many are. */
const SHORT = 200;
const REMEMBERED = 1024;
const remembered = new Map<string, Declarations>();

/** What is left of a style attribute, how many declarations are not, and whether something may be drawn outside its box. */
export interface Declarations {
  text: string;
  dropped: number;
  moves: boolean;
}

/** Whether a property of a drawing's own tag leaves it in its place. */
export function keepsPlace(name: string): boolean {
  return IN_PLACE.has(name) || OF_DRAWINGS.has(name) || /^(?:font|stroke|fill)-/.test(name);
}

/**
 * The value of a property or an attribute of SVG as it may stay, its `url(#id)` leading to the prefixed id. Null if it
 * could load or run anything, or lists more layers than a browser draws in time.
 */
export function safeValue(name: string, text: string, prefix: string): string | null {
  if (!PLAIN_CHARACTERS.test(text) || text.includes('/*')) return null;
  if (!called(text).every(each => FUNCTIONS.has(each))) return null;
  if (count(text, "'") % 2 || count(text, '"') % 2 || (text.includes("'") && text.includes('"'))) return null;
  if (LAYERED.has(name) && layers(text) > styles.mostLayers) return null;
  return text.includes('#') ? text.replace(LOCAL, (...found: string[]) => `url(#${prefix}${found[2] ?? ''})`) : text;
}

/** What is called: the word before each bracket. */
function called(text: string): string[] {
  const heads = text.replace(LOCAL, ' ').split('(').slice(0, -1).map(strippedRight);
  return heads.map(head => {
    let start = head.length;
    while (start > 0 && NAME.test(head.charAt(start - 1))) start -= 1;
    return head.slice(start).toLowerCase();
  });
}

function layers(text: string): number {
  let [depth, parts, functions] = [0, 1, 0];
  for (const sign of text) {
    if (sign === '(') {
      functions += Number(depth === 0);
      depth += 1;
    } else if (sign === ')') depth -= 1;
    else if (sign === ',') parts += Number(depth === 0);
  }
  return Math.max(parts, functions);
}

/** The declarations of a style attribute that may stay; its text unchanged if all may. */
export function safeStyle(style: string, prefix: string): Declarations {
  // a table or a piece of code says the same few again and again
  if (style.length > SHORT) return declarations(style, prefix);
  const key = `${prefix};${style}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const made = declarations(style, prefix);
  if (remembered.size >= REMEMBERED) remembered.clear();
  remembered.set(key, made);
  return made;
}

function declarations(style: string, prefix: string): Declarations {
  const kept: string[] = [];
  let [dropped, changed, moves] = [0, false, false];
  for (const declaration of style.split(';')) {
    const colon = declaration.indexOf(':');
    const name = stripped(colon < 0 ? declaration : declaration.slice(0, colon)).toLowerCase();
    const given = colon < 0 ? '' : declaration.slice(colon + 1);
    if (name === '' && colon < 0) continue;
    const fit = SINGLE.has(name) || FAMILY.test(name) ? safeValue(name, given, prefix) : null;
    if (fit === null || !fits(name, fit)) {
      dropped += 1;
      continue;
    }
    changed ||= fit !== given;
    moves ||= !IN_PLACE.has(name);
    kept.push(`${name}:${stripped(fit)}`);
  }
  return { text: dropped || changed ? kept.join('; ') : style, dropped, moves };
}

function fits(name: string, value: string): boolean {
  if (name === 'position') return POSITIONS.has(stripped(value).toLowerCase());
  return !(name.startsWith('grid') && MANY_TRACKS.test(value));
}
