/** Functions and classes as cells define them, found in their text. */

import { strip } from '../source/python_text';
import { surroundings } from './cursor';
import type { CellSource } from '../source/index';

/** A function or class as it is written in a cell. */
export interface Definition {
  readonly name: string;
  readonly isClass: boolean;
  readonly isAsync: boolean;
  readonly signature: string;
  readonly doc: string | null;
  readonly initDoc: string | null;
  readonly source: string;
  /** The cell's label, such as `In[3]`. */
  readonly cell: string;
  /** The parameters by their names, without `self`. */
  readonly parameters: readonly string[];
  /** The names that a class's body and its methods bind. */
  readonly attributes: readonly string[];
}

const LONGEST_HEAD = 5_000; // characters of a `def` with its parameters
const IS_NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** The last definition of a name, or of a method of a class; null if there is none. */
export function definitionIn(
  cells: readonly CellSource[],
  name: string,
  member: string | null = null
): Definition | null {
  if (!IS_NAME.test(name) || (member !== null && !IS_NAME.test(member))) return null;
  for (const { label, text } of [...cells].reverse()) {
    const found = lastIn(text, name, label, false);
    if (found === null) continue;
    if (member === null) return found;
    return found.isClass ? lastIn(found.source, member, label, true) : null;
  }
  return null;
}

function lastIn(text: string, name: string, cell: string, bound: boolean): Definition | null {
  const head = new RegExp(`^([ \\t]*)(async[ \\t]+)?(def|class)[ \\t]+${name}(?![\\p{L}\\p{N}_])`, 'gmu');
  const matches = [...text.matchAll(head)].filter(each => bound || surroundings(text, each.index).stack.length === 0);
  // the outermost: those further in may be methods of classes
  const margin = Math.min(...matches.map(each => (each[1] ?? '').length));
  const match = matches.findLast(each => (each[1] ?? '').length === margin);
  if (match === undefined) return null;
  const [whole, indent = '', isAsync, kind] = match;
  const start = match.index + whole.length;
  const header = headerEnd(text, start);
  const block = blockAt(text, match.index, header, indent);
  const decorators = decoratorsAbove(text, match.index, indent);
  const source = decorators + block;
  const body = text.slice(header, match.index + block.length);
  const isClass = kind === 'class';
  const init = isClass ? lastIn(body, '__init__', cell, true) : null;
  const signature = isClass
    ? (init?.signature.replace(/^__init__/, name) ?? `${name}(${isData(decorators) ? fields(body).join(', ') : ''})`)
    : withoutSelf(`${name}${tidied(strip(text.slice(start, header - 1)))}`, bound);
  return {
    name,
    isClass,
    isAsync: isAsync !== undefined,
    signature,
    doc: docstring(body),
    initDoc: init?.doc ?? null,
    source,
    cell,
    parameters: isClass
      ? (init?.parameters ?? fields(body).map(field => field.replace(/:.*/s, '')))
      : parametersOf(signature),
    attributes: isClass ? attributes(body) : []
  };
}

/** Where the colon of a `def` or `class` ends. */
function headerEnd(text: string, start: number): number {
  const head = text.slice(start, start + LONGEST_HEAD);
  for (let at = head.indexOf(':'); at >= 0; at = head.indexOf(':', at + 1)) {
    if (surroundings(head, at).stack.length === 0) return start + at + 1;
  }
  return Math.min(text.length, start + LONGEST_HEAD);
}

function blockAt(text: string, start: number, header: number, indent: string): string {
  let end = text.indexOf('\n', header);
  if (end < 0) return text.slice(start);
  for (let next = end; next >= 0;) {
    const following = text.indexOf('\n', next + 1);
    const line = text.slice(next + 1, following < 0 ? text.length : following);
    const isInside = line.startsWith(`${indent} `) || line.startsWith(`${indent}\t`);
    if (line.trim() !== '' && !isInside && surroundings(text.slice(start), next - start).stack.length === 0) break;
    if (line.trim() !== '') end = following < 0 ? text.length : following;
    next = following;
  }
  return text.slice(start, end);
}

