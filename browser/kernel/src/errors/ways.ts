/** Nodes of a cell with the functions around them, and the frames that lead from the running cell to one. */

import { parse, placeOf } from './cell_code';
import { escapedPattern, pythonPattern } from '../source/python_pattern';
import { children } from '../source/walk';
import type { CellSource } from '../source/index';
import type { Await, Call, Node } from '../source/tree';
import type { SourceFrame } from '../worker/messages';

/** A node, the function around it, and whether a condition decides if it is reached. */
export interface Found<T = Call | Await> {
  readonly node: T;
  readonly function: string;
  readonly conditional: boolean;
}

const CONDITIONS = new Set(['If', 'IfExp', 'BoolOp', 'Try', 'Match', 'While']);

/** The calls, or what awaits, in a cell, in the order of their places. */
export function nodesOf(cell: CellSource, kind: 'Call'): Found<Call>[];
export function nodesOf(cell: CellSource, kind: 'Await'): Found<Await>[];
export function nodesOf(cell: CellSource, kind: 'Call' | 'Await'): Found[] {
  const tree = parse(cell.text);
  const waiting: [Node, string, boolean][] = tree === null ? [] : [[tree, '<module>', false]];
  const found: Found[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const node = next[0];
    let [, name, conditional] = next;
    if (node._ === kind) found.push({ node, function: name, conditional });
    if (node._ === 'FunctionDef' || node._ === 'AsyncFunctionDef' || node._ === 'Lambda') {
      name = node._ === 'Lambda' ? '<lambda>' : node.name;
      conditional = true;
    }
    conditional ||= CONDITIONS.has(node._);
    for (const child of children(node)) waiting.push([child, name, conditional]);
  }
  return found.sort((first, second) => first.node.s - second.node.s);
}

/** The one that failed: the only one, or the first if no condition decides whether it is reached. */
export function one<T>(found: readonly Found<T>[]): Found<T> | null {
  const [first, ...more] = found;
  return first !== undefined && (more.length === 0 || !first.conditional) ? first : null;
}

/** The frames from the running cell to what was found in `source`; none if the cell does not seem to lead there. */
export function framesTo(source: CellSource, found: Found<Call> | null, cell: CellSource): SourceFrame[] {
  if (found === null) return [];
  if (found.function === '<module>') return source === cell ? [frameOf(cell, found)] : [];
  const calls = nodesOf(cell, 'Call').filter(
    each => each.function === '<module>' && calledName(each.node) === found.function
  );
  const named = pythonPattern(String.raw`\b${escapedPattern(found.function)}\b`);
  if (source !== cell && !named.test(cell.text)) return [];
  return [...(calls.length === 1 ? calls.map(each => frameOf(cell, each)) : []), frameOf(source, found)];
}

export function frameOf(cell: CellSource, found: Found): SourceFrame {
  const [line, column, endLine, endColumn] = placeOf(cell.text, found.node);
  return { cell, line, column, endLine, endColumn, function: found.function };
}

/** The name of the function or method that is called. */
export function calledName(call: Call): string | null {
  if (call.func._ === 'Name') return call.func.id;
  return call.func._ === 'Attribute' ? call.func.attr : null;
}
