/** Where a cell calls `enumerate` or `zip` on a progress bar: Monty's take all of it before the first round of the loop. */

import { pythonPattern } from './python_pattern';
import { edit, opening } from './source_map';
import { walk } from './walk';
import type { Edit, Span } from './source_map';
import type { Expr, Module, Node } from './tree';

const MAKERS = ['tqdm', 'trange', 'track', 'tqdm_notebook', 'tnrange'];

/** What a text contains that may call them on a bar. */
export const MAY_COUNT = pythonPattern(String.raw`\b(?:${MAKERS.join('|')})\b`);

const TO_BRACKET = /[ \t]*\(/y;

/** The edits. Whether it is a bar, and whether the functions are still Python's, is looked at when the cell runs. */
export function* barEdits(text: string, tree: Module): Generator<Edit> {
  const nodes: Node[] = [...walk(tree)];
  const makers = new Set(MAKERS);
  for (const node of nodes) {
    if (node._ !== 'ImportFrom') continue;
    for (const alias of node.names) {
      if (MAKERS.includes(alias.name) && alias.asname !== null) makers.add(alias.asname);
    }
  }
  const bars = new Set<string>();
  for (const node of nodes) {
    if (node._ !== 'Assign' || !isMade(node.value, makers)) continue;
    for (const target of node.targets) if (target._ === 'Name') bars.add(target.id);
  }
  for (const node of nodes) {
    if (node._ !== 'Call' || node.func._ !== 'Name') continue;
    const { id, s, e } = node.func;
    if (id !== 'enumerate' && id !== 'zip') continue;
    if (!node.args.some(each => isMade(each, makers) || (each._ === 'Name' && bars.has(each.id)))) continue;
    TO_BRACKET.lastIndex = e;
    const bracket = TO_BRACKET.exec(text);
    if (text.slice(s, e) !== id || bracket === null) continue;
    const span: Span = [node.s, node.e];
    const end = e + bracket[0].length;
    yield opening(span, '__mk_over_bar(');
    yield edit(end - 1, end, ', ', span);
  }
}

function isMade(value: Expr, makers: ReadonlySet<string>): boolean {
  if (value._ !== 'Call') return false;
  const { func } = value;
  return (func._ === 'Name' && makers.has(func.id)) || (func._ === 'Attribute' && makers.has(func.attr));
}
