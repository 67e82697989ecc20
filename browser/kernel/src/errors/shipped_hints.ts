/** Hints about the modules that are written for Monty: names that they lack, and imports that nothing rewrote. */

import errors from '../generated/errors.json';
import { pythonPattern } from '../source/python_pattern';
import { MODULES } from '../source/shipped_names';
import { walk } from '../source/walk';
import { failingText, parse } from './cell_code';
import { hasMember } from './host_python';
import { say } from './sentences';
import type { Failure } from '../worker/messages';

/** What to write instead of names that a module lacks, by the module. */
const LACKS = new Map(
  Object.entries<Readonly<Record<string, string>>>(errors.unsupported.lacks).map(([module, names]) => [
    module,
    new Map(Object.entries(names))
  ])
);
const OWNER = pythonPattern(String.raw`\A(\w[\w.]*)\.\w+`);

/** For a name of a module that is written for Monty, or of one of Monty's that has names written for it. */
export function missingName(module: string, name: string): string | null {
  const lacking = LACKS.get(module)?.get(name);
  const sentence = lacking ?? (MODULES.has(module) && hasMember(module, name) ? say('by_hand') : null);
  return sentence === null ? null : say('lacks', module, name, sentence);
}

/** For an attribute of an object that stands for a module. */
export function missingAttribute(failure: Failure, name: string): string | null {
  const owner = OWNER.exec(failingText(failure))?.[1];
  const module = owner === undefined ? '' : importedAs(failure, owner);
  if (module.split('.')[0] === 'IPython') return say('of_ipython');
  if (MODULES.has(module)) return missingName(module, name);
  const [found, ...more] = [...MODULES.keys()].filter(each => LACKS.get(each)?.has(name));
  return found === undefined || more.length > 0 ? null : missingName(found, name);
}

/** The module that the failing cell imports under a name; the name itself if it imports none. */
function importedAs(failure: Failure, name: string): string {
  const cell = failure.frames.at(-1)?.cell ?? null;
  const tree = cell === null ? null : parse(cell.text);
  for (const node of tree === null ? [] : walk(tree)) {
    if (node._ !== 'Import') continue;
    const found = node.names.find(alias => alias.asname === name);
    if (found !== undefined) return found.name;
  }
  return name;
}

/** For an import in a text that `exec` or `eval` runs, of a module that cells can import. */
export function onlyInCells(name: string): string | null {
  return MODULES.has(name) ? say('only_in_cells', name) : null;
}
