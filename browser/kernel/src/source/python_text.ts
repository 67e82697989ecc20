/** What Python does with text: its blanks, its `repr`, its numbers, and characters where JavaScript counts UTF-16 units. */

const BLANK = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const AT_START = new RegExp(`^${BLANK}+`);
const IS_BLANK = new RegExp(BLANK);

/** `str.lstrip()`. */
export function lstrip(text: string): string {
  return text.replace(AT_START, '');
}

/** `str.rstrip()`. By hand, since a pattern would be tried at every blank of a long text. */
export function rstrip(text: string): string {
  let end = text.length;
  while (end > 0 && IS_BLANK.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
}

/** `str.strip()`. */
export function strip(text: string): string {
  return lstrip(rstrip(text));
}

/** `str.split()`: the words between blanks. */
export function words(text: string): string[] {
  return strip(text)
    .split(new RegExp(`${BLANK}+`))
    .filter(Boolean);
}

/** `str.partition()`. */
export function partition(text: string, separator: string): [string, string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, '', ''] : [text.slice(0, at), separator, text.slice(at + separator.length)];
}

/** `str.rpartition()`. */
export function rpartition(text: string, separator: string): [string, string, string] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? ['', '', text] : [text.slice(0, at), separator, text.slice(at + separator.length)];
}

/** How often a short text occurs between two places. */
export function count(text: string, what: string, start = 0, end = text.length): number {
  let found = 0;
  for (let at = text.indexOf(what, start); at >= 0 && at + what.length <= end; at = text.indexOf(what, at + 1)) {
    found += 1;
  }
  return found;
}

// Characters ------------------------------------------------------------------------------------------------------------

const HIGH = /[\ud800-\udbff]/;

/** How many characters a text has. */
export function characters(text: string, start = 0, end = text.length): number {
  let found = end - start;
  for (let at = start; at + 1 < end; at += 1) {
    if (isPair(text, at)) {
      found -= 1;
      at += 1;
    }
  }
  return found;
}

/** The offset that is some characters behind another; at most the end of the text. */
export function forward(text: string, start: number, characterCount: number): number {
  let at = start;
  for (let left = characterCount; left > 0 && at < text.length; left -= 1) at += isPair(text, at) ? 2 : 1;
  return Math.min(at, text.length);
}

/** A slice by characters; `start` and `stop` are not negative. */
export function slice(text: string, start: number, stop = Infinity): string {
  if (!hasPairs(text)) return text.slice(start, stop);
  const from = forward(text, 0, start);
  return text.slice(from, stop === Infinity ? text.length : forward(text, from, Math.max(0, stop - start)));
}

/** The first characters of a text. */
export function firstCharacters(text: string, most: number): string {
  return text.length <= most ? text : text.slice(0, forward(text, 0, most));
}

/** Whether a text may have characters of two UTF-16 units. */
export function hasPairs(text: string): boolean {
  return HIGH.test(text);
}

function isPair(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

// Values ----------------------------------------------------------------------------------------------------------------

const UNPRINTABLE = /[\\\p{C}\p{Z}]/gu;
const SHORT: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', ' ': ' ' };

/** `repr()` of a text. */
export function repr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(UNPRINTABLE, each => SHORT[each] ?? escape(each));
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/** A character as `ascii()` writes it, without quotes. */
export function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const short = SHORT[character];
  if (short !== undefined && short !== ' ') return short;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** `f"{number:,}"`. */
export function thousands(number: number): string {
  return number.toString().replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `str.format()` with the fields `{}`, `{name}`, `{:,}` and each of them with `!r`. */
export function format(template: string, ...values: readonly (string | number)[]): string;
export function format(template: string, values: Readonly<Record<string, string | number>>): string;
export function format(template: string, ...values: readonly unknown[]): string {
  const first = values[0];
  const named = typeof first === 'object' ? (first as Record<string, string | number>) : null;
  let next = 0;
  return template.replace(
    /\{\{|\}\}|\{(\w*)(!r)?(:,)?\}/g,
    (whole, name: string, quoted?: string, grouped?: string) => {
      if (whole === '{{' || whole === '}}') return whole.charAt(0);
      const value = named !== null ? named[name] : (values[name === '' ? next++ : Number(name)] as string | number);
      if (value === undefined) throw new Error(`no value for ${whole} in ${template}`);
      if (grouped !== undefined) return thousands(Number(value));
      return quoted === undefined ? String(value) : repr(String(value));
    }
  );
}
