/**
 * Classes with a base of the standard library whose meaning is certain: enumerations, named tuples, and bases that only
 * say something.
 *
 * `class C(Enum):` becomes a class without a base, under a decorator that is an attribute of `Enum`: what else has that name
 * has none.
 */

import rewriting from '../generated/rewriting.json';
import { pythonPattern } from './python_pattern';
import { repr } from './python_text';
import { edit } from './source_map';
import { walk } from './walk';
import type { Edit } from './source_map';
import type { ClassDef, Expr, FunctionDef, Module, Stmt } from './tree';

/** The bases, with the modules that they come from. */
const OF_MODULES = new Map(Object.entries(rewriting.bases));

const ENUMS = new Set(['Enum', 'IntEnum', 'StrEnum']);
const ONLY_SAID = new Set(['Protocol', 'Generic']);
const ABSTRACT = 'abstractmethod';

/** What a text contains that has something to rewrite. */
export const MAY_HAVE = pythonPattern(String.raw`\b(?:${[...OF_MODULES.keys()].join('|')})\b`);

const HEAD = pythonPattern(String.raw`(?P<name>class[ \t]+\w+[ \t]*)\(\s*`, { sticky: true });
const REST = pythonPattern(String.raw`\s*+(?:,\s*+total\s*+=\s*+(?:True|False)\s*+)?(?:,\s*+)?\)`, { sticky: true });

/** The edits. A base that the cell binds in another way than by an import of it is left alone. */
export function* baseEdits(text: string, tree: Module): Generator<Edit> {
  const imported = new Map<string, string>();
  const bound = new Set<string>();
  for (const node of walk(tree)) {
    if (node._ === 'ImportFrom' && node.level === 0) {
      for (const { name, asname } of node.names) imported.set(asname ?? name, `${node.module ?? 'None'}.${name}`);
    } else if (node._ === 'Import') {
      for (const { name, asname } of node.names) imported.set(asname ?? name, name);
    } else if (node._ === 'Name' && node.ctx !== 'Load') bound.add(node.id);
    else if (node._ === 'ClassDef' || node._ === 'FunctionDef') bound.add(node.name);
  }
  for (const node of walk(tree)) {
    if (node._ !== 'ClassDef' || node.bases.length !== 1 || node.bases[0] === undefined) continue;
    const found = base(node.bases[0], imported);
    if (found !== null && !bound.has(found.written)) yield* edits(text, node, node.bases[0], found.name);
  }
}

/** What a base is called in its module, and by which name the cell has it or its module; null if it is none of these. */
function base(node: Expr, imported: ReadonlyMap<string, string>): { name: string; written: string } | null {
  if (node._ === 'Subscript') {
    const found = base(node.value, imported);
    return found !== null && ONLY_SAID.has(found.name) ? found : null;
  }
  if (node._ === 'Name') {
    const full = imported.get(node.id);
    const name = full === undefined ? node.id : full.slice(full.lastIndexOf('.') + 1);
    const known = OF_MODULES.get(name);
    if (known === undefined) return null;
    const certain = full === undefined ? !ONLY_SAID.has(name) : full === `${known}.${name}`;
    return certain ? { name, written: node.id } : null;
  }
  if (node._ === 'Attribute' && node.value._ === 'Name') {
    const module = imported.get(node.value.id) ?? node.value.id;
    return OF_MODULES.get(node.attr) === module ? { name: node.attr, written: node.value.id } : null;
  }
  return null;
}

function* edits(text: string, node: ClassDef, { s, e }: Expr, name: string): Generator<Edit> {
  const listed = members(node, name);
  HEAD.lastIndex = node.s;
  REST.lastIndex = e;
  const [head, rest] = [HEAD.exec(text), REST.exec(text)];
  const indent = text.slice(text.lastIndexOf('\n', node.s - 1) + 1, node.s);
  if (listed === null || head === null || rest === null || node.s + head[0].length !== s) return;
  if (/[^ \t]/.test(indent)) return;
  if (node.keywords.length > 0 && (name !== 'TypedDict' || node.keywords.length > 1)) return;
  if (!ONLY_SAID.has(name)) {
    yield edit(node.s, node.s, `@${text.slice(s, e)}._made_(${listed.map(repr).join(', ')})\n${indent}`, [s, e]);
  }
  yield edit(node.s + (head.groups?.['name']?.length ?? 0), e + rest[0].length, '', [s, e]);
  if (name !== 'ABC') return;
  for (const method of node.body) {
    const decorator = isAbstract(method) ? method.decorator_list[0] : undefined;
    if (decorator === undefined || text[decorator.s - 1] !== '@') continue;
    yield edit(decorator.s - 1, decorator.e, '', [decorator.s, decorator.e]);
  }
}

function isAbstract(node: Stmt): node is FunctionDef {
  if (node._ !== 'FunctionDef' || node.decorator_list.length !== 1) return false;
  const [decorator] = node.decorator_list;
  if (decorator?._ === 'Attribute') {
    return decorator.attr === ABSTRACT && decorator.value._ === 'Name' && decorator.value.id === 'abc';
  }
  return decorator?._ === 'Name' && decorator.id === ABSTRACT;
}

/** The names that become members or fields, or are abstract; null if the body holds what these have no place for. */
function members(node: ClassDef, name: string): string[] | null {
  const found: string[] = [];
  for (const each of ONLY_SAID.has(name) ? [] : node.body) {
    if (name === 'ABC') {
      if (isAbstract(each)) found.push(each.name);
    } else if (ENUMS.has(name)) {
      if (each._ !== 'Assign') continue;
      const [target] = each.targets;
      if (each.targets.length !== 1 || target?._ !== 'Name') return null;
      if (!target.id.startsWith('_')) found.push(target.id);
    } else if (each._ === 'AnnAssign' && each.target._ === 'Name') {
      found.push(each.target.id);
    } else if (each._ !== 'Pass' && !(each._ === 'Expr' && each.value._ === 'Constant')) {
      return null;
    }
  }
  return found;
}
