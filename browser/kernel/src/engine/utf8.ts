/** Text as Python counts and reads it. */

const UTF8 = new TextEncoder();

/** Bytes of a text in UTF-8. */
export function textSize(text: string): number {
  return UTF8.encode(text).length;
}

/** Characters of a text, where JavaScript counts UTF-16 units. */
export function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length; index++) {
    if ((text.codePointAt(index) ?? 0) > 0xffff) {
      count -= 1;
      index += 1;
    }
  }
  return count;
}

/** The order of Python's `sorted`, by characters, where JavaScript compares UTF-16 units. */
export function byCharacters(one: string, other: string): number {
  for (let index = 0; index < one.length && index < other.length; index++) {
    const [left, right] = [one.codePointAt(index) ?? 0, other.codePointAt(index) ?? 0];
    if (left !== right) return left - right;
  }
  return one.length - other.length;
}

/** What Python says of bytes that are no text in UTF-8; null if they are. */
export function utf8Fault(data: Uint8Array): string | null {
  for (let at = 0; at < data.length;) {
    const lead = data[at] ?? 0;
    const size = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (size === 0) return faultAt(lead, at, 'invalid start byte');
    const found = continuation(data, at, lead, size);
    if (found < size && at + found < data.length) {
      return found === 1
        ? faultAt(lead, at, 'invalid continuation byte')
        : faultBetween(at, at + found - 1, 'invalid continuation byte');
    }
    if (found < size) {
      return found === 1
        ? faultAt(lead, at, 'unexpected end of data')
        : faultBetween(at, at + found - 1, 'unexpected end of data');
    }
    at += size;
  }
  return null;
}

/** How many bytes of one character are what they should be. */
function continuation(data: Uint8Array, at: number, lead: number, size: number): number {
  for (let index = 1; index < size; index++) {
    const byte = data[at + index] ?? 0;
    const least = index > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const most = index > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (at + index >= data.length || byte < least || byte > most) return index;
  }
  return size;
}

function faultAt(byte: number, position: number, why: string): string {
  const code = byte.toString(16).padStart(2, '0');
  return `'utf-8' codec can't decode byte 0x${code} in position ${position}: ${why}`;
}

function faultBetween(first: number, last: number, why: string): string {
  return `'utf-8' codec can't decode bytes in position ${first}-${last}: ${why}`;
}
