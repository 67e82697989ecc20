/** Failures for what Monty would refuse, or would take for something else, in terms of the cell that the person typed. */

import { inPythonsWords } from './python_words';
import { unpasted } from '../source/ipython';
import { pythonPattern } from '../source/python_pattern';
import { count } from '../source/python_text';
import { Outline } from '../source/scopes';
import { LineTable } from '../source/source_map';
import { NotPython, syntaxTree, treeOf } from '../source/syntax_trees';
import { statementsIn } from '../source/walk';
import type { Cell } from '../source/cell';
import type { Feed } from '../source/feed';
import type { CellSource } from '../source/index';
import type { Lines4 } from '../source/source_map';
import type { AwaitIn } from '../source/scopes';
import type { Module, Node, Return } from '../source/tree';
import type { Failure } from '../worker/messages';

const LARGE = 1 << 18; // UTF-16 units above which a syntax error is Monty's to describe
const MOST_SEARCHED = 1 << 17; // and above which no stray `return` or `await` is looked for, as `cell` parses no more
const AWAIT = pythonPattern(String.raw`\b(?:await|async)\b`);
const RETURN = pythonPattern(String.raw`^(?:[^#\n]*[:;])?[^\S\n]*+return\b`, { multiline: true });

/** The Failure for source that the parser refuses, at the place in the cell; null for other source. */
export function unparsed(feed: Feed): Failure | null {
  const [wrapped, ...maps] = feed.maps;
  const source = wrapped?.original ?? '';
  if (source.length > LARGE) return null;
  try {
    syntaxTree(source);
    return null;
  } catch (error) {
    if (!(error instanceof NotPython)) throw error;
    const { ename, message, start, end } = inPythonsWords(source, error);
    let span = spanOf(source, start, end);
    for (const map of maps) span = map.linesAndColumns(...span);
    return syntaxFailure(feed.cell, span, message, ename);
  }
}

/** The Failure for text that cannot even be given to Monty. */
export function impossible(source: CellSource, message: string, place: Lines4): Failure {
  return syntaxFailure(source, place, message);
}

function spanOf(text: string, start: number, end: number): Lines4 {
  const table = new LineTable(text);
  const [line, column] = table.place(start);
  const [endLine, endColumn] = table.place(end);
  return endLine > line || endColumn > column ? [line, column, endLine, endColumn] : [line, column, line, column + 1];
}

function syntaxFailure(cell: CellSource, place: Lines4, evalue: string, ename = 'SyntaxError'): Failure {
  const [line, column, endLine, endColumn] = place;
  const frame = { cell, line, column, endLine, endColumn, function: '<module>' };
  return { kind: 'syntax', ename, evalue, frames: [frame], note: null };
}

// What Monty would read without a word --------------------------------------------------------------------------------

/**
 * The Failure for a cell with a `return` outside of any function, or an `await` in one that is not asynchronous, if it has
 * one. Monty would end the cell there silently, or say something else when it comes there.
 */
export function stray(cell: Cell): Failure | null {
  const source = cell.python;
  const returns = RETURN.test(source);
  const awaits = AWAIT.test(source);
  if (source.length > MOST_SEARCHED || !(returns || awaits)) return null;
  const tree = treeOf(source);
  if (tree === null) return null; // Monty reports what is wrong with it
  const found: [{ s: number; e: number }, string][] = awaits ? awaitsInPlainFunctions(tree) : [];
  if (returns) for (const node of returnsOutside(tree)) found.push([node, "'return' outside function"]);
  const [first] = found.sort(([one], [other]) => one.s - other.s);
  return first === undefined ? null : syntaxFailure(cell.source, placeIn(cell, first[0]), first[1]);
}

/** Where in the cell a node of its Python stands. */
function placeIn(cell: Cell, node: { s: number; e: number }): Lines4 {
  const table = new LineTable(cell.python);
  const pasted = unpasted(cell.source.text);
  const above = count(pasted?.text ?? cell.source.text, '\n') - count(cell.python, '\n'); // the line of a cell magic
  const [line, column] = table.place(node.s);
  const [endLine, endColumn] = table.place(node.e);
  const span = [line + above, column, endLine + above, endColumn] as const;
  return pasted === null ? span : pasted.linesAndColumns(...span);
}

function* returnsOutside(tree: Module): Generator<Return> {
  const waiting: Node[] = [tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node._ === 'Return') yield node;
    if (node._ !== 'FunctionDef' && node._ !== 'AsyncFunctionDef') waiting.push(...statementsIn(node));
  }
}

function awaitsInPlainFunctions(tree: Module): [AwaitIn['node'], string][] {
  const found: [AwaitIn['node'], string][] = [];
  for (const { node, scope } of new Outline(tree).awaits) {
    const around = scope.function;
    if (around === null || around.kind === 'async' || scope.lazy) continue;
    found.push([node, saidOfAwait(node)]);
  }
  return found;
}

function saidOfAwait(node: AwaitIn['node']): string {
  if (node._ === 'ListComp' || node._ === 'SetComp' || node._ === 'DictComp') {
    return 'asynchronous comprehension outside of an asynchronous function';
  }
  if (node._ === 'AsyncFor') return "'async for' outside async function";
  return node._ === 'AsyncWith' ? "'async with' outside async function" : "'await' outside async function";
}
