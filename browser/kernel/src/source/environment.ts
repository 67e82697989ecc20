/** Where a cell names `os.environ` or `os.getenv`: it gets a dict of the session's own, which Monty has no place for. */

import { attributeEdits, nameRead } from './accesses';
import { edit } from './source_map';
import { walk } from './walk';
import type { Edit } from './source_map';
import type { Alias, ImportFrom, Module } from './tree';

const NAMES = new Map([
  ['environ', '__mk_environ'],
  ['getenv', '__mk_getenv']
]);

/**
 * The edits. Of what module a name holds the `environ` is asked when the cell runs: `os.environ` becomes
 * `__mk_attribute(os, 'environ')`.
 */
export function* environmentEdits(text: string, tree: Module): Generator<Edit> {
  for (const node of walk(tree)) {
    if (node._ === 'Attribute' && NAMES.has(node.attr)) {
      if (nameRead(text, node) !== null) yield* attributeEdits(node, '__mk_attribute');
    } else if (node._ === 'ImportFrom' && node.module === 'os' && node.level === 0) {
      const wanted = node.names.filter(alias => NAMES.has(alias.name));
      if (wanted.length > 0) yield ofImport(node, wanted);
    }
  }
}

function ofImport(node: ImportFrom, wanted: readonly Alias[]): Edit {
  const others = node.names
    .filter(alias => !wanted.includes(alias))
    .map(alias => (alias.asname === null ? alias.name : `${alias.name} as ${alias.asname}`));
  const parts = others.length > 0 ? [`from os import ${others.join(', ')}`] : [];
  for (const alias of wanted) parts.push(`${alias.asname ?? alias.name} = ${NAMES.get(alias.name) ?? ''}`);
  return edit(node.s, node.e, parts.join('; '));
}
