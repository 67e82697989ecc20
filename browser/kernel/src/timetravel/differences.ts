/** How two states differ in their variables and files, also in one line. */

import shared from '../generated/environment.json';
import { repr } from '../source/python_text';
import type { FileNode, Snapshot } from '../worker/messages';
import { compareFiles, isSame } from './file_differences';
import type { FileDifference } from './file_differences';

/**
 * By name: the type, the short value, and the digest of the value; "?" for what cannot be compared. `os.environ['X']` is a
 * name, too.
 */
export type Survey = ReadonlyMap<string, readonly [kind: string, short: string, digest: string]>;

/** What a session is asked for its survey. */
export const SURVEY = `(__mk_survey(__mk_b_locals()), ${shared.environment})`;

/** How the variables of one state differ from another's. Values are short, or empty if not worth showing. */
export interface Difference {
  added: [name: string, value: string][];
  changed: [name: string, before: string, after: string][];
  removed: [name: string, value: string][];
  unknown: string[];
}

/** The report of no difference at all. */
export const SAME = 'no variable differs';

const SHOWN = 6; // names that a report lists before it counts the rest

/** A survey, if the session's answer is one. The worker may say anything. */
export function surveyOf(answer: unknown): Survey | null {
  if (!Array.isArray(answer) || answer.length !== 2) return null;
  const [variables, environment] = answer as unknown[];
  if (typeof variables !== 'object' || variables === null || !Array.isArray(environment)) return null;
  const rows: [unknown, unknown][] = [
    ...(variables instanceof Map ? (variables as Map<unknown, unknown>) : Object.entries(variables)),
    ...environment.map(row => ofEnvironment(row))
  ];
  const survey = new Map<string, [string, string, string]>();
  for (const [name, row] of rows) {
    if (typeof name !== 'string' || !Array.isArray(row) || row.length !== 3) return null;
    const [kind, short, digest] = row as unknown[];
    if (typeof kind !== 'string' || typeof short !== 'string' || typeof digest !== 'string') return null;
    survey.set(name, [kind, short, digest]);
  }
  return survey;
}

function ofEnvironment(row: unknown): [unknown, unknown] {
  const [name, value, digest] = Array.isArray(row) ? (row as unknown[]) : [];
  if (typeof name !== 'string') return [null, null];
  const isSecret = shared.secrets.some(word => name.toLowerCase().includes(word));
  return [`os.environ[${repr(name)}]`, ['', isSecret ? '' : value, digest]];
}

/** How the variables `after` differ from those `before`; null stands for variables that could not be looked at. */
export function compare(before: Survey | null, after: Survey | null): Difference {
  if (before === null || after === null) return { added: [], changed: [], removed: [], unknown: ['the variables'] };
  const found: Difference = { added: [], changed: [], removed: [], unknown: [] };
  for (const [name, now] of after) {
    const was = before.get(name);
    if (was === undefined) found.added.push([name, now[1]]);
    else if (was[0] !== now[0] || was[1] !== now[1]) found.changed.push([name, was[1], now[1]]);
    else if (was[2] === '?' || now[2] === '?') found.unknown.push(name);
    else if (was[2] !== now[2]) found.changed.push([name, was[1], now[1]]);
  }
  for (const [name, was] of before) if (!after.has(name)) found.removed.push([name, was[1]]);
  return found;
}

/** The difference as in a report: `came back: x; changed: y = 1 (was 2); gone: z`. */
export function inOneLine(difference: Difference): string {
  const parts = [
    listedAs(
      'came back',
      difference.added.map(([name, value]) => name + equals(value))
    ),
    listedAs(
      'changed',
      difference.changed.map(([name, before, after]) => name + equals(after, before))
    ),
    listedAs(
      'gone',
      difference.removed.map(([name]) => name)
    )
  ].filter(part => part !== '');
  return parts.join('; ') || notCompared(difference.unknown) || SAME;
}

/** The report of no difference but for what cannot be compared; empty without names. */
export function notCompared(names: readonly string[]): string {
  return listedAs('no difference seen; not compared', names);
}

/** How the files differ of the working folder, and of overlays, each difference as a part of a report. */
export function fileChanges(before: Snapshot, now: Snapshot): string[] {
  const found = compareFiles(before.files, now.files);
  const names = (which: (each: FileDifference) => boolean): string[] => found.filter(which).map(({ name }) => name);
  return [
    listedAs(
      'files back',
      names(each => each.before === null)
    ),
    listedAs(
      'files changed',
      names(each => each.before !== null && each.after !== null)
    ),
    listedAs(
      'files gone',
      names(each => each.after === null)
    ),
    overlayChanges(before, now)
  ].filter(part => part !== '');
}

function overlayChanges(before: Snapshot, now: Snapshot): string {
  const was = before.overlays ?? new Map<string, FileNode>();
  const is = now.overlays ?? new Map<string, FileNode>();
  if (now.overlays === undefined && was.size > 0) {
    return 'overlays of mounted folders begin empty, since the store does not keep them';
  }
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const changed = names.filter(name => {
    const [one, other] = [was.get(name), is.get(name)];
    return one === undefined || other === undefined || !isSame(one, other);
  });
  const places = new Set(changed.map(name => name.slice(0, name.indexOf('\0'))));
  return listedAs('changed in the overlay', [...places]);
}

/** Whether the files of two states are the same. */
export function sameFiles(one: Snapshot, other: Snapshot): boolean {
  return fileChanges(one, other).length === 0;
}

function equals(value: string, old = ''): string {
  if (value === '' || value === old) return '';
  return ` = ${value}${old === '' ? '' : ` (was ${old})`}`;
}

function listedAs(what: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `${what}: ${names.slice(0, SHOWN).join(', ')}${more}`;
}

/** Cells or names in a sentence: the first of them, and how many more there are. */
export function listed(words: readonly string[]): string {
  if (words.length > SHOWN) return `${words.slice(0, SHOWN).join(', ')} and ${words.length - SHOWN} more`;
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words[words.length - 1] ?? ''}` : (words[0] ?? '');
}
