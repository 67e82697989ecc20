/**
 * Statements that Monty does not read, where other code certainly means the same: `del`, `class C(object)`, `import *`.
 *
 * What would need guessing stays as it is, and a hint says what to write: the deletion of an attribute, for example.
 */

import { assertionEdits } from './assertions';
import { barEdits, MAY_COUNT } from './bars';
import { classMethodEdits, MAY_DECORATE } from './class_methods';
import { deletionEdits } from './deletions';
import { environmentEdits } from './environment';
import { baseEdits, MAY_HAVE } from './known_bases';
import { lackingEdits, MAY_LACK } from './lacking';
import { fileLineEdits } from './lines_of_files';
import { MAY_IMPORT, moduleEdits } from './module_imports';
import { MAY_HOLD, methodEdits } from './passed_methods';
import { mayPrint, printingEdits } from './printing';
import { plainClassEdits } from './plain_classes';
import { MAY_MOVE, progressEdits } from './progress';
import { pythonPattern } from './python_pattern';
import { GAPS, MODULES } from './shipped_names';
import { edit } from './source_map';
import { MAY_CALL, specialEdits } from './special_calls';
import { starNames } from './star_names';
import { statementsIn } from './walk';
import type { Granted, SessionNames } from './index';
import type { Edit } from './source_map';
import type { Module, Node } from './tree';

const WORTH = pythonPattern(String.raw`\benviron\b|\bgetenv\b|\bdel\b|\bobject\b|\bopen\b|\bimport[ \t]*\*|\bassert\b`);

/** The edits for a parsed text, and the names of the prelude's parts that they need. */
export function madeReadable(text: string, tree: Module, names: SessionNames): { edits: Edit[]; parts: Set<string> } {
  const methods = MAY_HOLD.test(text);
  const moving = MAY_MOVE.test(text);
  const called = MAY_CALL.test(text);
  const importing = MAY_IMPORT.test(text);
  const lacking = MAY_LACK.test(text);
  const printing = mayPrint(text);
  const counting = (text.includes('enumerate') || text.includes('zip')) && MAY_COUNT.test(text);
  const decorated = MAY_DECORATE.test(text);
  const based = text.includes('class') && MAY_HAVE.test(text);
  const some = methods || moving || importing || lacking || called || printing || counting || decorated || based;
  if (!some && !WORTH.test(text)) return { edits: [], parts: new Set() };
  const { edits, items } = deletionEdits(text, tree);
  const parts = new Set(items ? ['deleting'] : []);
  if (text.includes('assert')) edits.push(...assertionEdits(tree));
  if (text.includes('object')) edits.push(...plainClassEdits(text, tree));
  if (importing) {
    const modules = moduleEdits(text, tree, names.granted);
    edits.push(...modules.edits);
    for (const part of modules.parts) parts.add(part);
  }
  if (lacking) {
    const lacked = lackingEdits(text, tree, names);
    edits.push(...lacked.edits);
    for (const part of lacked.parts) parts.add(part);
  }
  if (based) edits.push(...baseEdits(text, tree));
  if (text.includes('*')) edits.push(...starImports(tree, names.granted));
  const add = (part: string, found: Iterable<Edit>): void => {
    const before = edits.length;
    if (edits.push(...found) > before) parts.add(part);
  };
  if (decorated) add('classes', classMethodEdits(text, tree));
  if (text.includes('open')) add('lines', fileLineEdits(tree));
  if (methods) add('methods', methodEdits(text, tree));
  if (called) add('special', specialEdits(text, tree));
  if (printing) add('printing', printingEdits(text, tree));
  if (moving) add('progress', progressEdits(text, tree));
  if (counting) add('bars', barEdits(text, tree));
  if (text.includes('env')) add('environment', environmentEdits(text, tree));
  return { edits, parts };
}

/** For a module that Monty does not have. If a later Monty has it, its names are not known all the same. */
function noModule(name: string): string {
  const refused = 'Wildcard imports (`from ... import *`) are not supported';
  return `import ${name} as __mk_module; raise NotImplementedError('${refused}')`;
}

function* starImports(tree: Module, granted: Granted): Generator<Edit> {
  const waiting: Node[] = [tree];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const node of statementsIn(next)) {
      if (node._ === 'ImportFrom' && node.level === 0 && node.names.length === 1 && node.names[0]?.name === '*') {
        const module = node.module ?? '';
        if ((MODULES.has(module) || GAPS.has(module)) && !granted.has(module)) continue; // replaced as a whole
        const names = starNames(module, granted);
        const { s, e } = node.names[0];
        if (names === null) continue;
        if (names.length > 0) yield edit(s, e, names.join(', '), [s, e]);
        else if (module !== '__future__' && !module.startsWith('IPython')) yield edit(node.s, node.e, noModule(module));
      } else if (node._ !== 'FunctionDef' && node._ !== 'AsyncFunctionDef' && node._ !== 'ClassDef') {
        waiting.push(node);
      }
    }
  }
}