function docstring(body: string): string | null {
  const match = /^(?:\s|#.*\n)*[rRuU]?("""([\s\S]*?)"""|'''([\s\S]*?)'''|"([^"\n]*)"|'([^'\n]*)')/.exec(body);
  const text = match?.[2] ?? match?.[3] ?? match?.[4] ?? match?.[5];
  if (text === undefined) return null;
  const [first = '', ...rest] = text.replaceAll('\t', '        ').split('\n');
  const margin = Math.min(
    ...rest.filter(line => line.trim() !== '').map(line => line.length - line.trimStart().length)
  );
  const lines = [first.trimStart(), ...rest.map(line => line.slice(Number.isFinite(margin) ? margin : 0).trimEnd())];
  return lines.join('\n').trim();
}

const TEXT = /[rRuUbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|#[^\n]*/g;

/** Parameters on one line, with blanks as `ast.unparse` has them. */
function tidied(head: string): string {
  const texts: string[] = [];
  const bare = head.replace(TEXT, found => {
    if (found.startsWith('#')) return '';
    texts.push(/^"[^"'\\]*"$/.test(found) ? `'${found.slice(1, -1)}'` : found);
    return '\0';
  });
  return bare
    .replace(/\\\n|\s+/g, ' ')
    .replace(/([([{]) /g, '$1')
    .replace(/,? ?\)(?= ?(?:->|$))/g, ')')
    .replace(/ ([)\]},:])/g, '$1')
    .replace(/(?<![=!<>]) ?=(?!=) ?/g, '=')
    .replace(/([,:]) ?(?! )/g, '$1 ')
    .replace(/\0/g, () => texts.shift() ?? '')
    .trim();
}

function withoutSelf(signature: string, bound: boolean): string {
  return bound ? signature.replace(/\(\s*(?:self|cls)\s*(?:,\s*)?/, '(') : signature;
}

function parametersOf(signature: string): string[] {
  const open = signature.indexOf('(');
  const found: string[] = [];
  let begin = open + 1;
  for (let at = open + 1; at < signature.length; at += 1) {
    const character = signature.charAt(at);
    if (character !== ',' && character !== ')') continue;
    const { stack } = surroundings(signature.slice(open), at - open);
    if (stack.length !== 1) continue;
    const name = /^\s*([\p{L}_][\p{L}\p{N}_]*)/u.exec(signature.slice(begin, at))?.[1];
    if (name !== undefined) found.push(name);
    if (character === ')') break;
    begin = at + 1;
  }
  return found;
}

/** The fields of a class without `__init__`, as a dataclass takes them: with annotations and default values. */
function fields(body: string): string[] {
  const found = [
    ...body.matchAll(
      /^([ \t]+)([\p{L}_][\p{L}\p{N}_]*)[ \t]*:[ \t]*([^=\n#]+?)[ \t]*(?:=[ \t]*([^\n#]+?)[ \t]*)?(?:#.*)?$/gmu
    )
  ];
  const [indent] = found[0]?.slice(1) ?? [];
  return found
    .filter(each => each[1] === indent)
    .map(([, , name = '', type = '', value]) => `${name}: ${type}${value === undefined ? '' : ` = ${value}`}`);
}

function isData(decorators: string): boolean {
  return /^[ \t]*@(?:dataclasses\.)?dataclass\b/m.test(decorators);
}

/** The lines of decorators above a definition. */
function decoratorsAbove(text: string, start: number, indent: string): string {
  let begin = start;
  while (begin > 0) {
    const line = text.lastIndexOf('\n', begin - 2) + 1;
    if (!text.slice(line, begin).startsWith(`${indent}@`)) break;
    begin = line;
  }
  return text.slice(begin, start);
}

function attributes(body: string): string[] {
  const own = body.matchAll(
    /^[ \t]+(?:(?:async[ \t]+)?(?:def|class)[ \t]+)?([\p{L}_][\p{L}\p{N}_]*)[ \t]*(?:[:(]|=(?!=))/gmu
  );
  const set = body.matchAll(/\bself\.([\p{L}_][\p{L}\p{N}_]*)/gu);
  return [...new Set([...own, ...set].map(match => match[1] ?? ''))];
}
