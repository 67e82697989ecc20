/**
 * Names and paths in a question of the kernel's: what a person reads there decides over their files, so it must not
 * depend on how a font draws it. As `quoted` in `monty_kernel/outputs/visible_text.py`.
 */

import shared from '../generated/asking.json';
import { visible } from '../errors/visible_text';
import { escape, repr } from '../source/python_text';

const INVISIBLE = new RegExp(shared.invisible, 'u');
const INVISIBLES = new RegExp(shared.invisible, 'gu');
const ASCII = /^[\0-\x7f]*$/;

/** Scripts that say nothing: Chinese and Japanese put Latin words between their own, and these look different. */
const OF_NONE = new Set(['CJK', 'COMBINING']);

/**
 * A name in quotes, on one line. Characters beyond printable ASCII stay only in words of one script that NFKC leaves
 * unchanged; a name with any such word is spelled out as well, since whole words can look like others.
 */
export function quoted(name: string): string {
  if (ASCII.test(name)) return spelled(name);
  const plain = name.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  const shown = words(plain)
    .map(([isWord, word]) => (isWord && isOneScript(word) ? word : escaped(word)))
    .join('');
  return ASCII.test(shown) ? `'${shown}'` : `'${shown}' (spelled ${spelled(name)})`;
}

/** The `repr` of a value on one line: letters beyond ASCII become escapes in a word that mixes scripts. */
export function readable(text: string): string {
  const line = visible(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  if (ASCII.test(text)) return line;
  return words(line.replace(INVISIBLES, escape))
    .map(([isWord, word]) => (isWord && mixes(word) ? escaped(word) : word))
    .join('');
}

/** `ascii()` of Python. */
function spelled(name: string): string {
  return repr(name).replace(/[^\0-\x7f]/gu, escape);
}

function escaped(text: string): string {
  return text.replace(/[^ -~]/gu, escape);
}

function words(text: string): [isWord: boolean, text: string][] {
  const found: [boolean, string][] = [];
  for (const character of text) {
    const isWord = scriptOf(character) !== null;
    const last = found.at(-1);
    if (last?.[0] === isWord) last[1] += character;
    else found.push([isWord, character]);
  }
  return found;
}

function isOneScript(word: string): boolean {
  return ASCII.test(word) || (!mixes(word) && word.normalize('NFKC') === word && !INVISIBLE.test(word));
}

function mixes(word: string): boolean {
  const scripts = new Set(Array.from(word, character => scriptOf(character) ?? ''));
  return [...scripts].filter(script => script !== '' && !OF_NONE.has(script)).length > 1;
}

/** The script of a character; empty for a digit of ASCII and `_`, null for one that is in no word. */
function scriptOf(character: string): string | null {
  if (ASCII.test(character)) return /[A-Za-z]/.test(character) ? 'LATIN' : /[\d_]/.test(character) ? '' : null;
  const code = character.codePointAt(0) ?? 0;
  let low = 0;
  let high = shared.words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const [start = 0, more = 0] = shared.words[middle] ?? [];
    if (code > start + more) low = middle + 1;
    else high = middle;
  }
  const [start = Infinity, , script = 0] = shared.words[low] ?? [];
  return code >= start ? (shared.scripts[script] ?? '') : null;
}
