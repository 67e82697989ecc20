/** What stands for an import of a module that is written for Monty, or of a name that is. */

import { repr } from './python_text';
import { GAP, GAPS, MODULE, MODULES, partsOf, variable } from './shipped_names';
import { ofStar, PARTLY } from './star_names';
import type { Granted } from './index';
import type { Alias, Import, ImportFrom } from './tree';

/** What stands for an import, adding the parts that it needs; null if the import stays. */
export function insteadOf(node: Import | ImportFrom, granted: Granted, parts: Set<string>): string | null {
  if (node._ === 'ImportFrom') {
    const module = node.module ?? '';
    return node.level > 0 || granted.has(module) ? null : from(module, node.names, parts);
  }
  const isWritten = ({ name }: Alias): boolean => MODULES.has(name) && !granted.has(name);
  if (!node.names.some(isWritten)) return null;
  return node.names.map(each => (isWritten(each) ? plain(each, parts) : `import ${written(each)}`)).join('; ');
}

function plain({ name, asname }: Alias, parts: Set<string>): string {
  add(parts, name);
  const bound = asname === null ? (name.split('.')[0] ?? '') : name;
  if (!MODULES.has(bound)) return `import ${bound}`; // of a package of Monty's, which has no attribute for it
  return `${asname ?? bound} = ${variable(MODULE + bound)}`;
}

function from(module: string, aliases: readonly Alias[], parts: Set<string>): string | null {
  const isModule = MODULES.has(module);
  const given = MODULES.get(module) ?? GAPS.get(module);
  if (given === undefined) return null;
  if (aliases[0]?.name === '*' && PARTLY.has(module)) return null;
  const known = new Set(given);
  const below = `${module}.`; // a package's modules are names of it
  if (isModule) for (const name of MODULES.keys()) if (name.startsWith(below)) known.add(name.slice(below.length));
  const every = isModule ? given : [...new Set([...given, ...ofStar(module)])].sort();
  const wanted: Pick<Alias, 'name' | 'asname'>[] =
    aliases[0]?.name === '*' ? every.map(name => ({ name, asname: null })) : [...aliases];
  const kept = wanted.filter(({ name }) => !known.has(name));
  if (!isModule && kept.length === wanted.length) return null;
  add(parts, module);
  if (isModule && kept[0] !== undefined) {
    return `raise ImportError(${repr(`cannot import name ${repr(kept[0].name)} from ${repr(module)}`)})`;
  }
  for (const { name } of wanted) add(parts, below + name);
  const owner = variable((isModule ? MODULE : GAP) + module);
  const statements = kept.length > 0 ? [`from ${module} import ${kept.map(written).join(', ')}`] : [];
  const taken = wanted.filter(({ name }) => known.has(name));
  return [...statements, ...taken.map(({ name, asname }) => `${asname ?? name} = ${owner}.${name}`)].join('; ');
}

function add(parts: Set<string>, module: string): void {
  for (const part of partsOf(module)) parts.add(part);
}

function written({ name, asname }: Pick<Alias, 'name' | 'asname'>): string {
  return asname === null ? name : `${name} as ${asname}`;
}
