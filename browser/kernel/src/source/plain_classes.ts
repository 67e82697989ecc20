/** `class C(object)`: Monty reads no bases, and this one says nothing. */

import { pythonPattern } from './python_pattern';
import { binds } from './scopes';
import { edit } from './source_map';
import { walk } from './walk';
import type { Edit } from './source_map';
import type { ClassDef, Module } from './tree';

const FROM_OBJECT = pythonPattern(String.raw`class[ \t\f]+\w+[ \t\f]*(?P<base>\(\s*+object\s*+,?\s*+\))`, {
  sticky: true
});

/** The edits. Where the cell uses `object` as a name of its own there are none. */
export function* plainClassEdits(text: string, tree: Module): Generator<Edit> {
  const classes: ClassDef[] = [];
  for (const node of walk(tree)) {
    if (node._ !== 'ClassDef' || node.bases.length !== 1 || node.keywords.length > 0) continue;
    const [base] = node.bases;
    if (base?._ === 'Name' && base.id === 'object') classes.push(node);
  }
  if (classes.length === 0 || binds(tree, 'object')) return;
  for (const node of classes) {
    FROM_OBJECT.lastIndex = node.s;
    const match = FROM_OBJECT.exec(text);
    const end = node.s + (match?.[0].length ?? 0);
    if (match !== null) yield edit(end - (match.groups?.['base']?.length ?? 0), end, '');
  }
}
