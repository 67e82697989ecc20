/** Where a cell moves a `ProgressBar`: `bar.progress = 3` shows it anew, and so does each step of a loop over it. */

import { pythonPattern } from './python_pattern';
import { edit, enclosing } from './source_map';
import { statementsIn, walk } from './walk';
import type { Edit, Span } from './source_map';
import type { Assign, AugAssign, Expr, For, Module, Node, Stmt } from './tree';

export const MAY_MOVE = pythonPattern(String.raw`\.progress\b|\bProgressBar\b`);

const DEEPEST = 10; // loops over bars in each other

/** The edits. Whether it is a bar is looked at when the cell runs. */
export function* progressEdits(text: string, tree: Module): Generator<Edit> {
  const bars = new Set<string>();
  for (const node of walk(tree)) {
    if (node._ !== 'Assign' || !isMade(node.value)) continue;
    for (const target of node.targets) if (target._ === 'Name') bars.add(target.id);
  }
  const waiting: [Node, number][] = [[tree, 0]];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const node = next[0];
    let depth = next[1];
    if (node._ === 'For' && isBar(node.iter, bars) && depth < DEEPEST) {
      const edits = [...loop(text, node, `__mk_bar${depth}`)];
      yield* edits;
      if (edits.length > 0) depth += 1;
    } else if (node._ === 'Assign' || node._ === 'AugAssign') {
      const bar = moved(node);
      if (bar !== null) yield { ...edit(node.e, node.e, `; __mk_moved(${bar})`, [node.s, node.e]), closes: node.s };
    }
    for (const child of statementsIn(node)) waiting.push([child, depth]);
  }
}

function isMade(value: Expr): boolean {
  if (value._ !== 'Call') return false;
  const { func } = value;
  return (func._ === 'Name' && func.id === 'ProgressBar') || (func._ === 'Attribute' && func.attr === 'ProgressBar');
}

function isBar(value: Expr, bars: ReadonlySet<string>): boolean {
  return isMade(value) || (value._ === 'Name' && bars.has(value.id));
}

/** The code of the object whose `progress` is set; null if something else is set. */
function moved(node: Assign | AugAssign): string | null {
  const [first, ...more] = node._ === 'AugAssign' ? [node.target] : node.targets;
  if (more.length > 0 || first?._ !== 'Attribute' || first.attr !== 'progress') return null;
  const names: string[] = [];
  let value = first.value;
  for (; value._ === 'Attribute'; value = value.value) names.unshift(value.attr);
  return value._ === 'Name' ? [value.id, ...names].join('.') : null;
}

/** `for step in bar:` becomes `for step in __mk_looped(__mk_bar0 := bar):`, with a call in its body and at its end. */
function* loop(text: string, node: For, name: string): Generator<Edit> {
  const indent = text.slice(lineBegin(text, node.s), node.s);
  if (/[^ \t\f]/.test(indent)) return;
  const step = `__mk_step(${name})`;
  const first = begun(text, node.body, step);
  const last = node.orelse.length > 0 ? begun(text, node.orelse, step) : ended(node, indent, step);
  if (first === null || last === null) return;
  yield* enclosing([node.iter.s, node.iter.e], `__mk_looped(${name} := (`, '))');
  yield first;
  yield last;
}

function ended(node: For, indent: string, step: string): Edit {
  return { ...edit(node.e, node.e, `\n${indent}else: ${step}`, [node.s, node.e]), closes: node.s };
}

/** The edit that has a block begin with a call; null if its first line is not simply indented. */
function begun(text: string, body: readonly Stmt[], step: string): Edit | null {
  const [first] = body;
  if (first === undefined || ('decorator_list' in first && first.decorator_list.length > 0)) return null;
  const span: Span = [first.s, first.e];
  const line = lineBegin(text, first.s);
  const before = text.slice(line, first.s);
  if (/[^ \t\f]/.test(before)) return edit(first.s, first.s, `${step}; `, span);
  if (/\\[\r\n]*$/.test(text.slice(Math.max(0, line - 1_000), line))) return null;
  return edit(first.s, first.s, `${step}\n${before}`, span);
}

function lineBegin(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}
