/**
 * What of a MIME bundle may be shown, as `monty_kernel/sanitize/sanitizer.py` decides: every type that is left is safe
 * to show, whichever of them a front end picks.
 */

import type { MimeBundle } from '../worker/messages';
import { plainData } from './checked';
import { outputs, sizes, whole } from './rules';
import { Removed, TooLarge } from './sanitized';
import type { Sanitized } from './sanitized';
import type { Steps } from './steps';
import { shown } from './terminal';
import { safeTex } from './tex';
import { bytesOf, characters, firstCharacters, grouped, isLonger } from './text';

export const MARKDOWN = 'text/markdown';
const HTML = 'text/html';
const SVG = 'image/svg+xml';
/** The types of markup: what sanitizes them is loaded when the first comes. */
const MARKUP = new Set([HTML, SVG, MARKDOWN]);

const SHOWN = new Set(outputs.shown);
const PICTURES = new Set(outputs.pictures);
const METHODS = new Map(Object.entries(outputs.methods));
const BASE64 = whole(outputs.patterns.base64);
const MIME_TYPE = whole(outputs.patterns.mimeType);
const REPR = whole(outputs.patterns.repr);

/** Sanitizes the types of markup. */
export type MarkupSanitizer = (mime: string, text: string, place: string) => Steps<Sanitized>;

/** A bundle that may be shown. note: a line that says what was left out; null if nothing was. */
export interface SanitizedBundle {
  data: MimeBundle;
  metadata: Record<string, unknown>;
  note: string | null;
}

/** Whether a bundle has a type that only a `MarkupSanitizer` can make harmless. */
export function needsMarkup(data: MimeBundle): boolean {
  return Object.entries(data).some(([mime, value]) => MARKUP.has(mime) && typeof value === 'string');
}

/**
 * Sanitize a bundle whose types were checked. If nothing is left to show, the note becomes its text.
 *
 * @param sanitizer - What sanitizes markup; a reason why there is none.
 * @param place - Of this output in its document, so that no two outputs share an id.
 * @param trust - How a person can trust all outputs, for the note; null where nobody can.
 */
export function* sanitizedBundle(
  data: MimeBundle,
  metadata: Record<string, unknown>,
  sanitizer: MarkupSanitizer | string,
  place: string,
  trust: string | null
): Steps<SanitizedBundle> {
  const removed = new Removed();
  const [dropped, changed]: [string[], string[]] = [[], []];
  const kept = new Map<string, unknown>();
  const mimes = Object.keys(data).sort((first, second) => Number(first === MARKDOWN) - Number(second === MARKDOWN));
  for (const mime of mimes) {
    if (mime === MARKDOWN && kept.has(HTML)) continue; // front ends prefer the HTML
    const before = removed.total;
    const clean =
      SHOWN.has(mime) || mime === MARKDOWN ? yield* sanitized(mime, data[mime], removed, sanitizer, place) : null;
    if (clean !== null) kept.set(mime === MARKDOWN ? HTML : mime, clean.value);
    else if (removed.total === before) dropped.push(mime);
    if (removed.total > before) changed.push(mime);
  }
  const source = data[MARKDOWN];
  const plain = kept.get('text/plain');
  if (typeof source === 'string' && (typeof plain !== 'string' || REPR.test(plain))) {
    kept.set('text/plain', sourceShown(source));
  }
  // a cell of %%html and what was displayed as it is have no object; their text is the original, or there is none
  const text = data['text/plain'];
  const made = changed.filter(mime => text !== undefined && text !== data[mime]);
  const method = made.map(mime => METHODS.get(mime)).find(each => each !== undefined);
  let note = noteOf(removed, dropped, method, trust);
  if (kept.size === 0 && note !== null) {
    kept.set('text/plain', note);
    note = null;
  }
  return { data: Object.fromEntries(kept), metadata: sanitizedMetadata(metadata), note };
}

