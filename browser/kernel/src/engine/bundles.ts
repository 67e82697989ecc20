/** What the prelude gives to be shown: MIME bundles, which a cell may have forged. */

import { tupleItems, typeName } from '../wire/values';
import type { Value } from '../wire/values';
import type { MimeBundle, Result } from '../worker/messages';
import { Raises } from './frontend';

/** Levels of nested JSON that are shown. */
const DEEPEST = 200;

/**
 * The bundle that the prelude built.
 *
 * @param data - Texts by MIME type.
 * @param jsons - JSON texts by MIME type; they are parsed.
 * @throws Raises - They are something else, or no JSON, or nested too deeply.
 */
export function mimeBundle(data: Value, jsons: Value): MimeBundle {
  const bundle: MimeBundle = {};
  for (const [mime, text] of texts(data)) bundle[mime] = text;
  for (const [mime, text] of texts(jsons)) bundle[mime] = parsed(text);
  return bundle;
}

function texts(value: Value): [string, string][] {
  const entries: unknown[] = value instanceof Map ? [...value] : [null];
  const isText = (entry: unknown): entry is [string, string] =>
    Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'string';
  if (!entries.every(isText)) throw new Raises('TypeError', 'a MIME bundle maps MIME types to text');
  return entries;
}

/**
 * Metadata, from the JSON text that the prelude made; empty text stands for no metadata.
 *
 * @throws Raises - It is not a JSON object, or nested too deeply.
 */
export function jsonObject(text: Value): Record<string, unknown> {
  const value = typeof text === 'string' && text !== '' ? parsed(text) : {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = Number.isInteger(value) ? 'int' : typeName(value as Value);
    throw new Raises('TypeError', `metadata must be a dict, not ${kind}`);
  }
  return value as Record<string, unknown>;
}

/** Numbers that Python's JSON has and JavaScript's has not, outside of texts. */
const NOT_FINITE = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

function parsed(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    try {
      value = JSON.parse(text.replace(NOT_FINITE, found => (found.startsWith('"') ? found : 'null')));
    } catch (error) {
      throw new Raises('ValueError', error instanceof Error ? error.message : 'no JSON');
    }
  }
  let level = [value];
  for (let depth = 0; depth <= DEEPEST; depth++) {
    level = level.flatMap((each): unknown[] => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) return value;
  }
  throw new Raises('ValueError', `JSON nested more than ${DEEPEST} levels deep cannot be shown`);
}

/** The result that a cell's feed gave; null if it is not a bundle. */
export function resultOf(bundle: Value): Result | null {
  const [data = null, jsons = null, metadata = null, ...more] = tupleItems(bundle) ?? [];
  if (tupleItems(bundle)?.length !== 3 || more.length > 0) return null;
  try {
    return { data: mimeBundle(data, jsons), metadata: jsonObject(metadata) };
  } catch (error) {
    // a TypeError: the cell redefined the prelude's functions, and what is forged is not shown
    if (!(error instanceof Raises) || error.type !== 'ValueError') return null;
    try {
      return { data: mimeBundle(data, new Map()), metadata: {} }; // nested too deeply
    } catch {
      return null;
    }
  }
}
