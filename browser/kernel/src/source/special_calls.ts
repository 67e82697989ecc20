/** Calls of special methods by name, as in `rows.__getitem__(0)`: Monty's built-in values do not have them. */

import rewriting from '../generated/rewriting.json';
import { callEdits } from './accesses';
import { pythonPattern } from './python_pattern';
import { walk } from './walk';
import type { Edit } from './source_map';
import type { Call, Module } from './tree';

/** Methods by name, with how many arguments they take. */
const ARGUMENTS = new Map(Object.entries(rewriting.special_arguments));

export const MAY_CALL = pythonPattern(String.raw`\.\s*(?:${[...ARGUMENTS.keys()].join('|')})\b`);

/** The edits. A value that has the method, because its class defines it, has it called. */
export function* specialEdits(text: string, tree: Module): Generator<Edit> {
  for (const node of walk(tree)) {
    if (node._ !== 'Call' || node.func._ !== 'Attribute' || !isPlain(node, node.func.attr)) continue;
    yield* callEdits(text, node, node.func, '__mk_special');
  }
}

function isPlain(call: Call, name: string): boolean {
  const starred = call.args.some(each => each._ === 'Starred');
  return call.keywords.length === 0 && !starred && ARGUMENTS.get(name) === call.args.length;
}
