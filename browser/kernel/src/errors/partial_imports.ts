/** An import of several names of which one is missing costs only that one: the others are imported all the same. */

import { repr } from '../source/python_text';
import { parse, placeOf } from './cell_code';
import type { Alias, Import, ImportFrom } from '../source/tree';
import type { Failure } from '../worker/messages';

/**
 * Code that imports what else a failed import names, as far as it is there; null if that is nothing. Its last line is the
 * list of the names that it bound.
 *
 * Only an import at the top level of a cell is continued, where nothing catches its error.
 */
export function restOfImport(failure: Failure): string | null {
  const [frame, ...more] = failure.frames;
  if (failure.kind !== 'raised' || frame === undefined || more.length > 0) return null;
  const { cell } = frame;
  const tree = cell !== null && frame.function === '<module>' ? parse(cell.text) : null;
  for (const node of tree?.body ?? []) {
    if (node._ !== 'Import' && node._ !== 'ImportFrom') continue;
    const [first, , last] = placeOf(cell?.text ?? '', node);
    if (first <= frame.line && frame.line <= last) return code(node, failure);
  }
  return null;
}

function code(node: Import | ImportFrom, failure: Failure): string | null {
  const module = node._ === 'ImportFrom' ? node.module : null;
  // else the module itself is missing
  if (node._ === 'ImportFrom' && (node.level > 0 || module === null || failure.ename !== 'ImportError')) return null;
  const lines = node.names.flatMap(alias => oneOf(alias, module));
  if (node.names.length < 2 || lines.length === 0 || module?.includes('IPython')) return null;
  return ['__mk_value = []', ...lines, '__mk_value'].join('\n');
}

function oneOf(alias: Alias, module: string | null): string[] {
  if (alias.name === '*') return [];
  const bound = alias.asname ?? (module === null ? (alias.name.split('.')[0] ?? '') : alias.name);
  const only = `import ${alias.name}${alias.asname === null ? '' : ` as ${alias.asname}`}`;
  const from = module === null ? '' : `from ${module} `;
  return ['try:', ` ${from}${only}`, ` __mk_value.append(${repr(bound)})`, 'except __mk_b_Exception: pass'];
}
