/** What the page and the session say to each other in values: plain data. */

import { special } from './values';
import type { Value } from './values';

const DEEPEST = 200;

/**
 * A value as the page gets it: an int is a number if it is a safe one, a tuple is an array, and a dict whose
 * keys are all text is an object.
 */
export function toPlain(value: Value): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Set) return [...value].map(toPlain);
  if (value instanceof Map) {
    const entries = [...value].map(([key, each]) => [toPlain(key), toPlain(each)] as const);
    return entries.every(([key]) => typeof key === 'string')
      ? Object.fromEntries(entries as (readonly [string, unknown])[])
      : new Map(entries);
  }
  const found = special(value);
  if (found?.py === 'tuple' || found?.py === 'frozenset') return found.items.map(toPlain);
  if (found?.py === 'repr' || found?.py === 'cycle') return found.text;
  return value;
}

/**
 * What the page said as a value: a whole number is an int, an array is a list, and an object is a dict.
 *
 * @throws TypeError - It is, or holds, something else.
 */
export function fromPlain(data: unknown, depth = 0): Value {
  if (data === null || data === undefined) return null;
  if (typeof data === 'boolean' || typeof data === 'bigint' || typeof data === 'string') return data;
  if (typeof data === 'number') return Number.isSafeInteger(data) && !Object.is(data, -0) ? BigInt(data) : data;
  if (data instanceof Uint8Array) return data;
  if (depth < DEEPEST && typeof data === 'object') {
    if (Array.isArray(data)) return data.map(each => fromPlain(each, depth + 1));
    const prototype: unknown = Object.getPrototypeOf(data);
    if (data instanceof Map || prototype === Object.prototype || prototype === null) {
      const entries: Iterable<[unknown, unknown]> = data instanceof Map ? data : Object.entries(data);
      const pairs = [...entries].map(([key, each]): [Value, Value] => [
        fromPlain(key, depth + 1),
        fromPlain(each, depth + 1)
      ]);
      return new Map(pairs);
    }
  }
  throw new TypeError('it is not plain data');
}
