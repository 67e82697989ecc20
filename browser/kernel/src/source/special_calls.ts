/** Calls of special methods by name, as in `rows.__getitem__(0)`: Monty's built-in values do not have them. */

import rewriting from '../generated/rewriting.json';
import { pythonPattern } from './python_pattern';
import { repr } from './python_text';
import { edit, opening } from './source_map';
import { walk } from './walk';
import type { Edit, Span } from './source_map';
import type { Call, Module } from './tree';

/** Methods by name, with how many arguments they take. */
const ARGUMENTS = new Map(Object.entries(rewriting.special_arguments));

export const MAY_CALL = pythonPattern(String.raw`\.\s*(?:${[...ARGUMENTS.keys()].join('|')})\b`);

const CALLED = pythonPattern(String.raw`(?P<brackets>(?:\s*\))*)\s*\.\s*(?P<name>\w+)\s*\(`, { sticky: true });

/** The edits. A value that has the method, because its class defines it, has it called. */
export function* specialEdits(text: string, tree: Module): Generator<Edit> {
  for (const node of walk(tree)) {
    if (node._ !== 'Call' || node.func._ !== 'Attribute' || !isPlain(node, node.func.attr)) continue;
    const { func } = node;
    CALLED.lastIndex = func.value.e;
    const between = CALLED.exec(text);
    const end = func.value.e + (between?.[0].length ?? 0);
    if (between?.groups?.['name'] !== func.attr || func.e >= end) continue;
    const blame: Span = [func.s, func.e];
    yield opening([node.s, node.e], `__mk_special(${repr(func.attr)}, `, blame);
    const behind = func.value.e + (between.groups['brackets']?.length ?? 0);
    yield edit(behind, end, node.args.length > 0 ? ', ' : '', blame);
  }
}

function isPlain(call: Call, name: string): boolean {
  const starred = call.args.some(each => each._ === 'Starred');
  return call.keywords.length === 0 && !starred && ARGUMENTS.get(name) === call.args.length;
}
