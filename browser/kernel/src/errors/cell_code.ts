/** The code of the cells in a traceback: lines, statements, functions and classes, and the expression that failed. */

import errors from '../generated/errors.json';
import { pythonPattern } from '../source/python_pattern';
import { repr, slice, strip } from '../source/python_text';
import { Lines, LineTable } from '../source/source_map';
import { treeOf } from '../source/syntax_trees';
import { children, statementsIn, walk } from '../source/walk';
import type { Lines4 } from '../source/source_map';
import type { AsyncFunctionDef, ClassDef, FunctionDef, Lambda, Module, Node } from '../source/tree';
import type { Statement } from '../source/walk';
import type { Failure, SourceFrame } from '../worker/messages';

/** UTF-16 units of a cell. An error in a longer one shows plain lines, and names without arguments. */
export const PARSE_LIMIT = 65_536;

/** Monty's own complaint about a `raise` statement. */
export const NOT_AN_EXCEPTION = errors.not_an_exception;

const MOST_LINES = 1_000; // of an expression that are looked at

const LONE_RETURN = /\r(?!\n)/; // ends a line for the parser, not for Monty
const MAGIC = /(?<=(?<![^\n])[ \t]*)[%!?][^\n]*/g;
const RAISED = pythonPattern(String.raw`\A(?:([\w.]+)\(|[A-Z])`);
const RAISE = pythonPattern(String.raw`\braise\s*\Z`);

export type Definition = FunctionDef | AsyncFunctionDef | ClassDef | Lambda;

/** Numbers of lines from 1, or indexes: `stop` is left out. */
export interface Range {
  readonly start: number;
  readonly stop: number;
}

/** A function, class or lambda of a cell. */
export interface CodeScope {
  readonly name: string;
  /** What tracebacks call it: `A.f(self, x, *args)`. */
  readonly label: string;
  readonly start: number;
  readonly end: number;
  /** Its lines, decorators included; for a lambda those of the function around it. */
  readonly lines: Range;
}

/** A cell's text taken apart. Scopes and pieces are empty if it does not parse. */
export interface CellLayout {
  readonly text: string;
  readonly lines: Lines;
  readonly scopes: readonly CodeScope[];
  /** The lines of each statement. */
  readonly pieces: readonly Range[];
}

/** The innermost scope of that name around a place. */
export function scopeAround(layout: CellLayout, name: string, line: number, column: number): CodeScope | null {
  if (line < 1 || line > layout.lines.count) return null;
  const offset = LineTable.of(layout.text).offset(line, Math.max(column, 1));
  let found: CodeScope | null = null;
  for (const scope of layout.scopes) {
    const around = scope.name === name && scope.start <= offset && offset < scope.end;
    if (around && (found === null || scope.start > found.start)) found = scope;
  }
  return found;
}

/** Take a cell apart. Text that is not Python, or too long, gives lines only. */
export function layout(text: string): CellLayout {
  const lines = Lines.of(text);
  const tree = parse(text);
  if (tree === null) return { text, lines, scopes: [], pieces: [] };
  return { text, lines, scopes: scopes(tree, text), pieces: [...pieces(tree, text, lines)] };
}

/** The syntax tree of a cell, without its magics; null if it has none or is too long. */
export function parse(text: string): Module | null {
  if (text.length > PARSE_LIMIT || LONE_RETURN.test(text)) return null;
  return treeOf(text) ?? treeOf(text.replace(MAGIC, magic => '0'.padEnd(magic.length))); // places stay
}

function scopes(tree: Module, text: string): CodeScope[] {
  const found: CodeScope[] = [];
  const below = text.includes('lambda') ? children : (node: Node): Node[] => statementsIn(node);
  const waiting: [Node, string, Range][] = [[tree, '', { start: 1, stop: Lines.of(text).count + 1 }]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const node = next[0];
    let prefix = next[1];
    let lines = next[2];
    if (isDefinition(node)) {
      const name = node._ === 'Lambda' ? '<lambda>' : node.name;
      if (node._ !== 'Lambda') lines = lineRange(node, text);
      found.push({ name, label: `${prefix}${name}(${argumentNames(node)})`, start: node.s, end: node.e, lines });
      prefix += node._ === 'ClassDef' ? `${name}.` : `${name}.<locals>.`;
    }
    for (const child of below(node)) waiting.push([child, prefix, lines]);
  }
  return found;
}

function isDefinition(node: Node): node is Definition {
  return ['FunctionDef', 'AsyncFunctionDef', 'ClassDef', 'Lambda'].includes(node._);
}

