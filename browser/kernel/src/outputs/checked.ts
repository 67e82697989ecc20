/**
 * Outputs as the worker says them are anything that can be posted. What is here has the types of `messages.ts`, and
 * bounded sizes: plain data, copied.
 */

import type { MimeBundle, Output, Result } from '../worker/messages';
import { outputs, sizes } from './rules';
import { TooLarge } from './sanitized';
import { isLonger } from './text';

/** Types in a bundle, and fields of metadata, that are looked at. */
const MOST_FIELDS = 100;
/** Characters of a display's id. */
const MOST_OF_ID = 1000;
/** Lines of a traceback, and characters of an error: the worker cuts them long before. */
const MOST_LINES = 2000;
const MOST_OF_ERROR = 1 << 20;
/** Levels of nested JSON that are shown, as in the native kernel. */
const MOST_LEVELS = 200;
/** Values in one piece of JSON. */
const MOST_VALUES = 500_000;
const DATA = new Set(outputs.data);

/** A display. */
export type Display = Extract<Output, { type: 'display' }>;

/** The output; null for what is none. */
export function checkedOutput(value: unknown): Output | null {
  if (!isRecord(value)) return null;
  switch (value['type']) {
    case 'stream': {
      const { name, text } = value;
      return (name === 'stdout' || name === 'stderr') && typeof text === 'string'
        ? { type: 'stream', name, text }
        : null;
    }
    case 'display':
      return checkedDisplay(value);
    case 'clear':
      return { type: 'clear', wait: value['wait'] === true };
    case 'error':
      return checkedError(value);
    default:
      return null;
  }
}

/** The result; null for what is none. */
export function checkedResult(value: unknown): Result | null {
  if (!isRecord(value) || !isRecord(value['data'])) return null;
  return { data: checkedBundle(value['data']), metadata: fields(value['metadata']) };
}

/** Types of a bundle with their data; null stands for data that is not shown, whatever it is. */
export function checkedBundle(value: unknown): MimeBundle {
  return Object.fromEntries(
    Object.entries(fields(value)).map(([mime, data]) => [
      mime,
      typeof data === 'string' || DATA.has(mime) ? data : null
    ])
  );
}

/**
 * A copy of JSON data that comes from the worker.
 *
 * @throws TooLarge - There is too much of it; TypeError for what is no JSON.
 */
export function plainData(value: unknown): unknown {
  const left = { values: MOST_VALUES, characters: sizes.mostCharacters };
  return copied(value, 0, left);
}

function copied(value: unknown, level: number, left: { values: number; characters: number }): unknown {
  left.values -= 1;
  if (left.values < 0) throw new TooLarge(`more than ${MOST_VALUES.toLocaleString('en-US')} values`);
  if (typeof value === 'string') return take(value, left);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean' || value === null) return value;
  if (level >= MOST_LEVELS) throw new TooLarge(`more than ${MOST_LEVELS} levels`);
  if (Array.isArray(value)) return value.map(each => copied(each, level + 1, left));
  if (!isRecord(value)) throw new TypeError('it is no JSON');
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [take(key, left), copied(each, level + 1, left)])
  );
}

function take(text: string, left: { characters: number }): string {
  left.characters -= text.length;
  if (left.characters < 0) throw new TooLarge(`more than ${sizes.mostCharacters / 1_000_000} MB`);
  return text;
}

function checkedDisplay(value: Record<string, unknown>): Display | null {
  const { data, metadata, displayId = null, update, file } = value;
  if (!isRecord(data)) return null;
  if (displayId !== null && (typeof displayId !== 'string' || displayId.length > MOST_OF_ID)) return null;
  const display: Display = {
    type: 'display',
    data: checkedBundle(data),
    metadata: fields(metadata),
    displayId,
    update: update === true
  };
  if (!isRecord(file)) return display;
  const { name, content } = file;
  return typeof name === 'string' && isBytes(content) ? { ...display, file: { name, content } } : null;
}

function checkedError(value: Record<string, unknown>): Output | null {
  const { ename, evalue, traceback } = value;
  if (typeof ename !== 'string' || typeof evalue !== 'string' || !Array.isArray(traceback)) return null;
  const lines = traceback.slice(0, MOST_LINES).filter(line => typeof line === 'string');
  let left = MOST_OF_ERROR;
  const kept = lines.map(line => {
    const cut = line.slice(0, left);
    left -= cut.length;
    return cut;
  });
  return { type: 'error', ename: ename.slice(0, MOST_OF_ID), evalue: evalue.slice(0, MOST_OF_ERROR), traceback: kept };
}

function fields(value: unknown): Record<string, unknown> {
  return isRecord(value) ? Object.fromEntries(Object.entries(value).slice(0, MOST_FIELDS)) : {};
}

function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array && value.buffer instanceof ArrayBuffer;
}

/** Whether it is a plain object, and not one of the others that can be posted. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether text is longer than any type may be. */
export function isTooLong(text: string): boolean {
  return isLonger(text, sizes.mostCharacters);
}
