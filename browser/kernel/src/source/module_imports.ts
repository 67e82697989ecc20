/**
 * Imports of the modules that are written for Monty, and of the names that they add to Monty's own.
 *
 * `import operator` becomes `operator = __mk_m_operator`, and `functools.wraps` becomes `__mk_member(functools, 'wraps')`. A
 * module that the person granted is theirs, whatever its name.
 */

import rewriting from '../generated/rewriting.json';
import { attributeEdits, nameRead } from './accesses';
import { pythonPattern } from './python_pattern';
import { insteadOf } from './shipped_imports';
import { GAPS, MODULES, partsOf } from './shipped_names';
import { edit } from './source_map';
import { walk } from './walk';
import type { Granted } from './index';
import type { Edit, Rewritten } from './source_map';
import type { Attribute, Module } from './tree';

/** Names of methods of built-in types. */
const OF_BUILTINS = new Set(Object.keys(rewriting.passed.kinds));

const OF_GAPS = new Set([...GAPS.values()].flat());
const PACKAGES = [...MODULES.keys()].map(module => module.split('.')[0] ?? '');
const NAMED = [...new Set([...PACKAGES, ...GAPS.keys()])].sort().join('|');

/** What a text contains that has something to rewrite. */
export const MAY_IMPORT = pythonPattern(
  String.raw`\b(?:import|from)[ \t\\\n]+[^\n;]*\b(?:${NAMED})\b|\.[ \t]*(?:${[...OF_GAPS].sort().join('|')})\b`
);

/** The edits, and the parts that they need. */
export function moduleEdits(text: string, tree: Module, granted: Granted): Rewritten {
  const edits: Edit[] = [];
  const parts = new Set<string>();
  const named = new Map<string, string>();
  for (const node of walk(tree)) {
    if (node._ === 'Import') for (const { name, asname } of node.names) named.set(asname ?? name, name);
  }
  for (const node of walk(tree)) {
    if (node._ === 'Import' || node._ === 'ImportFrom') {
      const replaced = insteadOf(node, granted, parts);
      if (replaced !== null) edits.push(edit(node.s, node.e, replaced));
    } else if (node._ === 'Attribute' && OF_GAPS.has(node.attr)) {
      edits.push(...member(text, node, parts, named));
    }
  }
  if (parts.size > 0) parts.add('shipped');
  return { edits, parts };
}

/** named: the modules that the cell imports, by their names in it. */
function* member(
  text: string,
  node: Attribute,
  parts: Set<string>,
  named: ReadonlyMap<string, string>
): Generator<Edit> {
  const name = nameRead(text, node);
  if (name === null) return;
  const modules = modulesWith(node.attr, name, named);
  for (const module of modules) for (const part of partsOf(module)) parts.add(part);
  if (modules.length > 0) yield* attributeEdits(node, '__mk_member');
}

/** The modules of which a name may have an attribute that is written for Monty. */
function modulesWith(attribute: string, name: string, named: ReadonlyMap<string, string>): string[] {
  const module = named.get(name) ?? name;
  if (named.has(name) || GAPS.has(module)) return (GAPS.get(module) ?? []).includes(attribute) ? [module] : [];
  if (OF_BUILTINS.has(attribute)) return []; // it would no more be found if it is of a built-in value
  // an earlier cell may have imported a module under that name
  return [...GAPS].flatMap(([each, names]) => (names.includes(attribute) ? [each] : []));
}