/** The argument names in IPython's order: positional, keyword-only, `*args`, `**kwargs`. */
function argumentNames(node: Definition): string {
  if (node._ === 'ClassDef') return '';
  const { args } = node;
  const names = [...args.posonlyargs, ...args.args, ...args.kwonlyargs].map(each => each.arg);
  if (args.vararg !== null) names.push(`*${args.vararg.arg}`);
  if (args.kwarg !== null) names.push(`**${args.kwarg.arg}`);
  return names.join(', ');
}

/** The cell cut at every statement. The head of a compound statement is a piece, and so are comments between. */
function* pieces(tree: Module, text: string, lines: Lines): Generator<Range> {
  const cuts = new Set([1, lines.count + 1]);
  const joined = new Set<number>();
  const waiting = statementsIn(tree);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { start, stop } = lineRange(node, text);
    cuts.add(start).add(stop);
    // a second statement may begin on the last line of a long first one
    const whole = !('body' in node) && !('cases' in node);
    if (whole) for (let line = start + 1; line < stop; line += 1) joined.add(line);
    waiting.push(...statementsIn(node));
  }
  const edges = [...cuts].filter(line => !joined.has(line)).sort((one, other) => one - other);
  const isBlank = (line: number): boolean => strip(lines.at(line) ?? '') === '';
  for (let index = 1; index < edges.length; index += 1) {
    let [start = 0, stop = 0] = edges.slice(index - 1, index + 1);
    while (start < stop && isBlank(start)) start += 1;
    while (start < stop && isBlank(stop - 1)) stop -= 1;
    if (start < stop) yield { start, stop };
  }
}

function lineRange(node: Statement, text: string): Range {
  const table = LineTable.of(text);
  const lineOf = (offset: number): number => table.place(offset)[0];
  if (node._ === 'match_case') {
    return { start: lineOf(node.pattern.s), stop: lineOf(node.body.at(-1)?.e ?? node.pattern.e) + 1 };
  }
  const decorators = 'decorator_list' in node ? node.decorator_list.map(each => each.s) : [];
  return { start: lineOf(Math.min(node.s, ...decorators)), stop: lineOf(node.e) + 1 };
}

/** A node's lines and columns as frames count them: from 1, in characters. */
export function placeOf(text: string, node: { s: number; e: number }): Lines4 {
  const table = LineTable.of(text);
  return [...table.place(node.s), ...table.place(node.e)];
}

// What failed ----------------------------------------------------------------------------------------------------------

/** Whether the error comes from `raise Name(...)` in the code and not from Monty. `raise error` only passes one on. */
export function raisedByHand(failure: Failure): boolean {
  const frame = failure.frames.at(-1);
  const ofMonty = failure.evalue === NOT_AN_EXCEPTION || failure.evalue.startsWith('Internal error in monty: ');
  if (failure.kind === 'syntax' || frame === undefined || ofMonty) return false;
  const raised = RAISED.exec(failingText(failure));
  if (raised === null || failure.evalue === `name ${named(raised[1])} is not defined`) return false;
  return RAISE.test(slice(lineOf(frame) ?? '', 0, Math.max(frame.column - 1, 0)));
}

function named(name: string | undefined): string {
  return name === undefined ? 'None' : repr(name);
}

/** The line that a frame begins on; null for code in a string, or if its cell has no such line. */
export function lineOf(frame: SourceFrame): string | null {
  return frame.cell === null ? null : (Lines.of(frame.cell.text).at(frame.line) ?? null);
}

/** The source of the expression that failed; empty for code in a string. */
export function failingText(failure: Failure): string {
  const frame = failure.frames.at(-1);
  if (frame === undefined || frame.cell === null) return '';
  const first = Math.max(frame.line - 1, 0);
  const lines = Lines.of(frame.cell.text).range(first + 1, Math.min(frame.endLine, first + MOST_LINES) + 1);
  if (lines.length > 0 && frame.line <= frame.endLine) {
    const last = lines.length - 1;
    if (first + lines.length === frame.endLine)
      lines[last] = slice(lines[last] ?? '', 0, Math.max(frame.endColumn - 1, 0));
    lines[0] = slice(lines[0] ?? '', Math.max(frame.column - 1, 0));
  }
  return lines.join('\n');
}

/** The class of that name in the cells of the traceback. */
export function classNamed(failure: Failure, name: string): ClassDef | null {
  const texts = new Set(failure.frames.flatMap(frame => (frame.cell?.text.includes(name) ? [frame.cell.text] : [])));
  for (const text of texts) {
    const tree = parse(text);
    for (const node of tree === null ? [] : walk(tree)) if (node._ === 'ClassDef' && node.name === name) return node;
  }
  return null;
}

/** Whether a class defines one of the methods; null if the class is not in the traceback's cells. */
export function defines(failure: Failure, className: string, ...methods: string[]): boolean | null {
  const found = classNamed(failure, className);
  return found === null ? null : found.body.some(node => node._ === 'FunctionDef' && methods.includes(node.name));
}
