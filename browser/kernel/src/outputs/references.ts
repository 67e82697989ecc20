/** Character references as Python's `html.unescape` reads them, without the characters that no markup may hold. */

import { decodeHTMLStrict } from 'entities';

import { everywhere, markup } from './rules';

const UNFIT = everywhere(markup.patterns.unfit);
const LONG_REFERENCE = everywhere(markup.patterns.longReference);
const REFERENCE = /&(?:#([0-9]+);?|#[xX]([0-9a-fA-F]+);?|([^\t\n\f <&#;]{1,32};?))/g;
/** Names that stand for characters also without a semicolon, and the length of the longest. */
const BARE_NAMES = new Map(Object.entries(markup.references));
const LONGEST_BARE = Math.max(...Object.keys(markup.references).map(name => name.length));
/** Numbers that mean another character than the one they say. */
const MEANT = new Map(Object.entries(markup.characters));

/** The text without control characters, lone surrogates and the stand-ins. */
export function fit(text: string): string {
  return text.replace(UNFIT, '');
}

/** The text with each reference replaced by what it stands for, without forbidden characters. */
export function resolved(text: string): string {
  if (!text.includes('&')) return text;
  const short = text.replace(LONG_REFERENCE, '\ufffd');
  return short.replace(REFERENCE, (found: string, decimal?: string, hexadecimal?: string, name?: string) => {
    if (name !== undefined) return named(found, name);
    return fit(numbered(decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal)));
  });
}

function numbered(code: number): string {
  const meant = MEANT.get(String(code));
  if (meant !== undefined) return meant;
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return '\ufffd';
  const isCharacter = (code & 0xfffe) !== 0xfffe && !(code >= 0xfdd0 && code <= 0xfdef);
  return isCharacter ? String.fromCodePoint(code) : '';
}

function named(found: string, name: string): string {
  if (name.endsWith(';')) {
    const decoded = decodeHTMLStrict(found);
    if (decoded !== found) return decoded;
  }
  for (let length = Math.min(name.length, LONGEST_BARE); length > 1; length -= 1) {
    const character = BARE_NAMES.get(name.slice(0, length));
    if (character !== undefined) return character + name.slice(length);
  }
  return found;
}
