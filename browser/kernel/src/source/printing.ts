/** `print(…, file=f)`: Monty's own takes none but its two streams. It becomes `__mk_print(print, …, file=f)`. */

import { pythonPattern } from './python_pattern';
import { edit, opening } from './source_map';
import { walk } from './walk';
import type { Edit, Span } from './source_map';
import type { Expr, Module } from './tree';

const NAME = 'print';
const CALLED = pythonPattern(String.raw`print[ \t]*\(`, { sticky: true });

/** Whether there may be something to rewrite. */
export function mayPrint(text: string): boolean {
  return text.includes('print') && (text.includes('file') || text.includes('**'));
}

/** The edits. `partial(print, file=f)` becomes `partial(__mk_print, print, file=f)`. */
export function* printingEdits(text: string, tree: Module): Generator<Edit> {
  for (const node of walk(tree)) {
    if (node._ !== 'Call' || !node.keywords.some(each => each.arg === 'file' || each.arg === null)) continue;
    const { func } = node;
    const [first] = node.args;
    if (isPrint(text, func)) {
      const blame: Span = [func.s, func.e];
      CALLED.lastIndex = func.s;
      const called = CALLED.exec(text);
      if (called === null) continue;
      yield opening([node.s, node.e], '__mk_print(', blame);
      yield edit(func.e, func.s + called[0].length, ', ', blame);
    } else if (first !== undefined && isPrint(text, first)) {
      const name = func._ === 'Name' ? func.id : func._ === 'Attribute' ? func.attr : '';
      if (name === 'partial') yield edit(first.s, first.s, '__mk_print, ', [first.s, first.e]);
    }
  }
}

function isPrint(text: string, node: Expr): boolean {
  return node._ === 'Name' && node.id === NAME && text.slice(node.s, node.e) === NAME;
}
