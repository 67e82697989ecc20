/** Text as Python sees it: what a blank is, and how long a text is. */

/** The characters that Python's `str.isspace` and `\s` know, for a set in a pattern. */
export const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const BLANK = new RegExp(`[${SPACE}]`);
const BLANKS = new RegExp(`[${SPACE}]+`);

export function isBlank(character: string): boolean {
  return BLANK.test(character);
}

/** The text without blanks at its end. */
export function strippedRight(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The text without blanks at both ends. */
export function stripped(text: string): string {
  let start = 0;
  while (start < text.length && isBlank(text.charAt(start))) start += 1;
  return strippedRight(text.slice(start));
}

/** The text without these characters at both ends. */
export function trimmed(text: string, blanks: ReadonlySet<string>): string {
  let [start, end] = [0, text.length];
  while (start < end && blanks.has(text.charAt(start))) start += 1;
  while (end > start && blanks.has(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** The words between blanks. */
export function words(text: string): string[] {
  return text.split(BLANKS).filter(word => word !== '');
}

export function count(text: string, sign: string): number {
  let found = 0;
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + sign.length)) found += 1;
  return found;
}

/** Characters of Unicode. */
export function characters(text: string): number {
  let units = text.length;
  for (let index = 0; index < text.length; index += 1) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) {
      units -= 1;
      index += 1;
    }
  }
  return units;
}

/** Whether a text has more characters than `most`. A long text is counted only if it matters. */
export function isLonger(text: string, most: number): boolean {
  return text.length > most && (text.length > 2 * most || characters(text) > most);
}

/** The first characters of Unicode. */
export function firstCharacters(text: string, most: number): string {
  return Array.from(text.slice(0, 2 * most))
    .slice(0, most)
    .join('');
}

/** Bytes in UTF-8. */
export function bytesOf(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if ((text.codePointAt(index) ?? 0) > 0xffff) {
      bytes += 4;
      index += 1;
    } else bytes += 3;
  }
  return bytes;
}

/** A number with commas between thousands. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

/** Escaped so that it can stand between tags. */
export function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Escaped so that it can also stand in an attribute. */
export function escapedAttribute(text: string): string {
  return escaped(text).replace(/"/g, '&quot;').replace(/'/g, '&#x27;');
}
