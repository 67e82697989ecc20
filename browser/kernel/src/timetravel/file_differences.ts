/** How the files of the working folder differ between two states: which, in size, and in text if they are small. */

import { visibleLine } from '../errors/visible_text';
import { characters, firstCharacters, thousands } from '../source/python_text';
import type { FileNode } from '../worker/messages';
import { unifiedDiff } from './unified_diff';

type Files = ReadonlyMap<string, FileNode>;

const MOST_FILES = 100; // listed
const MOST_TEXTS = 5; // of files, compared line by line
const MOST_BYTES = 16 << 10; // of a text that is compared
const MOST_LINES = 200; // of such a text: to compare takes up to the cube of them
const SHOWN_LINES = 20;
const SHOWN_WIDTH = 100;
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/; // of `str.splitlines`

/** A path at which something else is, or was. null: nothing. */
export interface FileDifference {
  /** The path as a cell in the working folder may write it. */
  name: string;
  before: FileNode | null;
  after: FileNode | null;
}

/** The differences, by path. */
export function compareFiles(before: Files, after: Files): FileDifference[] {
  if (before === after) return [];
  const at = (files: Files, path: string): FileNode | null => {
    const found = files.get(path);
    return found === undefined || found.kind === 'gone' ? null : found;
  };
  return [...new Set([...before.keys(), ...after.keys()])]
    .map(path => [path.split('/'), path, at(before, path), at(after, path)] as const)
    .filter(([, , was, is]) => was !== is && (was === null || is === null || !isSame(was, is)))
    .sort(([one], [other]) => compareNames(one, other))
    .map(([, path, was, is]) => ({ name: visibleLine(path.replace(/^\/work\//, '')), before: was, after: is }));
}

/** Whether they hold the same. */
export function isSame(one: FileNode, other: FileNode): boolean {
  return one === other || (one.kind === other.kind && one.modified === other.modified && hasSame(one, other));
}

function hasSame(one: FileNode, other: FileNode): boolean {
  return one.data.length === other.data.length && one.data.every((byte, index) => byte === other.data[index]);
}

/** Lines for a person: `+ file a.csv, 12 bytes`, and how small texts differ. */
export function described(differences: readonly FileDifference[]): string[] {
  const lines: string[] = [];
  let texts = 0;
  for (const each of differences.slice(0, MOST_FILES)) {
    lines.push(inOneLine(each));
    const both = texts < MOST_TEXTS ? linesOfBoth(each) : null;
    if (both === null) continue;
    texts += 1;
    lines.push(...asText(...both));
  }
  const left = differences.length - MOST_FILES;
  return left > 0 ? [...lines, `… and ${thousands(left)} more files and folders`] : lines;
}

function inOneLine({ name, before, after }: FileDifference): string {
  if (before === null || after === null) {
    const node = before ?? after;
    return node === null ? '' : `${before === null ? '+' : '-'} ${node.kind} ${name}${sized(node)}`;
  }
  if (before.kind !== after.kind) return `~ ${name} = ${before.kind} -> ${after.kind}`;
  const [was, is] = [before.data.length, after.data.length];
  if (was !== is) return `~ file ${name}, ${thousands(was)} -> ${thousands(is)} bytes`;
  return `~ ${after.kind} ${name}${hasSame(before, after) ? ' (written again)' : sized(after)}`;
}

function sized(node: FileNode): string {
  return node.kind === 'file' ? `, ${thousands(node.data.length)} bytes` : '';
}

/** The lines of both texts; null if there are not two, or not small ones. */
function linesOfBoth({ before, after }: FileDifference): [string[], string[]] | null {
  if (before === null || after === null || hasSame(before, after)) return null;
  const [was, is] = [linesOf(before), linesOf(after)];
  return was === null || is === null || was.join('\n') === is.join('\n') ? null : [was, is];
}

function linesOf(node: FileNode): string[] | null {
  if (node.kind !== 'file' || node.data.length > MOST_BYTES) return null;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(node.data);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
  const lines = text.split(LINE_END);
  if (lines.at(-1) === '') lines.pop();
  return text.includes('\0') || lines.length > MOST_LINES ? null : lines;
}

function asText(before: string[], after: string[]): string[] {
  const lines = [...unifiedDiff(before, after, 1)];
  const shown = lines.slice(0, SHOWN_LINES).map(line => `    ${cut(visibleLine(line))}`);
  const left = lines.length - SHOWN_LINES;
  return left > 0 ? [...shown, `    … and ${thousands(left)} more lines`] : shown;
}

function cut(line: string): string {
  return characters(line) <= SHOWN_WIDTH ? line : `${firstCharacters(line, SHOWN_WIDTH - 1)}…`;
}

function compareNames(one: readonly string[], other: readonly string[]): number {
  const place = one.findIndex((name, index) => name !== other[index]);
  if (place === -1) return one.length - other.length;
  return (one[place] ?? '') < (other[place] ?? '') ? -1 : 1;
}
