/**
 * What a state holds and what its cell changed, as front ends are told: made once, bounded, and never by the notebook's code.
 *
 * A description has the entries of a state that differ from those of the state before it, or all of them if that one's are
 * not known. So what any state holds, and how any two differ, is known without loading one. All texts are those of the
 * native kernel.
 */

import { blake2b } from '@noble/hashes/blake2.js';
import { sha256 } from '@noble/hashes/sha2.js';

import { byCharacters } from '../engine/utf8';
import { visibleLine } from '../errors/visible_text';
import shared from '../generated/environment.json';
import { characters, firstCharacters } from '../source/python_text';
import { SURVEY, surveyOf } from './differences';
import type { FileNode, Snapshot } from '../worker/messages';
import type { Inspector } from './journey';
import type { Timeline } from './timeline';

const LONGEST_NAME = 100;
const LONGEST_TEXT = 40;

/** Changes that are told with a state. A front end asks for the others. */
const MOST_CHANGES = 50;

/** Variables, environment variables and files of a state that is described at all. */
export const MOST_ENTRIES = 10_000;

/** Entries of all descriptions of a session, with what is told of them. No more states are described then. */
export const MOST_WEIGHT = 100_000;

type Kind = 'variable' | 'function' | 'class' | 'module' | 'environment' | 'file';

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['function', 'function'],
  ['builtin_function_or_method', 'function'],
  ['type', 'class'],
  ['module', 'module']
]);
const ENVIRONMENT = 'os.environ[';
const FILE = 'file ';
const WORK = '/work/';

/** One thing that a state holds. */
export interface Seen {
  kind: Kind;
  /** The name of its type. */
  type: string;
  /** Of a collection or a text; bytes of a file. */
  length: number | null;
  /** Short; empty if it is not worth showing, or a secret. */
  text: string;
  /** Of its value; "?" if it cannot be compared. */
  digest: string;
}

/** What a state holds, by name; the names of files have `file ` before them. */
export type Entries = ReadonlyMap<string, Seen>;

/** A value as a front end is told. */
export interface ValueData {
  type: string;
  length: number | null;
  text: string;
  compared: boolean;
}

export interface ChangeData {
  name: string;
  kind: Kind;
  before: ValueData | null;
  after: ValueData | null;
}

/** How what one state holds differs from another. */
export interface DifferenceData {
  compared: true;
  items: ChangeData[];
  more: number;
  unknown: number;
}

export type ChangesData = DifferenceData | { compared: false; why: string };

/** What is known of a state. */
export interface Description {
  /** Those that differ from the state before, null for what is gone; or all of them. Null: it was not looked at. */
  entries: ReadonlyMap<string, Seen | null> | null;
  /** Whether they are all. */
  whole: boolean;
  /** What front ends are told of it; null until the state before it has been looked at. */
  changes: ChangesData | null;
}

/** The description of a state of which it is not known what its cell changed. */
export function notCompared(why: string, entries: Entries | null = null): Description {
  return { entries, whole: entries !== null, changes: { compared: false, why } };
}

/** What a description takes of `MOST_WEIGHT`. */
export function weight(description: Description | null): number {
  if (description === null) return 0;
  const { entries, changes } = description;
  return (entries?.size ?? 0) + (changes?.compared === true ? 2 * changes.items.length : 0);
}

/** What the state holds that an inspector visits, whose snapshot this is; null if it cannot be said, or is too much. */
export async function look(inspector: Inspector, { files }: Snapshot): Promise<Entries | null> {
  const found = surveyOf(await inspector.evaluate(SURVEY));
  if (found === null || found.size + files.size > MOST_ENTRIES) return null;
  const lengths = new Map(sizes(await inspector.evaluate(shared.lengths)));
  const entries = new Map<string, Seen>();
  for (const [name, [type, text, digest]] of found) {
    const kind = name.startsWith(ENVIRONMENT) ? 'environment' : (KINDS.get(type) ?? 'variable');
    const length = lengths.get(name) ?? null;
    entries.set(shortName(name), { kind, type: short(type) || 'str', length, text: short(text), digest });
  }
  for (const [path, node] of files) {
    if (node.kind === 'gone') continue;
    const length = node.kind === 'file' ? node.data.length : null;
    const name = shortName(path.startsWith(WORK) ? path.slice(WORK.length) : path);
    entries.set(FILE + name, { kind: 'file', type: node.kind, length, text: '', digest: await contentOf(node) });
  }
  return entries;
}