/** The value as it may be shown, Markdown as HTML; null if it may not be shown. */
function* sanitized(
  mime: string,
  value: unknown,
  removed: Removed,
  sanitizer: MarkupSanitizer | string,
  place: string
): Steps<{ value: unknown } | null> {
  try {
    if (!MARKUP.has(mime) && typeof value === 'string' && isLonger(value, sizes.mostCharacters)) {
      throw new TooLarge(`more than ${sizes.mostCharacters / 1_000_000} MB`);
    }
    if (mime === 'application/json') return { value: plainData(value) };
    if (typeof value !== 'string') return null;
    if (MARKUP.has(mime)) return yield* markupSanitized(mime, value, removed, sanitizer, place);
    if (PICTURES.has(mime)) return BASE64.test(value) ? { value } : null;
    if (mime !== 'text/latex') return { value: shown(value) };
    const { text, macros } = safeTex(value);
    removed.add("formula's macro", macros);
    return { value: text };
  } catch (error) {
    if (error instanceof TypeError && mime === 'application/json') return null;
    if (!(error instanceof TooLarge)) throw error;
    removed.add(`${MIME_TYPE.test(mime) ? mime : 'output'} of ${error.message}`);
    return null;
  }
}

function* markupSanitized(
  mime: string,
  text: string,
  removed: Removed,
  sanitizer: MarkupSanitizer | string,
  place: string
): Steps<{ value: string } | null> {
  if (typeof sanitizer === 'string') {
    removed.add(`${mime} (${sanitizer})`);
    return null;
  }
  const clean = yield* sanitizer(mime, text, place);
  const most = 2 * sizes.mostBytes;
  if (clean.text.length * 3 > most && bytesOf(clean.text) > most) {
    throw new TooLarge(`more than ${most / 1_000_000} MB once it is sanitized`);
  }
  if (mime === SVG && clean.text === '') return null;
  removed.addAll(clean.removed);
  return { value: clean.text };
}

/** The source of Markdown as text. */
function sourceShown(source: string): string {
  if (!isLonger(source, outputs.mostPlain)) return shown(source);
  return shown(firstCharacters(source, outputs.mostPlain)) + outputs.cut.replace('{:,}', grouped(characters(source)));
}

/** Keep the metadata that only says how an output is drawn: its size, its background, whether it is unfolded. */
export function sanitizedMetadata(metadata: Record<string, unknown>, within = false): Record<string, unknown> {
  const clean: [string, unknown][] = [];
  for (const [key, value] of Object.entries(metadata)) {
    if (SHOWN.has(key)) {
      const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (isMapping && !within) clean.push([key, sanitizedMetadata(value as Record<string, unknown>, true)]);
    } else if (drawsOnly(key, value)) clean.push([key, value]);
  }
  return Object.fromEntries(clean);
}

function drawsOnly(key: string, value: unknown): boolean {
  switch (key) {
    case 'width':
    case 'height':
      return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
    case 'unconfined':
    case 'expanded':
    case 'isolated':
      return typeof value === 'boolean';
    case 'needs_background':
      return value === 'light' || value === 'dark';
    case 'alt':
    case 'root':
      return typeof value === 'string' && !isLonger(value, sizes.mostCharacters);
    default:
      return false;
  }
}

function noteOf(removed: Removed, dropped: string[], method: string | undefined, trust: string | null): string | null {
  const parts = removed.entries().map(([what, often]) => (often === 1 ? what : `${grouped(often)} × ${what}`));
  parts.push(
    ...dropped.slice(0, 5).map(mime => (mime.length <= 80 && MIME_TYPE.test(mime) ? mime : 'a type of output'))
  );
  if (parts.length === 0) return null;
  const said = parts.length > 8 ? [...parts.slice(0, 8), `${parts.length - 8} more`] : parts;
  const see =
    method === undefined ? '' : ` To see the original as text, run print(x.${method}()), where x is the object.`;
  const how = trust === null ? '' : ` If you trust this notebook, ${trust}.`;
  return `[monty-kernel left out of this output: ${said.join(', ')}.${see}${how}]`;
}
