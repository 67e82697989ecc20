/**
 * The limits in a session's dump, and others in their place.
 *
 * Monty loads a dump under the tighter of the dump's limits and the new session's (measured with pydantic_monty 1.4.0).
 * So a state would keep for ever what was tightened once, or what an earlier kernel was granted. A dump is CBOR behind a
 * header. Near its end, after all that a cell could have written, `tracker` holds a map of the limits. Where that map is
 * not found as expected, the dump stays as it is: the session that loads it is never looser than its own limits.
 */

import { MONTY_RECURSION } from './limits';
import type { Limits } from '../worker/messages';

const NAMES = [
  'max_feed_duration',
  'max_turn_duration',
  'max_memory',
  'gc_interval',
  'max_recursion_depth',
  'max_suspensions',
  'max_total_sleep'
] as const;

/** The most that Monty reads where addresses have 32 bits. The host counts no suspensions, the native one neither. */
const MOST_SUSPENSIONS = (1n << 32n) - 1n;

const ASCII = new TextEncoder();
const NULL = Uint8Array.of(0xf6);
const TRACKER = joined([ASCII.encode('gtracker'), Uint8Array.of(0xa4), ASCII.encode('flimits'), Uint8Array.of(0xa7)]);
const BEHIND = joined([ASCII.encode('ttotal_execution_time'), Uint8Array.of(0xa2)]);
const SECONDS = joined([Uint8Array.of(0xa2), ASCII.encode('dsecs')]);
const NANOS = ASCII.encode('enanos');

/** The dump with these limits in place of its own; the same object if they are equal, null if they were not found. */
export function withLimits(state: Uint8Array<ArrayBuffer>, limits: Limits): Uint8Array<ArrayBuffer> | null {
  const start = lastIndexOf(state, TRACKER);
  if (start < 0) return null;
  let at = start + TRACKER.length;
  const values: Uint8Array[] = [];
  for (const name of NAMES) {
    const text = textItem(name);
    if (!startsWith(state, text, at)) return null;
    at += text.length;
    const end = valueEnd(state, at);
    if (end === null) return null;
    values.push(state.subarray(at, end));
    at = end;
  }
  if (!startsWith(state, BEHIND, at)) return null;
  const wanted: Partial<Record<(typeof NAMES)[number], Uint8Array>> = {
    max_feed_duration: limits.seconds === null ? NULL : durationItem(limits.seconds),
    max_memory: limits.memory === null ? NULL : numberItem(BigInt(Math.floor(limits.memory))),
    max_suspensions: numberItem(MOST_SUSPENSIONS),
    max_recursion_depth: numberItem(BigInt(limits.recursion ?? MONTY_RECURSION))
  };
  const made = NAMES.map((name, index) => wanted[name] ?? values[index] ?? NULL);
  if (made.every((value, index) => equal(value, values[index]))) return state;
  const entries = NAMES.flatMap((name, index) => [textItem(name), made[index] ?? NULL]);
  return joined([state.subarray(0, start + TRACKER.length), ...entries, state.subarray(at)]);
}

/** Where a value ends: null, a number, or a map for a duration. Null for anything else. */
function valueEnd(state: Uint8Array, at: number): number | null {
  if (state[at] === NULL[0]) return at + 1;
  if (!startsWith(state, SECONDS, at)) return numberEnd(state, at);
  const seconds = numberEnd(state, at + SECONDS.length);
  if (seconds === null || !startsWith(state, NANOS, seconds)) return null;
  return numberEnd(state, seconds + NANOS.length);
}

function numberEnd(state: Uint8Array, at: number): number | null {
  const head = state[at];
  if (head === undefined || head > 0x1b) return null;
  const end = at + 1 + (head < 0x18 ? 0 : 2 ** (head - 0x18));
  return end <= state.length ? end : null;
}

function numberItem(value: bigint): Uint8Array {
  if (value < 24n) return Uint8Array.of(Number(value));
  const most = (1n << 64n) - 1n;
  const size = value < 1n << 8n ? 0 : value < 1n << 16n ? 1 : value < 1n << 32n ? 2 : 3;
  const bytes = new Uint8Array(1 + 2 ** size);
  bytes[0] = 0x18 + size;
  let left = value > most ? most : value;
  for (let index = bytes.length - 1; index > 0; index--) {
    bytes[index] = Number(left & 0xffn);
    left >>= 8n;
  }
  return bytes;
}

function durationItem(seconds: number): Uint8Array {
  const micros = BigInt(Math.round(seconds * 1_000_000)); // as Monty has it
  const nanos = (micros % 1_000_000n) * 1000n;
  return joined([SECONDS, numberItem(micros / 1_000_000n), NANOS, numberItem(nanos)]);
}

function textItem(text: string): Uint8Array {
  return joined([Uint8Array.of(0x60 + text.length), ASCII.encode(text)]);
}

function lastIndexOf(state: Uint8Array, searched: Uint8Array): number {
  for (let at = state.length - searched.length; at >= 0; at--) {
    if (state[at] === searched[0] && startsWith(state, searched, at)) return at;
  }
  return -1;
}

function startsWith(state: Uint8Array, expected: Uint8Array, at: number): boolean {
  return at + expected.length <= state.length && expected.every((byte, index) => state[at + index] === byte);
}

function equal(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return one.length === other?.length && startsWith(one, other, 0);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