function* sizes(lengths: unknown): IterableIterator<[string, number]> {
  for (const pair of Array.isArray(lengths) ? (lengths as unknown[]) : []) {
    if (!Array.isArray(pair) || pair.length !== 2) continue;
    const [name, length] = pair as unknown[];
    if (typeof name === 'string' && typeof length === 'number') yield [name, length];
  }
}

const contents = new WeakMap<FileNode, string>();

/** What tells the content of a file from others. States share what was not written anew. */
async function contentOf(node: FileNode): Promise<string> {
  let digest = contents.get(node);
  if (digest === undefined) {
    digest = hexadecimal(isSecureContext() ? await subtleDigest(node.data) : sha256(node.data));
    contents.set(node, digest);
  }
  return digest;
}

async function subtleDigest(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', data));
}

/** Whether the browser digests beside the page; it does so only for pages that came over HTTPS, or from this computer. */
function isSecureContext(): boolean {
  return 'subtle' in crypto;
}

function shortName(name: string): string {
  const line = visibleLine(firstCharacters(name, LONGEST_NAME));
  if (characters(line) <= LONGEST_NAME && characters(name) <= LONGEST_NAME) return line;
  const mark = hexadecimal(blake2b(new TextEncoder().encode(name), { dkLen: 4 }));
  return `${firstCharacters(line, LONGEST_NAME - 10)}… ${mark}`; // two long names stay two
}

function short(text: string): string {
  const line = visibleLine(firstCharacters(text, LONGEST_TEXT + 1));
  return characters(line) <= LONGEST_TEXT ? line : `${firstCharacters(line, LONGEST_TEXT - 1)}…`;
}

function hexadecimal(bytes: Uint8Array): string {
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

/** The description of a state. `before`: what the state before it holds; null for the first state. */
export function described(before: Entries | null, after: Entries): Description {
  if (before === null) {
    return { entries: after, whole: true, changes: { compared: true, items: [], more: 0, unknown: 0 } };
  }
  const different = new Map<string, Seen | null>();
  for (const [name, seen] of after) if (!isSame(before.get(name), seen)) different.set(name, seen);
  for (const name of before.keys()) if (!after.has(name)) different.set(name, null);
  return { entries: different, whole: false, changes: changesData(before, after, MOST_CHANGES) };
}

/** How what one state holds differs from another, as front ends are told. */
export function changesData(before: Entries, after: Entries, most: number): DifferenceData {
  const names = [...new Set([...before.keys(), ...after.keys()])]
    .filter(name => !isSame(before.get(name), after.get(name)))
    .sort(byCharacters);
  const items = names.slice(0, most).map(name => change(name, before.get(name), after.get(name)));
  let unknown = 0;
  for (const [name, seen] of after) if (seen.digest === '?' && isSame(before.get(name), seen)) unknown += 1;
  return { compared: true, items, more: names.length - items.length, unknown };
}

function isSame(one: Seen | undefined, other: Seen | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.kind === other.kind &&
    one.type === other.type &&
    one.length === other.length &&
    one.text === other.text &&
    one.digest === other.digest
  );
}

function change(name: string, before: Seen | undefined, after: Seen | undefined): ChangeData {
  const kind = (after ?? before)?.kind ?? 'variable';
  return { name: nameOf(name, kind), kind, before: valueData(before), after: valueData(after) };
}

function nameOf(name: string, kind: Kind): string {
  return kind === 'file' ? name.slice(FILE.length) : name;
}

function valueData(seen: Seen | undefined): ValueData | null {
  if (seen === undefined) return null;
  const { type, length, text, digest } = seen;
  return { type, length, text, compared: digest !== '?' };
}

/** What a state holds, by name, as front ends are told. */
export function variablesData(entries: Entries): (Omit<ValueData, 'compared'> & { name: string; kind: Kind })[] {
  return [...entries]
    .sort(([one], [other]) => byCharacters(one, other))
    .map(([name, { kind, type, length, text }]) => ({ name: nameOf(name, kind), kind, type, length, text }));
}

/** What a state holds; null if it, or one that its description rests on, has not been looked at. */
export function entriesOf(timeline: Timeline, number: number): Entries | null {
  const way: ReadonlyMap<string, Seen | null>[] = [];
  for (let here: number | null = number; ;) {
    if (here === null) return null;
    const { description, parent } = timeline.get(here);
    if (description?.entries == null) return null;
    way.push(description.entries);
    if (description.whole) break;
    here = parent;
  }
  const entries = new Map<string, Seen>();
  for (const changed of way.reverse()) {
    for (const [name, seen] of changed) {
      if (seen === null) entries.delete(name);
      else entries.set(name, seen);
    }
  }
  return entries;
}
